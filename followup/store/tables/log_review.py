"""The review of the access log: a month's sample, what somebody made of it, and that it was signed.

Nothing here is about a case: a reviewer sees who, when, which child (by its case number) and why they were let in.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from followup.store.tables.base import Base, WithId
from followup.store.types import EncryptedText

_Number = BigInteger().with_variant(Integer, "sqlite")


class LogReview(WithId, Base):
    """A month's sample of the log: made once, judged occasion by occasion, signed, and from then on frozen."""

    __tablename__ = "log_review"
    __table_args__ = (UniqueConstraint("organisation_id", "month"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    month: Mapped[date]
    """Its first day."""
    rules: Mapped[str]
    """SHA-256 of the rules that the sample was drawn by."""
    lines: Mapped[int]
    """How many lines the log had about children in the month."""
    occasions: Mapped[int]
    """How many occasions they made: somebody, a child, a day."""
    last_line: Mapped[int] = mapped_column(_Number)
    """The newest line of the log that was looked at."""
    made_at: Mapped[datetime]
    made_by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(EncryptedText("log_review.words"), default="")
    """What the reviewer wants to say of the month as a whole."""
    head_seal: Mapped[int | None] = mapped_column(_Number)
    head_digest: Mapped[str | None]
    """The newest seal of the log when the review was signed: a log that is cut short later no longer holds it."""


class LogSample(WithId, Base):
    """An occasion that was drawn: what one user did about one child on one day."""

    __tablename__ = "log_sample"
    __table_args__ = (Index("ix_log_sample_review_id_place", "review_id", "place"),)

    review_id: Mapped[UUID] = mapped_column(ForeignKey("log_review.id"))
    place: Mapped[int]
    """In the order of the list."""
    actor_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    child_id: Mapped[UUID | None] = mapped_column(ForeignKey("child.id"))
    """None for tries that were refused."""
    day: Mapped[date]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    first_line: Mapped[int] = mapped_column(_Number)
    last_line: Mapped[int] = mapped_column(_Number)
    lines: Mapped[int]
    why: Mapped[list[str]] = mapped_column(JSON)
    """Codes of why the actor was let in."""
    rules: Mapped[list[str]] = mapped_column(JSON)
    """Codes of the rules that drew it."""
    judgement: Mapped[str | None]
    """in_order | ask | reported; None until somebody has judged."""
    words: Mapped[str] = mapped_column(EncryptedText("log_sample.words"), default="")
    judged_at: Mapped[datetime | None]
    judged_by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))


class LogOutcome(WithId, Base):
    """What came of a finding. Added, never changed, also after the month is signed."""

    __tablename__ = "log_outcome"

    sample_id: Mapped[UUID] = mapped_column(ForeignKey("log_sample.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    closes: Mapped[bool]
    """Whether nothing more is to be done."""
    words: Mapped[str] = mapped_column(EncryptedText("log_outcome.words"))


class LogCheck(WithId, Base):
    """That the chain of the log was verified: when, how much of it, and what was found. Numbers only."""

    __tablename__ = "log_check"

    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    """None: the program itself, once a day."""
    whole: Mapped[bool]
    """From the log's first line, rather than the newest seals."""
    lines: Mapped[int]
    seals: Mapped[int]
    broken: Mapped[list[int]] = mapped_column(JSON)
    """Numbers of seals that don't fit."""
    forged: Mapped[list[int]] = mapped_column(JSON)
    """Numbers of lines that the program did not write as they stand; at most a hundred."""
    outside: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """What differs from what is known outside the database: see `log_chain.Verdict`."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.broken and not self.forged and not self.outside


class StaffAddress(WithId, Base):
    """Where a user lives, kept for one purpose: to see whether somebody reads about a neighbour."""

    __tablename__ = "staff_address"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), unique=True)
    address: Mapped[str] = mapped_column(EncryptedText("staff_address.address"))
