"""Who may open a child, by decision: dated grants with their reason, and assignments beside the responsible one.

Whoever leads the child's team decides, a deputy too. Of a child with a protected identity it is a lead who has a grant
herself, or the head, who needs not see the child to say who may. Nobody opens a child to herself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import load_only

from followup.domain.errors import InvalidInput, NotAllowed, NotFound, Problem, translatable
from followup.services.flags.people_around import KEEPERS, leads
from followup.services.visit.posted import Fields, Posted, tidied
from followup.store.tables import AccessGrant, Assignment, Barring, BreakGlass, Child, User
from followup.store.unit_of_work import Decision, UnitOfWork

FARTHEST = timedelta(days=366)
"""As far ahead as a grant can begin."""

RESPONSIBLE, BESIDE = "responsible", "foster_home_worker"
_LATEST = date(2100, 1, 1)


@dataclass(frozen=True)
class About:
    """A child whose way in is decided on. name: "" for one that the actor may not see herself."""

    id: UUID
    case_number: str
    team_id: UUID
    protected: bool
    name: str = ""


@dataclass(frozen=True)
class AccessPage:
    """What opens a child and what bars from it, today and to come; and everything that was opened in an emergency.

    people: who may be let in, by name. users: everybody who is named, by id. glasses: newest first.
    """

    child: About
    assignments: Sequence[Assignment]
    grants: Sequence[AccessGrant]
    barrings: Sequence[Barring]
    glasses: Sequence[BreakGlass]
    people: Sequence[User]
    users: Mapping[UUID, User]

    @property
    def barred_but_responsible(self) -> User | None:
        """Whoever is responsible for the child and barred from it: somebody else must be."""
        barred = {row.user_id for row in self.barrings}
        return next(
            (self.users[row.user_id] for row in self.assignments if row.role == RESPONSIBLE and row.user_id in barred),
            None,
        )


@dataclass(frozen=True)
class Guarded:
    """A protected child of the actor's teams, and how many may open it today."""

    child: About
    openers: int


def access_page(uow: UnitOfWork, child_id: UUID) -> AccessPage:
    """Gather the page. Raises NotFound, also for whoever doesn't decide about the child."""
    child = about(uow, child_id)
    assignments, grants = _lasting(uow, Assignment, child_id), _lasting(uow, AccessGrant, child_id)
    barrings = _lasting(uow, Barring, child_id)
    opened = select(BreakGlass).where(BreakGlass.child_id == child_id).order_by(BreakGlass.opened_at.desc())
    glasses = uow.all(opened)
    named = {row.user_id for rows in (assignments, grants, barrings, glasses) for row in rows}
    named |= {row.given_by for row in grants if row.given_by} | {row.decided_by for row in barrings}
    keepers = (User.organisation_id == uow.actor.organisation_id) & User.role.in_(KEEPERS) & User.active
    users = uow.all(select(User).where(or_(keepers, User.id.in_(named))).order_by(User.name))
    barred = {row.user_id for row in barrings if row.holds_on(uow.today)}
    people = [each for each in users if each.active and each.role in KEEPERS and each.id not in barred]
    by_id = {each.id: each for each in users}
    return AccessPage(child, assignments, grants, barrings, glasses, people, by_id)


def about(uow: UnitOfWork, child_id: UUID, *, hold: bool = False) -> About:
    """Fetch a child whose way in the actor decides on. Raises NotFound. hold: until the unit ends."""
    statement = uow.decided().where(Child.id == child_id)
    rows = uow.rows(statement.with_for_update() if hold else statement)
    if not rows:
        raise NotFound
    child = About(*rows[0])
    if not _decides(uow, child):
        raise NotFound
    uow.looked_up(child.id)
    seen = uow.first(uow.reachable(Child).where(Child.id == child_id).options(load_only(Child.name)))
    return About(child.id, child.case_number, child.team_id, child.protected, seen.name if seen else "")


def may_decide(uow: UnitOfWork, child: Child) -> bool:
    """Whether the actor decides who may open a child within reach."""
    known = About(child.id, "", child.team_id, child.protected_identity)
    return leads(uow, child.id) and _decides(uow, known)


def guarded_children(uow: UnitOfWork) -> Sequence[Guarded]:
    """List the protected children about whom the actor decides, by case number: somebody must be able to open each."""
    rows = uow.rows(uow.decided().where(Child.protected_identity.is_(True)).order_by(Child.case_number))
    children = [child for child in (About(*row) for row in rows) if _decides(uow, child)]
    ids = [child.id for child in children]
    open_to = uow.rows(
        uow.who_may(AccessGrant)
        .join(User, User.id == AccessGrant.user_id)
        .where(AccessGrant.child_id.in_(ids), AccessGrant.in_force(uow.today), User.active)
        .with_only_columns(AccessGrant.child_id, AccessGrant.user_id)
    )
    seen = uow.all(uow.reachable(Child).where(Child.id.in_(ids)).options(load_only(Child.name)))
    names = {child.id: child.name for child in seen}
    return [
        Guarded(
            About(each.id, each.case_number, each.team_id, each.protected, names.get(each.id, "")),
            len({user_id for child_id, user_id in open_to if child_id == each.id}),
        )
        for each in children
    ]


def give(uow: UnitOfWork, child_id: UUID, fields: Fields) -> AccessGrant:
    """Open a child to a user from a day on. fields: `user`, `first`, `last` (included; none: until ended), `why`.

    Raises NotFound, and InvalidInput with every problem.
    """
    child = about(uow, child_id, hold=True)
    reading = Posted(tidied(fields))
    user = chosen_user(uow, child, reading, "user")
    first = reading.day("first", uow.today, uow.today + FARTHEST)
    last = reading.day("last", uow.today, _LATEST)
    why = _why(reading, "why")
    if first is None and not reading.problems:
        reading.note(Problem("first", "Välj ett datum.", "missing"))
    if first and last and last < first:
        reading.note(Problem("last", "Sista dagen är före den första.", "before_first"))
    stop = last + timedelta(days=1) if last else None
    if user and user.id == uow.actor.id:
        message = translatable("Ingen ger sig själv åtkomst. Be någon annan som får besluta om barnet.")
        reading.note(Problem("user", message, "oneself"))
    if user and first and overlaps(uow, child_id, user.id, first, stop):
        reading.note(Problem("user", "Personen har redan åtkomst de dagarna.", "overlap"))
    reading.check()
    if user is None or first is None:
        raise InvalidInput([Problem("user", "Välj en person.", "unknown_user")])
    return open_to(uow, child, AccessGrant(child_id=child_id, user_id=user.id, start=first, end=stop, reason=why))


def open_to(uow: UnitOfWork, child: About, grant: AccessGrant, by: UUID | None = None) -> AccessGrant:
    """Store a grant that was judged, and log it. by: who decided, when it isn't the actor."""
    grant.given_by, grant.given_at = by or actor_id(uow), uow.now
    uow.add(grant)
    uow.flush()
    uow.note("give_access", child_id=child.id, user=str(grant.user_id), grant=str(grant.id), protected=child.protected)
    return grant


def end_grant(uow: UnitOfWork, grant_id: UUID) -> AccessGrant:
    """End a grant now; one that has not begun never begins. Raises NotFound."""
    grant = uow.one(uow.who_may(AccessGrant).where(AccessGrant.id == grant_id).with_for_update())
    about(uow, grant.child_id)
    shut(uow, grant)
    return grant


def shut(uow: UnitOfWork, grant: AccessGrant, by: UUID | None = None) -> None:
    """End a grant, unless it has ended. by: who decided, when it isn't the actor."""
    if grant.end is None or grant.end > uow.today:
        grant.end, grant.ended_by = max(grant.start, uow.today), by or actor_id(uow)
        uow.note("end_access", child_id=grant.child_id, user=str(grant.user_id), grant=str(grant.id))


def assign(uow: UnitOfWork, child_id: UUID, fields: Fields) -> Assignment:
    """Let a user follow the child beside the responsible one. fields: `worker`, `from`.

    The responsible one is changed by a handover. A protected child isn't opened by this: it takes a grant, and first.
    Raises NotFound, and InvalidInput with every problem.
    """
    child = about(uow, child_id, hold=True)
    reading = Posted(tidied(fields))
    user = chosen_user(uow, child, reading, "worker")
    first = reading.day("from", uow.today, uow.today + FARTHEST)
    if first is None and not reading.problems:
        reading.note(Problem("from", "Välj ett datum.", "missing"))
    if user and child.protected and first and not overlaps(uow, child_id, user.id, first, None):
        message = translatable("Barnet har skyddade uppgifter. Ge personen åtkomst först, med skäl.")
        reading.note(Problem("worker", message, "protected"))
    already = uow.who_may(Assignment).where(
        Assignment.child_id == child_id,
        Assignment.user_id == (user.id if user else None),
        or_(Assignment.end.is_(None), Assignment.end > uow.today),
    )
    if user and uow.all(already):
        reading.note(Problem("worker", "Personen har redan ett uppdrag för barnet.", "overlap"))
    reading.check()
    if user is None or first is None:
        raise InvalidInput([Problem("worker", "Välj en person.", "unknown_user")])
    assignment = Assignment(child_id=child_id, user_id=user.id, role=BESIDE, start=first)
    uow.add(assignment)
    uow.note("assign", child_id=child_id, user=str(user.id))
    return assignment


def end_assignment(uow: UnitOfWork, assignment_id: UUID) -> Assignment:
    """End an assignment beside the responsible one, now. Raises NotFound, and NotAllowed for the responsible one."""
    row = uow.one(uow.who_may(Assignment).where(Assignment.id == assignment_id).with_for_update())
    about(uow, row.child_id)
    if row.role == RESPONSIBLE:
        raise NotAllowed
    if row.end is None or row.end > uow.today:
        row.end = max(row.start, uow.today)
        uow.note("end_assignment", child_id=row.child_id, user=str(row.user_id))
    return row


def chosen_user(uow: UnitOfWork, child: About, reading: Posted, field: str) -> User | None:
    """Read who was chosen: an active caseworker or lead who is not barred from the child."""
    try:
        chosen = UUID(reading.fields.get(field, ""))
    except ValueError:
        reading.note(Problem(field, "Välj en person.", "unknown_user"))
        return None
    user = uow.first(select(User).where(User.id == chosen, User.organisation_id == uow.actor.organisation_id))
    if user is None or not user.active or user.role not in KEEPERS:
        reading.note(Problem(field, "Personen finns inte längre här. Välj någon annan.", "unknown_user"))
        return None
    if is_barred(uow, user.id, child.id):
        reading.note(Problem(field, "Personen är spärrad från barnet. Häv spärren först.", "barred"))
        return None
    return user


def is_barred(uow: UnitOfWork, user_id: UUID, child_id: UUID) -> bool:
    """Whether a user is barred from a child about whom the actor decides."""
    row = Barring.user_id == user_id, Barring.child_id == child_id, Barring.in_force(uow.today)
    return bool(uow.all(uow.who_may(Barring).where(*row)))


def actor_id(uow: UnitOfWork) -> UUID:
    """Who decides. Raises NotAllowed for the program itself."""
    if uow.actor.id is None:
        raise NotAllowed
    return uow.actor.id


def _decides(uow: UnitOfWork, child: About) -> bool:
    """Whoever has broken the glass may look, and not let others in."""
    return not child.protected or child.id in uow.reach.granted or child.team_id in uow.reach.headed


def _lasting(uow: UnitOfWork, kind: type[Decision], child_id: UUID) -> Sequence[Decision]:
    """List what holds today or is to come."""
    of_child = uow.who_may(kind).where(kind.child_id == child_id, or_(kind.end.is_(None), kind.end > uow.today))
    return uow.all(of_child.order_by(kind.start, kind.id))


def _why(reading: Posted, field: str) -> str:
    why = reading.text(field).strip()
    if not why:
        reading.note(Problem(field, "Skriv varför, så att det går att förstå efteråt.", "missing"))
    return why


def overlaps(uow: UnitOfWork, child_id: UUID, user_id: UUID, first: date, stop: date | None) -> bool:
    """Whether a user has access by a decision on any of the days from `first` to before `stop` (None: for good)."""
    held = uow.who_may(AccessGrant).where(
        AccessGrant.child_id == child_id,
        AccessGrant.user_id == user_id,
        or_(AccessGrant.end.is_(None), AccessGrant.end > first),
        *((AccessGrant.start < stop,) if stop else ()),
    )
    return bool(uow.all(held))
