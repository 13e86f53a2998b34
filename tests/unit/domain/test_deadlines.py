from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.deadlines import rule_book
from followup.domain.deadlines import (
    STATES,
    Deadline,
    Facts,
    Happened,
    Interval,
    Rule,
    Stay,
    Version,
    deadlines_of,
    in_force,
)
from followup.domain.questionnaire import NO_TEXT
from followup.domain.workdays import Workdays

HOME, OTHER = UUID(int=1), UUID(int=2)
BORN = date(2016, 3, 14)
TODAY = date(2026, 11, 24)


def _eves(year: int) -> Mapping[date, str]:
    return {date(year, 12, 24): "Julafton", date(year, 12, 25): "Juldagen"}


CALENDAR = Workdays(_eves)
DAYS = st.dates(date(2015, 1, 1), date(2032, 12, 31))


def lives(start: date, end: date | None = None, **more: object) -> Stay:
    values = {"home_id": HOME, "home_kind": "foster", "legal_basis": "sol", **more}
    return Stay(start, end, **values)  # type: ignore[arg-type] # values of the tests' own


def due(rule_id: str, facts: Facts, today: date = TODAY) -> Deadline:
    found = deadlines_of(facts, rule_book().rules, today, CALENDAR)
    assert len(found) == len(rule_book().rules)
    return next(each for each in found if each.rule.id == rule_id)


def placed(start: date, *milestones: Happened, **more: object) -> Facts:
    return Facts(BORN, [lives(start, **more)], milestones)  # type: ignore[arg-type] # as above


def rule(first: Interval, again: Interval | None = None, **more: object) -> Rule:
    version = Version(date(1990, 1, 1), None, "lag", first, again)
    values = {"counts_from": "care", "versions": (version,), "met_by": ("done",), **more}
    return Rule("rule", "law", NO_TEXT, NO_TEXT, **values)  # type: ignore[arg-type] # as above


def only(asked: Rule, facts: Facts, today: date = TODAY) -> Deadline:
    (found,) = deadlines_of(facts, [asked], today, CALENDAR)
    return found


# --- counting


@pytest.mark.parametrize(
    ("start", "interval", "expected"),
    [
        (date(2024, 2, 29), Interval(months=24), date(2026, 2, 28)),
        (date(2024, 2, 29), Interval(months=48), date(2028, 2, 29)),
        (date(2026, 2, 28), Interval(months=24), date(2028, 2, 28)),
        (date(2026, 8, 31), Interval(months=6), date(2027, 2, 28)),
        (date(2027, 8, 31), Interval(months=6), date(2028, 2, 29)),
        (date(2026, 11, 30), Interval(months=3), date(2027, 2, 28)),
        (date(2026, 12, 31), Interval(days=60), date(2027, 3, 1)),
        (date(2027, 12, 31), Interval(days=60), date(2028, 2, 29)),
        (date(2026, 3, 28), Interval(days=1), date(2026, 3, 29)),  # the clock is put forward: days have no clock
        (date(2026, 10, 24), Interval(days=2), date(2026, 10, 26)),
        (date(2026, 1, 31), Interval(months=1, days=1), date(2026, 3, 1)),
    ],
)
def test_calendar_arithmetic(start: date, interval: Interval, expected: date) -> None:
    assert interval.after(start, CALENDAR) == expected


def test_working_days_leave_out_weekends_and_holidays() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    assert Interval(workdays=1).after(friday, CALENDAR) == monday
    assert Interval(workdays=1).after(date(2026, 12, 23), CALENDAR) == date(2026, 12, 28)  # Christmas, then Sunday
    assert Interval(workdays=10).after(date(2026, 12, 14), CALENDAR) == date(2026, 12, 30)
    notice = due("health_examination", placed(date(2026, 12, 14)), date(2026, 12, 20))
    assert (notice.state, notice.due) == ("due_soon", date(2026, 12, 30))


# --- rules of the shipped file


def test_six_months_from_the_beginning_then_from_the_last_time() -> None:
    begun = date(2026, 3, 31)
    first = due("consideration_sol", placed(begun), date(2026, 6, 1))
    assert (first.state, first.due, first.met_on) == ("coming", date(2026, 9, 30), None)
    assert due("consideration_sol", placed(begun), date(2026, 8, 19)).state == "due_soon"
    assert due("consideration_sol", placed(begun), date(2026, 9, 30)).state == "due_soon"
    assert due("consideration_sol", placed(begun), date(2026, 10, 1)).state == "overdue"
    held = Happened("care_considered", date(2026, 8, 31))
    again = due("consideration_sol", placed(begun, held), date(2026, 10, 1))
    assert (again.state, again.due, again.met_on) == (
        "coming",
        date(2027, 3, 1),
        held.on,
    )  # the last of February is a Sunday
    assert again.version
    assert again.version.law == "SoL 22 kap. 13 §"


def test_the_law_follows_the_legal_basis() -> None:
    begun = date(2026, 3, 31)
    asked = {
        "sol": {"consideration_sol", "custody_sol"},
        "lvu_2": {"consideration_lvu", "custody_lvu"},
        "lvu_3": {"review_lvu", "custody_lvu"},
    }
    for basis, rules in asked.items():
        found = deadlines_of(placed(begun, legal_basis=basis), rule_book().rules, TODAY, CALENDAR)
        owed = {each.rule.id for each in found if each.rule.bases and each.due}
        assert owed == rules


def test_a_new_legal_basis_begins_a_new_count_but_the_home_goes_on() -> None:
    stays = [
        lives(date(2025, 1, 10), date(2026, 6, 1)),
        lives(date(2026, 6, 1), legal_basis="lvu_2"),
    ]
    facts = Facts(BORN, stays, [Happened("care_considered", date(2026, 5, 20))])
    consideration, custody = due("consideration_lvu", facts), due("custody_lvu", facts)
    assert (consideration.due, consideration.met_on) == (date(2026, 12, 1), None)
    assert (custody.since, custody.due) == (date(2025, 1, 10), date(2027, 1, 11))


def test_two_years_in_the_same_home_then_each_year() -> None:
    begun = date(2024, 10, 14)
    assert due("custody_sol", placed(begun), date(2026, 4, 13)).points == ()
    near = due("custody_sol", placed(begun), date(2026, 4, 14))
    assert (near.state, near.due, len(near.points)) == ("coming", date(2026, 10, 14), 5)
    assert due("custody_sol", placed(begun), date(2026, 10, 15)).state == "overdue"
    held = Happened("custody_considered", date(2026, 10, 2))
    after = due("custody_sol", placed(begun, held), date(2026, 10, 20))
    assert (after.state, after.due, after.points) == ("coming", date(2027, 10, 4), ())  # a Saturday


def test_what_was_considered_too_early_keeps_its_first_day() -> None:
    early = Happened("custody_considered", date(2025, 1, 1))
    assert due("custody_sol", placed(date(2024, 10, 14), early)).due == date(2026, 10, 14)


def test_a_move_begins_the_two_years_anew_but_not_the_care() -> None:
    stays = [lives(date(2024, 10, 14), date(2026, 2, 1)), lives(date(2026, 2, 1), home_id=OTHER)]
    facts = Facts(BORN, stays, [Happened("custody_considered", date(2026, 1, 1))])
    custody, plan = due("custody_sol", facts), due("care_plan", facts)
    assert (custody.since, custody.due, custody.met_on) == (date(2026, 2, 1), date(2028, 2, 1), None)
    assert (plan.since, plan.due) == (date(2024, 10, 14), date(2026, 10, 14))


def test_a_time_at_home_ends_the_care() -> None:
    stays = [lives(date(2023, 1, 1), date(2025, 1, 1)), lives(date(2025, 3, 1))]
    facts = Facts(BORN, stays, [Happened("care_plan_revised", date(2024, 12, 1))])
    plan = due("care_plan", facts)
    assert (plan.since, plan.due, plan.state) == (date(2025, 3, 1), date(2027, 3, 1), "coming")


def test_once_is_enough_for_what_is_asked_once() -> None:
    met = due("care_plan", placed(date(2024, 1, 1), Happened("care_plan_revised", date(2026, 2, 1))))
    assert (met.state, met.due, met.met_on) == ("met", None, date(2026, 2, 1))


def test_three_years_before_july_2022_and_two_after() -> None:
    def first(start: date) -> date | None:
        return due("custody_sol", placed(start), date(2024, 1, 1)).due

    assert first(date(2019, 3, 1)) == date(2022, 3, 1)  # still by the old law
    assert first(date(2019, 6, 30)) == date(2022, 6, 30)
    assert first(date(2019, 7, 1)) == date(2022, 7, 1)
    assert first(date(2020, 1, 1)) == date(2022, 7, 1)  # two years had passed when the law changed: due that day
    assert first(date(2021, 1, 4)) == date(2023, 1, 4)


@pytest.mark.parametrize(
    ("begun", "fell_on", "ends_on"),
    [
        (date(2026, 6, 25), date(2026, 12, 25), date(2026, 12, 28)),  # Christmas Day, a Friday
        (date(2026, 6, 24), date(2026, 12, 24), date(2026, 12, 28)),  # the eve counts as a holiday in this law
        (date(2026, 6, 26), date(2026, 12, 26), date(2026, 12, 28)),
        (date(2026, 6, 23), None, date(2026, 12, 23)),
    ],
)
def test_the_last_day_that_the_law_gives_moves_off_holidays(begun: date, fell_on: date | None, ends_on: date) -> None:
    found = due("consideration_sol", placed(begun))
    assert (found.fell_on, found.due) == (fell_on, ends_on)
    assert due("consideration_sol", placed(begun), ends_on).state == "due_soon"
    assert due("consideration_sol", placed(begun), ends_on + timedelta(days=1)).state == "overdue"
    reckoned = fell_on or ends_on
    assert found.remind_on == reckoned - timedelta(days=42)  # nobody is reminded later for it


def test_what_is_no_act_that_a_law_asks_for_stays_on_its_day() -> None:
    home = {"home_kind": "emergency"}
    ended = Happened("investigation_ended", date(2026, 10, 25))
    stay = due("emergency_home", placed(date(2026, 10, 1), ended, **home))
    assert (stay.due, stay.fell_on) == (date(2026, 12, 25), None)  # so long may a child stay, and no longer
    seen = Facts(BORN, [lives(date(2026, 1, 1))], visited=date(2026, 9, 25))
    assert (due("visit", seen).due, due("visit", seen).fell_on) == (date(2026, 12, 25), None)


def test_a_visit_that_is_booked_in_time_presses_nobody() -> None:
    seen = Facts(BORN, [lives(date(2026, 1, 1))], visited=date(2026, 8, 27))
    assert (due("visit", seen).state, due("visit", seen).due) == ("due_soon", date(2026, 11, 26))
    booked = due("visit", replace(seen, booked=date(2026, 11, 26)))
    assert (booked.state, booked.booked) == ("coming", date(2026, 11, 26))
    for day in (date(2026, 11, 27), date(2026, 11, 23)):  # too late, and one that has been and was never signed
        assert due("visit", replace(seen, booked=day)).state == "due_soon"
    late = replace(seen, visited=date(2026, 8, 1), booked=date(2026, 11, 25))
    assert due("visit", late).state == "overdue"


def test_the_section_is_the_one_in_force() -> None:
    def law(today: date) -> str:
        version = due("custody_sol", placed(date(2021, 1, 1)), today).version
        return version.law if version else ""

    assert law(date(2022, 1, 1)) == "SoL (2001:453) 6 kap. 8 §"  # due in January 2023, by the law of that day
    assert law(date(2024, 1, 1)) == "SoL (2001:453) 6 kap. 8 §"
    assert law(TODAY) == "SoL 22 kap. 14 §, FB 6 kap. 8 §"  # overdue since then, under the law that holds now


def test_a_rule_that_is_gone_asks_for_nothing() -> None:
    version = Version(date(2020, 1, 1), date(2025, 1, 1), "lag", Interval(months=6), Interval(months=6))
    gone = rule(Interval(), versions=(version,))
    assert only(gone, placed(date(2024, 12, 1)), TODAY).state == "not_applicable"  # fell due after the rule's end
    assert only(gone, placed(date(2023, 1, 1)), TODAY).state == "not_applicable"
    assert only(gone, placed(date(2023, 1, 1)), date(2024, 1, 1)).state == "overdue"


def test_three_months_only_while_the_decision_is_in_force() -> None:
    begun, decided = date(2025, 1, 1), Happened("contact_restricted", date(2026, 8, 30))
    lvu = {"legal_basis": "lvu_2"}
    assert due("contact", placed(begun, **lvu)).state == "not_applicable"
    assert due("contact", placed(begun, decided, **lvu)).due == date(2026, 11, 30)
    considered = Happened("contact_considered", date(2026, 11, 10))
    assert due("contact", placed(begun, decided, considered, **lvu)).due == date(2027, 2, 10)
    ended = Happened("contact_free", date(2026, 11, 20))
    assert due("contact", placed(begun, decided, considered, ended, **lvu)).state == "not_applicable"
    anew = Happened("contact_restricted", date(2026, 11, 22))
    assert due("contact", placed(begun, decided, considered, ended, anew, **lvu)).due == date(2027, 2, 22)
    assert due("contact", placed(begun, decided)).state == "not_applicable"  # LVU alone knows such a decision


def test_of_two_things_on_one_day_the_last_recorded_counts() -> None:
    day = date(2026, 1, 1)
    start, end = Happened("removal_banned", day), Happened("removal_allowed", day)
    assert in_force([start, end], {"removal_banned"}, {"removal_allowed"}) is None
    assert in_force([end, start], {"removal_banned"}, {"removal_allowed"}) == day


def test_an_emergency_home_waits_for_the_investigation() -> None:
    home = {"home_kind": "emergency"}
    begun = date(2026, 9, 1)
    assert due("emergency_home", placed(begun, **home)).state == "waiting"
    assert due("emergency_home", placed(begun)).state == "not_applicable"
    ended = Happened("investigation_ended", date(2026, 12, 31))
    assert due("emergency_home", placed(begun, ended, **home), date(2027, 1, 2)).due == date(2027, 2, 28)
    before = Happened("investigation_ended", date(2026, 5, 1))
    assert due("emergency_home", placed(begun, before, **home)).due == date(2026, 11, 1)
    longer = Happened("emergency_prolonged", date(2027, 2, 1))
    assert due("emergency_home", placed(begun, ended, longer, **home), date(2027, 3, 1)).state == "met"


def test_rules_about_children_end_at_eighteen() -> None:
    turning = date(2027, 1, 1)
    facts = replace(placed(date(2026, 6, 1)), born=date(2009, 1, 1))
    assert due("consideration_sol", facts).due == date(2026, 12, 1)
    held = replace(facts, milestones=[Happened("care_considered", date(2026, 7, 2))])
    assert due("consideration_sol", held).state == "not_applicable"  # would be the day after the birthday
    assert due("consideration_sol", facts, turning).state == "not_applicable"
    lvu = replace(placed(date(2026, 6, 1), legal_basis="lvu_3"), born=date(2009, 1, 1))
    assert due("review_lvu", lvu, turning).state == "overdue"  # that care may go on until 21


def test_visits_follow_the_plan_and_say_when_it_is_only_recommended() -> None:
    begun = date(2026, 1, 1)
    usual = due("visit", replace(placed(begun), visited=date(2026, 10, 1)))
    assert (usual.due, usual.kind) == (date(2026, 12, 31), "recommendation")
    often = due("visit", replace(placed(begun, visit_interval_days=30), visited=date(2026, 10, 1)))
    assert (often.due, often.kind, often.state) == (date(2026, 10, 31), "plan", "overdue")
    assert due("visit", placed(begun)).due == date(2026, 4, 2)


def test_telling_again_is_reckoned_as_in_the_talk_about_why() -> None:
    facts = replace(placed(date(2024, 10, 14)), told=[date(2025, 12, 1), date(2026, 1, 10)])
    again = due("telling", facts)
    assert (again.due, again.occasion, again.met_on) == (date(2027, 1, 10), "yearly", date(2026, 1, 10))
    assert due("telling", placed(date(2026, 11, 20))).occasion == "start"
    assert due("telling", replace(facts, born=None)).state == "not_applicable"


def test_without_a_home_nothing_is_due() -> None:
    for stays in ([], [lives(date(2020, 1, 1), TODAY)], [lives(TODAY + timedelta(days=1))]):
        found = deadlines_of(Facts(BORN, stays), rule_book().rules, TODAY, CALENDAR)
        assert {each.state for each in found} == {"not_applicable"}


def test_the_most_pressing_come_first() -> None:
    found = deadlines_of(placed(date(2024, 10, 14)), rule_book().rules, TODAY, CALENDAR)
    places = [STATES.index(each.state) for each in found]
    assert places == sorted(places)


def test_every_rule_of_the_file_names_a_law_in_force_and_something_to_record() -> None:
    for each in rule_book().rules:
        version = each.on(TODAY)
        assert version, each.id
        assert version.law
        assert version.explained, each.id
        assert each.met_by or each.counts_from in {"visit", "told"}


def test_legal_bases_have_words() -> None:
    assert rule_book().basis_words(TODAY) == {"sol": "SoL", "lvu_2": "LVU 2 §", "lvu_3": "LVU 3 §"}
    assert rule_book().basis("other", TODAY) == "other"


# --- what holds whatever the days are


@given(first=DAYS, second=DAYS, today=DAYS, rule_id=st.sampled_from([each.id for each in rule_book().rules]))
def test_an_earlier_start_is_never_due_later(first: date, second: date, today: date, rule_id: str) -> None:
    early, late = sorted((first, second))
    today = max(today, late)
    one, other = (due(rule_id, replace(placed(day), born=date(2014, 5, 5)), today) for day in (early, late))
    if one.due and other.due and rule_id != "telling":
        assert one.due <= other.due


@given(start=DAYS, first=DAYS, second=DAYS, months=st.integers(1, 36), again=st.integers(1, 36))
def test_doing_it_later_or_once_more_never_brings_it_nearer(
    start: date, first: date, second: date, months: int, again: int
) -> None:
    asked = rule(Interval(months=months), Interval(months=again))
    early, late = (Happened("done", day) for day in sorted((first, second)))
    today = max(start, late.on)
    none, once, later, both = (
        only(asked, placed(start, *done), today).due for done in ((), (early,), (late,), (early, late))
    )
    assert none
    assert once
    assert later
    assert none <= once <= later
    assert both == later


@given(start=DAYS, today=DAYS, months=st.integers(1, 60), remind=st.integers(0, 90))
def test_states_follow_each_other_and_never_turn_back(start: date, today: date, months: int, remind: int) -> None:
    asked = rule(Interval(months=months), Interval(months=months), remind=Interval(days=remind))
    order = ("coming", "due_soon", "overdue")
    today = max(today, start)
    now, tomorrow = (only(asked, placed(start), day).state for day in (today, today + timedelta(days=1)))
    assert order.index(now) <= order.index(tomorrow)


@given(
    stays=st.lists(st.tuples(DAYS, st.none() | DAYS, st.sampled_from(["sol", "lvu_2", "lvu_3"])), max_size=4),
    milestones=st.lists(st.tuples(st.sampled_from(sorted(rule_book().milestones)), DAYS), max_size=8),
    today=DAYS,
    told=st.lists(DAYS, max_size=3),
)
def test_no_history_is_too_odd(
    stays: list[tuple[date, date | None, str]],
    milestones: list[tuple[str, date]],
    today: date,
    told: list[date],
) -> None:
    homes = [lives(start, end, legal_basis=basis) for start, end, basis in stays]
    facts = Facts(BORN, homes, [Happened(*each) for each in milestones], None, told)
    for each in deadlines_of(facts, rule_book().rules, today, CALENDAR):
        assert each.state in STATES
        assert (each.due is not None) == (each.state in {"overdue", "due_soon", "coming"})
        assert each.due is None or (each.due < today) == (each.state == "overdue")
