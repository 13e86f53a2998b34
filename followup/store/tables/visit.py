"""The visit: the shared event in the home, and one record per child."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.agreements import Action, Note, ReadBack
from followup.store.tables.answers import Response
from followup.store.tables.base import Base, Guarded, OfChild, OfVisit, related
from followup.store.tables.child import Child, FosterHome
from followup.store.tables.conversation import Flag, Prompt, UrgentConcern
from followup.store.tables.organisation import User
from followup.store.tables.record import Document
from followup.store.types import EncryptedText


class HomeVisit(Guarded, Base):
    """What is shared by the children seen in one home at one time."""

    __tablename__ = "home_visit"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    foster_home_id: Mapped[UUID] = mapped_column(ForeignKey("foster_home.id"), index=True)
    planned_at: Mapped[datetime]
    kind: Mapped[str]
    """planned | unannounced | digital"""
    present: Mapped[str] = mapped_column(EncryptedText("home_visit.present"), default="")
    interpreter: Mapped[str] = mapped_column(EncryptedText("home_visit.interpreter"), default="")
    home_seen: Mapped[bool | None]

    foster_home: Mapped[FosterHome] = related()


class Visit(OfChild, Base):
    """One child's record of one visit: planned > draft > signed > filed, or cancelled with a reason."""

    __tablename__ = "visit"

    home_visit_id: Mapped[UUID] = mapped_column(ForeignKey("home_visit.id"), index=True)
    caseworker_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    """planned | draft | signed | filed | cancelled"""
    planned_at: Mapped[datetime] = mapped_column(index=True)
    """The home visit's time, kept here too because every list of visits sorts by it."""
    revisions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """How many times each step has been saved; a form that knows an older number is stale."""
    saved_at: Mapped[datetime | None]
    step: Mapped[str] = mapped_column(default="prepare")
    """The step last worked in."""
    questionnaire_code: Mapped[str | None]
    """The form chosen for the child; None when no form fits (the smallest, or a child who can't use one)."""
    prepare_note: Mapped[str] = mapped_column(EncryptedText("visit.prepare_note"), default="")
    private_talk: Mapped[str | None]
    """yes | partly | no"""
    private_minutes: Mapped[int | None]
    private_reason: Mapped[str] = mapped_column(EncryptedText("visit.private_reason"), default="")
    room_seen: Mapped[bool | None]
    next_visit_on: Mapped[date | None]
    next_visit_note: Mapped[str] = mapped_column(EncryptedText("visit.next_visit_note"), default="")
    cancelled_because: Mapped[str | None]
    """child_declined | child_ill | carer_declined | caseworker_ill | weather_or_travel | nobody_home | other"""
    cancelled_note: Mapped[str] = mapped_column(EncryptedText("visit.cancelled_note"), default="")
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    summary: Mapped[str | None] = mapped_column(EncryptedText("visit.summary"), deferred=True)
    """The VisitSummary as canonical JSON, from which the same PDF can be made again decades later."""
    summary_sha256: Mapped[str | None]
    child_copy: Mapped[str | None] = mapped_column(EncryptedText("visit.child_copy"), deferred=True)
    """What the child chose for its own copy before the visit was signed (`services.record.copy_choices`), as JSON."""

    child: Mapped[Child] = related()
    home_visit: Mapped[HomeVisit] = related()
    caseworker: Mapped[User] = related(foreign_keys="Visit.caseworker_id")
    responses: Mapped[list[Response]] = related(order_by="Response.respondent", cascade="all, delete-orphan")
    flags: Mapped[list[Flag]] = related(order_by="Flag.raised_at")
    prompts: Mapped[list[Prompt]] = related(order_by="Prompt.recorded_at", cascade="all, delete-orphan")
    placement_check: Mapped[PlacementCheck | None] = related(cascade="all, delete-orphan")
    notes: Mapped[list[Note]] = related(order_by="Note.position", cascade="all, delete-orphan")
    actions: Mapped[list[Action]] = related(order_by="Action.due")
    read_back: Mapped[ReadBack | None] = related(cascade="all, delete-orphan")
    urgent_concerns: Mapped[list[UrgentConcern]] = related(order_by="UrgentConcern.created_at")
    documents: Mapped[list[Document]] = related(order_by="Document.edition")


class PlacementCheck(OfVisit, Base):
    """Does the child know why, and does it blame itself? Two codes that say different things, never one yes or no."""

    __tablename__ = "placement_check"
    __table_args__ = (UniqueConstraint("visit_id"),)

    understanding: Mapped[str | None]
    understanding_reason: Mapped[str | None]
    """Why it was not asked: a code of `placeringskoll.yaml`."""
    self_blame: Mapped[str | None]
    self_blame_reason: Mapped[str | None]
    reason_note: Mapped[str] = mapped_column(EncryptedText("placement_check.reason_note"), default="")
    child_words: Mapped[str] = mapped_column(EncryptedText("placement_check.child_words"), default="")
    told_today: Mapped[str] = mapped_column(EncryptedText("placement_check.told_today"), default="")
    always_said: Mapped[bool] = mapped_column(default=False)
    """Whether the short message that it is not the child's fault was said."""
    retold: Mapped[str] = mapped_column(EncryptedText("placement_check.retold"), default="")
    """The child's own retelling afterwards (teach-back)."""
    next_step: Mapped[str] = mapped_column(EncryptedText("placement_check.next_step"), default="")
    explanation_version: Mapped[int | None]
    """The version of “Därför bor jag här” that held at this visit."""
    explanation_draft: Mapped[str] = mapped_column(EncryptedText("placement_check.explanation_draft"), default="")
    """The explanation while it is being rewritten; becomes a version when the step is left. Empty: nothing changed."""
    agreed_with_draft: Mapped[str] = mapped_column(EncryptedText("placement_check.agreed_with_draft"), default="")


class SetAside(OfVisit, Base):
    """What a stale tab tried to save: kept beside the visit, so that neither version is lost."""

    __tablename__ = "set_aside"

    step: Mapped[str]
    values: Mapped[str] = mapped_column(EncryptedText("set_aside.values"))
    """The posted fields as JSON: a list of [name, value]."""
    set_aside_at: Mapped[datetime]
    set_aside_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
