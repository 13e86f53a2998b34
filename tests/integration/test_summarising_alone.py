"""What the summary says of a form that the child answered alone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from followup.domain import summary
from followup.domain.record_words import pauses
from followup.questionnaires import load_all
from followup.questionnaires.languages import words
from followup.services.record.summarising import load_for_summary, summarise
from tests.support.handing_in import begin_alone, draw, hand_in, save
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person

Browsers = Callable[[Person], LintingClient]

WORDS = "أريد أن أتحدث مع أمي"
FORM = load_all().forms["barn-8-12"]


def of(people: People, visit_id: UUID) -> summary.VisitSummary:
    with people.unit(people.maja, reads=True) as uow:
        return summary.from_json(summary.to_json(summarise(uow, load_for_summary(uow, visit_id))))


@pytest.fixture
def visit(people: People) -> UUID:
    """Answered alone in Arabic, handed in, and one answer changed afterwards; two drawings, one for the summary."""
    (planned,) = people.plan(people.alva)
    begin_alone(people, planned, language="ar")
    people.clock.forward(minutes=1)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "2", "words-b_sleep": WORDS, "talk-b_sleep": "1"})
    save(people, planned, {"shown": "b_mood", "q-b_mood": "2", "talk-b_mood": "1"})
    save(people, planned, {"words-close_good": WORDS})
    draw(people, planned, people.alva.id, "b_mood")
    draw(people, planned, people.alva.id, "close_other", in_summary=False)
    people.clock.forward(minutes=5)
    hand_in(people, planned, pauses=1, paused_seconds=130, first_topic="b_mood")
    people.clock.forward(minutes=5)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "declined", "words-b_sleep": WORDS, "talk-b_sleep": "1"})
    return planned


def test_how_it_was_answered(people: People, visit: UUID) -> None:
    (form,) = of(people, visit).forms
    assert (form.mode, form.language, form.within_earshot) == ("Svarade själv", "arabiska", "Ingen annan")
    assert (form.asked_in, form.pauses) == ("arabiska", "en paus på två minuter")
    assert form.started
    assert form.handed_in
    assert (form.handed_in - form.started).total_seconds() == 360


def test_a_changed_answer_keeps_the_first(people: People, visit: UUID) -> None:
    (form,) = of(people, visit).forms
    lines = {line.item_id: line for line in form.answers}
    assert (lines["b_sleep"].today.status, lines["b_sleep"].words) == ("declined", WORDS)
    (first,) = lines["b_sleep"].replaced
    assert (first.answer.text, first.answer.value, first.words) == ("Nästan aldrig", 2, "")
    assert lines["b_mood"].replaced == ()


def test_the_words_are_the_childs_and_the_wording_is_kept(people: People, visit: UUID) -> None:
    told = of(people, visit)
    lines = {line.item_id: line for line in told.forms[0].answers}
    arabic, item = words("ar"), FORM.item("b_mood")
    assert item
    assert (lines["b_mood"].language, lines["b_mood"].asked) == ("ar", arabic.say(item.text))
    assert lines["b_mood"].text == "Jag känner mig glad."
    (quote,) = told.child_voice
    assert (quote.words, quote.language, quote.asked) == (WORDS, "ar", arabic.say(FORM.closing[0].text))


def test_only_what_the_child_said_yes_to_is_among_the_drawings(people: People, visit: UUID) -> None:
    (drawing,) = of(people, visit).drawings
    assert drawing.about == "Jag känner mig glad."
    assert drawing.path.startswith("M100 100")


def test_a_form_that_was_asked_in_swedish_says_nothing_of_it(people: People) -> None:
    (planned,) = people.plan(people.alva)
    save(people, planned, {"shown": "b_mood", "q-b_mood": "2", "words-close_good": "Vi badade"})
    told = of(people, planned)
    (form,) = told.forms
    assert (form.asked_in, form.handed_in, form.started, form.pauses) == ("", None, None, "")
    assert form.answers[0].asked == ""
    assert (told.child_voice[0].language, told.child_voice[0].asked, told.drawings) == ("", "", ())


def test_the_page_that_is_read_together_shows_it_all(people: People, visit: UUID, client_for: Browsers) -> None:
    page = client_for(people.maja).get(f"/visits/{visit}/sign").text
    assert "ändrat från ”Nästan aldrig”" in page
    assert "På plattan 14.32 till 14.38, en paus på två minuter." in page
    assert "Frågorna som de ställdes, på arabiska" in page
    assert "Teckning till: Jag känner mig glad." in page


@pytest.mark.parametrize(
    ("number", "seconds", "said"),
    [
        (0, 0, ""),
        (1, 20, "en kort paus"),
        (2, 30, "två korta pauser"),
        (1, 60, "en paus på en minut"),
        (3, 900, "tre pauser, tillsammans 15 minuter"),
    ],
)
def test_pauses_in_words(number: int, seconds: int, said: str) -> None:
    assert pauses(number, seconds) == said
