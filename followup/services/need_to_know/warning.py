"""The sign before a child with a protected identity: once for each device and child, and logged when it is passed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from followup.domain.errors import NotFound
from followup.store.tables import (
    AccessGrant,
    Action,
    Assignment,
    Barring,
    ChildExport,
    Document,
    Flag,
    Milestone,
    OfChild,
    UserSession,
    Visit,
)
from followup.store.unit_of_work import UnitOfWork

_NAMED: Mapping[str, type[OfChild]] = {
    "visit_id": Visit,
    "flag_id": Flag,
    "action_id": Action,
    "document_id": Document,
    "milestone_id": Milestone,
    "export_id": ChildExport,
}
"""What addresses name that belongs to one child."""

_DECISIONS: Mapping[str, Any] = {
    "grant_id": AccessGrant,
    "assignment_id": Assignment,
    "barring_id": Barring,
}
"""The same, of what is decided about one. Closing what one has opened oneself needs no sign."""


def unpassed(uow: UnitOfWork, warned: Collection[str], arguments: Mapping[str, Any]) -> UUID | None:
    """The protected child that a page's address is about, when its sign has not been passed; else None.

    Nothing is asked of the database unless the actor has a protected child left whose sign she has not passed.
    """
    left = {child_id for child_id in uow.reach.protected if str(child_id) not in warned}
    if not left or not arguments:
        return None
    child_id = arguments.get("child_id") or _child_of(uow, arguments)
    return child_id if child_id in left else None


def pass_sign(uow: UnitOfWork, session_id: UUID, child_id: UUID) -> None:
    """Write down that the user has read the sign on this device. Raises NotFound for what needs none."""
    if child_id not in uow.reach.protected:
        raise NotFound
    session = uow.one(select(UserSession).where(UserSession.id == session_id, UserSession.user_id == uow.actor.id))
    if str(child_id) not in session.warned:
        session.warned = [*session.warned, str(child_id)]
        uow.note("open_protected", child_id=child_id)


def _child_of(uow: UnitOfWork, arguments: Mapping[str, Any]) -> UUID | None:
    for name, kind in _NAMED.items():
        if name in arguments:
            owner = uow.reachable(kind).where(kind.id == arguments[name]).with_only_columns(kind.child_id)
            return next((row[0] for row in uow.rows(owner)), None)
    for name, decision in _DECISIONS.items():
        if name in arguments:
            about = uow.who_may(decision).where(decision.id == arguments[name]).with_only_columns(decision.child_id)
            return next((row[0] for row in uow.rows(about)), None)
    return None
