"""Everything that the database holds about one child, as plain values: one visit at a time, or what is of no visit.

Whatever table is about a child is asked, so that a new one is not forgotten; what is left out is named here, with why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sqlalchemy import inspect, select
from sqlalchemy.orm import undefer

from followup.store.tables import (
    Action,
    Answer,
    Barring,
    Base,
    Child,
    Delivery,
    Document,
    EarlierAnswer,
    Flag,
    FlagEvent,
    FosterHome,
    HomeVisit,
    OfChild,
    OfVisit,
    Placement,
    Response,
    SetAside,
    User,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

LEFT_OUT: Final = MappingProxyType(
    {
        SetAside: "what a stale page tried to save: no part of the record",
        Barring: "which of the staff may not see the child, and why: a matter between staff and employer",
        Delivery: "how it went to hand a document over: says nothing about the child",
    }
)
"""Tables about a child that an export leaves out."""

BY_THEMSELVES: Final = frozenset({"urgent_concern", "flag", "flag_event", "document", "filing", "handout"})
"""What is told of a visit that isn't signed: it holds from the moment it was written. The rest of a draft is working
material: no part of the file yet."""

_UNDER: Final[Mapping[type[Any], type[Any]]] = MappingProxyType(
    {Answer: Response, EarlierAnswer: Answer, FlagEvent: Flag}
)
"""Rows about a child that belong to a row of a visit, by that row's id."""

_UNREADABLE: Final = frozenset({"content", "summary", "source", "personal_number_index"})
"""Columns that stand in the archive as files of their own, or that nobody can read."""

Values = dict[str, Any]


@cache
def of_visits() -> tuple[type[Any], ...]:
    """The tables of a visit."""
    return tuple(entity for entity in _about(OfVisit) if entity not in LEFT_OUT)


@cache
def of_no_visit() -> tuple[type[Any], ...]:
    """The tables about a child that are of no visit."""
    others = (entity for entity in _about(OfChild) if not issubclass(entity, OfVisit) and entity is not Visit)
    return tuple(entity for entity in others if entity not in _UNDER and entity is not Action)


def child_rows(uow: UnitOfWork, child_id: UUID) -> dict[str, list[Values]]:
    """Return what is of no visit, by table: the child, where it has lived, who has answered for it, what it was told.

    Of a home, which has a file of its own that is secret from others, the kind and the carers' names alone, and of a
    protected child's home nothing. Raises NotFound.
    """
    child = uow.one(uow.reachable(Child).where(Child.id == child_id))
    found = {"child": [values_of(child)]}
    for entity in of_no_visit():
        found[entity.__tablename__] = _rows(uow, entity, entity.child_id == child_id)
    unbound = Action.child_id == child_id, Action.visit_id.is_(None)
    found["action"] = _rows(uow, Action, *unbound)
    if not child.protected_identity:
        homes = select(Placement.foster_home_id).where(Placement.child_id == child_id)
        rows = uow.rows(
            uow.reachable(FosterHome)
            .where(FosterHome.id.in_(homes))
            .with_only_columns(FosterHome.id, FosterHome.kind, FosterHome.name)
        )
        found["foster_home"] = [{"id": str(row.id), "kind": row.kind, "name": row.name} for row in rows]
    return found


def visit_rows(uow: UnitOfWork, visit: Visit) -> dict[str, list[Values]]:
    """Return a visit by table; of one that isn't signed only what holds by itself, and answers that were handed in."""
    signed = visit.state in {"signed", "filed"}
    found: dict[str, list[Values]] = {"visit": [_outline(visit, whole=signed)]}
    if signed:
        found["home_visit"] = _rows(uow, HomeVisit, HomeVisit.id == visit.home_visit_id)
        found["action"] = _rows(uow, Action, Action.visit_id == visit.id)
    for entity in of_visits():
        rows = uow.all(uow.reachable(entity).where(entity.visit_id == visit.id))
        kept = [row for row in rows if signed or _holds(row)]
        found[entity.__tablename__] = [values_of(row) for row in kept]
        _add_under(uow, entity, [row.id for row in kept], found)
    return {table: rows for table, rows in found.items() if rows}


def visits_of(uow: UnitOfWork, child_id: UUID) -> Sequence[tuple[UUID, datetime, str]]:
    """List the child's visits, oldest first: id, time, state."""
    rows = uow.rows(
        uow.reachable(Visit)
        .where(Visit.child_id == child_id)
        .order_by(Visit.planned_at, Visit.id)
        .with_only_columns(Visit.id, Visit.planned_at, Visit.state)
    )
    return [(visit_id, at, state) for visit_id, at, state in rows]


def one_visit(uow: UnitOfWork, visit_id: UUID) -> Visit:
    """Fetch a visit with its signed summary. Raises NotFound."""
    return uow.one(uow.reachable(Visit).where(Visit.id == visit_id).options(undefer(Visit.summary)))


def documents_of(uow: UnitOfWork, visit_id: UUID) -> Sequence[Document]:
    """List a visit's documents, without their octets."""
    found = uow.reachable(Document).where(Document.visit_id == visit_id)
    return uow.all(found.order_by(Document.kind, Document.edition))


def staff(uow: UnitOfWork) -> Mapping[UUID, tuple[str, str]]:
    """Name and title of everybody who has an account, by id: rows name people by their ids."""
    rows = uow.rows(select(User.id, User.name, User.title))
    return {user_id: (name, title) for user_id, name, title in rows}


def values_of(row: Any) -> Values:
    """Turn a row into JSON values: times in UTC, ids as text."""
    names = [each.key for each in inspect(type(row)).column_attrs if each.key not in _UNREADABLE]
    return {name: _plain(getattr(row, name)) for name in names if name not in inspect(row).unloaded}


def _outline(visit: Visit, *, whole: bool) -> Values:
    values = values_of(visit)
    outline = {"id", "child_id", "home_visit_id", "caseworker_id", "state", "planned_at"}
    outline |= {"cancelled_because", "cancelled_note"} if visit.state == "cancelled" else set()
    return values if whole else {name: value for name, value in values.items() if name in outline}


def _rows(uow: UnitOfWork, entity: type[Any], *conditions: Any) -> list[Values]:
    return [values_of(row) for row in uow.all(uow.reachable(entity).where(*conditions))]


def _add_under(uow: UnitOfWork, entity: type[Any], ids: Sequence[UUID], found: dict[str, list[Values]]) -> None:
    for under, above in _UNDER.items():
        if above is entity and ids:
            key = getattr(under, f"{above.__tablename__}_id")
            rows = uow.all(uow.reachable(under).where(key.in_(ids)))
            found[under.__tablename__] = [values_of(row) for row in rows]
            _add_under(uow, under, [row.id for row in rows], found)


def _holds(row: OfVisit) -> bool:
    if isinstance(row, Response):
        return row.handed_in_at is not None
    return row.__tablename__ in BY_THEMSELVES  # type: ignore[attr-defined] # every mapped class has it


def _about(kind: type[Any]) -> Iterator[type[Any]]:
    found = (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, kind))
    yield from sorted(found, key=lambda entity: entity.__tablename__)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
