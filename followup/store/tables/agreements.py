"""What was agreed, noted and read back."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, OfChild, OfVisit
from followup.store.types import EncryptedText


class Action(OfChild, Base):
    """Something to be done, or promised to the child. It lives on after the visit where it was agreed."""

    __tablename__ = "action"

    visit_id: Mapped[UUID | None] = mapped_column(ForeignKey("visit.id"), index=True)
    kind: Mapped[str]
    """action | promise"""
    what: Mapped[str] = mapped_column(EncryptedText("action.what"))
    child_wording: Mapped[str] = mapped_column(EncryptedText("action.child_wording"), default="")
    """How it stands in the child's own summary."""
    who: Mapped[str] = mapped_column(EncryptedText("action.who"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"), index=True)
    """The user who answers for it, when it is one."""
    due: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="open", index=True)
    """open | done | not_done"""
    done_on: Mapped[date | None]
    outcome: Mapped[str] = mapped_column(EncryptedText("action.outcome"), default="")
    told_child_at: Mapped[datetime | None]


class Note(OfVisit, Base):
    """A short note in one of the legal areas (SoL 2025:400 22:11), with facts kept apart from assessments."""

    __tablename__ = "note"

    position: Mapped[int]
    area: Mapped[str]
    """health | development | social_behaviour | schooling | parents_siblings | others_close | carer | guardian"""
    kind: Mapped[str]
    """observation | statement | assessment"""
    source: Mapped[str] = mapped_column(EncryptedText("note.source"), default="")
    """Who said it; required for a statement."""
    text: Mapped[str] = mapped_column(EncryptedText("note.text"))


class ReadBack(OfVisit, Base):
    """What the child said when the summary was read to it."""

    __tablename__ = "read_back"
    __table_args__ = (UniqueConstraint("visit_id"),)

    outcome: Mapped[str | None]
    """agrees | changed | disagrees | not_done"""
    words: Mapped[str] = mapped_column(EncryptedText("read_back.words"), default="")
    """The child's words; for not_done, why."""
