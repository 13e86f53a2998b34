"""What was handed in: changed by the caseworker alone, and never without the first answer being kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import selectinload

from followup.domain.access import Loan, Role
from followup.domain.errors import InvalidTransition
from followup.domain.pace import Hurry
from followup.questionnaires import load_all
from followup.questionnaires.languages import words
from followup.services.visit.answer_sheet import open_page
from followup.services.visit.answering import note_not_asked, record_answers
from followup.services.visit.handed_in import earlier_answers, hurry
from followup.store.tables import Answer, EarlierAnswer, Flag, Response, Visit
from tests.support.handing_in import begin_alone, draw, hand_in, save
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

Browsers = Callable[[Person], LintingClient]

FORM = load_all().forms["barn-8-12"]


def answered(people: People, visit: UUID) -> dict[str, Answer]:
    (sheet,) = people.rows(Response, Response.visit_id == visit, load=[selectinload(Response.answers)])
    return {row.item: row for row in sheet.answers}


def kept(people: People) -> list[tuple[str, int | None, str]]:
    rows = sorted(people.rows(EarlierAnswer), key=lambda row: row.replaced_at)
    return [(row.status, row.score, row.words) for row in rows]


@pytest.fixture
def visit(people: People) -> UUID:
    """A visit whose form the child has answered alone and handed in."""
    (planned,) = people.plan(people.alva)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "2", "words-b_sleep": "Jag vaknar", "mode": "alone"})
    save(people, planned, {"shown": "b_mood", "q-b_mood": "declined", "words-close_good": "Vi badade"})
    people.clock.forward(minutes=2)
    hand_in(people, planned)
    people.clock.forward(minutes=10)
    return planned


def test_the_wording_is_kept_with_each_answer(people: People) -> None:
    (planned,) = people.plan(people.alva)
    fields = {"shown": "b_sleep b_mood b_body", "q-b_sleep": "2", "q-b_mood": "declined", "q-b_body": "not_asked"}
    save(people, planned, {**fields, "words-close_good": "نعم", "language": "ar"})
    rows, arabic = answered(people, planned), words("ar")
    sleep = FORM.item("b_sleep")
    assert sleep
    assert (rows["b_sleep"].language, rows["b_sleep"].asked) == ("ar", arabic.say(sleep.text))
    assert rows["b_sleep"].asked != sleep.text.get("sv")
    point = FORM.scale.point(2)
    assert point
    assert rows["b_sleep"].chosen == arabic.say(point.label)
    assert rows["b_mood"].chosen == arabic.say(load_all().common.non_answers["declined"])
    assert (rows["b_body"].language, rows["b_body"].asked) == (None, "")
    assert rows["close_good"].asked == arabic.say(FORM.closing[0].text)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "3", "language": "sv"})
    again = answered(people, planned)
    assert (again["b_sleep"].language, again["b_sleep"].chosen) == ("sv", "Ibland")
    assert again["b_mood"].language == "ar"  # not answered anew, so still what was shown then


def test_a_language_without_a_translation_is_shown_in_swedish(people: People) -> None:
    (planned,) = people.plan(people.alva)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "2", "language": "fi"})
    row = answered(people, planned)["b_sleep"]
    assert (row.language, row.asked, row.chosen) == ("sv", "Jag sover bra.", "Nästan aldrig")


def test_a_changed_mind_is_a_new_answer_with_the_first_kept(people: People, visit: UUID) -> None:
    before = answered(people, visit)["b_sleep"]
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "4", "words-b_sleep": "Fast inte nu"})
    after = answered(people, visit)["b_sleep"]
    assert (after.score, after.words, after.chosen) == (4, "Fast inte nu", "Ofta")
    assert after.answered_at == people.clock()
    assert kept(people) == [("answered", 2, "Jag vaknar")]
    (first,) = people.rows(EarlierAnswer)
    assert (first.answered_at, first.replaced_at) == (before.answered_at, people.clock())
    assert (first.replaced_by, first.asked, first.chosen) == (people.maja.id, "Jag sover bra.", "Nästan aldrig")
    people.clock.forward(minutes=1)
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "5", "words-b_sleep": "Fast inte nu"})
    assert kept(people) == [("answered", 2, "Jag vaknar"), ("answered", 4, "Fast inte nu")]
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "5", "words-b_sleep": "Fast inte nu"})
    assert len(kept(people)) == 2


def test_what_was_handed_in_is_emptied_and_never_taken_away(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep close_good"})
    rows = answered(people, visit)
    assert (rows["b_sleep"].status, rows["b_sleep"].score, rows["b_sleep"].words) == ("not_asked", None, "")
    assert rows["close_good"].words == ""
    assert set(kept(people)) == {("answered", 2, "Jag vaknar"), ("answered", None, "Vi badade")}
    people.clock.forward(minutes=1)
    save(people, visit, {"shown": "b_sleep close_good"})
    assert len(kept(people)) == 2


def test_blanks_can_still_be_noted_as_not_asked(people: People, visit: UUID) -> None:
    with people.unit(people.maja) as uow:
        note_not_asked(uow, visit)
    assert {row.status for row in answered(people, visit).values()} >= {"not_asked"}
    assert kept(people) == []


def test_another_form_does_not_take_over_what_was_handed_in(people: People, visit: UUID) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).questionnaire_code = "barn-4-7"
    with people.unit(people.maja, reads=True) as uow:
        page = open_page(uow, visit, "child")
    assert page.form
    assert (page.form.code, page.handed_in, page.left_behind) == ("barn-8-12", True, 0)


def test_whoever_has_the_tablet_changes_nothing_that_is_handed_in(people: People, visit: UUID) -> None:
    loan = Loan(visit, people.alva.id, "child")
    child = replace(people.maja.actor, role=Role.RESPONDENT, loan=loan)
    revision = people.visit(visit).revisions["answers"]
    with pytest.raises(InvalidTransition), people.store.unit(child, now=people.clock()) as uow:
        record_answers(uow, visit, "child", revision, {"q-b_sleep": "5"})
    assert answered(people, visit)["b_sleep"].score == 2


@pytest.mark.parametrize(
    "change", ["UPDATE answer SET score = 5 WHERE score = 2", "DELETE FROM answer WHERE score = 2"]
)
def test_the_database_refuses_a_silent_change(people: People, visit: UUID, change: str) -> None:
    with pytest.raises(DBAPIError, match="kept"), people.store.engine.begin() as connection:
        connection.exec_driver_sql(change)
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "4"})
    with pytest.raises(DBAPIError, match="kept"), people.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE answer SET score = 2 WHERE score = 4")
    with pytest.raises(DBAPIError, match="append-only"), people.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE earlier_answer SET score = 5")


def rushed(people: People, visit: UUID) -> Hurry | None:
    with people.unit(people.maja, reads=True) as uow:
        page = open_page(uow, visit, "child")
        assert page.response
        return hurry(page.response, FORM, earlier_answers(uow, [page.response]))


def test_a_form_that_went_too_fast_to_be_read_is_remarked_on_and_one_that_did_not_is_not(people: People) -> None:
    fast, slow = (people.plan(people.alva, days=day)[0] for day in (0, 1))
    for planned, seconds in ((fast, 1), (slow, 6)):
        save(people, planned, {"shown": "", "earshot": "nobody", "mode": "alone"})
        for item in FORM.items:
            people.clock.forward(seconds=seconds)
            save(people, planned, {"shown": item.id, f"q-{item.id}": "3"})
        assert rushed(people, planned) is None  # not before it is handed in
        hand_in(people, planned)
    assert rushed(people, fast) == Hurry(14, 14)
    assert rushed(people, slow) is None
    people.clock.forward(minutes=30)
    save(people, fast, {f"q-{item.id}": "4" for item in FORM.items})
    assert rushed(people, fast) == Hurry(14, 14)  # what the caseworker changes afterwards says nothing of it


def test_the_page_says_who_answered_how_and_shows_what_was_handed_in_first(
    people: People, client_for: Browsers
) -> None:
    (planned,) = people.plan(people.alva)
    begin_alone(people, planned, language="ar")
    people.clock.forward(minutes=1)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "2", "words-b_sleep": "نعم"})
    client = client_for(people.maja)
    page = client.get(f"/visits/{planned}/answers").text
    assert "Fortsätt på plattan" in page
    assert "1 av 14 besvarade" in page
    people.clock.forward(minutes=5)
    draw(people, planned, people.alva.id, "b_mood", in_summary=False)
    hand_in(people, planned, pauses=1, paused_seconds=130)
    people.clock.forward(minutes=5)
    save(people, planned, {"shown": "b_sleep", "q-b_sleep": "4", "words-b_sleep": "نعم"})
    page = client.get(f"/visits/{planned}/answers").text
    assert "Svaren är inlämnade." in page
    assert "Alva svarade själv på arabiska 14.32–14.38. En paus på två minuter." in page
    assert "Först: ”Nästan aldrig” (14.33)" in page
    assert "ej granskad översättning" in page
    assert words("ar").say(FORM.items[0].text) in page
    assert "Jag sover bra." in page
    assert page.count("Teckning till: Jag känner mig glad.") == 1
    assert "Ge plattan till" not in page
    assert "Gick fort" not in page
    one = client.get(f"/visits/{planned}/answers?item=b_sleep").text
    assert "Först: ”Nästan aldrig” (14.33)" in one


def test_before_anything_is_answered_the_tablet_can_be_handed_over(people: People, client_for: Browsers) -> None:
    (planned,) = people.plan(people.alva)
    client = client_for(people.maja)
    page = client.get(f"/visits/{planned}/answers").text
    assert "Ge plattan till Alva" in page
    assert f'href="/visits/{planned}/hand-over"' in page
    assert "other-wording" not in page
    carers = client.get(f"/visits/{planned}/carer").text
    assert f'href="/visits/{planned}/hand-over?form=carer"' in carers
    assert "Ge plattan till familjehemmet" in carers


def test_the_carers_page_says_that_they_answered_themselves(people: People, client_for: Browsers) -> None:
    (planned,) = people.plan(people.alva)
    begin_alone(people, planned, respondent="carer")
    save(people, planned, {"shown": "f_sleep", "q-f_sleep": "4"}, "carer")
    people.clock.forward(minutes=3)
    hand_in(people, planned, respondent="carer", pauses=2, paused_seconds=20)
    save(people, planned, {"shown": "f_sleep", "q-f_sleep": "2"}, "carer")
    page = client_for(people.maja).get(f"/visits/{planned}/carer").text
    assert "Familjehemmet svarade själva på svenska 14.32–14.35. 2 korta pauser." in page
    assert "Först: ”Stämmer ganska bra” (14.32)" in page


def test_a_hint_that_it_went_fast_stands_on_the_page_and_nowhere_else(people: People, client_for: Browsers) -> None:
    (planned,) = people.plan(people.alva)
    begin_alone(people, planned)
    for item in FORM.items:
        people.clock.forward(seconds=1)
        save(people, planned, {"shown": item.id, f"q-{item.id}": "4"})
    hand_in(people, planned)
    client = client_for(people.maja)
    told = "Gick fort: 14 frågor på 14 sekunder. Fråga om frågorna var begripliga."
    assert told in client.get(f"/visits/{planned}/answers").text
    assert "Gick fort" not in client.get(f"/visits/{planned}/sign").text
    assert [flag.subject for flag in people.rows(Flag, Flag.visit_id == planned)] == ["_form"]  # all the same: a note


def test_saving_an_answer_asks_no_more_than_before(people: People, client_for: Browsers) -> None:
    plain, arabic = (people.plan(people.alva, days=day)[0] for day in (0, 1))
    begin_alone(people, arabic, language="ar")
    save(people, plain, {"shown": "b_mood", "q-b_mood": "4"})
    counts = []
    for planned in (plain, arabic):
        with counted(people.store) as statements:
            save(people, planned, {"shown": "b_sleep", "q-b_sleep": "4"})
        counts.append(len(statements))
    assert counts[0] == counts[1]
