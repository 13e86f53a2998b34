"""Answers saved by a caseworker: what is kept, what two tabs make of each other, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.questionnaires import load_all
from followup.services.visit.answer_sheet import open_page
from followup.services.visit.answering import record_answers
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Flag, Response, SetAside, Visit
from tests.support.answered import sheet_of
from tests.support.people import People
from tests.support.queries import counted, log_lines


def save(
    people: People, visit: UUID, fields: Mapping[str, str], *, revision: int = 0, respondent: str = "child"
) -> Saved | Stale:
    with people.unit(people.maja) as uow:
        return record_answers(uow, visit, respondent, revision, fields)


def answers(people: People, visit: UUID, respondent: str = "child") -> dict[str, tuple[str, int | None]]:
    return {row.item: (row.status, row.score) for row in sheet_of(people, visit, respondent).answers}


def flagged(people: People, visit: UUID) -> dict[str, str]:
    rows = people.rows(Flag, Flag.visit_id == visit)
    return {row.subject: row.level for row in rows if not row.withdrawn}


@pytest.fixture
def visit(people: People) -> UUID:
    (planned,) = people.plan(people.alva)
    return planned


def test_answers_are_kept_one_at_a_time_and_the_others_left_alone(people: People, visit: UUID) -> None:
    first = save(
        people, visit, {"shown": "b_sleep", "q-b_sleep": "2", "talk-b_sleep": "1", "words-b_sleep": "Jag vaknar"}
    )
    assert isinstance(first, Saved)
    people.clock.forward(minutes=2)
    save(people, visit, {"shown": "b_mood", "q-b_mood": "declined"}, revision=first.revision)
    assert answers(people, visit) == {"b_sleep": ("answered", 2), "b_mood": ("declined", None)}
    kept = {row.item: row for row in sheet_of(people, visit).answers}
    assert (kept["b_sleep"].wants_to_talk, kept["b_sleep"].words) == (True, "Jag vaknar")
    assert kept["b_mood"].answered_at > kept["b_sleep"].answered_at
    assert flagged(people, visit) == {"b_sleep": "talk"}
    row = people.visit(visit)
    assert (row.state, row.step, row.revisions) == ("draft", "answers", {"answers": 2})


def test_the_time_of_an_answer_moves_only_when_the_answer_does(people: People, visit: UUID) -> None:
    fields = {"shown": "b_sleep b_mood", "q-b_sleep": "4", "q-b_mood": "4"}
    save(people, visit, fields)
    people.clock.forward(minutes=5)
    save(people, visit, {**fields, "q-b_mood": "5"}, revision=1)
    times = {row.item: row.answered_at for row in sheet_of(people, visit).answers}
    assert times["b_mood"] > times["b_sleep"]


def test_how_the_answers_came_about_is_kept(people: People, visit: UUID) -> None:
    save(
        people,
        visit,
        {
            "shown": "b_sleep",
            "q-b_sleep": "4",
            "mode": "caseworker",
            "language": "ar",
            "earshot": "carer nobody sibling",
        },
    )
    response = sheet_of(people, visit)
    assert (response.mode, response.language) == ("caseworker", "ar")
    assert response.earshot == "carer sibling"  # “nobody” beside somebody means nobody besides


@pytest.mark.parametrize(
    ("practice", "comprehension"),
    [
        ({"practice-p_play": "3", "practice-p_toe": "1"}, "ready"),
        ({"practice-p_play": "3", "practice-p_toe": "3"}, "not_ready"),
        ({"practice-p_play": "3"}, None),
        ({"practice-p_play": "3", "practice-p_toe": "3", "comprehension": "ready"}, "ready"),
    ],
)
def test_practice_is_not_stored_but_what_it_showed_is(
    people: People, practice: dict[str, str], comprehension: str | None
) -> None:
    (visit,) = people.plan(people.vide)
    save(people, visit, {"shown": "y_adults_kind", "q-y_adults_kind": "1", "comprehension": "", **practice})
    assert sheet_of(people, visit).comprehension == comprehension
    assert set(answers(people, visit)) == {"y_adults_kind"}
    assert flagged(people, visit) == {"y_adults_kind": "talk" if comprehension == "not_ready" else "escalate"}


def test_a_double_click_saves_once(people: People, visit: UUID) -> None:
    fields = {"shown": "b_sleep", "q-b_sleep": "2", "words-b_sleep": "Två rader\r\när också bra"}
    assert save(people, visit, fields) == save(people, visit, fields)
    assert people.visit(visit).revisions == {"answers": 1}


def test_two_tabs_on_different_questions_lose_nothing_and_ask_nothing(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep b_mood", "q-b_sleep": "2", "words-b_sleep": "Här"})
    later = save(people, visit, {"shown": "b_sleep b_mood", "q-b_mood": "4", "words-b_mood": "Där"})
    assert later == Saved(2, people.clock())
    assert answers(people, visit) == {"b_sleep": ("answered", 2), "b_mood": ("answered", 4)}
    assert {row.words for row in sheet_of(people, visit).answers} == {"Här", "Där"}


def test_two_tabs_on_the_same_question_are_both_shown_and_both_kept(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "2"})
    stale = save(people, visit, {"shown": "b_sleep", "q-b_sleep": "5"})
    assert isinstance(stale, Stale)
    assert [(each.name, each.mine, each.theirs) for each in stale.differences] == [("q-b_sleep", "5", "2")]
    assert answers(people, visit) == {"b_sleep": ("answered", 2)}
    (aside,) = people.rows(SetAside, SetAside.visit_id == visit)
    assert '["q-b_sleep", "5"]' in aside.values


def test_a_wish_without_an_answer_is_kept_and_can_be_taken_back(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep", "talk-b_sleep": "1"})
    assert answers(people, visit) == {"b_sleep": ("not_asked", None)}
    assert flagged(people, visit) == {"b_sleep": "talk"}
    save(people, visit, {"shown": "b_sleep"}, revision=1)
    assert answers(people, visit) == {}
    assert flagged(people, visit) == {}


def test_closing_questions_hold_words_alone(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "close_good", "words-close_good": "Vi badade"})
    assert answers(people, visit) == {"close_good": ("answered", None)}
    with people.unit(people.maja, reads=True) as uow:
        fields = open_page(uow, visit, "child").fields()
    assert fields["words-close_good"] == "Vi badade"
    assert "q-close_good" not in fields


BAD = [
    ("unknown item", {"shown": "b_unknown", "q-b_unknown": "3"}, "q-b_unknown", "unknown_item"),
    ("off the scale", {"shown": "b_sleep", "q-b_sleep": "6"}, "q-b_sleep", "off_scale"),
    ("letters", {"shown": "b_sleep", "q-b_sleep": "fyra"}, "q-b_sleep", "not_a_score"),
    ("too long", {"shown": "b_sleep", "words-b_sleep": "a" * 3_000_000}, "words-b_sleep", "too_long"),
    ("a mode that isn't one", {"shown": "", "mode": "asleep"}, "mode", "unknown_code"),
    ("a language that isn't one", {"shown": "", "language": "<script>"}, "language", "unknown_code"),
    ("somebody who isn't anybody", {"shown": "", "earshot": "the dog"}, "earshot", "unknown_code"),
    ("a comprehension that isn't one", {"shown": "", "comprehension": "maybe"}, "comprehension", "unknown_code"),
]


@pytest.mark.parametrize(("fields", "field", "code"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_what_cannot_be_used_is_told_by_field_and_nothing_is_saved(
    people: People, visit: UUID, fields: dict[str, str], field: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        save(people, visit, {"q-b_mood": "4", **fields})
    assert [(each.field, each.code) for each in told.value.problems] == [(field, code)]
    assert people.rows(Response, Response.visit_id == visit) == []
    assert people.visit(visit).state == "planned"


def test_odd_characters_are_kept_but_for_those_that_nothing_can_hold(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "close_good", "words-close_good": "  noll\x00 \u202ebakåt \U0001f9f8\r\nrad två"})
    (row,) = sheet_of(people, visit).answers
    assert row.words == "  noll \u202ebakåt \U0001f9f8\nrad två"


def test_the_carers_form_is_a_sheet_and_a_step_of_its_own(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "2"})
    saved = save(people, visit, {"shown": "f_sleep f_cope", "q-f_sleep": "5", "q-f_cope": "1"}, respondent="carer")
    assert saved == Saved(1, people.clock())
    assert answers(people, visit, "carer") == {"f_sleep": ("answered", 5), "f_cope": ("answered", 1)}
    assert people.visit(visit).revisions == {"answers": 1, "carer": 1}
    assert {(row.respondent, row.subject) for row in people.rows(Flag, Flag.visit_id == visit)} == {
        ("child", "b_sleep"),
        ("carer", "f_cope"),
    }
    with pytest.raises(InvalidInput):
        save(people, visit, {"shown": "b_mood", "q-b_mood": "1"}, respondent="carer", revision=1)


def test_changing_the_form_keeps_the_answers_and_going_back_finds_them(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_safe", "q-b_safe": "1"})

    def choose(code: str) -> None:
        with people.as_program() as uow:
            uow.one(uow.reachable(Visit).where(Visit.id == visit)).questionnaire_code = code

    def left_behind() -> int:
        with people.unit(people.maja, reads=True) as uow:
            return open_page(uow, visit, "child").left_behind

    choose("ung-13-20")
    assert left_behind() == 1
    save(people, visit, {"shown": "u_sleep", "q-u_sleep": "8"}, revision=1)
    assert answers(people, visit) == {"b_safe": ("answered", 1), "u_sleep": ("answered", 8)}
    assert flagged(people, visit)["b_safe"] == "escalate"  # choosing another form must not hide it
    choose("barn-8-12")
    save(people, visit, {"shown": "b_mood", "q-b_mood": "4"}, revision=2)
    assert left_behind() == 1
    assert flagged(people, visit)["b_safe"] == "escalate"


def test_without_a_form_the_step_can_be_passed_and_nothing_else(people: People) -> None:
    (visit,) = people.plan(people.leo)
    assert isinstance(save(people, visit, {}), Saved)
    assert people.rows(Response, Response.visit_id == visit) == []
    with pytest.raises(InvalidInput):
        save(people, visit, {"shown": "b_sleep", "q-b_sleep": "2"}, revision=1)


def test_a_visit_keeps_the_version_it_was_begun_with(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "4"})
    before = sheet_of(people, visit).questionnaire_version_id
    save(people, visit, {"shown": "b_mood", "q-b_mood": "4"}, revision=1)
    assert sheet_of(people, visit).questionnaire_version_id == before


def test_a_signed_visit_and_one_out_of_reach_take_no_answers(people: People, visit: UUID) -> None:
    (other,) = people.plan(people.tor)
    with pytest.raises(NotFound):
        save(people, other, {"shown": "u_sleep", "q-u_sleep": "8"})
    people.freeze(visit)
    with pytest.raises(InvalidTransition):
        save(people, visit, {"shown": "b_sleep", "q-b_sleep": "2"})


def test_a_whole_sheet_costs_few_statements_and_as_many_however_long_the_history(people: People) -> None:
    form = load_all().forms["barn-8-12"]
    fields = {f"q-{item.id}": "2" for item in form.items} | {"shown": " ".join(item.id for item in form.items)}

    def cost(kid: Any) -> int:
        (visit,) = people.plan(kid, form="barn-8-12")
        with counted(people.store) as statements:
            save(people, visit, fields)
        return len(statements)

    for number in range(1, 10):
        (earlier,) = people.plan(people.alva, days=-90 * number)
        people.answer(earlier, {item.id: 4 for item in form.items})
    (earlier,) = people.plan(people.vide, days=-90)
    people.answer(earlier, {item.id: 4 for item in form.items}, form="barn-8-12")
    once = cost(people.vide)
    assert cost(people.alva) == once
    assert once <= 20


def test_answers_enter_the_log_by_sheet_and_never_by_value(people: People, visit: UUID) -> None:
    save(people, visit, {"shown": "b_sleep", "q-b_sleep": "2", "words-b_sleep": "Mardrömmar"})
    lines = log_lines(people.store, actor=people.maja.id)
    created = next(line for line in lines if line.action == "create")
    assert created.objects["answer"] == [str(sheet_of(people, visit).id)]
    assert "Mardrömmar" not in str([line.row for line in lines])
