"""The child's own form by address and by service: what it may say, what it is shown, and what it weighs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import selectinload

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.domain.questionnaire import Text
from followup.questionnaires import load_all
from followup.questionnaires.languages import LANGUAGES
from followup.resources import resource_dir
from followup.services.child_mode import child_form
from followup.services.child_mode.child_form import ChildForm, open_form, save_answers
from followup.store.tables import Answer, Flag, Response, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid
from tests.support.tablet import lend, respondent

SIZE_LIMIT = 250_000
FONT_OF = {"ar": "vazirmatn-arabic", "prs": "vazirmatn-arabic", "uk": "noto-cyrillic", "ti": "noto-ethiopic"}
PAGES = ("/my/start", "/my/questions", "/my/closing", "/my/pause", "/my/thanks", "/my/give-back")

ONE_ENGINE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what a page shows, whatever the database."""


@pytest.fixture
def visit(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    return visit_id


@pytest.fixture
def tablet(people: People, visit: UUID) -> LintingClient:
    """Alva's."""
    return lend(people, visit, people.alva)


def sheet(people: People, visit: UUID, form: str = "child") -> Response:
    conditions = Response.visit_id == visit, Response.respondent == form
    (found,) = people.rows(Response, *conditions, load=[selectinload(Response.answers)])
    return found


def answers(people: People, visit: UUID) -> dict[str, Answer]:
    return {answer.item: answer for answer in sheet(people, visit).answers}


def as_child(people: People, visit: UUID, kid: Kid | None = None, form: str = "child", *, reads: bool = False):  # type: ignore[no-untyped-def] # noqa: ANN201 - a unit of work
    actor = respondent(people, kid or people.alva, visit, form)
    return people.store.unit(actor, now=people.clock(), reads=reads, request_id="test")


def tap(client: LintingClient, item: str, value: str, **more: str) -> int:
    fields = {"shown": item, f"q-{item}": value, **more}
    return client.autosave(f"/my/questions?item={item}", fields).status_code


# Saving


def test_a_tap_is_saved_and_a_second_one_replaces_it(people: People, visit: UUID, tablet: LintingClient) -> None:
    assert tablet.autosave("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "4"}).json == {"saved": True}
    assert tap(tablet, "b_sleep", "2", **{"talk-b_sleep": "1"}) == 200
    assert tap(tablet, "b_sleep", "2", **{"talk-b_sleep": "1"}) == 200, "the same once more is the same"
    (answer,) = sheet(people, visit).answers
    assert (answer.score, answer.wants_to_talk, answer.language) == (2, True, "sv")
    assert answer.asked == "Jag sover bra."
    (flag,) = people.rows(Flag, Flag.visit_id == visit)
    assert flag.subject == "b_sleep"


@pytest.mark.parametrize("value", ["not_asked", "not_applicable", "answered", "6", "0", "-1", "x"])
def test_what_no_button_says_is_refused(people: People, visit: UUID, tablet: LintingClient, value: str) -> None:
    assert tap(tablet, "b_sleep", value) == 422
    assert not sheet(people, visit).answers


def test_what_is_not_the_childs_to_say_is_not_taken(people: People, visit: UUID, tablet: LintingClient) -> None:
    before = sheet(people, visit)
    more = {"earshot": "carer", "mode": "together", "language": "en", "comprehension": "not_ready", "revision": "7"}
    assert tap(tablet, "b_sleep", "4", **more) == 200
    after = sheet(people, visit)
    for name in ("earshot", "mode", "language", "comprehension"):
        assert getattr(after, name) == getattr(before, name), name


def test_another_forms_question_is_refused(tablet: LintingClient) -> None:
    assert tap(tablet, "u_hope", "1") == 422
    assert tap(tablet, "f_cope", "1") == 422


def test_two_practice_answers_say_whether_the_scale_is_understood(people: People) -> None:
    for toe, expected in (("1", "ready"), ("3", "not_ready")):
        (visit,) = people.plan(people.vide)
        tablet = lend(people, visit, people.vide)
        tablet.autosave("/my/questions?item=p_play", {"practice-p_play": "3"})
        assert sheet(people, visit).comprehension is None
        tablet.autosave("/my/questions?item=p_toe", {"practice-p_play": "3", "practice-p_toe": toe})
        assert sheet(people, visit).comprehension == expected
        assert not sheet(people, visit).answers
        tablet.autosave("/my/questions?item=p_toe", {"practice-p_play": "3"})
        assert sheet(people, visit).comprehension == expected, "half a practice says nothing"


def test_without_scripts_practice_is_kept_on_the_way_back_and_forth(people: People) -> None:
    (visit,) = people.plan(people.vide)
    tablet = lend(people, visit, people.vide)
    assert tablet.submit("/my/questions?item=intro", {"go": "next"}).location == "/my/questions?item=p_play"
    both = {"practice-p_play": "3", "practice-p_toe": "1"}
    second = tablet.submit("/my/questions?item=p_play", {"practice-p_play": "3", "go": "next"}).text
    assert re.search(r'<input type="hidden" name="practice-p_play" value="3">', second)
    first = tablet.submit("/my/questions?item=p_toe", {**both, "go": "back"}).text
    assert re.search(r'name="practice-p_play" value="3" checked', first)
    assert re.search(r'<input type="hidden" name="practice-p_toe" value="1">', first)
    intro = tablet.submit("/my/questions?item=p_play", {**both, "go": "back"}).text
    assert intro.count('<input type="hidden" name="practice-') >= 2
    assert sheet(people, visit).comprehension is None
    done = tablet.submit("/my/questions?item=p_toe", {**both, "go": "next"})
    assert done.location == "/my/questions?item=y_friends"
    assert sheet(people, visit).comprehension == "ready"


# Where one is


def test_the_tablet_knows_how_far_one_has_come(people: People, visit: UUID, tablet: LintingClient) -> None:
    assert tablet.get("/my").location == "/my/start"
    tap(tablet, "b_friends", "4")
    assert tablet.get("/my").location == "/my/questions"
    assert "Fråga 2 av 14" in tablet.get("/my/questions").text
    tablet.submit("/my/pause", go="begin")
    assert tablet.get("/my").location == "/my/pause"
    tablet.submit("/my/pause", go="end")
    for item in open_form_of(people, visit):
        tap(tablet, item, "declined")
    assert tablet.get("/my").location == "/my/closing"
    tablet.submit("/my/closing?item=last", go="hand_in")
    assert tablet.get("/my").location == "/my/thanks"
    for path in ("/my/start", "/my/questions", "/my/closing", "/my/pause"):
        assert tablet.get(path).location == "/my/thanks", path


def open_form_of(people: People, visit: UUID) -> list[str]:
    with as_child(people, visit, reads=True) as uow:
        return [item.id for item in open_form(uow).items]


def test_a_pause_is_counted_and_measured(people: People, visit: UUID, tablet: LintingClient) -> None:
    for minutes in (2, 3):
        tablet.submit("/my/pause", go="begin")
        tablet.submit("/my/pause", go="begin")
        people.clock.forward(minutes=minutes)
        tablet.submit("/my/pause", go="end")
    tablet.submit("/my/pause", go="begin")
    people.clock.forward(seconds=30)
    tap(tablet, "b_sleep", "4")
    told = sheet(people, visit)
    assert (told.pauses, told.paused_seconds, told.paused_at) == (3, 330, None)


def test_who_stops_has_not_handed_in(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "2")
    tablet.submit("/my/pause", go="begin")
    assert tablet.submit("/my/pause", go="stop").location == "/my/thanks"
    page = tablet.get("/my/thanks").text
    assert "Tillbaka till frågorna" in page
    assert sheet(people, visit).handed_in_at is None
    assert tap(tablet, "b_sleep", "3") == 200


# Handing in


def test_a_sheet_that_is_handed_in_is_frozen(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "2")
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="b_body")
    told = sheet(people, visit)
    assert told.first_topic == "b_body"
    assert told.handed_in_at == people.clock()
    assert answers(people, visit)["b_body"].wants_to_talk, "to choose it is to mark it"
    assert (answers(people, visit)["b_sleep"].score, answers(people, visit)["b_sleep"].wants_to_talk) == (2, False)
    people.clock.forward(minutes=1)
    assert tap(tablet, "b_sleep", "5") == 409
    assert (
        tablet.autosave("/my/closing?item=close_good", {"shown": "close_good", "words-close_good": "x"}).status_code
        == 409
    )
    assert tablet.submit("/my/pause", go="begin").location == "/my"
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="b_sleep")
    again = sheet(people, visit)
    assert (again.first_topic, again.handed_in_at) == ("b_body", told.handed_in_at)


def test_a_topic_that_was_not_asked_is_no_topic(people: People, visit: UUID, tablet: LintingClient) -> None:
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="u_hope")
    assert sheet(people, visit).first_topic is None
    assert not sheet(people, visit).answers


def test_an_answer_keeps_its_words_when_it_becomes_the_first_topic(
    people: People, visit: UUID, tablet: LintingClient
) -> None:
    tap(tablet, "b_sleep", "dont_know", **{"words-b_sleep": "Jag drömmer."})
    tablet.submit("/my/closing?item=last", go="hand_in", first_topic="b_sleep")
    kept = answers(people, visit)["b_sleep"]
    assert (kept.status, kept.words, kept.wants_to_talk) == ("dont_know", "Jag drömmer.", True)


def test_the_closing_questions_are_kept_as_words(people: People, visit: UUID, tablet: LintingClient) -> None:
    fields = {"shown": "close_good", "words-close_good": "Vi badade."}
    assert tablet.autosave("/my/closing?item=close_good", fields).json == {"saved": True}
    assert tablet.submit("/my/closing?item=close_other", {"shown": "close_other", "words-close_other": "Nej"}).location
    assert {item: row.words for item, row in answers(people, visit).items()} == {
        "close_good": "Vi badade.",
        "close_other": "Nej",
    }


def test_marked_questions_are_what_one_chooses_from(tablet: LintingClient) -> None:
    assert tablet.get("/my/closing?item=last").text.count('name="first_topic"') == 15
    tap(tablet, "b_sleep", "4", **{"talk-b_sleep": "1"})
    tap(tablet, "b_body", "4", **{"talk-b_body": "1"})
    assert tablet.get("/my/closing?item=last").text.count('name="first_topic"') == 3


# What is shown


@ONE_ENGINE
def test_the_pages_hold_nothing_of_the_case(people: People) -> None:
    people.sign(people.alva)
    (visit,) = people.plan(people.alva)
    people.promise(people.alva, "Maja ringer skolan")
    tablet = lend(people, visit, people.alva)
    tap(tablet, "b_adults_kind", "1", **{"words-b_adults_kind": "Ibland skriker de."})
    for path in PAGES:
        page = tablet.get(path).text
        for word in (
            "Granbarr",
            "Lövsprång",
            "SN 2026-0417",
            "Ängsull",
            "ringer skolan",
            "kritisk",
            "critical",
            "gruppledar",
        ):
            assert word not in page, (path, word)
        assert str(visit) not in page
        assert str(people.alva.id) not in page
    assert "Ibland skriker de." in tablet.get("/my/thanks").text


@ONE_ENGINE
def test_the_carer_never_sees_the_childs_answers_nor_the_child_the_carers(people: People, visit: UUID) -> None:
    tablet = lend(people, visit, people.alva)
    tap(tablet, "b_sleep", "1", **{"words-b_sleep": "Bara mina ord."})
    tablet.take_back()
    carers = lend(people, visit, people.alva, form="carer")
    assert tap(carers, "f_sleep", "5", **{"words-f_sleep": "Bara våra ord."}) == 200
    assert tap(carers, "b_sleep", "5") == 422
    for path in PAGES:
        assert "Bara mina ord." not in carers.get(path).text, path
    assert "Bara våra ord." in carers.get("/my/thanks").text
    carers.submit("/my/closing?item=last", go="hand_in")
    assert sheet(people, visit, "carer").handed_in_at
    assert sheet(people, visit).handed_in_at is None


@ONE_ENGINE
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_speaks_the_language_that_was_chosen(people: People, visit: UUID, lang: str) -> None:
    tablet = lend(people, visit, people.alva, language=lang)
    language = LANGUAGES[lang]
    for path in PAGES[:-1]:
        page = tablet.get(path).text
        assert f'<html lang="{language.html_lang}" dir="{language.direction}"' in page, path
        if lang != "sv":
            shown = re.sub(r'<(\w+)[^>]* lang="sv"[^>]*>.*?</\1>|data-sv="[^"]*"|Svenska', "", page)
            assert not re.search(r"Nästa|Tillbaka|Vet inte|frågor|sparade", shown), path


def test_a_form_that_lost_its_translation_is_all_swedish_as_its_record_says() -> None:
    form = replace(load_all().forms["barn-8-12"], intro=Text({"sv": "En ny inledning."}), sha256="")
    page: Any = None  # the words ask nothing of it
    assert ChildForm(page, load_all().forms["barn-8-12"], Response(language="ar")).words.lang == "ar"
    assert ChildForm(page, form, Response(language="ar")).words.lang == "sv"


@ONE_ENGINE
def test_how_one_wants_it_is_kept_and_nothing_else_is(people: People, visit: UUID, tablet: LintingClient) -> None:
    for fields in ({"size": "xl"}, {"calm": "1"}, {"aloud": "1"}, {"language": "ar"}):
        back = tablet.submit("/my/display", {**fields, "back": "pause"}).location
        assert back == "/my/pause?choosing=1"
        assert '<details class="fold" open>' in tablet.get(back).text  # one more may be wanted
    page = tablet.get("/my/start").text
    for mark in ('data-size="xl"', 'data-colours="calm"', "data-aloud", 'dir="rtl"'):
        assert mark in page, mark
    for fields in ({"size": "xxl"}, {"language": "tlh"}, {"two_step": "1"}, {"lent_visit_id": str(visit)}):
        tablet.submit("/my/display", fields)
    assert tablet.get("/my/start").text.count('data-size="xl"') == 1
    assert sheet(people, visit).language == "ar"


@ONE_ENGINE
def test_a_page_is_asked_for_at_a_question_and_gives_what_was_answered(tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "4", **{"words-b_sleep": "Jag <b>läser</b> först."})
    page = tablet.get("/my/questions?item=b_sleep").text
    assert "Fråga 4 av 14" in page
    assert re.search(r'name="q-b_sleep" value="4" checked', page)
    assert "Jag &lt;b&gt;läser&lt;/b&gt; först." in page
    assert page.count(" checked") == 1
    assert "Fråga 5 av 14" not in tablet.get("/my/questions?item=nonsense").text.split("</h1>")[0]


@ONE_ENGINE
def test_without_an_answer_one_is_asked_to_choose_and_what_was_written_is_kept(tablet: LintingClient) -> None:
    fields = {"shown": "b_sleep", "words-b_sleep": "Ibland."}
    answer = tablet.submit("/my/questions?item=b_sleep", fields, go="next")
    assert answer.status_code == 422
    assert "Välj ett svar." in answer.text
    assert "Ibland." in answer.text
    assert tablet.submit("/my/questions?item=b_sleep", fields, go="back").location.endswith("item=b_school_help")


# Services


def test_only_a_tablet_on_loan_has_a_form(people: People, visit: UUID) -> None:
    with people.unit(people.maja, reads=True) as uow, pytest.raises(NotFound):
        open_form(uow)
    with as_child(people, visit, reads=True) as uow, pytest.raises(NotFound):
        open_form(uow)  # nobody has handed it over, so there is no sheet


def test_a_visit_that_was_cancelled_takes_no_answers(people: People, visit: UUID, tablet: LintingClient) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).state = "cancelled"
    with as_child(people, visit) as uow, pytest.raises(InvalidTransition):
        save_answers(uow, {"shown": "b_sleep", "q-b_sleep": "2"})
    assert tap(tablet, "b_sleep", "2") == 409
    for path, fields in (
        ("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "2"}),
        ("/my/pause", {"go": "begin"}),
        ("/my/closing?item=last", {"go": "hand_in"}),
        ("/my/drawings/b_sleep", {"strokes": "[[[1,1],[2,2]]]"}),
    ):
        answer = tablet.submit(path, fields)
        assert answer.location in {"/my", "/my/thanks"}, path  # and no page on visits, signing and the office


@pytest.mark.parametrize("state", ["cancelled", "signed"])
def test_a_visit_that_was_closed_on_another_device_leads_to_giving_back(
    people: People, visit: UUID, tablet: LintingClient, state: str
) -> None:
    """A page of questions that takes no answer, no pause and no stop has no way out."""
    tap(tablet, "b_sleep", "2")
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).state = state
    for page in ("/my", "/my/start", "/my/questions", "/my/closing", "/my/pause"):
        assert tablet.get(page).location == "/my/thanks", page
    thanks = tablet.get("/my/thanks").text
    assert 'href="/my/give-back"' in thanks
    assert 'href="/my"' not in thanks, "there is nothing to go back to"
    assert tablet.submit("/my/display", {"language": "en", "size": "l"}).status_code == 302
    assert sheet(people, visit).language == "sv"


def test_nothing_lies_beyond_the_last_page(tablet: LintingClient) -> None:
    assert tablet.submit("/my/closing?item=last", {"go": "next"}).location == "/my/closing?item=last"


def test_too_many_words_are_refused_and_nothing_is_lost(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "2")
    with as_child(people, visit) as uow, pytest.raises(InvalidInput):
        save_answers(uow, {"shown": "b_sleep", "q-b_sleep": "3", "words-b_sleep": "a" * 5001})
    assert answers(people, visit)["b_sleep"].score == 2


def test_the_open_question_is_the_first_without_an_answer(people: People, visit: UUID, tablet: LintingClient) -> None:
    tap(tablet, "b_friends", "dont_know")
    tap(tablet, "b_school_help", "4")
    tablet.autosave("/my/questions?item=b_sleep", {"shown": "b_sleep", "talk-b_sleep": "1"})
    with as_child(people, visit, reads=True) as uow:
        form = child_form.open_form(uow)
    assert form.first_open == "b_school_ok"
    assert [item.id for item in form.topics] == ["b_sleep"]


# Weight


def weight(texts: Mapping[str, str], tablet: LintingClient) -> int:
    """Bytes of the pages and of the style sheets and scripts that they name."""
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', "".join(texts.values())))
    return sum(len(text.encode()) for text in texts.values()) + sum(len(tablet.get(path).data) for path in named)


@ONE_ENGINE
@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_of_child_mode_weighs_less_than_a_photograph(people: People, lang: str) -> None:
    name = FONT_OF.get(lang, "schibsted-latin")
    font = resource_dir("templates").parent / "followup" / "web" / "static" / "fonts" / f"{name}.woff2"
    for kid in (people.vide, people.alva, people.elliot):
        (visit,) = people.plan(kid)
        tablet = lend(people, visit, kid, language=lang)
        whole = weight({path: tablet.get(path).text for path in PAGES}, tablet) + font.stat().st_size
        assert whole < SIZE_LIMIT, f"{kid.age} years, {lang}: {whole} bytes"


def test_what_to_talk_about_first_is_kept_before_it_is_handed_in(people: People, visit: UUID) -> None:
    client = lend(people, visit, people.alva)
    headers = {"Accept": "application/json"}
    data = {"csrf_token": client.csrf(), "first_topic": "b_sleep"}
    assert client.post("/my/closing?item=last", data=data, headers=headers).status_code == 200
    assert 'value="b_sleep" checked' in client.get("/my/closing?item=last").text
    (sheet,) = people.rows(Response, Response.visit_id == visit)
    assert (sheet.first_topic, sheet.handed_in_at) == ("b_sleep", None)
