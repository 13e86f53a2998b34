"""What a user does about its own sign-in: a password of its own, an app, passkeys, codes on paper.

Whoever has just given a password from an administrator does it before being let in (`Role.NEWCOMER`); the first who
sets up a second factor is the one who has it, and sessions that are halfway must prove it from then on.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from followup.domain.errors import InvalidInput, NotAllowed, Problem
from followup.domain.password import judge_password
from followup.services.sign_in import app_codes, passkeys, recovery_codes
from followup.services.sign_in.passkeys import Site
from followup.services.sign_in.passwords import hash_password, matches
from followup.services.sign_in.second_factor import asks_second
from followup.services.sign_in.sessions import end_all
from followup.store.tables import User, UserSession
from followup.store.unit_of_work import UnitOfWork


def confirm_app(uow: UnitOfWork, session_id: UUID, code: str) -> tuple[str, ...]:
    """Take the app into use that was begun, when it shows the right code.

    Returns codes for paper when the user had none, to be shown once. Raises InvalidInput (code).
    """
    session = _about_to_add(uow, session_id)
    app_codes.confirm(uow, "".join(code.split()))
    return _added(uow, session)


def add_passkey(uow: UnitOfWork, session_id: UUID, site: Site, answer: str, name: str) -> tuple[str, ...]:
    """Keep the passkey that the browser has made; returns codes as `confirm_app`. Raises InvalidInput (passkey)."""
    session = _about_to_add(uow, session_id)
    passkeys.add(uow, session_id, site, answer, name)
    return _added(uow, session)


def choose_password(uow: UnitOfWork, session_id: UUID, password: str, again: str) -> None:
    """Give the user the password that it wants, and sign it out everywhere else. Raises InvalidInput."""
    user = uow.one(select(User).where(User.id == uow.actor.id))
    problem = judge_password(password, (user.user_name, user.name))
    problems = [problem] if problem else []
    if not problems and password != again:
        problems.append(Problem("again", "Lösenorden är inte lika. Skriv samma lösenord en gång till.", "differs"))
    if not problems and matches(user.password_hash, password):
        problems.append(Problem("password", "Det är lösenordet du har. Välj ett nytt.", "same"))
    if problems:
        raise InvalidInput(problems)
    user.password_hash, user.password_expires_at, user.calendar_hash = hash_password(password), None, None
    end_all(uow, user.id, but=session_id)
    uow.note("choose_password")


def needs_password(uow: UnitOfWork) -> bool:
    """Whether the user still has a password that somebody else has given."""
    return uow.one(select(User).where(User.id == uow.actor.id)).password_expires_at is not None


def _about_to_add(uow: UnitOfWork, session_id: UUID) -> UserSession:
    """Hold the user's row, so that of two who set up the first factor at once only one does. Raises NotAllowed."""
    uow.one(select(User).where(User.id == uow.actor.id).with_for_update())
    session = uow.one(select(UserSession).where(UserSession.id == session_id, UserSession.user_id == uow.actor.id))
    if not session.whole and session.second_at is None and asks_second(uow, uow.actor.id):
        raise NotAllowed
    return session


def _added(uow: UnitOfWork, session: UserSession) -> tuple[str, ...]:
    if not session.whole:
        session.second_at = uow.now
    uow.flush()
    return () if recovery_codes.left(uow, uow.actor.id) else recovery_codes.renew(uow)
