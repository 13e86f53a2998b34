"""What goes when, and what never goes: dated rules as values, and reading them. Nothing is thinned here.

Law: files on children placed in foster homes are never destroyed (SoL 2025:400 16:2 p 3); data in compilations are
destroyed five years after the circumstances ended (16:1 second paragraph).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from followup.domain.checking import InvalidQuestionnaire, Reader
from followup.domain.deadlines import Interval
from followup.domain.questionnaire import Text

HOW = ("rows", "set_aside", "left_staff", "export_archives")
"""What a rule may ask for: rows by the age of a column, and three that need more than a column to be judged by."""

_CODE = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Version:
    """A rule as it holds from a day on. after: how long the clock runs before things go. law: the section as text."""

    since: date
    law: str
    after: Interval
    why: Text


@dataclass(frozen=True)
class RetentionRule:
    """What goes. clears: columns that are emptied ("user.picture").

    tables: table -> the column that is its clock, or, for staff who have left, the one that says whose a row is.
    """

    id: str
    what: Text
    how: str
    tables: Mapping[str, str]
    clears: tuple[str, ...]
    versions: tuple[Version, ...]

    def on(self, day: date) -> Version | None:
        """Return the version in force on a day; None before the first: then nothing goes."""
        return next((version for version in reversed(self.versions) if version.since <= day), None)


@dataclass(frozen=True)
class Kept:
    """Tables that no rule reaches, and why."""

    id: str
    what: Text
    law: str
    why: Text
    tables: tuple[str, ...]


@dataclass(frozen=True)
class RetentionBook:
    """All that is decided."""

    rules: tuple[RetentionRule, ...]
    kept: tuple[Kept, ...]

    @property
    def decided(self) -> frozenset[str]:
        """Every table that somebody has decided about."""
        return frozenset({table for rule in self.rules for table in rule.tables} | _kept_tables(self.kept))


def parse_retention(definition: object, *, source: str) -> RetentionBook:
    """Return the rules of a file. Raises InvalidQuestionnaire with one line per thing to put right."""
    notes: list[str] = []
    reader = Reader(definition, source, notes)
    reader.keys({"rules", "kept"})
    rules = tuple(_rule(row) for row in reader.rows("rules", named="rule", least=1))
    kept = tuple(_kept(row) for row in reader.rows("kept", named="kept", least=1))
    named = Counter(
        [table for rule in rules for table in rule.tables] + [name for each in kept for name in each.tables]
    )
    notes += [f"{source}: {table} is decided about twice" for table, times in named.items() if times > 1]
    if notes:
        raise InvalidQuestionnaire(notes)
    return RetentionBook(rules, kept)


def _kept_tables(kept: tuple[Kept, ...]) -> set[str]:
    return {table for each in kept for table in each.tables}


def _rule(row: Reader) -> RetentionRule:
    row.keys({"id", "what", "how", "tables", "versions"}, {"clears"})
    tables = row.child("tables")
    versions = tuple(_version(each) for each in row.rows("versions", least=1))
    for earlier, later in pairwise(versions):
        if later.since <= earlier.since:
            row.note("versions", "must be in the order of their days, the oldest first")
    return RetentionRule(
        id=row.string("id", _CODE),
        what=row.text("what"),
        how=row.choice("how", HOW),
        tables={
            str(table): tables.string(str(table), _CODE, "name the column that is its clock") for table in tables.values
        },
        clears=tuple(_names(row, "clears", row.values.get("clears", []))),
        versions=versions,
    )


def _version(row: Reader) -> Version:
    row.keys({"from", "law", "after", "why"})
    since = row.values.get("from")
    if type(since) is not date:
        row.note("from", "must be a date: 2025-07-01")
        since = date.max
    part = row.child("after")
    part.keys((), {"years", "months", "days"})
    counted = {name: part.integer(name, 0, 10_000) or 0 for name in ("years", "months", "days")}
    after = Interval(12 * counted["years"] + counted["months"], counted["days"])
    return Version(since, row.string("law"), after, row.text("why"))


def _kept(row: Reader) -> Kept:
    row.keys({"id", "what", "law", "why", "tables"})
    lines = row.values.get("tables")
    tables = [name for line in (lines if isinstance(lines, list) else [lines]) for name in _names(row, "tables", line)]
    return Kept(row.string("id", _CODE), row.text("what"), row.string("law"), row.text("why"), tuple(tables))


def _names(row: Reader, key: str, value: object) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        row.note(key, "must be a list of names: [first, second]")
        return
    yield from value
