"""Who answers for a child today: whom a question reaches, and who may be given something to do."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select

from followup.domain.access import Permission, Role
from followup.store.tables import Action, Assignment, Child, Handover, User
from followup.store.unit_of_work import UnitOfWork

KEEPERS = (Role.CASEWORKER.value, Role.TEAM_LEAD.value)


def responsible(uow: UnitOfWork, child_ids: Collection[UUID]) -> Mapping[UUID, User]:
    """Each child's responsible caseworker today; a child without one, or whose caseworker has left, is not there."""
    rows = uow.rows(
        uow.reachable(Assignment)
        .join(User, User.id == Assignment.user_id)
        .where(
            Assignment.child_id.in_(child_ids),
            Assignment.role == "responsible",
            Assignment.in_force(uow.today),
            User.active,
        )
        .order_by(Assignment.start)
        .with_only_columns(Assignment.child_id, User)
    )
    return {child_id: user for child_id, user in rows}  # noqa: C416 - rows are no pairs to the type checker


def responsible_for(uow: UnitOfWork, child_id: UUID) -> User | None:
    """The child's responsible caseworker today, None when there is none."""
    return responsible(uow, [child_id]).get(child_id)


def colleagues(uow: UnitOfWork, team_ids: Collection[UUID]) -> Sequence[User]:
    """The active caseworkers and leads of some teams, by name."""
    of_teams = User.team_id.in_(team_ids), User.role.in_(KEEPERS), User.active
    return uow.all(select(User).where(*of_teams).order_by(User.name))


def handed_on(uow: UnitOfWork, actions: Collection[Action]) -> frozenset[UUID]:
    """Which open agreements are of somebody who has handed the child over or left; the ids of those.

    What was agreed keeps the name it was agreed with. Who keeps it today is whoever is responsible for the child.
    """
    ids = [action.id for action in actions if action.state == "open" and action.owner_id]
    rows = uow.rows(
        uow.reachable(Action).where(Action.id.in_(ids), is_handed_on(uow.today)).with_only_columns(Action.id)
    )
    return frozenset(row[0] for row in rows)


def is_handed_on(today: date) -> ColumnElement[bool]:
    """The clause that an agreement is one of `handed_on`, for a statement that fetches agreements anyway."""
    over = Handover.child_id == Action.child_id, Handover.from_user_id == Action.owner_id, Handover.on <= today
    gone = User.id == Action.owner_id, not_(User.active)
    return and_(Action.state == "open", or_(exists().where(*over), exists().where(*gone)))


def successor(uow: UnitOfWork, child_id: UUID, user: User) -> User:
    """Whoever is responsible today, for a user who has handed the child over or left; else the user."""
    over = Handover.child_id == child_id, Handover.from_user_id == user.id, Handover.on <= uow.today
    gone = not user.active or uow.rows(uow.reachable(Handover).where(*over).with_only_columns(Handover.id).limit(1))
    return (responsible_for(uow, child_id) if gone else None) or user


def keeper(action: Action, handed: Collection[UUID], today: User | None) -> str:
    """Name who keeps an agreement now, "" where it is whom it names. handed: as `handed_on`; today: the responsible."""
    return today.name if action.id in handed and today and today.id != action.owner_id else ""


def leads(uow: UnitOfWork, child_id: UUID) -> bool:
    """Whether the actor leads the child's team today. A deputy is no lead of the children that it follows elsewhere."""
    if not uow.actor.may(Permission.LEAD):
        return False
    if child_id not in uow.reach.named:
        return True  # else it would be out of reach
    in_team = uow.reachable(Child).where(Child.id == child_id, Child.team_id.in_(uow.reach.team_ids))
    return bool(uow.rows(in_team.with_only_columns(Child.id)))
