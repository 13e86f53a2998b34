"""The reach as SQL: the one place where “which children may this actor see” becomes a clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from followup.domain import access
from followup.store.tables import (
    AccessGrant,
    Assignment,
    Child,
    FosterHome,
    Guarded,
    HomeVisit,
    OfChild,
    Placement,
    Visit,
)

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

    from followup.domain.access import Actor, Reach

Entity = TypeVar("Entity", bound=Guarded)


@dataclass(frozen=True)
class Scoped:
    """The mark that a statement was made within a reach. Made only here; the guard asks for it."""

    reach: Reach


def reachable(entity: type[Entity], reach: Reach) -> Select[Entity]:
    """Select the entity's rows within the reach. Joins must stay with the same child."""
    return select(entity).where(_clause(entity, reach)).execution_options(scoped=Scoped(reach))


def load_reach(session: Session, actor: Actor, today: date) -> Reach:
    """Ask the database whom the actor is assigned to and what was granted today, in one statement."""
    if actor.id is None or not actor.may(access.Permission.READ_CASES):
        return access.reach(actor, assigned=frozenset(), granted=frozenset())
    assigned = (
        select(Assignment.child_id, false().label("granted"))
        .join(Child, Child.id == Assignment.child_id)
        .where(Assignment.in_force(today), Assignment.user_id == actor.id, Child.protected_identity.is_(False))
    )
    granted = select(AccessGrant.child_id, true().label("granted")).where(
        AccessGrant.in_force(today), AccessGrant.user_id == actor.id
    )
    rows = session.execute(assigned.union_all(granted), execution_options={"scoped": Scoped(access.Reach())}).all()
    return access.reach(
        actor,
        assigned=frozenset(child_id for child_id, is_grant in rows if not is_grant),
        granted=frozenset(child_id for child_id, is_grant in rows if is_grant),
    )


def _clause(entity: type[Guarded], reach: Reach) -> ColumnElement[bool]:
    if reach.everything:
        return true()
    if issubclass(entity, Child):
        return _children(reach)
    if issubclass(entity, OfChild):
        return entity.child_id.in_(_child_ids(reach))
    if issubclass(entity, FosterHome):
        return FosterHome.id.in_(select(Placement.foster_home_id).where(Placement.child_id.in_(_child_ids(reach))))
    if issubclass(entity, HomeVisit):
        return HomeVisit.id.in_(select(Visit.home_visit_id).where(Visit.child_id.in_(_child_ids(reach))))
    raise TypeError(f"{entity.__name__} is case data, but nothing says whose")


def _children(reach: Reach) -> ColumnElement[bool]:
    named = Child.id.in_(reach.named)
    if reach.team_id is None:
        return named
    return or_(named, and_(Child.team_id == reach.team_id, Child.protected_identity.is_(False)))


def _child_ids(reach: Reach) -> Select[object] | frozenset[object]:
    if reach.team_id is None:
        return reach.named
    return select(Child.id).where(_children(reach))
