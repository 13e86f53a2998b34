"""Questionnaire versions and the answers given to them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Text, UniqueConstraint
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

    questionnaire_version: Mapped[QuestionnaireVersion] = related()
    answers: Mapped[list[Answer]] = related(back_populates="response", cascade="all, delete-orphan")


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

    response: Mapped[Response] = related(back_populates="answers")

    def logged_as(self) -> tuple[str, UUID]:
        """The answer sheet: a line per answer would drown the log."""
        return "answer", self.response_id
