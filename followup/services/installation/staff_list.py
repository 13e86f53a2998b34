"""The users of an organisation, as its administrator sees them: who there is, and how each gets in. Never with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from followup.services.installation import account_changes
from followup.services.installation.accounts import kept_here
from followup.services.sign_in import second_factor
from followup.store.tables import AccountChange, SsoIdentity, Team, User, UserSession
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Listed:
    """A user, and how it gets in: off | waits (for a code) | new | provider | two | one."""

    user: User
    state: str


@dataclass(frozen=True)
class One:
    """One user. asked: the kind of change that it needs a code after, or "". may_give: who may give it.

    elsewhere: the organisation's provider lets it in. sessions: on how many devices it is signed in. kinds: its second
    factors, by kind. oneself: it is the actor.
    """

    user: User
    state: str
    asked: str
    may_give: Sequence[str]
    elsewhere: bool
    sessions: int
    last_seen_at: datetime | None
    kinds: frozenset[str]
    oneself: bool


def list_users(uow: UnitOfWork) -> Sequence[User]:
    """All users with their teams, by user name."""
    return uow.all(select(User).options(joinedload(User.team)).order_by(User.user_name))


def overview(uow: UnitOfWork) -> list[Listed]:
    """All users of the actor's organisation: those who may sign in first, by name."""
    mine = select(User).where(User.organisation_id == uow.actor.organisation_id).options(joinedload(User.team))
    proving = second_factor.users_with_factor(uow)
    waiting = frozenset(uow.all(select(AccountChange.user_id).where(AccountChange.closed_at.is_(None))))
    elsewhere = frozenset(uow.all(select(SsoIdentity.user_id)))
    return [
        Listed(user, _state(user, user.id in waiting, user.id in elsewhere, user.id in proving))
        for user in uow.all(mine.order_by(User.active.desc(), User.name, User.id))
    ]


def one_user(uow: UnitOfWork, user_id: UUID) -> One:
    """Gather the page of one user. Raises NotFound."""
    mine = select(User).where(User.id == user_id, User.organisation_id == uow.actor.organisation_id)
    user = uow.one(mine.options(joinedload(User.team)))
    asked, kinds, here = (
        account_changes.asked(uow, user.id),
        second_factor.kinds_of(uow, user.id),
        kept_here(uow, user.id),
    )
    whole = select(func.count(), func.max(UserSession.last_seen_at)).where(
        UserSession.user_id == user.id, UserSession.whole
    )
    ((sessions, last_seen_at),) = uow.rows(whole)
    return One(
        user,
        _state(user, bool(asked), not here, bool(kinds)),
        asked,
        account_changes.who_may_give(uow, user) if asked else (),
        not here,
        sessions,
        last_seen_at,
        kinds,
        user.id == uow.actor.id,
    )


def teams(uow: UnitOfWork) -> Sequence[Team]:
    """The organisation's teams, by name."""
    return uow.all(select(Team).where(Team.organisation_id == uow.actor.organisation_id).order_by(Team.name))


def _state(user: User, waits: bool, elsewhere: bool, proves: bool) -> str:  # noqa: FBT001 - four answers, one place
    found = (
        ("off", not user.active),
        ("provider", elsewhere),
        ("waits", waits),
        ("new", user.password_expires_at is not None),
        ("two", proves),
    )
    return next((code for code, holds in found if holds), "one")
