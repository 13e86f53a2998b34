"""The laws that the record cites, by date: `citations.yaml` beside this module."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "citations.yaml"


def cited(code: str, on: date) -> str:
    """Return the law that the record cites for something on a day; "" before the first. Raises KeyError."""
    holding = [text for since, text in _citations()[code] if since <= on]
    return holding[-1] if holding else ""


@cache
def _citations() -> dict[str, list[tuple[date, str]]]:
    rows: Any = read_yaml(_FILE)
    return {code: sorted((_day(row["from"]), str(row["text"])) for row in versions) for code, versions in rows.items()}


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
