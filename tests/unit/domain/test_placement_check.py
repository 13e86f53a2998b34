from __future__ import annotations

import datetime as dt

import pytest

from followup.domain.placement_check import PlacementCheck, problems_of
from followup.domain.retelling import Event, LastCheck, Retelling, months_later, retell_due
from followup.questionnaires import load_all

FORM = load_all().placement_check


def fields(check: PlacementCheck) -> set[tuple[str, str]]:
    return {(problem.field, problem.code) for problem in problems_of(check)}


def test_both_codes_are_needed_and_told_at_once() -> None:
    assert [problem.field for problem in problems_of(PlacementCheck())] == ["understanding", "self_blame"]


def test_never_skipped_in_silence() -> None:
    check = PlacementCheck("not_asked", "not_asked", understanding_reason="other", self_blame_reason="")
    assert fields(check) == {("self_blame_reason", "reason_missing"), ("reason_note", "missing")}
    assert not fields(PlacementCheck("not_asked", "not_asked", "ability", "ability"))


@pytest.mark.parametrize(
    ("understanding", "self_blame"),
    [("own_words", "some"), ("own_words", "clear"), ("mistaken", "no_sign"), ("does_not_know", "unclear")],
)
def test_blame_and_a_wrong_picture_lead_somewhere(understanding: str, self_blame: str) -> None:
    assert fields(PlacementCheck(understanding, self_blame, next_step=" ")) == {("next_step", "missing")}
    assert not fields(PlacementCheck(understanding, self_blame, next_step="Maja berättar igen 1 december"))


def test_a_reason_belongs_to_not_asked_alone() -> None:
    check = PlacementCheck("own_words", "huh", understanding_reason="no_time")
    assert fields(check) == {("understanding_reason", "reason_wrong"), ("self_blame", "unknown_code")}


@pytest.mark.parametrize(("age", "youngest"), [(0, 4), (4, 4), (7, 4), (8, 8), (12, 8), (13, 13), (22, 13)])
def test_what_to_ask_goes_by_age(age: int, youngest: int) -> None:
    assert FORM.ask_at(age).age_min == youngest


def test_nobody_placed_for_own_behaviour_is_told_that_nothing_was_theirs() -> None:
    assert "inte för att straffa" in FORM.say(15, "lvu_3").get("sv")
    assert FORM.say(15, "lvu_2") == FORM.ask_at(15).always_say
    assert FORM.say(9, "lvu_3") == FORM.ask_at(9).always_say


BORN, PLACED = dt.date(2018, 3, 1), dt.date(2025, 1, 10)


def due(until: dt.date, *told: dt.date, **more: object) -> list[tuple[str, str]]:
    found = retell_due(born=BORN, placed=PLACED, told=told, until=until, **more)  # type: ignore[arg-type] # as given
    return [(each.code, each.due.isoformat()) for each in found]


def test_told_at_the_start_and_again() -> None:
    assert due(dt.date(2025, 5, 1)) == [("start", "2025-01-24"), ("start", "2025-04-10")]
    assert due(dt.date(2025, 5, 1), dt.date(2025, 1, 20)) == [("start", "2025-04-10")]
    assert due(dt.date(2025, 5, 1), dt.date(2025, 1, 20), dt.date(2025, 4, 1)) == []


def test_told_again_at_a_new_age_form_and_every_year() -> None:
    told = (dt.date(2025, 1, 20), dt.date(2025, 4, 1))
    assert due(dt.date(2026, 4, 1), *told) == [("age_step", "2026-03-01"), ("yearly", "2026-04-01")]
    assert due(dt.date(2026, 4, 1), *told, dt.date(2026, 2, 10)) == []


def test_told_again_after_what_happens_and_what_the_child_says() -> None:
    told = (dt.date(2025, 1, 20), dt.date(2025, 4, 1))
    events = [Event("move", dt.date(2025, 6, 1)), Event("question", dt.date(2025, 3, 1))]
    check = LastCheck(dt.date(2025, 7, 1), settled=False)
    assert due(dt.date(2025, 8, 1), *told, events=events, check=check) == [
        ("move", "2025-06-15"),
        ("not_own_words", "2025-07-01"),
    ]
    assert due(dt.date(2025, 8, 1), *told, dt.date(2025, 7, 2), events=events, check=check) == []


def test_a_month_later_stays_within_the_month() -> None:
    assert months_later(dt.date(2025, 11, 30), 3) == dt.date(2026, 2, 28)
    assert months_later(dt.date(2024, 2, 29), 12 * 8) == dt.date(2032, 2, 29)
    assert Retelling("start", PLACED) != Retelling("yearly", PLACED)
