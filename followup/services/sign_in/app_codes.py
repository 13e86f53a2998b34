"""Codes from an app (TOTP, RFC 6238): six digits, new ones every half minute, each good once."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pyotp
from sqlalchemy import delete, select, update

from followup.domain.errors import InvalidInput, Problem
from followup.store.tables import Totp, User
from followup.store.unit_of_work import UnitOfWork

DIGITS = 6
_STEP = 30
_PENDING = timedelta(minutes=30)
_ISSUER = "Followup"


@dataclass(frozen=True)
class Pending:
    """An app that is being set up: its secret in groups of four, and the address that a QR code holds."""

    secret: str
    address: str


def begin(uow: UnitOfWork) -> None:
    """Make a secret for an app; it is worth nothing until `confirm`. One that was begun before is forgotten."""
    uow.execute(delete(Totp).where(Totp.user_id == uow.actor.id, Totp.confirmed_at.is_(None)))
    uow.add(Totp(user_id=uow.actor.id, secret=pyotp.random_base32(), created_at=uow.now))


def pending(uow: UnitOfWork) -> Pending | None:
    """Return what the app is to be told, for half an hour after `begin`."""
    row = _begun(uow)
    if row is None:
        return None
    user = uow.one(select(User).where(User.id == uow.actor.id))
    address = pyotp.TOTP(row.secret).provisioning_uri(name=user.user_name, issuer_name=_ISSUER)
    return Pending(" ".join(row.secret[start : start + 4] for start in range(0, len(row.secret), 4)), address)


def confirm(uow: UnitOfWork, code: str) -> None:
    """Take the app into use when it shows the right code, instead of the one before. Raises InvalidInput (code)."""
    row = _begun(uow)
    step = _step_of(row.secret, code, uow) if row else None
    if row is None or step is None:
        raise InvalidInput([Problem("code", "Koden stämmer inte. Vänta på nästa kod i appen och skriv den.", "wrong")])
    uow.execute(delete(Totp).where(Totp.user_id == uow.actor.id, Totp.id != row.id))
    row.confirmed_at, row.last_step = uow.now, step
    uow.note("app_added")


def take(uow: UnitOfWork, user_id: UUID, code: str) -> bool:
    """Say whether the user's app shows this code, and spend it: it and those before it are worth nothing afterwards.

    Of the same code sent twice at once, one is taken: the row says which half minute was spent last.
    """
    row = uow.first(select(Totp).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None)))
    step = _step_of(row.secret, code, uow) if row else None
    if row is None or step is None:
        return False
    spent = update(Totp).where(Totp.id == row.id, Totp.last_step < step).values(last_step=step)
    return uow.execute(spent) == 1


def remove(uow: UnitOfWork) -> None:
    """Forget the user's app."""
    uow.execute(delete(Totp).where(Totp.user_id == uow.actor.id))
    uow.note("app_removed")


def _begun(uow: UnitOfWork) -> Totp | None:
    begun = select(Totp).where(Totp.user_id == uow.actor.id, Totp.confirmed_at.is_(None))
    return uow.first(begun.where(Totp.created_at > uow.now - _PENDING))


def _step_of(secret: str, code: str, uow: UnitOfWork) -> int | None:
    """Return the half minute whose code this is: now, the one before or the one after, for clocks that differ."""
    now, app = int(uow.now.timestamp()) // _STEP, pyotp.TOTP(secret)
    steps = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(app.generate_otp(step), code)]
    return max(steps, default=None)
