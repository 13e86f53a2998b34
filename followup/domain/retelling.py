"""When a child should be told again why it lives where it lives.

Children who are told once forget, and understand differently at each age (Staines and Selwyn 2020: nearly half of
those aged 4 to 7 said that nobody had explained fully). The occasions are practice, not law.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

RETELL_CODES = ("start", "age_step", "decision", "move", "family_event", "question", "not_own_words", "yearly")
_FIRST_TELLING = dt.timedelta(days=14)
_EARLY = dt.timedelta(days=30)  # told so long before a planned occasion counts as told for it
_STEP_AGES = (8, 13, 15, 18)  # the age forms change at 8 and 13; rights change at 15 and 18
_SHORTEST_MONTH = 28  # days
_DAYS_AFTER = {"decision": 0, "move": 14, "family_event": 14, "question": 0}


@dataclass(frozen=True)
class Retelling:
    """An occasion to tell again: its code in RETELL_CODES, and the day by which it should have happened."""

    code: str
    due: dt.date


@dataclass(frozen=True)
class Event:
    """Something that calls for a new telling: code "decision", "move", "family_event" or "question"."""

    code: str
    on: dt.date


@dataclass(frozen=True)
class LastCheck:
    """The latest placement check: its day, and whether it was own words without a sign of blame."""

    on: dt.date
    settled: bool


def retell_due(
    *,
    born: dt.date,
    placed: dt.date,
    told: Iterable[dt.date],
    until: dt.date,
    check: LastCheck | None = None,
    events: Iterable[Event] = (),
) -> list[Retelling]:
    """Return the occasions due up to and including `until` at which the child has not been told, soonest first.

    born, placed: birth date and start of the placement. told: days on which the explanation was told, any order.
    check: the latest placement check; when it was not settled, the child is due to be told again since that day.
    """
    days = sorted(told)
    wanted = [*_planned(born, placed, days), *_since_events(events, days)]
    if check and not check.settled and not any(day > check.on for day in days):
        wanted.append(Retelling("not_own_words", check.on))
    return sorted((each for each in wanted if each.due <= until), key=lambda each: (each.due, each.code))


def _planned(born: dt.date, placed: dt.date, days: Sequence[dt.date]) -> Iterator[Retelling]:
    if not any(day >= placed for day in days):
        yield Retelling("start", placed + _FIRST_TELLING)
    second = months_later(placed, 3)
    if not _told_for(second, days):
        yield Retelling("start", second)
    for age in _STEP_AGES:
        birthday = months_later(born, 12 * age)
        if birthday > placed and not _told_for(birthday, days):
            yield Retelling("age_step", birthday)
    if days:
        yield Retelling("yearly", months_later(days[-1], 12))


def _told_for(occasion: dt.date, days: Sequence[dt.date]) -> bool:
    return any(day >= occasion - _EARLY for day in days)


def _since_events(events: Iterable[Event], days: Sequence[dt.date]) -> Iterator[Retelling]:
    for event in events:
        if not any(day >= event.on for day in days):
            yield Retelling(event.code, event.on + dt.timedelta(days=_DAYS_AFTER[event.code]))


def months_later(day: dt.date, months: int) -> dt.date:
    """Return the same day of the month so many months later, or the month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day > _SHORTEST_MONTH:
        return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    return dt.date(year, month + 1, day.day)
