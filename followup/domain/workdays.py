"""Working days: which days an office is open, and how many of them are left until something is due.

What is free in a year is passed in (public holidays and the three eves that are free by custom), so nothing here knows
a country's calendar. A squeeze day (klämdag) is a single working day between two free ones: 15 May 2026, between
Ascension Day and Saturday. Some municipalities close on it, most don't.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FreeDays = Callable[[int], Mapping[date, str]]
"""The free days of a year, each with its name. Saturdays and Sundays as such need not be among them."""

_SATURDAY = 6
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Workdays:
    """An office's calendar. squeeze_free: whether it is closed on squeeze days too."""

    free_days: FreeDays
    squeeze_free: bool = False

    def is_free(self, day: date) -> bool:
        """Whether nobody is at work."""
        return self._is_holiday(day) or (self.squeeze_free and self.is_squeeze(day))

    def is_squeeze(self, day: date) -> bool:
        """Whether it is a single day between two free ones, whatever the office makes of it."""
        return not self._is_holiday(day) and self._is_holiday(day - _DAY) and self._is_holiday(day + _DAY)

    def name(self, day: date) -> str:
        """What a free day is called (“Juldagen”); "" for other days, and for plain Saturdays and Sundays."""
        return self.free_days(day.year).get(day, "")

    def after(self, day: date, days: int) -> date:
        """The so-many-th working day after a day: `after(friday, 1)` is Monday. days: 0 or more; 0 gives the day."""
        if days < 0:
            raise ValueError("working days are counted forwards")
        for _ in range(days):
            day = self.on_or_after(day + _DAY)
        return day

    def earliest(self, today: date, days: int) -> date:
        """The first day from which so many working days have not run out before today."""
        day = today
        while self.after(day - _DAY, days) >= today:
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        """The day itself when somebody is at work, else the next such day: so the law moves a time limit (1930:173)."""
        while self.is_free(day):
            day += _DAY
        return day

    def on_or_before(self, day: date) -> date:
        """The day itself when somebody is at work, else the last such day before it."""
        while self.is_free(day):
            day -= _DAY
        return day

    def left(self, today: date, due: date) -> int:
        """How many working days are left: 0 on the day itself, negative for working days that have passed since."""
        sign = 1 if due >= today else -1
        first, last = min(today, due), max(today, due)
        days = (first + _DAY * number for number in range(1, (last - first).days + 1))
        return sign * sum(not self.is_free(day) for day in days)

    def free_between(self, first: date, last: date) -> Mapping[date, str]:
        """The named free days and the squeeze days from one day to another, both included, to be told beside a due day.

        A squeeze day has the name "": it is worked or not, as `squeeze_free` says. Weekends are left out.
        """
        days = (first + _DAY * number for number in range((last - first).days + 1))
        found = {day: self.name(day) for day in days if day.isoweekday() < _SATURDAY}
        return {day: name for day, name in found.items() if name or self.is_squeeze(day)}

    def _is_holiday(self, day: date) -> bool:
        return day.isoweekday() >= _SATURDAY or day in self.free_days(day.year)
