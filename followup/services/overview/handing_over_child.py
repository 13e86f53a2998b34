"""A child gets another caseworker: from which day, to whom, and what the child and the next one should know.

The assignment of the one who leaves ends on the day that the next one's begins, so that access moves at midnight in the
organisation's zone and nobody has to remember it. Promises of the one who has left are the next one's to keep (see
`my_children`). A protected child is opened to the next one by a decision of its own, with its reason; never silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload, load_only, undefer

from followup.domain import summary
from followup.domain.errors import Conflict, InvalidInput, NotFound, Problem, translatable
from followup.services.flags.people_around import KEEPERS
from followup.services.need_to_know.barring import barred_users
from followup.services.need_to_know.deciding import may_decide
from followup.services.overview.due import DONE
from followup.services.overview.tellings import was_told
from followup.services.visit.posted import Fields, Posted, tidied
from followup.store.tables import AccessGrant, Assignment, Child, Handover, PlacementCheck, User, Visit
from followup.store.unit_of_work import UnitOfWork

FARTHEST = timedelta(days=366)
"""As far ahead as a change can be decided."""

RESPONSIBLE = "responsible"
_LONG_AGO = date(1900, 1, 1)
_LOOKED_THROUGH = 6
"""So many visits back the child's own words are looked for: some visits pass without any."""


@dataclass(frozen=True)
class Change:
    """What the page shows before a change. now: who is responsible today; coming: who will be, and from when.

    people: whom it can go to; drafts: visits that the one who leaves has begun and not signed.
    """

    child: Child
    now: User | None
    coming: tuple[User, date] | None
    people: Sequence[User]
    drafts: Sequence[Visit]


@dataclass(frozen=True)
class Told:
    """The latest telling. by: the caseworker's name. words: what was told, "" where it was only said to be told."""

    on: date
    by: str
    words: str


@dataclass(frozen=True)
class Handed:
    """The latest change of caseworker, with names."""

    row: Handover
    from_name: str
    to_name: str


def open_change(uow: UnitOfWork, child_id: UUID) -> Change:
    """Gather the page. Raises NotFound, also for whoever doesn't lead the child's team."""
    child = _led(uow, child_id)
    now, coming = _responsible(uow, child_id)
    in_team = User.team_id == child.team_id, User.role.in_(KEEPERS), User.active
    people = uow.all(select(User).where(*in_team).order_by(User.name))
    others = [each for each in people if now is None or each.id != now.user_id]
    return Change(
        child, now.user if now else None, (coming.user, coming.start) if coming else None, others, _drafts(uow, now)
    )


def change_caseworker(uow: UnitOfWork, child_id: UUID, fields: Fields) -> Handover | None:
    """Decide who is the child's caseworker from a day on; returns None where the child had none before.

    fields: `to` (a user's id), `on`, `helps`, `contacts`, `anyway` ("1": although a visit is begun); for a protected
    child `grant_reason`. Deciding the same twice decides once. Raises NotFound, and InvalidInput with every problem.
    """
    child = _led(uow, child_id, hold=True)
    now, coming = _responsible(uow, child_id)
    reading = Posted(tidied(fields))
    on = reading.day("on", uow.today, uow.today + FARTHEST)
    to = _to(uow, child, reading)
    helps, contacts = reading.text("helps"), reading.text("contacts")
    reason = reading.text("grant_reason").strip()
    if on is None and not reading.problems:
        reading.note(Problem("on", "Välj ett datum.", "missing"))
    if coming and to and on and (coming.user_id, coming.start) == (to.id, on):
        return uow.first(uow.reachable(Handover).where(Handover.child_id == child_id, Handover.on == on))
    if coming:
        values = {"name": coming.user.name, "day": coming.start}
        reading.note(Problem("on", "Det är redan bestämt: %(name)s tar över %(day)s.", "decided", values))
    if now and to and now.user_id == to.id:
        reading.note(Problem("to", "Den personen är redan ansvarig för barnet.", "same"))
    if child.protected_identity and not reason:
        message = translatable("Barnet har skyddade uppgifter. Skriv varför den nya handläggaren behöver åtkomst.")
        reading.note(Problem("grant_reason", message, "missing"))
    if on == uow.today and not reading.ticked("anyway") and _drafts(uow, now):
        message = translatable("Ett besök är påbörjat. Låt det signeras först, eller bocka i att ni byter ändå.")
        reading.note(Problem("anyway", message, "draft"))
    reading.check()
    if to is None or on is None:
        raise InvalidInput([Problem("to", "Välj en handläggare i barnets team.", "unknown_user")])
    left = _move(uow, child, to, on, reason)
    uow.note(
        "change_caseworker",
        child_id=child_id,
        to=str(to.id),
        on=on.isoformat(),
        access_ends=sorted(str(user_id) for user_id in left),
    )
    if now is None:
        return None
    handover = Handover(child_id=child_id, from_user_id=now.user_id, to_user_id=to.id, on=on, helps=helps)
    handover.contacts, handover.created_at, handover.created_by = contacts, uow.now, uow.actor.id or to.id
    uow.add(handover)
    return handover


def latest_handover(uow: UnitOfWork, child_id: UUID) -> Handed | None:
    """The latest change of caseworker, decided or done; None when there has been none."""
    before, after = aliased(User), aliased(User)
    rows = uow.rows(
        uow.reachable(Handover)
        .join(before, before.id == Handover.from_user_id)
        .join(after, after.id == Handover.to_user_id)
        .where(Handover.child_id == child_id)
        .order_by(Handover.on.desc(), Handover.created_at.desc())
        .limit(1)
        .add_columns(before.name, after.name)
    )
    return next((Handed(*row) for row in rows), None)


def record_handover(uow: UnitOfWork, child_id: UUID, fields: Fields) -> None:
    """Write down what helps, whom to know, and when the child was told goodbye and hello; what is left out stays.

    Raises NotFound, Conflict when no change has been decided, and InvalidInput.
    """
    uow.one(uow.reachable(Child).where(Child.id == child_id).options(load_only(Child.id)))
    handed = latest_handover(uow, child_id)
    if handed is None:
        raise Conflict("Inget byte av handläggare är bestämt för barnet.")
    row = handed.row
    stored = {"helps": row.helps, "contacts": row.contacts, **_days(row)}
    reading = Posted({name: value for name, value in tidied(fields).items() if name in stored}, over=stored)
    row_helps, row_contacts = reading.text("helps"), reading.text("contacts")
    goodbye, hello = (reading.day(name, _LONG_AGO, uow.today) for name in ("goodbye_on", "hello_on"))
    reading.check()
    row.helps, row.contacts, row.goodbye_on, row.hello_on = row_helps, row_contacts, goodbye, hello


def last_said(uow: UnitOfWork, child_id: UUID) -> tuple[date, tuple[summary.Quote, ...], UUID] | None:
    """The day, the words and the visit of the latest signed visit at which the child's own words were written down."""
    visits = uow.all(
        uow.reachable(Visit)
        .where(Visit.child_id == child_id, Visit.state.in_(DONE))
        .order_by(Visit.planned_at.desc())
        .limit(_LOOKED_THROUGH)
        .options(undefer(Visit.summary))
    )
    for visit in visits:
        quotes = _voice(visit)
        if quotes:
            return uow.day_of(visit.planned_at), quotes, visit.id
    return None


def last_told(uow: UnitOfWork, child_id: UUID) -> Told | None:
    """When, by whom and in what words the child was last told why it lives where it lives; None if it wasn't."""
    rows = uow.rows(
        uow.reachable(PlacementCheck)
        .join(Visit, Visit.id == PlacementCheck.visit_id)
        .join(User, User.id == Visit.caseworker_id)
        .where(PlacementCheck.child_id == child_id, Visit.state.in_(DONE), was_told())
        .order_by(Visit.planned_at.desc())
        .limit(1)
        .with_only_columns(Visit.planned_at, User.name, PlacementCheck.told_today)
    )
    return next((Told(uow.day_of(at), by, words.strip()) for at, by, words in rows), None)


def _voice(visit: Visit) -> tuple[summary.Quote, ...]:
    try:
        return summary.from_json(visit.summary).child_voice if visit.summary else ()
    except ValueError:  # written by a newer program: the sheet is worth showing without it
        return ()


def _led(uow: UnitOfWork, child_id: UUID, *, hold: bool = False) -> Child:
    statement = uow.reachable(Child).where(Child.id == child_id)
    child = uow.one(statement.with_for_update() if hold else statement)
    if not may_decide(uow, child):
        raise NotFound
    return child


def _responsible(uow: UnitOfWork, child_id: UUID) -> tuple[Assignment | None, Assignment | None]:
    """Who is responsible today, and who will be."""
    rows = uow.all(
        uow.reachable(Assignment)
        .where(
            Assignment.child_id == child_id,
            Assignment.role == RESPONSIBLE,
            or_(Assignment.end.is_(None), Assignment.end > uow.today),
        )
        .order_by(Assignment.start)
        .options(joinedload(Assignment.user))
    )
    now = next((row for row in reversed(rows) if row.holds_on(uow.today)), None)
    return now, next((row for row in rows if row.start > uow.today), None)


def _to(uow: UnitOfWork, child: Child, reading: Posted) -> User | None:
    try:
        chosen = UUID(reading.fields.get("to", ""))
    except ValueError:
        reading.note(Problem("to", "Välj en handläggare i barnets team.", "unknown_user"))
        return None
    user = uow.first(select(User).where(User.id == chosen, User.organisation_id == child.organisation_id))
    if user is None or not user.active or user.role not in KEEPERS:
        reading.note(Problem("to", "Personen finns inte längre här. Välj någon annan.", "unknown_user"))
        return None
    if user.team_id != child.team_id:
        message = translatable("Personen hör till ett annat team. Flytta barnet till det teamet först.")
        reading.note(Problem("to", message, "other_team"))
        return None
    if user.id in barred_users(uow, child.id):
        reading.note(Problem("to", "Personen är spärrad från barnet. Häv spärren först.", "barred"))
        return None
    return user


def _drafts(uow: UnitOfWork, now: Assignment | None) -> Sequence[Visit]:
    if now is None:
        return []
    return uow.all(
        uow.reachable(Visit)
        .where(Visit.child_id == now.child_id, Visit.caseworker_id == now.user_id, Visit.state == "draft")
        .order_by(Visit.planned_at)
    )


def _move(uow: UnitOfWork, child: Child, to: User, on: date, reason: str) -> set[UUID]:
    """Move assignment, grants and booked visits on the day; returns whose access ends then.

    Whoever has been responsible leaves with all that let them in: another role with the child would be an open door.
    """
    rows = uow.all(
        uow.reachable(Assignment).where(
            Assignment.child_id == child.id, or_(Assignment.end.is_(None), Assignment.end > on)
        )
    )
    leaving = {row.user_id for row in rows if row.role == RESPONSIBLE} - {to.id}
    for row in rows:
        if row.role == RESPONSIBLE or row.user_id in leaving:
            row.end = max(row.start, on)
    uow.add(Assignment(child_id=child.id, user_id=to.id, role=RESPONSIBLE, start=on))
    grants = uow.reachable(AccessGrant).where(
        AccessGrant.child_id == child.id,
        AccessGrant.user_id.in_(leaving),
        or_(AccessGrant.end.is_(None), AccessGrant.end > on),
    )
    for grant in uow.all(grants):
        grant.end, grant.ended_by = max(grant.start, on), uow.actor.id
    if child.protected_identity:
        decided = {"given_by": uow.actor.id, "given_at": uow.now}
        uow.add(AccessGrant(child_id=child.id, user_id=to.id, start=on, reason=reason, **decided))
    morning = datetime.combine(on, time.min, uow.zone)
    booked = uow.reachable(Visit).where(
        Visit.child_id == child.id,
        Visit.state == "planned",
        Visit.planned_at >= morning,
        Visit.caseworker_id.in_(leaving),
    )
    for visit in uow.all(booked):
        visit.caseworker_id = to.id
    return leaving


def _days(row: Handover) -> dict[str, str]:
    return {
        "goodbye_on": row.goodbye_on.isoformat() if row.goodbye_on else "",
        "hello_on": row.hello_on.isoformat() if row.hello_on else "",
    }
