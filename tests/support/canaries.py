"""A summary in which every field says something that can be recognised, so that what is left of it shows."""

from __future__ import annotations

import dataclasses
import itertools
import types
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from followup.domain.summary import SCHEMA, VisitSummary

_FIXED: dict[tuple[str, str], Any] = {
    ("Drawing", "strokes"): "[[[10,10],[400,300]]]",
    ("Scale", "kind"): "bars",
    ("Answer", "status"): "answered",
    ("TrendPoint", "status"): "answered",
    ("VisitSummary", "language"): "sv",
    ("VisitSummary", "zone"): "Europe/Stockholm",
    ("VisitSummary", "schema"): SCHEMA,
    ("VisitSummary", "masked"): (),
    ("VisitSummary", "made_of"): None,
    ("AnswerLine", "language"): "ar",
    ("Quote", "language"): "ar",
}
_CODES = {
    "respondent": ("child", "carer"),
    "kind": ("observation", "assessment", "statement"),
    "outcome": ("declined",),
}


def canary_summary(word: str = "Kanarie", end: str = "") -> VisitSummary:
    """Return a summary with every field filled: each string is the word, a number and the end; two of each part.

    A word of letters alone makes strings that a name can stand in: canary_summary("Ida", " sover").
    """
    numbers = itertools.count(1)
    made: VisitSummary = _value(VisitSummary, "VisitSummary", "", numbers, (word, end))
    return made


def strings_in(value: object, path: str = "") -> Iterator[tuple[str, str, str]]:
    """Give each string of a value, as (class, field, text). It knows nothing of what the program passes over."""
    if isinstance(value, tuple):
        for part in value:
            if isinstance(part, str):
                yield (*path.split("."), part)  # type: ignore[misc] # a path is a class and a field
            else:
                yield from strings_in(part)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            if isinstance(part, str):
                yield type(value).__name__, field.name, part
            else:
                yield from strings_in(part, f"{type(value).__name__}.{field.name}")


def _value(kind: Any, owner: str, name: str, numbers: Iterator[int], words: tuple[str, str]) -> Any:
    if (owner, name) in _FIXED:
        return _FIXED[owner, name]
    if isinstance(kind, types.UnionType):
        kind = kind.__args__[0]
    if typing.get_origin(kind) is tuple:
        return tuple(_value(kind.__args__[0], owner, name, numbers, words) for _ in range(2))
    if dataclasses.is_dataclass(kind):
        return _dataclass(kind, name, numbers, words)
    number = next(numbers)
    simple = {str: f"{words[0]}{number}{words[1]}", int: number, bool: True, date: date(2026, 11, 1 + number % 28)}
    return datetime(2026, 11, 1 + number % 28, 12, tzinfo=UTC) if kind is datetime else simple[kind]


def _dataclass(kind: Any, name: str, numbers: Iterator[int], words: tuple[str, str]) -> Any:
    hints = typing.get_type_hints(kind)
    values = {each: _value(hint, kind.__name__, each, numbers, words) for each, hint in hints.items()}
    if kind.__name__ == "Term" and name in _CODES:
        values["code"] = _CODES[name][next(numbers) % len(_CODES[name])]
    return kind(**values)
