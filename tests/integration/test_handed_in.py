"""What was handed in: changed by the caseworker alone, and never without the first answer being kept."""

from __future__ import annotations

from collections.abc import Mapping
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
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Answer, EarlierAnswer, Response, Visit
from tests.support.people import People

FORM = load_all().forms["barn-8-12"]


def save(people: People, visit: UUID, fields: Mapping[str, str], respondent: str = "child") -> Saved | Stale:
    step = {"child": "answers", "carer": "carer"}[respondent]
    revision = people.visit(visit).revisions.get(step, 0)
    with people.unit(people.maja) as uow:
        return record_answers(uow, visit, respondent, revision, fields)


def hand_in(people: People, visit: UUID) -> None:
    with people.as_program() as uow:
        (sheet,) = uow.all(uow.reachable(Response).where(Response.visit_id == visit))
        sheet.handed_in_at = uow.now


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
