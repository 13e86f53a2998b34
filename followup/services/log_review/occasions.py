"""A month of the log as occasions: who, which child, which day. Lists that were shown are left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from followup.deadlines.log_review import children_in_a_list
from followup.domain.access import Role
from followup.domain.log_sampling import Occasion
from followup.services.installation.working_days import free_days
from followup.store.tables import AccessLog, AccessLogChild
from followup.store.unit_of_work import UnitOfWork

CHUNK: Final = 5000
"""So many line numbers are read at a time: a month of a big municipality never stands in memory as a whole."""

NO_CASES: Final = (Role.LOG_REVIEWER.value, Role.ADMIN.value, Role.STATISTICIAN.value)
"""Who reaches no child: their looks in the log have a list of their own, and nobody judges herself."""

NOT_STAFF: Final = (Role.SYSTEM.value, Role.RESPONDENT.value, Role.NOBODY.value)
_SATURDAY: Final = 5


@dataclass(frozen=True)
class Month:
    """What a month of the log held. lines: about children, by staff; last_line: the newest that was looked at."""

    occasions: list[Occasion]
    lines: int
    last_line: int


@dataclass(frozen=True)
class Hours:
    """When the office is closed: from an hour to another, on Saturdays and Sundays, and on holidays."""

    since: int
    until: int

    def closed(self, local: datetime) -> bool:
        """Whether the office is closed at a local time."""
        day = local.date()
        free = day.weekday() >= _SATURDAY or day in free_days(day.year)
        return free or local.hour >= self.since or local.hour < self.until


def first_days(month: date) -> tuple[date, date]:
    """Return a month's first day and the next month's."""
    first = month.replace(day=1)
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)


def read_month(uow: UnitOfWork, month: date, hours: Hours) -> Month:
    """Gather a month's occasions on which a child was opened by staff of the actor's organisation."""
    begins, ends = (datetime.combine(day, time(), uow.zone) for day in first_days(month))
    span = select(func.min(AccessLog.id), func.max(AccessLog.id)).where(AccessLog.at >= begins, AccessLog.at < ends)
    first, last = uow.rows(span)[0]
    found: dict[tuple[UUID, UUID, date], Occasion] = {}
    lines = 0
    for line, children in _opened(uow, first, last, (begins, ends)):
        lines += 1
        local = line.at.astimezone(uow.zone)
        for child_id, why in children:
            each = _occasion(found, (line.actor_id, child_id, local.date()), line)
            each.why.add(why)
            each.odd_hours = each.odd_hours or hours.closed(local)
    return Month(list(found.values()), lines, last or 0)


def refused(uow: UnitOfWork, month: date, tries: int) -> list[Occasion]:
    """Gather the days on which somebody was refused so many times or more."""
    begins, ends = (datetime.combine(day, time(), uow.zone) for day in first_days(month))
    rows = uow.rows(
        select(AccessLog.id, AccessLog.at, AccessLog.actor_id)
        .where(
            AccessLog.action == "denied",
            AccessLog.organisation_id == uow.actor.organisation_id,
            AccessLog.at >= begins,
            AccessLog.at < ends,
            AccessLog.role.not_in(NOT_STAFF),
            AccessLog.actor_id.is_not(None),
        )
        .order_by(AccessLog.id)
    )
    found: dict[Any, Occasion] = {}
    for row in rows:
        _occasion(found, (row.actor_id, None, uow.day_of(row.at)), row)
    return [each for each in found.values() if each.lines >= tries]


def _occasion(found: dict[Any, Occasion], key: tuple[UUID, UUID | None, date], line: Any) -> Occasion:
    if key not in found:
        found[key] = Occasion(*key, line.at, line.at, line.id, line.id)
    found[key].add(line.id, line.at)
    return found[key]


def _opened(
    uow: UnitOfWork, first: int | None, last: int | None, span: tuple[datetime, datetime]
) -> Iterator[tuple[Any, Sequence[tuple[UUID, str]]]]:
    """Yield each line about a child, or a few, with the children and why."""
    if first is None or last is None:
        return
    most = children_in_a_list()
    statement = (
        select(AccessLog.id, AccessLog.at, AccessLog.actor_id, AccessLogChild.child_id, AccessLogChild.why)
        .join(AccessLogChild, AccessLogChild.log_id == AccessLog.id)
        .where(
            AccessLog.at >= span[0],
            AccessLog.at < span[1],
            AccessLog.organisation_id == uow.actor.organisation_id,
            AccessLog.role.not_in((*NOT_STAFF, *NO_CASES)),
            AccessLog.actor_id.is_not(None),
        )
        .order_by(AccessLog.id)
    )
    for low in range(first, last + 1, CHUNK):
        lines: dict[int, Any] = {}
        children: defaultdict[int, list[tuple[UUID, str]]] = defaultdict(list)
        for row in uow.rows(statement.where(AccessLog.id.between(low, min(last, low + CHUNK - 1)))):
            lines[row.id] = row
            children[row.id].append((row.child_id, row.why))
        for number, line in lines.items():
            if len(children[number]) < most:
                yield line, children[number]
