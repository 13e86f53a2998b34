"""Sweden's free days, by a library that follows the law, and the organisation's own habit on squeeze days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import holidays
from sqlalchemy import select

from followup.domain.workdays import Workdays
from followup.store.tables import Setting
from followup.store.unit_of_work import UnitOfWork

SQUEEZE_DAYS = "squeeze_days_free"
"""Key of the setting that says whether the office is closed on squeeze days. Nothing said: it is open."""

_CATEGORIES = ("public", "de_facto")
"""Public holidays (lag 1989:253), and the eves of Midsummer, Christmas and the New Year, which no office works."""


@cache
def free_days(year: int) -> Mapping[date, str]:
    """The free days of a year with their Swedish names. Sundays as such are not among them."""
    return dict(holidays.country_holidays("SE", years=year, categories=_CATEGORIES, language="sv"))


def working_days(uow: UnitOfWork) -> Workdays:
    """The calendar of the actor's organisation today."""
    statement = (
        select(Setting.value)
        .where(
            Setting.organisation_id == uow.actor.organisation_id,
            Setting.key == SQUEEZE_DAYS,
            Setting.valid_from <= uow.today,
        )
        .order_by(Setting.valid_from.desc())
    )
    return Workdays(free_days, squeeze_free=uow.first(statement) is True)
