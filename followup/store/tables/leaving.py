"""What leaves the program: documents laid in the watched folder, and exports of everything about one child."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, OfChild, OfVisit
from followup.store.types import EncryptedText


class Delivery(OfVisit, Base):
    """How it went to lay a document in the watched folder. It isn't filed by that: somebody says where it ended up."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("document_id"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    state: Mapped[str]
    """trying | delivered | failed"""
    problem: Mapped[str | None]
    """Why it failed: a code of `services.record.filing_folder.PROBLEMS`."""
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime]


class ChildExport(OfChild, Base):
    """Everything about one child, in an encrypted archive that lies in the instance folder for a while.

    The passphrase is nowhere: neither here nor in the log.
    """

    __tablename__ = "child_export"

    purpose: Mapped[str]
    """access | transfer | inspection | other"""
    reason: Mapped[str] = mapped_column(EncryptedText("child_export.reason"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    by_command: Mapped[bool] = mapped_column(default=False)
    """Whether it was made by the command on the server, for `asked_by`, and not on a page."""
    state: Mapped[str] = mapped_column(index=True)
    """making | ready | failed | gone"""
    ended: Mapped[str | None]
    """Why it failed or is gone: fetched | expired | removed | interrupted | full | trouble | out_of_reach"""
    ready_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Octets of the archive."""
    sha256: Mapped[str | None]
    """Of the archive as it was fetched."""
