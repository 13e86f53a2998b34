"""A month's sample: the same every time, whatever the order; within its bounds; nobody foretells it without the key."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from followup.deadlines.log_review import fingerprint, sample_rules
from followup.domain.log_sampling import FOR_ALL, Occasion, SampleRule, draw
from followup.domain.questionnaire import Text

KEY = b"k" * 32
DAY = datetime(2026, 10, 5, 9, tzinfo=UTC)


def occasions(number: int, teams: int = 2, facts: frozenset[str] = frozenset()) -> list[Occasion]:
    return [
        Occasion(
            actor_id=UUID(int=1 + each % 7),
            child_id=UUID(int=1000 + each),
            day=(DAY + timedelta(days=each % 20)).date(),
            first_at=DAY + timedelta(days=each % 20),
            last_at=DAY + timedelta(days=each % 20),
            first_line=each,
            last_line=each,
            team_id=UUID(int=50 + each % teams),
            facts=set(facts),
        )
        for each in range(number)
    ]


def rule(code: str, share: float = 1, least: int = 0, most: int = 1000, per: str = "") -> SampleRule:
    text = Text({"sv": code, "en": code})
    return SampleRule(code, text, text, date(2026, 1, 1), None, share, least, most, per)


def test_the_same_sample_whatever_the_order() -> None:
    rules = sample_rules(date(2026, 11, 1))
    found = occasions(300)
    first = [(each.occasion.name, each.rules) for each in draw(rules, found, KEY)]
    found = found[::-2] + found[::2]
    assert [(each.occasion.name, each.rules) for each in draw(rules, found, KEY)] == first
    assert first != [(each.occasion.name, each.rules) for each in draw(rules, found, b"another")]


@pytest.mark.parametrize(("among", "drawn"), [(0, 0), (3, 3), (5, 5), (100, 5), (1000, 20), (100_000, 40)])
def test_a_share_has_bounds(among: int, drawn: int) -> None:
    assert rule("random", share=0.02, least=5, most=40).number(among) == drawn


def test_every_team_is_there() -> None:
    drawn = draw([rule("own_team", share=0, least=2, most=2, per="team")], occasions(200, teams=9), KEY)
    teams = [each.occasion.team_id for each in drawn]
    assert {teams.count(team) for team in teams} == {2}
    assert len(set(teams)) == 9


def test_what_a_rule_does_not_look_at_is_not_drawn_by_it() -> None:
    marked = occasions(5, facts=frozenset({"same_surname"}))
    drawn = draw([rule("same_surname"), rule("same_address")], [*marked, *occasions(50)[5:]], KEY)
    assert {each.occasion.name for each in drawn} == {each.name for each in marked}
    assert {each.rules for each in drawn} == {("same_surname",)}


def test_refused_tries_are_drawn_by_their_own_rule_alone() -> None:
    (tries,) = occasions(1)
    tries.child_id = None
    tries.facts = {"refused"}
    drawn = draw([rule("refused"), rule("random"), rule("own_team", per="team")], [tries], KEY)
    assert [each.rules for each in drawn] == [("refused",)]


def test_what_weighs_most_is_read_first_and_named_once() -> None:
    found = occasions(6)
    found[4].facts = {"break_glass"}
    drawn = draw([rule("break_glass"), rule("random")], found, KEY)
    assert drawn[0].occasion is found[4]
    assert drawn[0].rules == ("break_glass", "random")
    assert len(drawn) == 6


def test_the_shipped_rules_hold_and_are_told_apart() -> None:
    rules = sample_rules(date(2026, 11, 1))
    assert {each.code for each in rules} >= {
        *FOR_ALL, "protected", "break_glass", "same_surname", "same_address", "no_visit_near", "odd_hours", "refused",
    }  # fmt: skip
    assert len(fingerprint(rules)) == 64
    assert fingerprint(rules) != fingerprint(rules[1:])
    assert sample_rules(date(2020, 1, 1)) == rules, "months from before the rules are drawn by the first of them"
