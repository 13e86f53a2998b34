"""Who is kept out, and who went in in an emergency: what a colleague may be asked about later."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, and_
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, Lasting, OfChild, WithId
from followup.store.types import EncryptedText


class Barring(Lasting, OfChild, Base):
    """A decision that a user may not see a child: a relative, a neighbour. It wins over every other way in."""

    __tablename__ = "barring"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str]
    """relative | neighbour | acquaintance | own_case | other"""
    reason: Mapped[str] = mapped_column(EncryptedText("barring.reason"), default="")
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))


class BreakGlass(WithId, Base):
    """A child opened in an emergency to somebody who had no other way in. It stays open to review until reviewed.

    No case data, but about staff: a log reviewer, who reaches no case, must read it. So it names the child by case
    number alone.
    """

    __tablename__ = "break_glass"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    child_id: Mapped[UUID] = mapped_column(ForeignKey("child.id"), index=True)
    case_number: Mapped[str]
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    """The child's team then: its lead is told."""
    protected: Mapped[bool]
    """Whether the child's identity was protected then."""
    reason: Mapped[str] = mapped_column(EncryptedText("break_glass.reason"))
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Eight hours later, or when it was closed before that."""
    lead_seen_at: Mapped[datetime | None]
    lead_seen_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(index=True)
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    finding: Mapped[str | None]
    """justified | unclear | unjustified"""
    review_note: Mapped[str] = mapped_column(EncryptedText("break_glass.review_note"), default="")

    @classmethod
    def in_force(cls, now: datetime) -> ColumnElement[bool]:
        """The clause that the child is open by it."""
        return and_(cls.opened_at <= now, cls.ends_at > now)
