"""What somebody else than its user did about an account, and who is told.

Nobody signs in as somebody else by being an administrator: whoever gives a new password never gives what stands in for
the second step too. Where a user has neither (a new account, or both reset) the second code comes from somebody else: a
lead of the user's team, a log reviewer or another administrator, each of whom must know whom they give it to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true, update
from sqlalchemy.orm import aliased

from followup.domain.access import Permission, Role
from followup.domain.errors import InvalidTransition, translatable
from followup.services.sign_in.recovery_codes import new_code, plain
from followup.store.crypto import key_ring
from followup.store.tables import AccountChange, Mandate, User
from followup.store.unit_of_work import UnitOfWork

NEW, PASSWORD, SECOND, BOTH = "new", "password", "second", "both"
CHANGED, OFF, ON = "changed", "off", "on"
_BEGINS: Final = frozenset({NEW, PASSWORD, SECOND, BOTH})
CODE_LASTS: Final = timedelta(hours=24)
_SHOWN_FOR: Final = timedelta(days=90)
_NEWS_FOR: Final = timedelta(days=14)
_MOST: Final = 200
_ALL_SEEING: Final = frozenset({Role.ADMIN.value, Role.LOG_REVIEWER.value})


@dataclass(frozen=True)
class Told:
    """A change as it is shown. by, code_by: names, "" for a command on the server.

    waits: whether the user needs a code that nobody has given, or that has run out; may_give: whether the actor may.
    """

    row: AccountChange
    user: User
    by: str
    code_by: str
    waits: bool
    may_give: bool


def record(uow: UnitOfWork, user_id: UUID, kind: str, *, asks: bool = False) -> AccountChange:
    """Keep that the actor changed an account. asks: the user can't sign in before a code is given and used.

    Another beginning takes the place of one that waits for a code. Nothing else does: who gave the password that is
    waiting must stay known.
    """
    if kind in _BEGINS:
        _end_waiting(uow, user_id)
    row = AccountChange(user_id=user_id, kind=kind, made_at=uow.now, made_by=uow.actor.id)
    row.closed_at = None if asks else uow.now
    uow.add(row)
    uow.flush()
    return row


def forget_code(uow: UnitOfWork, user_id: UUID) -> None:
    """Let a code that was given and not used be worth nothing; another one must be given."""
    uow.execute(update(AccountChange).where(_waits(user_id)).values(code_hash=None))


def asked(uow: UnitOfWork, user_id: UUID | None) -> str:
    """Return the kind of change that the user needs a code after, or ""."""
    return uow.first(select(AccountChange.kind).where(_waits(user_id))) or ""


def take(uow: UnitOfWork, user_id: UUID, typed: str) -> bool:
    """Say whether it is the code that was given, and spend it. Of the same code sent twice at once, one is taken."""
    given = AccountChange.code_hash == _hash(user_id, typed), AccountChange.code_at > uow.now - CODE_LASTS
    spent = update(AccountChange).where(_waits(user_id), *given).values(closed_at=uow.now, code_hash=None)
    return uow.execute(spent) == 1


def code_for(uow: UnitOfWork, row: AccountChange) -> str:
    """Make the code for a change that waits for one; returns it, for this is the only time it is known."""
    code = new_code()
    row.code_hash, row.code_at, row.code_by = _hash(row.user_id, code), uow.now, uow.actor.id
    uow.note("give_code", user=str(row.user_id), kind=row.kind)
    return code


def give_code(uow: UnitOfWork, user_id: UUID) -> tuple[User, str]:
    """Give the code that a user waits for, as somebody else than whoever gave the password; returns whose and what.

    Raises NotFound for a user whose changes aren't told to the actor, InvalidTransition when nothing waits or the actor
    gave the password.
    """
    user = uow.one(select(User).where(User.id == user_id, _told_to(uow)).with_for_update())
    row = uow.first(select(AccountChange).where(_waits(user_id)))
    if row is None or not user.active:
        raise InvalidTransition(translatable("Koden behövs inte längre."))
    if not _may_give(uow, row):
        raise InvalidTransition(translatable("Du gav lösenordet. Koden måste komma från någon annan."))
    return user, code_for(uow, row)


def code_by_command(uow: UnitOfWork, user_id: UUID) -> str:
    """Give it as whoever runs the server. Raises NotFound when nothing waits."""
    return code_for(uow, uow.one(select(AccountChange).where(_waits(user_id))))


def who_may_give(uow: UnitOfWork, user: User) -> Sequence[str]:
    """Name those who may give the user a code when the actor gives the password: five at most, those who lead first."""
    stands_in = select(Mandate.user_id).where(Mandate.team_id == user.team_id, Mandate.in_force(uow.today))
    leads = and_(User.role == Role.TEAM_LEAD.value, User.team_id == user.team_id)
    others = User.organisation_id == user.organisation_id, User.active, User.id.not_in({user.id, uow.actor.id})
    may = or_(leads, User.role.in_(_ALL_SEEING), User.id.in_(stands_in))
    first = User.role.in_(_ALL_SEEING), User.name
    return uow.all(select(User.name).where(*others, may).order_by(*first).limit(5))


def listed(uow: UnitOfWork) -> Sequence[Told]:
    """List what was changed in the last three months and is told to the actor, the newest first."""
    maker, giver = aliased(User), aliased(User)
    rows = uow.rows(
        select(AccountChange, User, maker.name, giver.name)
        .join(User, User.id == AccountChange.user_id)
        .outerjoin(maker, maker.id == AccountChange.made_by)
        .outerjoin(giver, giver.id == AccountChange.code_by)
        .where(_told_to(uow), AccountChange.made_at > uow.now - _SHOWN_FOR)
        .order_by(AccountChange.made_at.desc(), AccountChange.id)
        .limit(_MOST)
    )
    return [_told(uow, row, user, by or "", code_by or "") for row, user, by, code_by in rows]


def of_user(uow: UnitOfWork, user_id: UUID | None, *, untold: bool = False) -> Sequence[Told]:
    """List what was changed in one's own account, the newest first. untold: what one hasn't been told of yet."""
    maker, giver = aliased(User), aliased(User)
    recent = AccountChange.user_id == user_id, AccountChange.made_at > uow.now - _SHOWN_FOR
    rows = uow.rows(
        select(AccountChange, User, maker.name, giver.name)
        .join(User, User.id == AccountChange.user_id)
        .outerjoin(maker, maker.id == AccountChange.made_by)
        .outerjoin(giver, giver.id == AccountChange.code_by)
        .where(*recent, AccountChange.told_at.is_(None) if untold else true())
        .order_by(AccountChange.made_at.desc(), AccountChange.id)
        .limit(10)
    )
    return [_told(uow, row, user, by or "", code_by or "") for row, user, by, code_by in rows]


def was_told(uow: UnitOfWork, user_id: UUID) -> None:
    """Note that the user, who is let in now, has been told of what was changed."""
    untold = AccountChange.user_id == user_id, AccountChange.told_at.is_(None)
    uow.execute(update(AccountChange).where(*untold).values(told_at=uow.now))


def news(uow: UnitOfWork) -> int:
    """How many changes the actor hasn't seen, and how many users wait for a code that she may give."""
    return int(uow.rows(select(news_beside(uow)))[0][0]) if uow.actor.may(Permission.VOUCH) else 0


def news_beside(uow: UnitOfWork) -> ColumnElement[int]:
    """The same number as a column, for a statement that counts something else."""
    if not uow.actor.may(Permission.VOUCH):
        return literal(0)
    seen_at = select(User.changes_seen_at).where(User.id == uow.actor.id).scalar_subquery()
    since = func.coalesce(seen_at, literal(uow.now - _NEWS_FOR, AccountChange.made_at.type))
    waits = and_(AccountChange.closed_at.is_(None), AccountChange.code_hash.is_(None), User.active)
    recent = AccountChange.made_at > uow.now - _NEWS_FOR  # what nobody ever came for is no news for ever
    of_others = or_(AccountChange.made_by.is_(None), AccountChange.made_by != uow.actor.id)
    counted = select(func.count()).select_from(AccountChange).join(User, User.id == AccountChange.user_id)
    told = counted.where(_told_to(uow), of_others, recent, or_(AccountChange.made_at > since, waits))
    return told.scalar_subquery()


def see(uow: UnitOfWork, until: datetime) -> None:
    """Note that the actor has seen what was changed until then."""
    uow.execute(update(User).where(User.id == uow.actor.id).values(changes_seen_at=min(until, uow.now)))


def _told(uow: UnitOfWork, row: AccountChange, user: User, by: str, code_by: str) -> Told:
    open_ = row.closed_at is None and user.active
    good = row.code_hash is not None and row.code_at is not None and row.code_at > uow.now - CODE_LASTS
    return Told(row, user, by, code_by, open_ and not good, open_ and _may_give(uow, row))


def _may_give(uow: UnitOfWork, row: AccountChange) -> bool:
    """Whoever gave the password doesn't. After a lost telephone nobody did, so anybody may who is told."""
    return row.user_id != uow.actor.id and (row.kind == SECOND or row.made_by != uow.actor.id)


def _told_to(uow: UnitOfWork) -> Any:
    """Whose changes the actor is told of: all of the organisation's, or as lead her teams'; never her own."""
    if not uow.actor.may(Permission.VOUCH):
        return false()
    teams = true() if uow.actor.role in _ALL_SEEING else User.team_id.in_(uow.reach.team_ids)
    return and_(User.organisation_id == uow.actor.organisation_id, User.id != uow.actor.id, teams)


def _waits(user_id: UUID | None) -> Any:
    return and_(AccountChange.user_id == user_id, AccountChange.closed_at.is_(None))


def _end_waiting(uow: UnitOfWork, user_id: UUID) -> None:
    uow.execute(update(AccountChange).where(_waits(user_id)).values(closed_at=uow.now, code_hash=None))


def _hash(user_id: UUID, code: str) -> bytes:
    return key_ring().blind_index(f"account code:{user_id}:{plain(code)}")
