"""Sign-in by the organisation's own provider: whom it knows, tries under way, and the sessions that it began."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, WithId
from followup.store.types import EncryptedText


class SsoIdentity(WithId, Base):
    """A user whom a provider vouches for."""

    __tablename__ = "sso_identity"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), unique=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Blind index of issuer and subject: some brokers' subjects are personal numbers."""
    linked_at: Mapped[datetime]


class SsoErrand(WithId, Base):
    """Somebody who has been sent to the provider and is not back yet. Used once; forgotten after ten minutes."""

    __tablename__ = "sso_errand"

    state: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """SHA-256 of the state that the provider sends back."""
    browser: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of a cookie: the answer counts in the browser that asked alone."""
    nonce: Mapped[str] = mapped_column(EncryptedText("sso_errand.nonce"))
    verifier: Mapped[str] = mapped_column(EncryptedText("sso_errand.verifier"))
    """The secret of PKCE (RFC 7636)."""
    next: Mapped[str] = mapped_column(EncryptedText("sso_errand.next"))
    """Where to go afterwards, on this host."""
    strict: Mapped[bool]
    """Whether the provider must have asked just now who it is, not remembered it."""
    session_id: Mapped[UUID | None]
    """The session whose user proves again who it is; None for signing in."""
    begun_at: Mapped[datetime] = mapped_column(index=True)


class SsoSession(WithId, Base):
    """What the provider knows of a session that it began here."""

    __tablename__ = "sso_session"

    session_id: Mapped[UUID] = mapped_column(ForeignKey("user_session.id", ondelete="CASCADE"), unique=True)
    provider_session: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    """Blind index of issuer and `sid`, by which the provider ends it; None when it named none."""
    refresh_token: Mapped[str | None] = mapped_column(EncryptedText("sso_session.refresh_token"))
    """With it the provider is asked now and then whether its user may stay; None when it gave none."""
    asked_at: Mapped[datetime]


class SsoSpent(WithId, Base):
    """A logout token that has been used, until it has expired anyway."""

    __tablename__ = "sso_spent"

    token: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    """Blind index of issuer and `jti`."""
    until: Mapped[datetime] = mapped_column(index=True)
