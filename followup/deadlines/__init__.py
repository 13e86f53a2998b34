"""The dated rules: a YAML file beside this module, read once. How a rule is written: docs/deadlines.md."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from followup.domain.deadline_definition import RuleBook, parse_rules
from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "rules.yaml"


@cache
def rule_book() -> RuleBook:
    """Return the shipped rules. Raises InvalidQuestionnaire with every problem of the file."""
    return parse_rules(read_yaml(_FILE), source=_FILE.name)
