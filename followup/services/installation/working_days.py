"""Sweden's free days, by a library that follows the law, and the organisation's own habit on squeeze days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
from sqlalchemy import select

from followup.domain.errors import InvalidInput, Problem, translatable
from followup.domain.workdays import Workdays
from followup.services.sign_in.by_password import account_name
from followup.store.tables import Organisation, Setting, User
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


@dataclass(frozen=True)
class Decided:
    """What was decided on squeeze days. free: the office is closed on them; since: from which day; by: who decided."""

    organisation: str
    free: bool
    since: date
    by: str


def decide_squeeze_days(uow: UnitOfWork, *, free: bool, since: date, by: str) -> None:
    """Say from a day on whether the office is closed on squeeze days. by: user name of the one who decided.

    Deciding anew for the same day takes the place of what was decided for it. Raises NotFound for a name that nobody
    has, InvalidInput for a day that has been: deadlines that people have worked by don't move afterwards.
    """
    user = uow.one(select(User).where(User.user_name == account_name(by), User.active))
    if since < uow.today:
        message = translatable("Det kan gälla tidigast från i dag. Det går inte att ändra bakåt i tiden.")
        raise InvalidInput([Problem("since", message, "past")])
    mine = Setting.organisation_id == user.organisation_id, Setting.key == SQUEEZE_DAYS, Setting.valid_from == since
    row = uow.first(select(Setting).where(*mine).with_for_update())
    if row is None:
        row = Setting(organisation_id=user.organisation_id, key=SQUEEZE_DAYS, valid_from=since)
        uow.add(row)
    row.value, row.set_by = free, user.name
    uow.note("decide_squeeze_days", free=free, since=since.isoformat(), by=str(user.id))


def squeeze_days_decided(uow: UnitOfWork) -> Sequence[Decided]:
    """List what has been decided, by organisation and day."""
    rows = uow.rows(
        select(Organisation.name, Setting.value, Setting.valid_from, Setting.set_by)
        .join(Setting, Setting.organisation_id == Organisation.id)
        .where(Setting.key == SQUEEZE_DAYS)
        .order_by(Organisation.name, Setting.valid_from)
    )
    return [Decided(*row) for row in rows]
