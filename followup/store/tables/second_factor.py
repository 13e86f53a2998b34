"""What a user proves itself by beside the password: an app's codes, passkeys, and codes on paper for a bad day."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, WithId
from followup.store.types import EncryptedText


class Totp(WithId, Base):
    """An app that shows six digits, new ones every half minute (RFC 6238)."""

    __tablename__ = "totp"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    secret: Mapped[str] = mapped_column(EncryptedText("totp.secret"))
    """What the app and the server share, in base 32."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """When the user showed that the app works; it is worth nothing before."""
    last_step: Mapped[int] = mapped_column(default=0)
    """The half minute of the last code that was taken: it and those before it are worth nothing any more."""


class Passkey(WithId, Base):
    """A device or security key that signs (WebAuthn). The server has the public half alone."""

    __tablename__ = "passkey"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it says that it has signed; 0 for one that doesn't count. One that goes back has been copied."""
    name: Mapped[str] = mapped_column(EncryptedText("passkey.name"))
    """What its user calls it."""
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(WithId, Base):
    """A code on paper, good once, for whoever has lost the rest."""

    __tablename__ = "recovery_code"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed hash: 60 random bits, so nobody tries them all."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
