"""Sessions: who a cookie's token belongs to, and how they begin and end.

Tokens are 256 random bits, of which the database has the hash alone.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, exists, select, true, update
from sqlalchemy.orm import joinedload

from followup.domain.access import Actor, Loan, Role
from followup.domain.display import Display
from followup.services.installation import account_changes
from followup.services.sign_in.second_factor import asks_second
from followup.store.tables import Mandate, User, UserSession
from followup.store.unit_of_work import UnitOfWork

_LONGEST = timedelta(hours=24)  # no setting allows more, so what is older can go
_HALFWAY = timedelta(minutes=10)  # to find the telephone
_SETTING_UP = timedelta(minutes=45)  # to fetch an app, or ask somebody
_TOUCH_EVERY = timedelta(minutes=1)

# Asked at every request, so built once.
_SESSION = (
    select(UserSession)
    .where(UserSession.token_hash == bindparam("token_hash"))
    .options(joinedload(UserSession.user).joinedload(User.organisation))
)
_today: Any = bindparam("today")  # the day takes its type from the column that it is compared with
_WITH_MANDATE = _SESSION.add_columns(
    exists().where(Mandate.user_id == UserSession.user_id, Mandate.in_force(_today)).label("mandated")
)


@dataclass(frozen=True)
class Identity:
    """Whom a token belongs to; for a device on loan, whose it is: `actor.loan` says what it is locked to."""

    actor: Actor
    user_name: str
    locale: str
    organisation: str
    """Its name, for the page's foot."""
    session_id: UUID
    touch_due: bool
    """Whether it is time to write down that the session is in use: once a minute is enough for the idle time-out."""
    display: Display
    """How the one who has the device on loan wants its pages."""
    proved_at: datetime | None = None
    """When the user last proved on this device who it is."""
    warned: frozenset[str] = frozenset()
    """Ids of the protected children whose sign the user has passed on this device."""


def who_is(uow: UnitOfWork, token: str, *, idle: timedelta, longest: timedelta) -> Identity | None:
    """Tell whom a token belongs to, or None when the session has ended, been idle too long, or the user is gone.

    Nobody is thrown out in the midst of a form because the caseworker's day was long: `longest` waits for her.
    """
    found = next(iter(uow.rows(_WITH_MANDATE, token_hash=hash_of(token), today=uow.today)), None)
    if found is None or not found[0].user.active:
        return None
    session, mandated = found
    loan = loan_of(session)
    if uow.now - session.last_seen_at > idle or uow.now - session.created_at > (_LONGEST if loan else longest):
        return None
    user = session.user
    actor = _respondent(user, loan) if loan else replace(actor_of(user), mandated=mandated)
    if not session.whole:
        actor = _not_in_yet(uow, session)
        if uow.now - session.created_at > (_HALFWAY if actor.role is Role.HALFWAY else _SETTING_UP):
            return None
    return Identity(
        actor,
        user.user_name,
        user.locale,
        user.organisation.name,
        session.id,
        uow.now - session.last_seen_at > _TOUCH_EVERY,
        Display.of(session.display),
        session.proved_at,
        frozenset(session.warned),
    )


def loan_of(session: UserSession) -> Loan | None:
    """Return what a session is locked to while somebody else has the device, or None."""
    if session.lent_visit_id is None or session.lent_child_id is None:
        return None
    return Loan(session.lent_visit_id, session.lent_child_id, session.lent_respondent or "child")


def touch(uow: UnitOfWork, session_id: UUID) -> None:
    """Write down that the session is in use."""
    uow.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=uow.now))


def _not_in_yet(uow: UnitOfWork, session: UserSession) -> Actor:
    """Return who has given the right password and nothing more.

    What lacks is asked anew each time: a factor that was added elsewhere meanwhile must be proved here.
    """
    unproved = session.second_at is None and asks_second(uow, session.user_id)
    return replace(actor_of(session.user), role=Role.HALFWAY if unproved else Role.NEWCOMER)


def begin_halfway(uow: UnitOfWork, user: User, old_token: str, device: str = "") -> str:
    """Begin a session that is good for nothing but to do what lacks; returns its token.

    It ends the session of `old_token` when it becomes whole, not before.
    """
    token = new_token()
    old = uow.first(_SESSION, token_hash=hash_of(old_token)) if old_token else None
    began = {
        "created_at": uow.now,
        "last_seen_at": uow.now,
        "proved_at": uow.now,
        "whole": False,
        "replaces": old.id if old else None,
    }
    uow.add(UserSession(user_id=user.id, token_hash=hash_of(token), device=device, **began))
    uow.note("password_right", user=str(user.id))
    return token


def make_whole(uow: UnitOfWork, session: UserSession, user: User) -> tuple[str, Loan | None]:
    """Let a session that lacks nothing any more count; returns its new token, and what the device was locked to."""
    token = new_token()
    loan = _end(uow, uow.first(select(UserSession).where(UserSession.id == session.replaces)), user)
    session.token_hash, session.whole = hash_of(token), True
    session.challenge = session.replaces = None
    session.created_at = session.last_seen_at = session.proved_at = uow.now
    account_changes.was_told(uow, user.id)
    uow.note("sign_in", actor=actor_of(user))
    return token, loan


def begin_session(uow: UnitOfWork, user: User, device: str = "") -> str:
    """Begin a session for a user who has just proved who it is; returns its token, for the cookie.

    device: a few words for the list of where one is signed in.
    """
    token = new_token()
    uow.execute(delete(UserSession).where(UserSession.created_at < uow.now - _LONGEST))
    began = {"created_at": uow.now, "last_seen_at": uow.now, "proved_at": uow.now}
    uow.add(UserSession(user_id=user.id, token_hash=hash_of(token), device=device, **began))
    uow.note("sign_in", actor=actor_of(user))
    return token


def note_proved(uow: UnitOfWork, session_id: UUID) -> None:
    """Write down that the user has proved again, on this device, who it is."""
    uow.execute(update(UserSession).where(UserSession.id == session_id).values(proved_at=uow.now))


def end_session(uow: UnitOfWork, token: str, user: User | None = None) -> Loan | None:
    """End the token's session; returns what it was locked to when it is this user's."""
    return _end(uow, uow.first(_SESSION, token_hash=hash_of(token)) if token else None, user)


def end_all(uow: UnitOfWork, user_id: UUID | None, but: UUID | None = None) -> int:
    """End the user's sessions on all devices, one left out if wanted; returns how many there were."""
    others = UserSession.user_id == user_id, UserSession.id != but if but else true()
    return uow.execute(delete(UserSession).where(*others))


def end_mine(uow: UnitOfWork, session_id: UUID) -> None:
    """End one of the user's own sessions, on another device perhaps. Raises NotFound."""
    session = uow.one(select(UserSession).where(UserSession.id == session_id, UserSession.user_id == uow.actor.id))
    uow.delete(session)
    uow.note("session_ended")


def sessions_of(uow: UnitOfWork, idle: timedelta, longest: timedelta) -> Sequence[UserSession]:
    """Return the user's sessions that are still good, the one used last first."""
    mine = select(UserSession).where(UserSession.user_id == uow.actor.id, UserSession.whole)
    good = UserSession.last_seen_at > uow.now - idle, UserSession.created_at > uow.now - longest
    return uow.all(mine.where(*good).order_by(UserSession.last_seen_at.desc()))


def _end(uow: UnitOfWork, session: UserSession | None, user: User | None) -> Loan | None:
    if session is None:
        return None
    loan = loan_of(session)
    if loan:
        owner = user or uow.one(select(User).where(User.id == session.user_id))
        uow.note("take_back", actor=actor_of(owner), visit=str(loan.visit_id), by="sign_in")
    uow.execute(delete(UserSession).where(UserSession.id == session.id))
    return loan if user and session.user_id == user.id else None


def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the token's session, as its user wants."""
    end_session(uow, token)
    uow.note("sign_out")


def actor_of(user: User) -> Actor:
    """Return the user as units of work know it."""
    return Actor(user.id, Role(user.role), user.organisation_id, user.team_id, user.name, user.title)


def _respondent(user: User, loan: Loan) -> Actor:
    """Return the one who has the device on loan. The log names whose it is; the role says that it wasn't her."""
    return Actor(user.id, Role.RESPONDENT, user.organisation_id, user.team_id, user.name, user.title, loan)


def new_token() -> str:
    """Return a token for a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()
