"""Signing in and out with user name and password, and knowing who a token belongs to.

Passwords: argon2id with OWASP's parameters (19 MiB, 2 passes, 1 lane; about 30 ms). Tokens: 256 random bits, of which
the database has the hash alone. Failures are counted by account and by address and slow down further tries; an unknown
name costs as much time as a wrong password and gets the same answer.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import bindparam, delete, exists, func, or_, select, update
from sqlalchemy.orm import joinedload

from followup.domain.access import Actor, Loan, Role
from followup.domain.display import Display
from followup.store.crypto import key_ring
from followup.store.tables import Mandate, SignInAttempt, User, UserSession
from followup.store.unit_of_work import UnitOfWork

_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NO_ONE = _HASHER.hash(secrets.token_hex())  # what a name that doesn't exist is compared with

_WINDOW = timedelta(minutes=15)
_FREE_TRIES = {"account": 5, "address": 30}
_LONGEST_SESSION = timedelta(hours=24)  # no setting allows more, so what is older can go
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

Units = Callable[[bool], UnitOfWork]
"""Opens a unit of work for nobody in particular; the argument says whether it only reads."""


@dataclass(frozen=True)
class SignedIn:
    """What became of trying to sign in: a token for the cookie, or None and how long to wait before the next try.

    taken_back: what the device was locked to until now, when it is its own user who signed in.
    """

    token: str | None
    wait: timedelta = timedelta()
    taken_back: Loan | None = None


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


def hash_password(password: str) -> str:
    """Hash a password for storage, with a salt of its own."""
    return _HASHER.hash(password)


def sign_in(units: Units, user_name: str, password: str, address: str, *, old_token: str = "") -> SignedIn:
    """Check name and password and begin a session. The session of `old_token`, if any, ends: tokens are not reused.

    Whoever signs in ends a loan too: it is the way back for a caseworker who has forgotten her PIN.
    """
    name = account_name(user_name)
    keys = [key_ring().blind_index(f"account:{name}"), key_ring().blind_index(f"address:{address}")]
    attempts = [SignInAttempt(id=uuid4(), key=key) for key in keys]
    with units(False) as uow:
        # Counted before the check and one at a time, so that many tries at once don't slip through together.
        uow.alone(*keys)
        wait = _wait(uow, keys)
        if wait:
            uow.note("sign_in_throttled")
            return SignedIn(None, wait)
        for attempt in attempts:
            attempt.at = uow.now
        uow.add(*attempts)
        user = uow.first(select(User).where(User.user_name == name, User.active.is_(True)))
    if not matches(user.password_hash if user else _NO_ONE, password) or user is None:
        with units(False) as uow:
            uow.note("sign_in_failed", user=str(user.id) if user else None)
        return SignedIn(None)
    with units(False) as uow:
        done_with = (
            SignInAttempt.key == keys[0],
            SignInAttempt.id == attempts[1].id,  # a whole office may share one address
            SignInAttempt.at < uow.now - _WINDOW,
        )
        uow.execute(delete(SignInAttempt).where(or_(*done_with)))
        loan = _end(uow, old_token, user)
        _keep_up(uow, user, password)
        return SignedIn(begin_session(uow, user), taken_back=loan)


def account_name(typed: str) -> str:
    """Return a user name as it is stored: however it was typed, it is the same account."""
    return unicodedata.normalize("NFC", typed.replace("\0", "")).strip().lower()


def who_is(uow: UnitOfWork, token: str, *, idle: timedelta, longest: timedelta) -> Identity | None:
    """Tell whom a token belongs to, or None when the session has ended, been idle too long, or the user is gone.

    Nobody is thrown out in the midst of a form because the caseworker's day was long: `longest` waits for her.
    """
    found = next(iter(uow.rows(_WITH_MANDATE, token_hash=hash_of(token), today=uow.today)), None)
    if found is None or not found[0].user.active:
        return None
    session, mandated = found
    loan = loan_of(session)
    if uow.now - session.last_seen_at > idle or uow.now - session.created_at > (_LONGEST_SESSION if loan else longest):
        return None
    user = session.user
    return Identity(
        _respondent(user, loan) if loan else replace(_actor(user), mandated=mandated),
        user.user_name,
        user.locale,
        user.organisation.name,
        session.id,
        uow.now - session.last_seen_at > _TOUCH_EVERY,
        Display.of(session.display),
    )


def loan_of(session: UserSession) -> Loan | None:
    """Return what a session is locked to while somebody else has the device, or None."""
    if session.lent_visit_id is None or session.lent_child_id is None:
        return None
    return Loan(session.lent_visit_id, session.lent_child_id, session.lent_respondent or "child")


def touch(uow: UnitOfWork, session_id: UUID) -> None:
    """Write down that the session is in use."""
    uow.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=uow.now))


def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the token's session."""
    _end(uow, token)
    uow.note("sign_out")


def choose_locale(uow: UnitOfWork, locale: str) -> None:
    """Keep the signed-in user's choice of language."""
    user = uow.one(select(User).where(User.id == uow.actor.id))
    user.locale = locale


def begin_session(uow: UnitOfWork, user: User) -> str:
    """Begin a session for a user who has shown who it is; returns its token, for the cookie."""
    token = new_token()
    uow.execute(delete(UserSession).where(UserSession.created_at < uow.now - _LONGEST_SESSION))
    uow.add(UserSession(user_id=user.id, token_hash=hash_of(token), created_at=uow.now, last_seen_at=uow.now))
    uow.note("sign_in", actor=_actor(user))
    return token


def _keep_up(uow: UnitOfWork, user: User, password: str) -> None:
    """Hash the password anew when it was hashed with weaker parameters than today's."""
    if _HASHER.check_needs_rehash(user.password_hash):
        uow.one(select(User).where(User.id == user.id)).password_hash = hash_password(password)


def _actor(user: User) -> Actor:
    return Actor(user.id, Role(user.role), user.organisation_id, user.team_id, user.name, user.title)


def _respondent(user: User, loan: Loan) -> Actor:
    """Return the one who has the device on loan. The log names whose it is; the role says that it wasn't her."""
    return Actor(user.id, Role.RESPONDENT, user.organisation_id, user.team_id, user.name, user.title, loan)


def _end(uow: UnitOfWork, token: str, user: User | None = None) -> Loan | None:
    """End the token's session; returns what it was locked to when it is this user's."""
    session = uow.first(_SESSION, token_hash=hash_of(token)) if token else None
    if session is None:
        return None
    loan = loan_of(session)
    if loan:
        uow.note("take_back", actor=_actor(user or session.user), visit=str(loan.visit_id), by="sign_in")
    uow.execute(delete(UserSession).where(UserSession.id == session.id))
    return loan if user and session.user_id == user.id else None


def _wait(uow: UnitOfWork, keys: list[bytes]) -> timedelta:
    """Tell how long to wait: twice as long for each failure past the free ones, at most the window."""
    longest = timedelta()
    for key, free in zip(keys, _FREE_TRIES.values(), strict=True):
        counted = select(func.count(), func.max(SignInAttempt.at)).where(
            SignInAttempt.key == key, SignInAttempt.at > uow.now - _WINDOW
        )
        count, latest = uow.rows(counted)[0]
        if count >= free:
            pause = min(timedelta(seconds=2 ** min(count - free + 1, 10)), _WINDOW)
            longest = max(longest, latest + pause - uow.now)
    return longest


def matches(password_hash: str, password: str) -> bool:
    """Say whether the password, or PIN, is the one that was hashed."""
    try:
        return _HASHER.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def new_token() -> str:
    """Return a token for a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Return what the database keeps of a token."""
    return hashlib.sha256(token.encode()).digest()
