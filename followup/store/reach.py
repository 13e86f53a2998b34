"""The reach as SQL: the one place where “which children may this actor see” becomes a clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVarTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, and_, bindparam, literal_column, or_, select, true

from followup.domain import access
from followup.store.tables import (
    AccessGrant,
    Assignment,
    Child,
    FosterHome,
    Guarded,
    HomeRecord,
    HomeVisit,
    Mandate,
    OfChild,
    Placement,
    Visit,
)

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy.orm import Session

    from followup.domain.access import Actor, Reach

Columns = TypeVarTuple("Columns")


def _own() -> CompoundSelect[UUID, str]:
    """Build the select of a user's children, and of teams by mandate, once: it is asked in every unit of work."""
    today: Any = bindparam("today")  # the day takes its type from the column that it is compared with
    user_id: Any = bindparam("user_id")
    assigned = (
        select(Assignment.child_id, literal_column("'assigned'", String).label("why"))
        .join(Child, Child.id == Assignment.child_id)
        .where(Assignment.in_force(today), Assignment.user_id == user_id, Child.protected_identity.is_(False))
    )
    granted = select(AccessGrant.child_id, literal_column("'grant'", String)).where(
        AccessGrant.in_force(today), AccessGrant.user_id == user_id
    )
    mandates = select(Mandate.team_id, Mandate.kind).where(Mandate.in_force(today), Mandate.user_id == user_id)
    return assigned.union_all(granted, mandates)


_OWN = _own()


@dataclass(frozen=True)
class Scoped:
    """The mark that a statement was made within a reach. Made only here; the guard asks for it."""

    reach: Reach


def narrowed(statement: Select[*Columns], entity: type[Guarded], reach: Reach) -> Select[*Columns]:
    """Narrow a select to the entity's rows within the reach. Its joins must stay with the same child (`joins.py`)."""
    return statement.where(_clause(entity, reach)).execution_options(**within(reach))


def within(reach: Reach) -> dict[str, Scoped]:
    """Return the execution options that tell the guard of a statement within the reach."""
    return {"scoped": Scoped(reach)}


def load_reach(session: Session, actor: Actor, today: date) -> Reach:
    """Ask the database whom the actor is assigned to, what was granted and which teams are led, in one statement."""
    if actor.id is None or not actor.may(access.Permission.READ_CASES):
        return access.reach(actor, assigned=frozenset(), granted=frozenset())
    parameters = {"today": today, "user_id": actor.id}
    rows = session.connection().execute(_OWN, parameters).all()  # not by the session: it isn't yet a look at anybody
    return access.reach(
        actor,
        assigned=frozenset(child_id for child_id, why in rows if why == "assigned"),
        granted=frozenset(child_id for child_id, why in rows if why == "grant"),
        mandates=tuple((team_id, why) for team_id, why in rows if why in {access.DEPUTY, access.HEAD}),
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
    if issubclass(entity, HomeRecord):
        return HomeRecord.home_visit_id.in_(select(Visit.home_visit_id).where(Visit.child_id.in_(_child_ids(reach))))
    raise TypeError(f"{entity.__name__} is case data, but nothing says whose")


def _children(reach: Reach) -> ColumnElement[bool]:
    named = Child.id.in_(reach.named)
    if not reach.led:
        return named
    return or_(named, and_(Child.team_id.in_(reach.team_ids), Child.protected_identity.is_(False)))


def _child_ids(reach: Reach) -> Select[object] | frozenset[object]:
    if not reach.led:
        return reach.named
    return select(Child.id).where(_children(reach))
