"""Swedish dates and times as they are written in a record: "tisdag 24 november 2026", "14.32"."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime


def long_date(day: date) -> str:
    """The date with its weekday: "tisdag 24 november 2026"."""
    return format_date(day, "EEEE d MMMM y", locale="sv_SE")


def plain_date(day: date) -> str:
    """The date without its weekday: "24 november 2026"."""
    return format_date(day, "d MMMM y", locale="sv_SE")


def short_date(day: date) -> str:
    """The date for a narrow column: "24 nov. 2026"."""
    return format_date(day, "d MMM y", locale="sv_SE")


def clock(moment: datetime, zone: str) -> str:
    """The time of day in the named zone: "14.32"."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%H.%M")


def day_of(moment: datetime, zone: str) -> date:
    """The day in the named zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def stamp(moment: datetime, zone: str) -> str:
    """Date and time in the named zone: "24 november 2026 klockan 15.04"."""
    return format_datetime(moment.astimezone(ZoneInfo(zone)), "d MMMM y 'klockan' HH.mm", locale="sv_SE")
