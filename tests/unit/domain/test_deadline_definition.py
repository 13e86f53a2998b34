from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

import pytest

from followup.domain.checking import InvalidQuestionnaire
from followup.domain.deadline_definition import parse_rules
from followup.domain.deadlines import Interval

TEXT = {"sv": "Text", "en": "Text"}


def definition() -> dict[str, Any]:
    return {
        "legal_bases": {
            "sol": [{"from": date(1982, 1, 1), "text": "SoL"}, {"from": date(2030, 1, 1), "text": "NySoL"}]
        },
        "milestones": {"done": {"text": TEXT}, "begun": {"text": TEXT}, "over": {"text": TEXT, "ends": "begun"}},
        "rules": [
            {
                "id": "rule",
                "kind": "law",
                "name": TEXT,
                "calendar": TEXT,
                "counts_from": "care",
                "met_by": ["done"],
                "remind": {"days": 14},
                "versions": [
                    {"from": date(2020, 1, 1), "until": date(2022, 7, 1), "law": "1 §", "first": {"years": 3}},
                    {"from": date(2022, 7, 1), "law": "1 §", "first": {"years": 2, "months": 1}, "points": [TEXT]},
                ],
            }
        ],
    }


def problems(change: dict[str, Any] | None = None, version: dict[str, Any] | None = None) -> str:
    made = deepcopy(definition())
    made["rules"][0]["versions"][1].update(version or {})
    made["rules"][0].update(change or {})
    with pytest.raises(InvalidQuestionnaire) as caught:
        parse_rules(made, source="rules.yaml")
    return "\n".join(caught.value.problems)


def test_a_good_definition_is_read() -> None:
    book = parse_rules(definition(), source="rules.yaml")
    rule = book.rule("rule")
    assert [version.first for version in rule.versions] == [Interval(months=36), Interval(months=25)]
    assert rule.moved_by == ""
    assert book.milestones["over"].ends == "begun"
    assert [book.basis("sol", day) for day in (date(2026, 1, 1), date(2030, 1, 1))] == ["SoL", "NySoL"]


@pytest.mark.parametrize(
    ("change", "version", "told"),
    [
        ({"kind": "wish"}, {}, "rule rule, kind: choose one of law"),
        ({"counts_from": "birth"}, {}, "counts_from: choose one of"),
        ({"met_by": ["gone"]}, {}, "met_by: gone is no milestone"),
        ({"met_by": "done"}, {}, "met_by: must be a list of codes"),
        ({"counts_from": "event"}, {}, "starts: is missing"),
        ({"counts_from": "decision", "starts": ["begun"]}, {}, "ends: is missing"),
        ({"name": {"sv": "Bara svenska"}}, {}, "name.en: is missing"),
        ({"spelling": 1}, {}, "spelling: unknown field"),
        ({"versions": []}, {}, "versions: must be a list of at least 1"),
        ({"remind": {"weeks": 2}}, {}, "remind.weeks: unknown field"),
        ({"remind": {"days": 0}}, {}, "remind: must say how long"),
        ({}, {"from": date(2022, 6, 1)}, "begins before the one before it has ended"),
        ({}, {"from": "2022"}, "from: must be a date"),
        ({}, {"until": date(2022, 7, 1)}, "until: must be later than from"),
        ({}, {"first": {"years": "two"}}, "first.years: must be a whole number"),
        ({}, {"law": ""}, "law: write some text"),
    ],
)
def test_what_is_wrong_is_told(change: dict[str, Any], version: dict[str, Any], told: str) -> None:
    assert told in problems(change, version)


def test_everything_is_told_at_once() -> None:
    made = definition()
    made["milestones"]["over"]["ends"] = "nothing"
    made["rules"].append(deepcopy(made["rules"][0]))
    with pytest.raises(InvalidQuestionnaire) as caught:
        parse_rules(made, source="rules.yaml")
    assert "rule rule: is there twice" in str(caught.value)
    assert "nothing is no milestone" in str(caught.value)
    with pytest.raises(InvalidQuestionnaire, match="must hold named fields"):
        parse_rules([], source="rules.yaml")
