"""Ages in whole years, as a child counts them."""

from __future__ import annotations

from datetime import date


def age_on(born: date, day: date) -> int:
    """Return the age in whole years on a day; birthdays of 29 February fall on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
