"""Flags, the conversations they led to, and urgent concern."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.domain import flags
from followup.domain.flag_life import URGENT
from followup.domain.questionnaire import Questionnaire
from followup.store.tables.base import Base, OfChild, OfVisit, related
from followup.store.types import EncryptedText


class Flag(OfVisit, Base):
    """Something that asks a person to act. One per subject and visit; it ends only by somebody's doing."""

    __tablename__ = "flag"
    __table_args__ = (
        UniqueConstraint("visit_id", "respondent", "subject"),
        Index("ix_flag_queue", "status", "level", "raised_at", "child_id"),  # the lead's queue is read from it
    )

    respondent: Mapped[str]
    """child | carer: whose answers raised it; `caseworker` for one raised by hand."""
    subject: Mapped[str]
    """An item, `_form`, or `urgent:<id>` / `manual:<id>` for one raised by hand."""
    level: Mapped[str] = mapped_column(index=True)
    """info | talk | follow_up | escalate"""
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """[{"rule": "R1", "values": {...}}], as `domain.flags.Reason`."""
    rules_version: Mapped[str]
    status: Mapped[str] = mapped_column(default="open", index=True)
    """open | acknowledged | closed | withdrawn"""
    raised_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(EncryptedText("flag.text"), default="")
    """What the caseworker wrote when raising it by hand."""

    events: Mapped[list[FlagEvent]] = related(order_by="FlagEvent.at", cascade="all, delete-orphan")

    @property
    def withdrawn(self) -> bool:
        """Whether a changed answer, before signing, took away what had raised it."""
        return self.status == "withdrawn"

    @property
    def urgent(self) -> bool:
        """Whether it is an acute worry."""
        return self.subject.startswith(URGENT)

    def as_raised(self, form: Questionnaire | None = None) -> flags.Flag:
        """Read it back as the rules raised it. form: the one answered, which tells whether the item is critical."""
        item = form.item(self.subject) if form else None
        reasons = tuple(flags.Reason.from_json(reason) for reason in self.reasons)
        return flags.Flag(self.subject, reasons, critical=bool(item and item.critical))


class FlagEvent(OfChild, Base):
    """A dated step in a flag's life, seen by caseworker and lead alike."""

    __tablename__ = "flag_event"

    flag_id: Mapped[UUID] = mapped_column(ForeignKey("flag.id"), index=True)
    kind: Mapped[str]
    """raised | level_changed | withdrawn | talked | declined | later | noted; then, as `domain.flag_life.Act`,
    acknowledged | asked | answered | planned | closed | reopened."""
    at: Mapped[datetime]
    by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    text: Mapped[str] = mapped_column(EncryptedText("flag_event.text"), default="")
    reason: Mapped[str | None]
    """Why it was closed, as a code."""
    action_id: Mapped[UUID | None] = mapped_column(ForeignKey("action.id"))
    """What was planned."""

    def logged_as(self) -> tuple[str, UUID]:
        """The flag."""
        return "flag_event", self.flag_id


class Prompt(OfVisit, Base):
    """What came of talking about one thing."""

    __tablename__ = "prompt"
    __table_args__ = (UniqueConstraint("visit_id", "subject"),)

    subject: Mapped[str]
    """An item, `_form`, `own:<id>` for something the child brought up, or `carer:_form` for the carers' whole form."""
    topic: Mapped[str] = mapped_column(EncryptedText("prompt.topic"), default="")
    """The child's own topic, in words; empty for an item."""
    outcome: Mapped[str | None]
    """talked | declined | later"""
    words: Mapped[str] = mapped_column(EncryptedText("prompt.words"), default="")
    agreed: Mapped[str] = mapped_column(EncryptedText("prompt.agreed"), default="")
    tell_lead: Mapped[bool] = mapped_column(default=False)
    no_agreement: Mapped[bool] = mapped_column(default=False)
    """Whether the caseworker chose to make no agreement (an `Action`) of what is in `agreed`."""
    recorded_at: Mapped[datetime]


class UrgentConcern(OfVisit, Base):
    """Acute worry: the exact words, and who was told when (SoL 2025:400 14:2, 20:1)."""

    __tablename__ = "urgent_concern"

    words: Mapped[str] = mapped_column(EncryptedText("urgent_concern.words"))
    question: Mapped[str] = mapped_column(EncryptedText("urgent_concern.question"), default="")
    """What was asked just before, since it colours what was said."""
    told: Mapped[str] = mapped_column(EncryptedText("urgent_concern.told"), default="")
    told_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
