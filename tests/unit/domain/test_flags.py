from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from followup.domain.answers import complete
from followup.domain.flag_rules import raise_flags
from followup.domain.flags import FORM, Flag, Level, Reason
from followup.domain.visit_rules import VisitFacts
from tests.support.sheets import FIVE, TODAY, form, sheet


def test_a_reason_holds_the_values_it_was_judged_by() -> None:
    rules = form(FIVE)
    (flag,) = raise_flags(sheet(rules, {"sleep": 2}), [sheet(rules, {"sleep": 4}, days_ago=90)], form=rules)
    assert (flag.score, flag.before, flag.fall) == (2, 4, 2)
    fall = next(reason for reason in flag.reasons if reason.rule == "R3")
    assert fall.values == {"now": 2, "max": 5, "before": 4, "steps": 2}


def test_a_reason_survives_storing_as_json() -> None:
    reason = Reason("R6", Level.TALK, {"now": 3, "max": 5, "usual": 4.5})
    assert Reason.from_json(json.loads(json.dumps(reason.as_json()))) == reason


def test_levels_are_ordered_by_rank_and_not_by_the_alphabet() -> None:
    assert [level.rank for level in (Level.INFO, Level.TALK, Level.FOLLOW_UP, Level.ESCALATE)] == [0, 1, 2, 3]
    flag = Flag("safe", (Reason("R2", Level.ESCALATE), Reason("R4", Level.FOLLOW_UP), Reason("R1", Level.TALK)))
    assert flag.level is Level.ESCALATE


def test_a_child_without_a_form_is_judged_by_the_visit_alone() -> None:
    visit = VisitFacts(TODAY, private_talk=False, understanding="not_asked", self_blame="not_asked")
    (flag,) = raise_flags(None, visit=visit)
    assert (flag.subject, flag.level, flag.rules) == (FORM, Level.TALK, ("R10", "R9b", "R9u"))


def test_a_child_who_cannot_be_asked_leaves_nothing_to_talk_about() -> None:
    unable: Any = {"understanding": "not_asked", "self_blame": "not_asked", "self_blame_reason": "ability"}
    earlier = [VisitFacts(TODAY - dt.timedelta(days=90), understanding_reason="ability", **unable)]
    (flag,) = raise_flags(
        None, visit=VisitFacts(TODAY, understanding_reason="ability", **unable), earlier_visits=earlier
    )
    assert (flag.level, flag.rules) == (Level.INFO, ("R9b", "R9u"))
    (flag,) = raise_flags(
        None, visit=VisitFacts(TODAY, understanding_reason="no_time", **unable), earlier_visits=earlier
    )
    assert flag.level is Level.TALK  # the first time that it could have been asked


def test_what_is_not_recorded_yet_raises_nothing() -> None:
    rules = form(FIVE, critical={"safe": (2, 3)})
    assert raise_flags(sheet(rules, {}), form=rules, visit=VisitFacts(TODAY)) == ()


def test_signing_turns_blanks_into_not_asked_and_a_critical_one_is_seen() -> None:
    rules = form(FIVE, critical={"safe": (2, 3)})
    closed = complete(sheet(rules, {"sleep": 4, "friends": 4, "mood": 4}), rules.items)
    (flag,) = raise_flags(closed, form=rules)
    assert (flag.subject, flag.rules, flag.critical) == ("safe", ("R5b",), True)


@pytest.mark.parametrize(
    ("visits", "level"), [([], Level.TALK), ([True], Level.TALK), ([True, False], Level.FOLLOW_UP)]
)
def test_two_visits_in_a_row_without_a_private_talk(visits: list[bool], level: Level) -> None:
    earlier = [
        VisitFacts(TODAY - dt.timedelta(days=90 * (len(visits) - number)), private_talk=talk)
        for number, talk in enumerate(visits)
    ]
    (flag,) = raise_flags(None, visit=VisitFacts(TODAY, private_talk=False), earlier_visits=earlier)
    assert flag.level is level
