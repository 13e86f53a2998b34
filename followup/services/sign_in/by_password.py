"""Signing in: name and password, then the second factor; and proving again who one is before what matters most.

Failures are counted by account and by address, or by browser where the account has signed in before, and slow down
further tries; an unknown name costs as much time as a wrong password and gets the same answer. Whoever has given the
right password alone has a session that is good for nothing but to go on (`Role.HALFWAY`, `Role.NEWCOMER`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import exists, select, update

from followup.domain.access import Actor, Loan
from followup.services.sign_in import second_factor
from followup.services.sign_in.known_browsers import number_of
from followup.services.sign_in.passwords import NO_ONE, hash_password, is_weak, matches
from followup.services.sign_in.second_factor import Shown, asks_second, has_factor
from followup.services.sign_in.sessions import (
    begin_halfway,
    begin_session,
    end_session,
    make_whole,
    note_proved,
)
from followup.services.sign_in.throttle import (
    Counter,
    by_account,
    by_address,
    by_browser,
    by_browsers_second,
    by_second_factor,
    by_session,
    count_try,
    forgive,
)
from followup.store.tables import SsoIdentity, User, UserSession
from followup.store.unit_of_work import UnitOfWork

Units = Callable[[bool], UnitOfWork]
"""Opens a unit of work for nobody in particular; the argument says whether it only reads."""


@dataclass(frozen=True)
class SignedIn:
    """What became of trying to sign in: a token for the cookie, or None and how long to wait before the next try.

    whole: whether that was all; else the token is good for nothing but to do what lacks. taken_back: what the device
    was locked to until now, when it is its own user who signed in. account: who it is, by name, when that was all.
    """

    token: str | None
    wait: timedelta = timedelta()
    taken_back: Loan | None = None
    whole: bool = True
    account: str = ""


@dataclass(frozen=True)
class Proved:
    """Whether somebody proved again who it is, and if not, how long to wait before the next try is heard."""

    right: bool
    wait: timedelta = timedelta()


def sign_in(
    units: Units,
    user_name: str,
    password: str,
    address: str,
    *,
    old_token: str = "",
    device: str = "",
    borne: str = "",
    required: bool = False,
) -> SignedIn:
    """Check name and password and begin a session. The session of `old_token`, if any, ends: tokens are not reused.

    Whoever signs in ends a loan too: it is the way back for a caseworker who has forgotten her PIN. borne: what the
    browser bears of those who have signed in on it before. required: whether a second factor is, from users who have
    none yet too.
    """
    name = account_name(user_name)
    by_provider = exists().where(SsoIdentity.user_id == User.id)  # for them a password of ours is no second way in
    with units(False) as uow:
        known = number_of(borne, name, uow.today)
        tried = count_try(uow, *((by_browser(known, name),) if known else (by_account(name), by_address(address))))
        if tried.wait:
            uow.note("sign_in_throttled")
            return SignedIn(None, tried.wait)
        user = uow.first(select(User).where(User.user_name == name, User.active.is_(True), ~by_provider))
        lapsed = user is not None and user.password_expires_at is not None and user.password_expires_at < uow.now
    if not matches(user.password_hash if user else NO_ONE, password) or user is None or lapsed:
        with units(False) as uow:
            uow.note("sign_in_failed", user=str(user.id) if user else None)
        return SignedIn(None)
    with units(False) as uow:
        forgive(uow, tried.counted)
        _keep_up(uow, user, password)
        if required or user.password_expires_at or asks_second(uow, user.id):
            return SignedIn(begin_halfway(uow, user, old_token, device), whole=False)
        loan = end_session(uow, old_token, user)
        return SignedIn(begin_session(uow, user, device), taken_back=loan, account=name)


def prove_second(units: Units, actor: Actor, session_id: UUID, shown: Shown, *, required: bool) -> SignedIn:
    """Judge the second factor of somebody who is halfway in. What can be guessed is counted by user, for a day."""
    kind, wait = _judge_factor(units, actor, session_id, shown)
    if not kind:
        return SignedIn(None, wait)
    with units(False) as uow:
        uow.execute(update(UserSession).where(UserSession.id == session_id).values(second_at=uow.now))
        return go_on(uow, session_id, required=required)


def go_on(uow: UnitOfWork, session_id: UUID, *, required: bool) -> SignedIn:
    """Let the session count when nothing lacks any more; its token is a new one then, and None otherwise."""
    session = uow.one(select(UserSession).where(UserSession.id == session_id, ~UserSession.whole).with_for_update())
    user = uow.one(select(User).where(User.id == session.user_id))
    unproved = session.second_at is None and asks_second(uow, user.id)
    lacks = required and not has_factor(uow, user.id)  # a code from somebody else opens once; it is no factor
    if unproved or lacks or user.password_expires_at:
        return SignedIn(None, whole=False)
    token, loan = make_whole(uow, session, user)
    return SignedIn(token, taken_back=loan, account=user.user_name)


def prove(units: Units, actor: Actor, session_id: UUID, shown: Shown) -> Proved:
    """Check the password or the second factor of a user who is signed in, and note on the session when it is right.

    Counted with the tries to sign in: a stolen session is no way round what slows those down.
    """
    if shown.password:
        right, wait = _judge_password(units, actor, shown)
    else:
        kind, wait = _judge_factor(units, actor, session_id, shown)
        right = bool(kind)
    if right:
        with units(False) as uow:
            note_proved(uow, session_id)
            uow.note("proved", actor=actor)
    return Proved(right, wait)


def account_name(typed: str) -> str:
    """Return a user name as it is stored: however it was typed, it is the same account."""
    return unicodedata.normalize("NFC", typed.replace("\0", "")).strip().lower()


def choose_locale(uow: UnitOfWork, locale: str) -> None:
    """Keep the signed-in user's choice of language."""
    user = uow.one(select(User).where(User.id == uow.actor.id))
    user.locale = locale


def _judge_password(units: Units, actor: Actor, shown: Shown) -> tuple[bool, timedelta]:
    with units(False) as uow:
        user = uow.one(select(User).where(User.id == actor.id))
        known = number_of(shown.borne, user.user_name, uow.today)
        tried = count_try(uow, by_browser(known, user.user_name) if known else by_account(user.user_name))
        if tried.wait:
            uow.note("prove_throttled", actor=actor)
            return False, tried.wait
    right = matches(user.password_hash, shown.password)
    with units(False) as uow:
        if right:
            forgive(uow, tried.counted)
        else:
            uow.note("prove_failed", actor=actor)
    return right, timedelta()


def _judge_factor(units: Units, actor: Actor, session_id: UUID, shown: Shown) -> tuple[str, timedelta]:
    """Judge an app's code, one on paper or a passkey; returns which it was, or "" and how long to wait.

    The try is counted and stored before it is judged, and whatever is right is spent in one statement.
    """
    user_id = actor.id
    if user_id is None:
        return "", timedelta()
    with units(False) as uow:
        tried = count_try(uow, _counter_of(uow, user_id, session_id, shown))
        if tried.wait:
            uow.note("second_factor_throttled", actor=actor)
            return "", tried.wait
    with units(False) as uow:
        kind = second_factor.take(uow, user_id, session_id, shown)
        if kind:
            forgive(uow, tried.counted)
            uow.note("second_factor", actor=actor, kind=kind)
        else:
            uow.note("second_factor_failed", actor=actor)
    return kind, timedelta()


def _counter_of(uow: UnitOfWork, user_id: UUID, session_id: UUID, shown: Shown) -> Counter:
    """Say what a try is counted by, so that a stranger who knows the password can't use up the tries of its owner.

    A signature or a long code is not guessed in a lifetime. The app's six figures are: few a day, for all strangers
    together, and as few for each browser on which the user has signed in.
    """
    if not shown.guessable:
        return by_session(session_id)
    name = uow.one(select(User.user_name).where(User.id == user_id))
    known = number_of(shown.borne, name, uow.today)
    return by_browsers_second(known, name) if known else by_second_factor(user_id)


def _keep_up(uow: UnitOfWork, user: User, password: str) -> None:
    """Hash the password anew when it was hashed with weaker parameters than today's."""
    if is_weak(user.password_hash):
        uow.one(select(User).where(User.id == user.id)).password_hash = hash_password(password)
