"""Questionnaire versions and the answers given to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, OfChild, OfVisit, WithId, related
from followup.store.types import EncryptedText


class QuestionnaireVersion(WithId, Base):
    """A published form, with everything needed to show and judge it decades later. Insert-only."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    code: Mapped[str]
    version: Mapped[str]
    definition: Mapped[str] = mapped_column(Text)
    """Canonical JSON."""
    sha256: Mapped[str]
    added_at: Mapped[datetime]


class Response(OfVisit, Base):
    """One person's answers to one form at one visit, and how they were given."""

    __tablename__ = "response"
    __table_args__ = (UniqueConstraint("visit_id", "respondent"),)

    questionnaire_version_id: Mapped[UUID] = mapped_column(ForeignKey("questionnaire_version.id"))
    respondent: Mapped[str]
    """child | carer"""
    mode: Mapped[str] = mapped_column(default="together")
    """alone | together | caseworker"""
    language: Mapped[str] = mapped_column(default="sv")
    earshot: Mapped[str | None]
    """Codes of who could hear, joined by a space; None until said."""
    comprehension: Mapped[str | None]
    """ready | not_ready, from the practice items; None where the form has none."""
    started_at: Mapped[datetime]
    handed_in_at: Mapped[datetime | None]
    """When the one who had the tablet handed the answers in. From then on each change keeps the first answer."""
    device_language: Mapped[str | None]
    """What the tablet's browser asked for when it was handed over (BCP 47); None when it never was."""
    pauses: Mapped[int] = mapped_column(default=0, server_default="0")
    paused_at: Mapped[datetime | None]
    """Since when there is a pause; None when there is none."""
    paused_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    first_topic: Mapped[str | None]
    """The item that the child wants to talk about first."""
    display: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    """How the one who answers wanted the pages when the tablet was handed over last: see `domain.display.Display`."""

    questionnaire_version: Mapped[QuestionnaireVersion] = related()
    answers: Mapped[list[Answer]] = related(back_populates="response", cascade="all, delete-orphan")

    def end_pause(self, now: datetime) -> None:
        """Add the pause that is on, if any, to those that were."""
        if self.paused_at is not None:
            self.paused_seconds += max(0, int((now - self.paused_at).total_seconds()))
            self.paused_at = None


class Answer(OfChild, Base):
    """An answer: a score, or the kind of silence. Scores stand in clear: lists and statistics need them."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("response_id", "item"),)

    response_id: Mapped[UUID] = mapped_column(ForeignKey("response.id"), index=True)
    item: Mapped[str]
    status: Mapped[str]
    """answered | dont_know | declined | not_asked | not_applicable"""
    score: Mapped[int | None]
    wants_to_talk: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str] = mapped_column(EncryptedText("answer.words"), default="")
    answered_at: Mapped[datetime]
    language: Mapped[str | None]
    """The language the question was shown in; None when nothing is known of it."""
    asked: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The question as it was shown, word for word: translations may be mended later."""
    chosen: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The words on the answer that was chosen; empty for a figure without words."""

    response: Mapped[Response] = related(back_populates="answers")

    def logged_as(self) -> tuple[str, UUID]:
        """The answer sheet: a line per answer would drown the log."""
        return "answer", self.response_id


class EarlierAnswer(OfChild, Base):
    """An answer as it was handed in, kept when the child changed its mind afterwards. Append-only."""

    __tablename__ = "earlier_answer"

    answer_id: Mapped[UUID] = mapped_column(ForeignKey("answer.id"), index=True)
    status: Mapped[str]
    score: Mapped[int | None]
    wants_to_talk: Mapped[bool]
    words: Mapped[str] = mapped_column(EncryptedText("earlier_answer.words"))
    answered_at: Mapped[datetime]
    language: Mapped[str | None]
    asked: Mapped[str] = mapped_column(Text)
    chosen: Mapped[str] = mapped_column(Text)
    replaced_at: Mapped[datetime]
    replaced_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))


class Drawing(OfVisit, Base):
    """What the child drew instead of writing: one drawing for each question."""

    __tablename__ = "drawing"
    __table_args__ = (UniqueConstraint("visit_id", "item"),)

    item: Mapped[str]
    strokes: Mapped[str] = mapped_column(EncryptedText("drawing.strokes"))
    """JSON: a list of strokes, each a list of [x, y] in whole thousandths of the sheet (`domain.drawings`)."""
    in_summary: Mapped[bool] = mapped_column(default=False)
    """Whether the child says yes to having it in the summary."""
    drawn_at: Mapped[datetime]
