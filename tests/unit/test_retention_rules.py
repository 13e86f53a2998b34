"""The rules of thinning as values: which version holds, and a file that can't be used is told of line by line."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from followup.deadlines.retention import retention_book
from followup.domain.checking import InvalidQuestionnaire
from followup.domain.deadlines import Interval
from followup.domain.retention import parse_retention

WORDS = {"sv": "ord", "en": "words"}
VERSION: dict[str, Any] = {"from": date(2020, 1, 1), "law": "lag", "after": {"days": 1}, "why": WORDS}
RULE: dict[str, Any] = {"id": "r", "what": WORDS, "how": "rows", "tables": {"one": "at"}, "versions": [VERSION]}
KEPT: dict[str, Any] = {"id": "k", "what": WORDS, "law": "lag", "why": WORDS, "tables": [["two"], ["three"]]}


def problems(rules: list[Any], kept: list[Any]) -> str:
    with pytest.raises(InvalidQuestionnaire) as raised:
        parse_retention({"rules": rules, "kept": kept}, source="own.yaml")
    return str(raised.value)


def test_the_newest_version_in_force_holds() -> None:
    later = VERSION | {"from": date(2025, 7, 1), "law": "ny lag", "after": {"years": 5, "months": 1}}
    book = parse_retention({"rules": [RULE | {"versions": [VERSION, later]}], "kept": [KEPT]}, source="own.yaml")
    (rule,) = book.rules
    assert rule.on(date(2019, 12, 31)) is None, "before there was a law nothing goes"
    held = [rule.on(day) for day in (date(2025, 6, 30), date(2025, 7, 1))]
    assert [(each.law, each.after) for each in held if each] == [
        ("lag", Interval(days=1)),
        ("ny lag", Interval(months=61)),
    ]
    assert book.decided == {"one", "two", "three"}


def test_every_problem_is_told() -> None:
    assert "two is decided about twice" in problems([RULE | {"tables": {"two": "at"}}], [KEPT])
    told = problems([RULE | {"how": "burn", "versions": [VERSION | {"from": "2020"}]}], [KEPT | {"tables": "two"}])
    for each in ("how: choose one of", "from: must be a date", "tables: must be a list of names"):
        assert each in told
    later_first = [VERSION | {"from": date(2021, 1, 1)}, VERSION]
    assert "oldest first" in problems([RULE | {"versions": later_first}], [KEPT])
    assert "after" in problems([RULE | {"versions": [VERSION | {"after": {"weeks": 2}}]}], [KEPT])


def test_files_on_placed_children_are_kept_by_their_law() -> None:
    file = next(each for each in retention_book().kept if each.id == "file")
    assert file.law == "16 kap. 2 § 3 socialtjänstlagen (2025:400)"
    assert {"child", "visit", "answer", "document", "urgent_concern"} <= set(file.tables)
    compilations = next(rule for rule in retention_book().rules if rule.id == "compilations")
    assert compilations.versions[-1].after == Interval(months=60)
