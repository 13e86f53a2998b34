"""Conflicts of interest: a user who is close to a child is barred from it, and that wins over every other way in.

Whoever decides who may open the child decides this, and may bar herself; lifting it is then somebody else's to do.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import delete, update

from followup.domain.errors import InvalidInput, Problem
from followup.services.need_to_know.deciding import about, actor_id, chosen_user
from followup.services.visit.posted import Fields, Posted, tidied
from followup.store.tables import Barring, BreakGlass, UserSession
from followup.store.unit_of_work import UnitOfWork

KINDS = ("relative", "neighbour", "acquaintance", "own_case", "other")


def bar(uow: UnitOfWork, child_id: UUID, fields: Fields) -> Barring:
    """Bar a user from a child, from this moment on. fields: `barred` (a user's id), `kind`, `because`.

    What the user had open ends at once: an opening in an emergency, a tablet handed over. Raises NotFound and
    InvalidInput.
    """
    child = about(uow, child_id, hold=True)
    reading = Posted(tidied(fields))
    user = chosen_user(uow, child, reading, "barred")
    kind = reading.choice("kind", KINDS)
    because = reading.text("because").strip()
    if kind is None:
        reading.note(Problem("kind", "Välj varför.", "missing"))
    if kind == "other" and not because:
        reading.note(Problem("because", "Skriv varför, så att det går att förstå efteråt.", "missing"))
    reading.check()
    if user is None or kind is None:
        raise InvalidInput([Problem("barred", "Välj en person.", "unknown_user")])
    return keep_out(uow, Barring(child_id=child_id, user_id=user.id, kind=kind, reason=because, start=uow.today))


def keep_out(uow: UnitOfWork, row: Barring, by: UUID | None = None) -> Barring:
    """Store a bar that was judged, end what the user has open, and log it. by: who decided, when it isn't the actor."""
    row.decided_by, row.decided_at = by or actor_id(uow), uow.now
    uow.add(row)
    uow.flush()
    _shut(uow, row.user_id, row.child_id)
    uow.note("bar", child_id=row.child_id, user=str(row.user_id), kind=row.kind)
    return row


def lift(uow: UnitOfWork, barring_id: UUID) -> Barring:
    """Let the user in again, if anything else does. Raises NotFound, also for whoever is barred herself."""
    row = uow.one(uow.who_may(Barring).where(Barring.id == barring_id).with_for_update())
    about(uow, row.child_id)
    let_in_again(uow, row)
    return row


def let_in_again(uow: UnitOfWork, row: Barring, by: UUID | None = None) -> None:
    """End a bar, unless it has ended. by: who decided, when it isn't the actor."""
    if row.end is None or row.end > uow.today:
        row.end, row.lifted_by = max(row.start, uow.today), by or actor_id(uow)
        uow.note("lift_bar", child_id=row.child_id, user=str(row.user_id))


def barred_users(uow: UnitOfWork, child_id: UUID) -> frozenset[UUID]:
    """Who is barred today from a child within reach."""
    rows = uow.rows(
        uow.reachable(Barring)
        .where(Barring.child_id == child_id, Barring.in_force(uow.today))
        .with_only_columns(Barring.user_id)
    )
    return frozenset(row[0] for row in rows)


def _shut(uow: UnitOfWork, user_id: UUID, child_id: UUID) -> None:
    opened = BreakGlass.user_id == user_id, BreakGlass.child_id == child_id, BreakGlass.in_force(uow.now)
    uow.execute(update(BreakGlass).where(*opened).values(ends_at=uow.now))
    uow.execute(delete(UserSession).where(UserSession.user_id == user_id, UserSession.lent_child_id == child_id))
