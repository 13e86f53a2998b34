"""Who may open a child, decided by somebody who leads and put in by whoever runs the machine.

For a municipality whose team has no head: nobody could open a protected child there whom nobody has access to. It shows
no case: a child is named by its case number, and whoever decided stands in the log beside the program.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, or_, select

from followup.domain.access import Role
from followup.domain.errors import InvalidInput, NotFound, Problem, translatable
from followup.services.flags.people_around import KEEPERS
from followup.services.need_to_know.barring import KINDS, keep_out, let_in_again
from followup.services.need_to_know.deciding import About, is_barred, open_to, overlaps, shut
from followup.services.sign_in.by_password import account_name
from followup.store.tables import AccessGrant, Assignment, Barring, Child, Mandate, User
from followup.store.unit_of_work import Decision, UnitOfWork

__all__ = ["KINDS", "Way", "bar", "end", "give", "lift", "ways"]


@dataclass(frozen=True)
class Way:
    """What opens a child to a user, or bars from it. what: grant | bar | assignment. last: None for no last day."""

    what: str
    user_name: str
    first: date
    last: date | None


def give(
    uow: UnitOfWork, case_number: str, user_name: str, by: str, *, why: str, last: date | None = None
) -> AccessGrant:
    """Open a child to a user, from today. Raises NotFound (user, case number), InvalidInput."""
    child, user, decider = _named(uow, case_number, user_name, by)
    if not why.strip():
        raise InvalidInput([Problem("why", "Skriv varför, så att det går att förstå efteråt.", "missing")])
    if last and last < uow.today:
        raise InvalidInput([Problem("last", "Sista dagen är före den första.", "before_first")])
    if user.id == decider.id:
        message = translatable("Ingen ger sig själv åtkomst. Be någon annan som får besluta om barnet.")
        raise InvalidInput([Problem("by", message, "oneself")])
    if is_barred(uow, user.id, child.id):
        raise InvalidInput([Problem("user", "Personen är spärrad från barnet. Häv spärren först.", "barred")])
    stop = last + timedelta(days=1) if last else None
    if overlaps(uow, child.id, user.id, uow.today, stop):
        raise InvalidInput([Problem("user", "Personen har redan åtkomst de dagarna.", "overlap")])
    grant = AccessGrant(child_id=child.id, user_id=user.id, start=uow.today, end=stop, reason=why.strip())
    return open_to(uow, child, grant, decider.id)


def end(uow: UnitOfWork, case_number: str, user_name: str, by: str) -> int:
    """End what a user has by decision; returns how many grants. Raises NotFound, InvalidInput."""
    child, user, decider = _named(uow, case_number, user_name, by)
    mine = AccessGrant.child_id == child.id, AccessGrant.user_id == user.id, _lasting(uow, AccessGrant)
    grants = uow.all(uow.who_may(AccessGrant).where(*mine).with_for_update())
    for grant in grants:
        shut(uow, grant, decider.id)
    return len(grants)


def bar(uow: UnitOfWork, case_number: str, user_name: str, by: str, *, kind: str, why: str = "") -> Barring:
    """Bar a user from a child, from this moment on. Raises NotFound, InvalidInput."""
    child, user, decider = _named(uow, case_number, user_name, by)
    if is_barred(uow, user.id, child.id):
        raise InvalidInput([Problem("user", "Personen är redan spärrad från barnet.", "barred")])
    if kind == "other" and not why.strip():
        raise InvalidInput([Problem("why", "Skriv varför, så att det går att förstå efteråt.", "missing")])
    row = Barring(child_id=child.id, user_id=user.id, kind=kind, reason=why.strip(), start=uow.today)
    return keep_out(uow, row, decider.id)


def lift(uow: UnitOfWork, case_number: str, user_name: str, by: str) -> int:
    """Lift what bars a user; returns how many bars. Nobody lifts her own. Raises NotFound, InvalidInput."""
    child, user, decider = _named(uow, case_number, user_name, by)
    if user.id == decider.id:
        message = translatable("Ingen häver sin egen spärr. Be någon annan som får besluta om barnet.")
        raise InvalidInput([Problem("by", message, "oneself")])
    mine = Barring.child_id == child.id, Barring.user_id == user.id, _lasting(uow, Barring)
    rows = uow.all(uow.who_may(Barring).where(*mine).with_for_update())
    for row in rows:
        let_in_again(uow, row, decider.id)
    return len(rows)


def ways(uow: UnitOfWork, case_number: str) -> Iterator[Way]:
    """Yield what holds today or is to come: grants, bars, assignments. Raises NotFound."""
    child = _child(uow, case_number)
    for what, rows in (
        ("grant", _held(uow, AccessGrant, child)),
        ("bar", _held(uow, Barring, child)),
        ("assignment", _held(uow, Assignment, child)),
    ):
        users = select(User.id, User.user_name).where(User.id.in_({row.user_id for row in rows}))
        names = {user_id: name for user_id, name in uow.rows(users)}  # noqa: C416 - rows are no pairs to the type checker
        for row in rows:
            last = row.end - timedelta(days=1) if row.end else None
            yield Way(what, names[row.user_id], row.start, last)


def _named(uow: UnitOfWork, case_number: str, user_name: str, by: str) -> tuple[About, User, User]:
    """Return the child, the user, and who decides. Raises NotFound, InvalidInput."""
    child = _child(uow, case_number)
    user, decider = (_user(uow, name) for name in (user_name, by))
    problems = []
    if not user.active or user.role not in KEEPERS:
        problems.append(Problem("user", "Personen finns inte längre här. Välj någon annan.", "unknown_user"))
    if not _leads(uow, decider) or is_barred(uow, decider.id, child.id):
        problems.append(Problem("by", "Den som beslutar måste leda ett team, och får inte vara spärrad.", "no_lead"))
    if problems:
        raise InvalidInput(problems)
    return child, user, decider


def _child(uow: UnitOfWork, case_number: str) -> About:
    wanted = " ".join(case_number.split()).upper()
    rows = uow.rows(uow.decided().where(Child.case_number == wanted))
    if len(rows) != 1:
        raise NotFound
    child = About(*rows[0])
    uow.looked_up(child.id)
    return child


def _user(uow: UnitOfWork, user_name: str) -> User:
    return uow.one(select(User).where(User.user_name == account_name(user_name)))


def _leads(uow: UnitOfWork, user: User) -> bool:
    if not user.active or user.role not in KEEPERS:
        return False
    mandates = select(Mandate.id).where(Mandate.user_id == user.id, Mandate.in_force(uow.today))
    return user.role == Role.TEAM_LEAD or uow.first(mandates) is not None


def _held(uow: UnitOfWork, kind: type[Decision], child: About) -> Sequence[Decision]:
    return uow.all(uow.who_may(kind).where(kind.child_id == child.id, _lasting(uow, kind)).order_by(kind.start))


def _lasting(uow: UnitOfWork, kind: type[Decision]) -> ColumnElement[bool]:
    return or_(kind.end.is_(None), kind.end > uow.today)
