from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.workdays import Workdays
from followup.services.installation.working_days import free_days

OPEN = Workdays(free_days)
CLOSED = Workdays(free_days, squeeze_free=True)
DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))


@pytest.mark.parametrize(
    "free",
    [
        date(2026, 1, 1), date(2026, 1, 6), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14),
        date(2025, 6, 6), date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 31),
        date(2026, 11, 21), date(2026, 11, 22),
    ],
)  # fmt: skip
def test_nobody_works(free: date) -> None:
    assert OPEN.is_free(free)
    assert CLOSED.is_free(free)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 6, 18), date(2026, 12, 23), date(2028, 2, 29)])
def test_an_ordinary_day(day: date) -> None:
    assert not OPEN.is_free(day)
    assert not CLOSED.is_free(day)
    assert OPEN.name(day) == ""


@pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 1, 5), date(2026, 5, 15)])
def test_a_squeeze_day_is_worked_unless_the_office_is_closed(day: date) -> None:
    assert OPEN.is_squeeze(day)
    assert not OPEN.is_free(day)
    assert CLOSED.is_free(day)


@pytest.mark.parametrize(
    ("raised", "days", "due"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # a Friday
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # a Saturday
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # Christmas
        (date(2026, 12, 22), 10, date(2027, 1, 12)),  # Christmas, the New Year and Epiphany
        (date(2026, 6, 18), 1, date(2026, 6, 22)),  # Midsummer
        (date(2028, 2, 28), 1, date(2028, 2, 29)),  # a leap day
        (date(2027, 2, 26), 1, date(2027, 3, 1)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
    ],
)
def test_the_day_by_which(raised: date, days: int, due: date) -> None:
    assert OPEN.after(raised, days) == due


def test_a_squeeze_day_moves_the_day_where_the_office_is_closed() -> None:
    wednesday = date(2026, 5, 13)
    assert OPEN.after(wednesday, 1) == date(2026, 5, 15)
    assert CLOSED.after(wednesday, 1) == date(2026, 5, 18)


def test_time_left_is_counted_in_days_at_work() -> None:
    friday, monday = date(2026, 11, 27), date(2026, 11, 30)
    assert OPEN.left(friday, friday) == 0
    assert OPEN.left(friday, monday) == 1
    assert OPEN.left(monday, friday) == -1
    assert OPEN.left(date(2026, 12, 23), date(2027, 1, 4)) == 4


def test_what_lies_between_is_told() -> None:
    between = OPEN.free_between(date(2026, 5, 11), date(2026, 5, 18))
    assert between == {date(2026, 5, 14): "Kristi himmelsfärdsdag", date(2026, 5, 15): ""}


@given(DAYS, st.integers(0, 15))
def test_as_many_days_are_left_as_were_given(day: date, days: int) -> None:
    for calendar in (OPEN, CLOSED):
        due = calendar.after(day, days)
        assert calendar.left(day, due) == days
        assert due == day or not calendar.is_free(due)


@given(DAYS)
def test_nearest_working_days(day: date) -> None:
    later, earlier = OPEN.on_or_after(day), OPEN.on_or_before(day)
    assert earlier <= day <= later
    assert later - earlier <= timedelta(days=6)


def test_days_are_counted_forwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        OPEN.after(date(2026, 11, 24), -1)


@given(DAYS, st.integers(0, 12))
def test_the_first_day_that_has_not_run_out(today: date, days: int) -> None:
    first = OPEN.earliest(today, days)
    assert OPEN.after(first, days) >= today
    assert OPEN.after(first - timedelta(days=1), days) < today
