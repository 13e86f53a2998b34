"""That the review is done: the last twelve months, month by month, and what is left to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from followup.domain.log_sampling import JUDGEMENTS
from followup.services.log_review.chain import Health, health
from followup.services.log_review.readers import A_YEAR
from followup.services.log_review.reviewing import Progress, progress_of
from followup.services.log_review.selecting import READ, months
from followup.services.need_to_know.break_glass import opened_since, unreviewed
from followup.store.tables import LogReview, User
from followup.store.unit_of_work import UnitOfWork

_NONE = Progress(0, dict.fromkeys(JUDGEMENTS, 0))


@dataclass(frozen=True)
class MonthLine:
    """A month in the list. review: None until a sample is drawn; days: from the month's end to the signature."""

    month: date
    review: LogReview | None
    progress: Progress
    made_by: str
    signed_by: str
    days: int | None

    @property
    def state(self) -> str:
        """Say how far it has come: new | begun | signed."""
        if self.review is None:
            return "new"
        return "signed" if self.review.signed_at else "begun"


@dataclass(frozen=True)
class Standing:
    """The months, the newest first, and their sums."""

    months: Sequence[MonthLine]
    health: Health
    now: datetime
    glasses: int = 0
    """Openings in an emergency that wait for a review."""
    opened: int = 0
    """Openings in an emergency in a year."""

    @property
    def late(self) -> bool:
        """Whether the whole log should have been checked again by now."""
        return self.health.late(self.now)

    @property
    def signed(self) -> int:
        """How many months are signed."""
        return sum(each.state == "signed" for each in self.months)

    @property
    def judged(self) -> int:
        """How many occasions were judged."""
        return sum(each.progress.judged for each in self.months)

    @property
    def found(self) -> int:
        """How many of them were to be asked about, or reported."""
        return sum(each.progress.by["ask"] + each.progress.by["reported"] for each in self.months)

    @property
    def waiting(self) -> int:
        """How many findings nothing has come of yet."""
        return sum(each.progress.waiting for each in self.months)

    @property
    def next(self) -> MonthLine | None:
        """The oldest month that is begun; else the newest without a sample; None when nothing waits."""
        begun = [each for each in self.months if each.state == "begun"]
        new = [each for each in self.months if each.state == "new"]
        return next(iter([*begun[::-1], *new]), None)


def standing(uow: UnitOfWork) -> Standing:
    """Return how the review stands in the actor's organisation."""
    made, signed = aliased(User), aliased(User)
    rows = uow.rows(
        select(LogReview, made.name, signed.name)
        .join(made, made.id == LogReview.made_by)
        .outerjoin(signed, signed.id == LogReview.signed_by)
        .where(LogReview.organisation_id == uow.actor.organisation_id)
    )
    by_month = {review.month: (review, made_by, signed_by or "") for review, made_by, signed_by in rows}
    progress = progress_of(uow, [review.id for review, _, _ in by_month.values()])
    uow.note(READ, what="standing")
    lines = []
    for month in months(uow):
        review, made_by, signed_by = by_month.get(month, (None, "", ""))
        done = progress[review.id] if review else _NONE
        lines.append(MonthLine(month, review, done, made_by, signed_by, _days(uow, review)))
    return Standing(lines, health(uow), uow.now, unreviewed(uow), opened_since(uow, uow.now - A_YEAR))


def _days(uow: UnitOfWork, review: LogReview | None) -> int | None:
    if review is None or review.signed_at is None:
        return None
    ended = date(review.month.year + review.month.month // 12, review.month.month % 12 + 1, 1)
    return (uow.day_of(review.signed_at) - ended).days
