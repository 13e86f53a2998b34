"""When a child's next visit is due: pure reckoning with what is booked and with the interval of the child's plan.

No statute says how often; each child's plan does (SoF 2025:468 10 kap. 3 §), and three months is the recommendation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

GROUPS = ("overdue", "today", "soon", "later", "undated")
"""In the order of the start page's thread."""

DONE = ("signed", "filed")
STARTED = ("draft", *DONE)
SOON = timedelta(days=14)


@dataclass(frozen=True)
class VisitLine:
    """What a list needs of a visit. `cancelled_because` is a code, set only for a cancelled one.

    next_visit_on: the day that was agreed on with the child for the next visit.
    """

    id: UUID
    child_id: UUID
    state: str
    planned_at: datetime
    saved_at: datetime | None = None
    step: str = "prepare"
    cancelled_because: str | None = None
    next_visit_on: date | None = None


@dataclass(frozen=True)
class Due:
    """What is due for a child, and why it stands where it stands.

    on: the day that places it on the thread; None only in the group `undated`. visit: the open visit to go on with.
    cancelled: the visit that never came about, when nothing new is booked. late_since: the day when a visit should have
    been made at the latest, when that day has passed. first: no visit has been made yet. agreed: the day that was
    agreed on with the child at the last visit, when nothing is booked; it places the child even when the plan would
    allow a later one, because it is what the child has been told.
    """

    group: str
    on: date | None = None
    visit: VisitLine | None = None
    cancelled: VisitLine | None = None
    late_since: date | None = None
    first: bool = False
    agreed: date | None = None

    @property
    def place(self) -> tuple[int, date, datetime | None]:
        """Where it stands on the thread: group, day, and time where there is one."""
        return GROUPS.index(self.group), self.on or date.max, self.visit.planned_at if self.visit else None

    def days_late(self, today: date) -> int:
        """How many days have passed since it was due; 0 when it isn't overdue."""
        return (today - self.on).days if self.on and self.group == "overdue" else 0


def due_of(visits: Iterable[VisitLine], *, placed: date | None, interval_days: int, today: date, zone: ZoneInfo) -> Due:
    """Say when the child's next visit is due.

    visits: all open ones, and the latest done and cancelled one. placed: the first day in the home where it lives now,
    None without one. A booked visit counts before the interval; a visit that was begun and not signed is there to be
    finished, however long ago it was.
    """
    lines = sorted(visits, key=lambda line: line.planned_at)
    done = [line for line in lines if line.state in DONE]
    expected = _expected(done, placed, interval_days, zone)
    late_since = expected if expected and expected < today else None
    waiting = _next_open(lines)
    if waiting:
        on = _day(waiting, zone)
        begun_earlier = waiting.state == "draft" and on < today
        group = "today" if begun_earlier else _group(on, today)
        return Due(group, on, waiting, late_since=late_since if waiting.state == "planned" else None, first=not done)
    cancelled = _never_made_up(lines, done)
    agreed = done[-1].next_visit_on if done and not cancelled else None
    days = [day for day in (expected, _day(cancelled, zone) if cancelled else None, agreed) if day]
    if placed is None or not days:
        return Due("undated", cancelled=cancelled, first=not done)
    return Due(_group(min(days), today), min(days), None, cancelled, late_since, first=not done, agreed=agreed)


def _expected(done: Sequence[VisitLine], placed: date | None, interval_days: int, zone: ZoneInfo) -> date | None:
    if placed is None:
        return None
    return (_day(done[-1], zone) if done else placed) + timedelta(days=interval_days)


def _next_open(lines: Sequence[VisitLine]) -> VisitLine | None:
    drafts = [line for line in lines if line.state == "draft"]
    planned = [line for line in lines if line.state == "planned"]
    return next(iter((*drafts, *planned)), None)


def _never_made_up(lines: Sequence[VisitLine], done: Sequence[VisitLine]) -> VisitLine | None:
    cancelled = [line for line in lines if line.state == "cancelled"]
    if not cancelled or (done and done[-1].planned_at > cancelled[-1].planned_at):
        return None
    return cancelled[-1]


def _group(on: date, today: date) -> str:
    if on < today:
        return "overdue"
    if on == today:
        return "today"
    return "soon" if on <= today + SOON else "later"


def _day(line: VisitLine, zone: ZoneInfo) -> date:
    return line.planned_at.astimezone(zone).date()
