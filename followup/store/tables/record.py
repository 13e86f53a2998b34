"""The documents made of signed visits, and their filing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, OfVisit, related
from followup.store.types import EncryptedBytes, EncryptedText


class Document(OfVisit, Base):
    """One edition of a visit's summary as PDF. Its bytes, once stored, never change."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("visit_id", "kind", "edition"),)

    kind: Mapped[str] = mapped_column(default="full")
    edition: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    """unmade | waiting | ready | failed; unmade: nobody has asked for it yet"""
    tries: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    """When a process took it on; another may take it after a while."""
    asked_for_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes("document.content"), deferred=True)
    sha256: Mapped[str | None]

    filing: Mapped[Filing | None] = related(back_populates="document")


class Filing(OfVisit, Base):
    """Förd till akt: the receipt that the document is in the case system."""

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("document_id"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    reference: Mapped[str] = mapped_column(EncryptedText("filing.reference"))
    filed_at: Mapped[datetime]
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    document: Mapped[Document] = related(back_populates="filing")
