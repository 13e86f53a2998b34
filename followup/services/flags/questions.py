"""The lead's questions that wait for the caseworker: they stand on her start page until she has answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists
from sqlalchemy.orm import aliased, load_only

from followup.domain.access import Role
from followup.domain.flag_life import ALIVE, Act
from followup.store.tables import Child, Flag, FlagEvent, User
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Question:
    """A question: the event that holds it, the child it is about, and who asked."""

    event: FlagEvent
    child: Child
    who: str


def unanswered(uow: UnitOfWork) -> Sequence[Question]:
    """The questions about the actor's children that nobody has answered, the oldest first. None for a lead."""
    if uow.actor.role is Role.TEAM_LEAD or not uow.reach.named:
        return []
    later = aliased(FlagEvent)
    settled = exists().where(
        later.flag_id == FlagEvent.flag_id,
        later.at >= FlagEvent.at,
        later.id != FlagEvent.id,
        later.kind.in_((Act.ASK.value, Act.ANSWER.value, Act.CLOSE.value)),
    )
    rows = uow.rows(
        uow.reachable(FlagEvent)
        .join(Flag, Flag.id == FlagEvent.flag_id)
        .join(Child, Child.id == FlagEvent.child_id)
        .join(User, User.id == FlagEvent.by)
        .where(FlagEvent.kind == Act.ASK.value, Flag.status.in_(ALIVE), ~settled)
        .order_by(FlagEvent.at, FlagEvent.id)
        .add_columns(Child, User.name)
        .options(load_only(Child.name, Child.birth_date))
    )
    return [Question(*row) for row in rows]
