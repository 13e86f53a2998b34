from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from followup.deadlines import rule_book
from followup.domain.deadlines import Deadline, Facts, Happened, Stay, deadlines_of
from followup.services.demo.milestones import Deed, deeds_of
from followup.services.demo.people import Kid, cast
from followup.services.demo.stories import read_stories
from followup.services.overview.deadline_facts import CALENDAR

ZONE = ZoneInfo("Europe/Stockholm")
DAYS = [date(2026, 11, 24), date(2027, 2, 28), date(2028, 2, 29), date(2027, 7, 5)]


def kids(today: date) -> tuple[Kid, ...]:
    return cast(read_stories(), today, ZONE, 20).kids


def pressing(kid: Kid, deeds: list[Deed], today: date) -> dict[str, Deadline]:
    stay = Stay(kid.placed, None, kid.home.id, kid.home.kind, kid.story.legal_basis)
    happened = [Happened(deed.kind, deed.on) for deed in sorted(deeds, key=lambda deed: deed.on)]
    found = deadlines_of(Facts(kid.born, [stay], happened), rule_book().rules, today, CALENDAR)
    asked = [each for each in found if each.rule.counts_from not in {"visit", "told"}]  # no visits are looked at here
    return {each.rule.id: each for each in asked if each.pressing}


@pytest.mark.parametrize("today", DAYS)
def test_some_deadlines_are_overdue_some_near_and_most_are_kept(today: date) -> None:
    found = {kid.story.name: pressing(kid, list(deeds_of(kid, today)), today) for kid in kids(today)}
    overdue = {(name, rule) for name, rules in found.items() for rule, each in rules.items() if each.state == "overdue"}
    assert overdue == {("Hedda Vinterek", "custody_sol"), ("Ines Daggkåpa", "consideration_sol")}
    assert len(found["Alva Granbarr"]["custody_sol"].points) == 5
    assert found["Leo Snödroppe"]["emergency_home"].state == "due_soon"
    assert any(not rules for rules in found.values())


@pytest.mark.parametrize("today", DAYS)
def test_everything_happened_while_the_child_was_placed_and_twice_alike(today: date) -> None:
    for kid in kids(today):
        deeds = list(deeds_of(kid, today))
        assert deeds == list(deeds_of(kid, today))
        assert all(kid.placed <= deed.on < today for deed in deeds)
        assert {deed.kind for deed in deeds} <= set(rule_book().milestones)
