"""The log of who read one child's data, as it goes into an export: line by line, and by day for people to read.

A line of a list may name other children's visits too, so ids are left out: of what was touched, the tables are told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from followup.store.tables import AccessLog, AccessLogChild
from followup.store.unit_of_work import UnitOfWork

BATCH: Final = 1000
_WRITES: Final = ("create", "update", "delete")

Staff = Mapping[UUID, tuple[str, str]]


@dataclass(frozen=True)
class Reader:
    """Somebody, on one day. why: why the program let them in, as a code."""

    on: date
    name: str
    title: str
    role: str
    why: str


@dataclass
class Days:
    """The log by day and person: how many times each did what."""

    counts: dict[Reader, Counter[str]] = field(default_factory=dict)

    def add(self, reader: Reader, action: str) -> None:
        """Count one line."""
        self.counts.setdefault(reader, Counter())[action] += 1

    @property
    def newest_first(self) -> list[tuple[Reader, list[tuple[str, int]]]]:
        """Each reader with what they did, the newest day first."""
        order = sorted(self.counts, key=lambda each: (each.on, each.name), reverse=True)
        return [(reader, sorted(self.counts[reader].items())) for reader in order]


def log_lines(uow: UnitOfWork, child_id: UUID, staff: Staff, days: Days, after: int = 0) -> list[dict[str, Any]]:
    """Return the next BATCH lines about a child, oldest first, as JSON values, and count them into `days`.

    after: number of the line before the first; each has its own in "number".
    """
    rows = uow.rows(
        select(AccessLog, AccessLogChild.why)
        .join(AccessLogChild, AccessLogChild.log_id == AccessLog.id)
        .where(AccessLogChild.child_id == child_id, AccessLog.id > after)
        .order_by(AccessLog.id)
        .limit(BATCH)
    )
    return list(_written(uow, rows, staff, days))


def _written(uow: UnitOfWork, rows: Any, staff: Staff, days: Days) -> Iterator[dict[str, Any]]:
    for line, why in rows:
        name, title = staff.get(line.actor_id, ("", ""))
        days.add(Reader(uow.day_of(line.at), name, title, line.role, why), line.action)
        yield {
            "number": line.id,
            "at": line.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "name": name,
            "title": title,
            "role": line.role,
            "why": why,
            "action": line.action,
            "tables": sorted(line.objects),
            "fields": line.fields if line.action in _WRITES else {},
        }
