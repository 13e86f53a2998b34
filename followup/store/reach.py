"""The reach as SQL: the one place where “which children may this actor see” becomes a clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    exists,
    literal_column,
    or_,
    select,
    true,
)

from followup.domain import access
from followup.store.tables import (
    AccessGrant,
    Assignment,
    Barring,
    BreakGlass,
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
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy.orm import Session

    from followup.domain.access import Actor, Reach

Columns = TypeVarTuple("Columns")


def _own() -> CompoundSelect[UUID, str]:
    """Build the select of a user's children, and of teams by mandate, once: it is asked in every unit of work.

    Each row: a child or team, and why. What bars is among the reasons: it must be known wherever what opens is.
    """
    today: Any = bindparam("today")  # the day takes its type from the column that it is compared with
    now: Any = bindparam("now")
    user_id: Any = bindparam("user_id")

    def because(code: str) -> ColumnElement[str]:
        return literal_column(f"'{code}'", String).label("why")

    assigned = (
        select(Assignment.child_id, because("assigned"))
        .join(Child, Child.id == Assignment.child_id)
        .where(Assignment.in_force(today), Assignment.user_id == user_id, Child.protected_identity.is_(False))
    )
    granted = select(AccessGrant.child_id, because("grant")).where(
        AccessGrant.in_force(today), AccessGrant.user_id == user_id
    )
    opened = select(BreakGlass.child_id, because(access.BREAK_GLASS)).where(
        BreakGlass.in_force(now), BreakGlass.user_id == user_id
    )
    barred = select(Barring.child_id, because(access.BARRED)).where(Barring.in_force(today), Barring.user_id == user_id)
    mandates = select(Mandate.team_id, Mandate.kind).where(Mandate.in_force(today), Mandate.user_id == user_id)
    one_by_one = granted.union_all(opened).subquery()
    protected = select(Child.id, because("protected")).where(
        Child.protected_identity.is_(True), Child.id.in_(select(one_by_one.c.child_id))
    )
    return assigned.union_all(granted, opened, barred, protected, mandates)


_OWN = _own()


@dataclass(frozen=True)
class Known:
    """A child by what stands in clear: no name."""

    id: UUID
    case_number: str
    team_id: UUID
    protected: bool


@dataclass(frozen=True)
class Scoped:
    """The mark that a statement was made within a reach. Made only here; the guard asks for it."""

    reach: Reach


def narrowed(
    statement: Select[*Columns], entity: type[Guarded], reach: Reach, *, few: bool = False
) -> Select[*Columns]:
    """Narrow a select to the entity's rows within the reach. Its joins must stay with the same child (`joins.py`).

    few: the statement picks out some rows by itself, so that it is cheaper to look up the child of each than to list
    all children first. It lets in the same rows.
    """
    clause = _each(entity, reach) if few and reach.led and issubclass(entity, OfChild) else _clause(entity, reach)
    return statement.where(clause).execution_options(**within(reach))


def within(reach: Reach) -> dict[str, Scoped]:
    """Return the execution options that tell the guard of a statement within the reach."""
    return {"scoped": Scoped(reach)}


def load_reach(session: Session, actor: Actor, today: date, now: datetime) -> Reach:
    """Ask the database what opens children to the actor, and what bars it from them, in one statement."""
    if actor.id is None or not actor.may(access.Permission.READ_CASES):
        return access.reach(actor, access.Own())
    parameters = {"today": today, "now": now, "user_id": actor.id}
    rows = session.connection().execute(_OWN, parameters).all()  # not by the session: it isn't yet a look at anybody

    def because(code: str) -> frozenset[UUID]:
        return frozenset(child_id for child_id, why in rows if why == code)

    own = access.Own(
        assigned=because("assigned"),
        granted=because("grant"),
        opened=because(access.BREAK_GLASS),
        barred=because(access.BARRED),
        protected=because("protected"),
        mandates=tuple((team_id, why) for team_id, why in rows if why in {access.DEPUTY, access.HEAD}),
    )
    return access.reach(actor, own)


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


def _each(entity: type[OfChild], reach: Reach) -> ColumnElement[bool]:
    return exists().where(Child.id == entity.child_id, _children(reach)).correlate(entity)


def _children(reach: Reach) -> ColumnElement[bool]:
    named = Child.id.in_(reach.named)
    if not reach.led:
        return named
    of_teams = and_(Child.team_id.in_(reach.team_ids), Child.protected_identity.is_(False))
    if reach.barred:
        of_teams = and_(of_teams, Child.id.not_in(reach.barred))
    return or_(named, of_teams) if reach.named else of_teams  # an empty list would cost, and let nobody in


def _child_ids(reach: Reach) -> Select[object] | frozenset[object]:
    if not reach.led:
        return reach.named
    return select(Child.id).where(_children(reach))


def decided(reach: Reach) -> Select[UUID, str, UUID, bool]:
    """Begin a select of the children about whom the actor may decide who opens them, by what stands in clear.

    Those within reach whose team it leads, and as head the protected ones of its teams too: somebody must say who may
    open them. Of those it is told the case number and nothing else.
    """
    clear = select(Child.id, Child.case_number, Child.team_id, Child.protected_identity)
    led = and_(Child.team_id.in_(reach.team_ids), _children(reach))
    headed = and_(Child.team_id.in_(reach.headed), Child.protected_identity.is_(True), Child.id.not_in(reach.barred))
    return clear.where(true() if reach.everything else or_(led, headed)).execution_options(**within(reach))


def known_as(organisation_id: UUID, case_number: str, number_index: bytes) -> Select[UUID, str, UUID, bool]:
    """Select a child by case number or personal number, within reach or not: the one look beyond it.

    Somebody who breaks the glass must be able to say which child. What is asked for are the columns of `Known`.
    """
    clear = select(Child.id, Child.case_number, Child.team_id, Child.protected_identity)
    numbered = or_(Child.case_number == case_number, Child.personal_number_index == number_index)
    return clear.where(Child.organisation_id == organisation_id, numbered).limit(1)


def who_may(entity: type[AccessGrant | Barring | Assignment], reach: Reach) -> Select[Any]:
    """Begin a select of what opens and bars the children of `decided`."""
    ids = decided(reach).with_only_columns(Child.id)
    return select(entity).where(entity.child_id.in_(ids)).execution_options(**within(reach))
