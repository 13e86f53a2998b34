"""The rules by which a month's sample of the log is drawn, by date: `log_review.yaml` beside this module."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from followup.domain.log_sampling import SampleRule
from followup.domain.questionnaire import Text
from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "log_review.yaml"


def sample_rules(on: date) -> tuple[SampleRule, ...]:
    """Return the rules in force on a day, in the order of the file; before the first version, the first."""
    held = [rule for rule in _all() if rule.holds_on(on)]
    return tuple(held or (rule for rule in _all() if rule.holds_on(min(each.since for each in _all()))))


def rule_texts() -> Mapping[str, SampleRule]:
    """Return every rule there has been by its code, the newest version of each: for the words alone."""
    return {rule.code: rule for rule in _all()}


def children_in_a_list() -> int:
    """From how many children on a line of the log tells of a list, not of a child that was opened."""
    lists: Any = read_yaml(_FILE)["lists"]
    return int(lists["children"])


def fingerprint(rules: tuple[SampleRule, ...]) -> str:
    """Return the SHA-256 of what the rules say, so that it can be told later by which of them a sample was drawn."""
    said = [
        (rule.code, rule.since.isoformat(), rule.share, rule.least, rule.most, rule.per, sorted(rule.values.items()))
        for rule in rules
    ]
    return hashlib.sha256(repr(said).encode()).hexdigest()


@cache
def _all() -> tuple[SampleRule, ...]:
    rows: Any = read_yaml(_FILE)["rules"]
    return tuple(
        SampleRule(
            code=str(code),
            text=Text(dict(row["text"])),
            about=Text(dict(row["about"])),
            since=version["from"],
            until=version.get("until"),
            share=float(version["share"]),
            least=int(version["least"]),
            most=int(version["most"]),
            per=str(version.get("per", "")),
            values=dict(version.get("values", {})),
        )
        for code, row in rows.items()
        for version in row["versions"]
    )
