"""Signing in with user name and password, and proving again who one is before what matters most.

Failures are counted by account and by address and slow down further tries; an unknown name costs as much time as a
wrong password and gets the same answer.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from followup.domain.access import Actor, Loan
from followup.services.installation.passwords import NO_ONE, hash_password, is_weak, matches
from followup.services.installation.sessions import begin_session, end_session, note_proved
from followup.services.installation.throttle import by_account, by_address, count_try, forgive
from followup.store.tables import User
from followup.store.unit_of_work import UnitOfWork

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
class Proved:
    """Whether somebody proved again who it is, and if not, how long to wait before the next try is heard."""

    right: bool
    wait: timedelta = timedelta()


def sign_in(
    units: Units, user_name: str, password: str, address: str, *, old_token: str = "", device: str = ""
) -> SignedIn:
    """Check name and password and begin a session. The session of `old_token`, if any, ends: tokens are not reused.

    Whoever signs in ends a loan too: it is the way back for a caseworker who has forgotten her PIN.
    """
    name = account_name(user_name)
    with units(False) as uow:
        tried = count_try(uow, by_account(name), by_address(address))
        if tried.wait:
            uow.note("sign_in_throttled")
            return SignedIn(None, tried.wait)
        user = uow.first(select(User).where(User.user_name == name, User.active.is_(True)))
    if not matches(user.password_hash if user else NO_ONE, password) or user is None:
        with units(False) as uow:
            uow.note("sign_in_failed", user=str(user.id) if user else None)
        return SignedIn(None)
    with units(False) as uow:
        forgive(uow, tried.counted)
        loan = end_session(uow, old_token, user)
        _keep_up(uow, user, password)
        return SignedIn(begin_session(uow, user, device), taken_back=loan)


def prove(units: Units, actor: Actor, session_id: UUID, password: str) -> Proved:
    """Check the password of a user who is signed in, and note on the session when it is right.

    Counted with the tries to sign in: a stolen session is no way round what slows those down.
    """
    with units(False) as uow:
        user = uow.one(select(User).where(User.id == actor.id))
        tried = count_try(uow, by_account(user.user_name))
        if tried.wait:
            uow.note("prove_throttled", actor=actor)
            return Proved(right=False, wait=tried.wait)
    right = matches(user.password_hash, password)
    with units(False) as uow:
        uow.note("proved" if right else "prove_failed", actor=actor)
        if right:
            forgive(uow, tried.counted)
            note_proved(uow, session_id)
    return Proved(right=right)


def account_name(typed: str) -> str:
    """Return a user name as it is stored: however it was typed, it is the same account."""
    return unicodedata.normalize("NFC", typed.replace("\0", "")).strip().lower()


def choose_locale(uow: UnitOfWork, locale: str) -> None:
    """Keep the signed-in user's choice of language."""
    user = uow.one(select(User).where(User.id == uow.actor.id))
    user.locale = locale


def _keep_up(uow: UnitOfWork, user: User, password: str) -> None:
    """Hash the password anew when it was hashed with weaker parameters than today's."""
    if is_weak(user.password_hash):
        uow.one(select(User).where(User.id == user.id)).password_hash = hash_password(password)
