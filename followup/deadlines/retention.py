"""What goes when, and what never goes: `retention.yaml` beside this module, read once (docs/retention.md)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from followup.domain.retention import RetentionBook, parse_retention
from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "retention.yaml"


@cache
def retention_book() -> RetentionBook:
    """Return the shipped rules. Raises InvalidQuestionnaire with every problem of the file."""
    return parse_retention(read_yaml(_FILE), source=_FILE.name)
