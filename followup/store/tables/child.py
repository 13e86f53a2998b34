"""The child, where it lives, why, and who may see it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, Guarded, Lasting, OfChild, related
from followup.store.tables.organisation import User
from followup.store.types import EncryptedDate, EncryptedText


class Child(Guarded, Base):
    """A child or young person (0-20) in foster care."""

    __tablename__ = "child"
    __table_args__ = (
        UniqueConstraint("organisation_id", "case_number"),
        Index("ix_child_reach", "team_id", "protected_identity", "id"),  # a lead's reach is read from it alone
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), index=True)
    case_number: Mapped[str]
    name: Mapped[str] = mapped_column(EncryptedText("child.name"))
    birth_date: Mapped[date] = mapped_column(EncryptedDate("child.birth_date"))
    personal_number: Mapped[str | None] = mapped_column(EncryptedText("child.personal_number"))
    """Twelve digits without sign, or None: reserve numbers and children without any number exist."""
    personal_number_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    protected_identity: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(default="sv")
    communication_needs: Mapped[str] = mapped_column(EncryptedText("child.communication_needs"), default="")
    wishes: Mapped[str] = mapped_column(EncryptedText("child.wishes"), default="")
    """How the child wants the visits to be; a line per wish."""

    placements: Mapped[list[Placement]] = related(back_populates="child", order_by="Placement.start")
    explanations: Mapped[list[Explanation]] = related(order_by="Explanation.version")
    assignments: Mapped[list[Assignment]] = related(order_by="Assignment.start")

    def logged_child(self) -> UUID | None:
        """The child itself."""
        return self.id

    def placement_on(self, day: date) -> Placement | None:
        """The placement in force on a day, else the latest; `placements` is loaded."""
        in_force = [placement for placement in self.placements if placement.holds_on(day)]
        return next(reversed(in_force or self.placements), None)

    def explanation(self) -> Explanation | None:
        """The current version of “Därför bor jag här”; `explanations` is loaded."""
        return next(reversed(self.explanations), None)


class FosterHome(Guarded, Base):
    """A home where children are placed. Its own file is secret from others, the children's included."""

    __tablename__ = "foster_home"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[str]
    """foster | emergency | kinship"""
    name: Mapped[str] = mapped_column(EncryptedText("foster_home.name"))
    """The carers, as one says it: “Karin och Per Ängsull”."""
    address: Mapped[str] = mapped_column(EncryptedText("foster_home.address"), default="")
    place: Mapped[str] = mapped_column(EncryptedText("foster_home.place"), default="")
    phone: Mapped[str] = mapped_column(EncryptedText("foster_home.phone"), default="")


class Placement(Lasting, OfChild, Base):
    """The time a child lives in one home, and the law it rests on."""

    __tablename__ = "placement"

    foster_home_id: Mapped[UUID] = mapped_column(ForeignKey("foster_home.id"), index=True)
    legal_basis: Mapped[str]
    """sol | lvu_2 | lvu_3"""
    visit_interval_days: Mapped[int] = mapped_column(default=91)
    """From the child's plan; three months is the recommendation, not law (domain notes, section 0.3)."""

    child: Mapped[Child] = related(back_populates="placements")
    foster_home: Mapped[FosterHome] = related()


class Explanation(OfChild, Base):
    """A version of the agreed text “Därför bor jag här”. Versions are added, never changed."""

    __tablename__ = "explanation"
    __table_args__ = (UniqueConstraint("child_id", "version"),)

    version: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("explanation.text"))
    agreed_with: Mapped[str] = mapped_column(EncryptedText("explanation.agreed_with"), default="")
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class Assignment(Lasting, OfChild, Base):
    """Who answers for contact with the child, from when and until when."""

    __tablename__ = "assignment"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    role: Mapped[str] = mapped_column(default="responsible")
    """responsible | foster_home_worker"""

    user: Mapped[User] = related()


class AccessGrant(Lasting, OfChild, Base):
    """A child opened to one user by decision; the only way to a protected child."""

    __tablename__ = "access_grant"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    reason: Mapped[str] = mapped_column(EncryptedText("access_grant.reason"))
    given_at: Mapped[datetime | None]
    """None, as `given_by`: given before that was written down."""
    given_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))


class Milestone(OfChild, Base):
    """Something that has happened and that a deadline counts from or is met by. Added, never changed."""

    __tablename__ = "milestone"

    kind: Mapped[str]
    """A code of `followup/deadlines`: a review, a decision, an offered health examination ..."""
    on: Mapped[date]
    note: Mapped[str] = mapped_column(EncryptedText("milestone.note"), default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class Handover(OfChild, Base):
    """A change of responsible caseworker, with what the next one should know. The child is told goodbye and hello."""

    __tablename__ = "handover"

    from_user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    to_user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    on: Mapped[date]
    """The first day of the new caseworker; the old one's access ends that day."""
    helps: Mapped[str] = mapped_column(EncryptedText("handover.helps"), default="")
    """What helps this child, in the old caseworker's words."""
    contacts: Mapped[str] = mapped_column(EncryptedText("handover.contacts"), default="")
    goodbye_on: Mapped[date | None]
    hello_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
