"""Codes on paper, for whoever has lost the app and the passkeys. Ten, each good once; the database has keyed hashes."""

from __future__ import annotations

import secrets
from uuid import UUID

from sqlalchemy import delete, func, select, update

from followup.store.crypto import key_ring
from followup.store.tables import RecoveryCode
from followup.store.unit_of_work import UnitOfWork

HOW_MANY = 10
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another: i l o 0 1
_LENGTH, _GROUP = 12, 4


def renew(uow: UnitOfWork) -> tuple[str, ...]:
    """Make ten codes for the user and end those before; returns them, for this is the only time they are known."""
    uow.execute(delete(RecoveryCode).where(RecoveryCode.user_id == uow.actor.id))
    codes = tuple(new_code() for _ in range(HOW_MANY))
    rows = (
        RecoveryCode(user_id=uow.actor.id, code_hash=_hash(uow.actor.id, code), created_at=uow.now) for code in codes
    )
    uow.add(*rows)
    uow.note("recovery_codes_renewed")
    return codes


def left(uow: UnitOfWork, user_id: UUID | None) -> int:
    """Count the codes that are still good."""
    good = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return int(uow.rows(good)[0][0])


def take(uow: UnitOfWork, user_id: UUID, typed: str) -> bool:
    """Say whether it is a good code of the user's, and spend it. Of the same code sent twice at once, one is taken."""
    mine = RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(user_id, typed)
    spent = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=uow.now)
    return uow.execute(spent) == 1


def new_code() -> str:
    """Make a code that can be read out: 60 random bits."""
    code = "".join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _hash(user_id: UUID | None, code: str) -> bytes:
    return key_ring().blind_index(f"recovery:{user_id}:{plain(code)}")


def plain(code: str) -> str:
    """Return a code without what doesn't matter, however it was typed."""
    return "".join(sign for sign in code.lower() if sign in _SIGNS)
