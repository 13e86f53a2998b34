"""What a lead did with the flags of a caseworker's children: it stands on her start page.

A question stands there until somebody has answered it, the rest for a week: what was read, planned, closed or opened
again. So nobody has to look through old visits to find out that the lead has been there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, or_
from sqlalchemy.orm import aliased, load_only

from followup.domain.access import Role
from followup.domain.flag_life import ALIVE, Act
from followup.store.tables import Child, Flag, FlagEvent, User
from followup.store.unit_of_work import UnitOfWork

FRESH = timedelta(days=7)
"""As long a deed of the lead is news."""

MOST_NEWS = 20

_NEWS = (Act.ACKNOWLEDGE.value, Act.PLAN.value, Act.CLOSE.value, Act.REOPEN.value)


@dataclass(frozen=True)
class Question:
    """A question, or something else that a lead did: the event, the child, who did it, and the flag's subject."""

    event: FlagEvent
    child: Child
    who: str
    subject: str


@dataclass(frozen=True)
class FromLead:
    """questions: unanswered, the oldest first. news: what else leads have done, the newest first."""

    questions: Sequence[Question] = ()
    news: Sequence[Question] = ()


def from_lead(uow: UnitOfWork) -> FromLead:
    """What leads have asked and done with the actor's children. Nothing for a lead."""
    fresh = and_(FlagEvent.kind.in_(_NEWS), FlagEvent.at >= uow.now - FRESH, FlagEvent.by != uow.actor.id)
    found = _events(uow, or_(fresh, _waits()))
    return FromLead(
        [each for each in found if each.event.kind == Act.ASK],
        [each for each in reversed(found) if each.event.kind != Act.ASK][:MOST_NEWS],
    )


def unanswered(uow: UnitOfWork) -> Sequence[Question]:
    """The questions about the actor's children that nobody has answered, the oldest first. None for a lead."""
    return _events(uow, _waits())


def _waits() -> Any:
    later = aliased(FlagEvent)
    settled = exists().where(
        later.flag_id == FlagEvent.flag_id,
        later.at >= FlagEvent.at,
        later.id != FlagEvent.id,
        later.kind.in_((Act.ASK.value, Act.ANSWER.value, Act.CLOSE.value)),
    )
    return and_(FlagEvent.kind == Act.ASK.value, Flag.status.in_(ALIVE), ~settled)


def _events(uow: UnitOfWork, wanted: Any) -> Sequence[Question]:
    if uow.actor.role is Role.TEAM_LEAD or not uow.reach.named:
        return []
    rows: Select[*tuple[Any, ...]] = (
        uow.reachable(FlagEvent)
        .join(Flag, Flag.id == FlagEvent.flag_id)
        .join(Child, Child.id == FlagEvent.child_id)
        .join(User, User.id == FlagEvent.by)
        .where(wanted)
        .order_by(FlagEvent.at, FlagEvent.id)
        .add_columns(Child, User.name, Flag.subject)
        .options(load_only(Child.name, Child.birth_date))
    )
    return [Question(*row) for row in uow.rows(rows)]
