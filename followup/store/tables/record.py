"""The documents made of signed visits, their filing, and what was written about a visit after it was signed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, Guarded, OfVisit, related
from followup.store.tables.organisation import User
from followup.store.types import EncryptedBytes, EncryptedText


class Document(OfVisit, Base):
    """One edition of a visit's summary as PDF. What it is made of never changes, nor do its bytes once stored."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("visit_id", "kind", "edition"),)

    kind: Mapped[str] = mapped_column(default="full")
    """full | masked | child"""
    edition: Mapped[int] = mapped_column(default=1)
    """Counted from 1 for each kind."""
    language: Mapped[str] = mapped_column(default="sv")
    """BCP 47."""
    source: Mapped[str | None] = mapped_column(EncryptedText("document.source"), deferred=True)
    """The canonical JSON that this edition is printed from; None for the visit's own signed summary."""
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    why: Mapped[str | None] = mapped_column(EncryptedText("document.why"))
    """What whoever had it made wrote about why, where that doesn't follow from the edition itself."""
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
    maker: Mapped[User | None] = related()
    handouts: Mapped[list[Handout]] = related(order_by="Handout.noted_at", viewonly=True)

    @property
    def waits(self) -> bool:
        """Whether its PDF is still to be made."""
        return self.state == "waiting"


class Filing(OfVisit, Base):
    """Förd till akt: the receipt that the document is in the case system."""

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("document_id"),)

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"))
    reference: Mapped[str] = mapped_column(EncryptedText("filing.reference"))
    filed_at: Mapped[datetime]
    filed_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    document: Mapped[Document] = related(back_populates="filing")


class Handout(OfVisit, Base):
    """Utlämnad: that an edition was given to somebody outside the file. Added, never changed."""

    __tablename__ = "handout"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id"), index=True)
    recipient: Mapped[str] = mapped_column(EncryptedText("handout.recipient"))
    why: Mapped[str] = mapped_column(EncryptedText("handout.why"))
    given_on: Mapped[date]
    noted_at: Mapped[datetime]
    noted_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    noter: Mapped[User] = related()


class Amendment(OfVisit, Base):
    """What was written about a signed visit afterwards. Added, never changed; the signed text stays as it was."""

    __tablename__ = "amendment"
    __table_args__ = (UniqueConstraint("visit_id", "key"), UniqueConstraint("visit_id", "number"))

    number: Mapped[int]
    """Counted from 1 for each visit."""
    key: Mapped[UUID]
    """Made with the form that it was written in: a form that is sent twice gives one amendment."""
    kind: Mapped[str]
    """addendum | correction | disputed (somebody thinks that something is wrong: SoL 2025:400 14:6)"""
    about: Mapped[str]
    """The section that it is about: a code of `record_words.WORDS["section"]`."""
    whose: Mapped[str]
    """Who says so: caseworker | child | guardian | carer | other"""
    said_by: Mapped[str] = mapped_column(EncryptedText("amendment.said_by"), default="")
    """That person's name, where it isn't the writer or the child."""
    said_on: Mapped[date | None]
    """The day that somebody else than the writer said it."""
    text: Mapped[str] = mapped_column(EncryptedText("amendment.text"))
    edition: Mapped[int]
    """The full edition in which it first stands."""
    written_at: Mapped[datetime]
    written_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))

    writer: Mapped[User] = related()


class HomeRecord(Guarded, Base):
    """The foster home's own record of a home visit: one file, one home. Never changed; an edition more instead.

    Its PDF is stored once, and the receipt that it is in the home's file is written once.

    It is no child's: no `child_id`, and nothing in it of what a child said. Whoever reaches a child that was visited
    reaches it.
    """

    __tablename__ = "home_record"
    __table_args__ = (UniqueConstraint("home_visit_id", "edition"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    foster_home_id: Mapped[UUID] = mapped_column(ForeignKey("foster_home.id"), index=True)
    home_visit_id: Mapped[UUID] = mapped_column(ForeignKey("home_visit.id"), index=True)
    edition: Mapped[int]
    source: Mapped[str] = mapped_column(EncryptedText("home_record.source"), deferred=True)
    """The canonical JSON of `domain.home_record.HomeRecord`, which its PDF is printed from."""
    sha256: Mapped[str]
    """Of the source."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    claimed_at: Mapped[datetime | None]
    """When a process took its printing on; another may after a while."""
    content: Mapped[bytes | None] = mapped_column(EncryptedBytes("home_record.content"), deferred=True)
    pdf_sha256: Mapped[str | None]
    printed_at: Mapped[datetime | None]
    """When its PDF was stored; None while it waits."""
    reference: Mapped[str | None] = mapped_column(EncryptedText("home_record.reference"))
    """Förd till akt: where in the home's file of the case system it is."""
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    maker: Mapped[User] = related(foreign_keys=[made_by])

    @property
    def waits(self) -> bool:
        """Whether its PDF is still to be made."""
        return self.printed_at is None
