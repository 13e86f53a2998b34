"""Reviewing a month's sample: judge, take back, sign, and say what came of what was found.

The reviewer sees who, when, which child by its case number, and why they were let in. Nothing of the case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, Problem, translatable
from followup.domain.log_sampling import JUDGEMENTS
from followup.services.log_review.facts import EVERYBODY
from followup.services.log_review.selecting import READ
from followup.store.reach import narrowed
from followup.store.tables import (
    AccessLog,
    AccessLogChild,
    Child,
    LogOutcome,
    LogReview,
    LogSample,
    LogSeal,
    Team,
    User,
)
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE: Final = 25
LINES: Final = 50
"""Lines of the log shown for an occasion at a time."""

FINDINGS: Final = ("ask", "reported")
LONGEST: Final = 2000
_SIGNED: Final = translatable("Månaden är signerad. Det som bedömdes ändras inte.")


@dataclass(frozen=True)
class Card:
    """An occasion as the reviewer sees it. case: the child's number, "" where no child was opened."""

    sample: LogSample
    who: str
    title: str
    team: str
    case: str


@dataclass(frozen=True)
class Progress:
    """How far a review has come: how many of how many are judged, and as what; findings nothing has come of yet."""

    total: int
    by: Mapping[str, int]
    waiting: int = 0

    @property
    def judged(self) -> int:
        """How many are judged."""
        return sum(self.by.values())


@dataclass(frozen=True)
class ReviewPage:
    """A review with one page of its occasions. show: open | all | in_order | ask | reported; page: from 1."""

    review: LogReview
    made_by: str
    signed_by: str
    progress: Progress
    show: str
    cards: Sequence[Card]
    page: int
    pages: int


@dataclass(frozen=True)
class SamplePage:
    """One occasion: its lines of the log, what came of it, and which to judge after it (None: none is left)."""

    review: LogReview
    card: Card
    lines: Sequence[Any]
    page: int
    more: bool
    outcomes: Sequence[tuple[LogOutcome, str]]
    following: UUID | None
    judged_by: str


def load_review(uow: UnitOfWork, review_id: UUID, show: str, page: int) -> ReviewPage:
    """Return a review with a page of its occasions. Raises NotFound."""
    review = _review(uow, review_id)
    conditions: list[ColumnElement[bool]] = [LogSample.review_id == review.id]
    if show == "open":
        conditions.append(LogSample.judgement.is_(None))
    elif show in JUDGEMENTS:
        conditions.append(LogSample.judgement == show)
    total = uow.rows(select(func.count()).select_from(LogSample).where(*conditions))[0][0]
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    found = select(LogSample).where(*conditions).order_by(LogSample.place)
    cards = _cards(uow, uow.all(found.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)))
    names = _names(uow, {review.made_by, review.signed_by})
    uow.note(READ, what="review", review=str(review.id), page=page)
    made, signed = (names.get(each, "") for each in (review.made_by, review.signed_by))
    return ReviewPage(review, made, signed, progress_of(uow, [review.id])[review.id], show, cards, page, pages)


def load_sample(uow: UnitOfWork, sample_id: UUID, page: int = 1) -> SamplePage:
    """Return one occasion with a page of its lines. Raises NotFound."""
    sample, review = _sample(uow, sample_id)
    page = min(max(page, 1), -(-(sample.last_line - sample.first_line + 1) // LINES))
    lines = _lines(uow, sample, page)
    outcomes = uow.rows(
        select(LogOutcome, User.name)
        .join(User, User.id == LogOutcome.by)
        .where(LogOutcome.sample_id == sample.id)
        .order_by(LogOutcome.at)
    )
    uow.note(READ, child_id=sample.child_id, what="sample", sample=str(sample.id))
    judged_by = _names(uow, {sample.judged_by}).get(sample.judged_by, "")
    card = _cards(uow, [sample])[0]
    told = [(each[0], each[1]) for each in outcomes]
    return SamplePage(review, card, lines[:LINES], page, len(lines) > LINES, told, next_after(uow, sample), judged_by)


def judge(uow: UnitOfWork, sample_id: UUID, judgement: str, words: str) -> LogSample:
    """Judge an occasion; judging again replaces, until the month is signed.

    Raises NotFound, InvalidTransition once signed, InvalidInput for a finding without words.
    """
    sample, review = _sample(uow, sample_id, write=True)
    _refuse_signed(review)
    problems = []
    if judgement not in JUDGEMENTS:
        problems.append(Problem("judgement", "Välj hur du bedömer tillfället.", "missing"))
    if judgement in FINDINGS and not words.strip():
        problems.append(Problem("words", "Skriv vad du vill fråga om eller vad som anmäls.", "missing"))
    problems += _too_long("words", words)
    if problems:
        raise InvalidInput(problems)
    sample.judgement, sample.words = judgement, words.strip()
    sample.judged_at, sample.judged_by = uow.now, uow.actor.id
    uow.note("judge_log_sample", sample=str(sample.id), judgement=judgement)
    return sample


def take_back(uow: UnitOfWork, sample_id: UUID) -> LogSample:
    """Take a judgement back, until the month is signed. What was written stays in the field. Raises as `judge`."""
    sample, review = _sample(uow, sample_id, write=True)
    _refuse_signed(review)
    sample.judgement = sample.judged_at = sample.judged_by = None
    uow.note("judge_log_sample", sample=str(sample.id), judgement="taken_back")
    return sample


def sign(uow: UnitOfWork, review_id: UUID, words: str) -> LogReview:
    """Sign a month: everything is judged, and from now on frozen. Raises NotFound, InvalidInput, InvalidTransition."""
    review = _review(uow, review_id, write=True)
    _refuse_signed(review)
    progress = progress_of(uow, [review.id])[review.id]
    problems = _too_long("words", words)
    if progress.judged < progress.total:
        problems.append(Problem("words", "Bedöm alla tillfällen först.", "unjudged"))
    if problems:
        raise InvalidInput(problems)
    head = uow.rows(select(LogSeal.id, LogSeal.digest).order_by(LogSeal.id.desc()).limit(1))
    review.head_seal, review.head_digest = head[0] if head else (None, None)
    review.signed_at, review.signed_by, review.words = uow.now, uow.actor.id, words.strip()
    uow.note("sign_log_review", review=str(review.id), month=f"{review.month:%Y-%m}", judged=dict(progress.by))
    return review


def add_outcome(uow: UnitOfWork, sample_id: UUID, words: str, *, closes: bool) -> LogOutcome:
    """Say what came of a finding, before or after the month is signed. Raises NotFound, InvalidInput, NotAllowed."""
    sample, _ = _sample(uow, sample_id, write=True)
    if uow.actor.id is None or sample.judgement not in FINDINGS:
        raise NotAllowed
    problems = _too_long("outcome", words)
    if not words.strip():
        problems.append(Problem("outcome", "Skriv vad som kom fram.", "missing"))
    if problems:
        raise InvalidInput(problems)
    outcome = LogOutcome(sample_id=sample.id, at=uow.now, by=uow.actor.id, closes=closes, words=words.strip())
    uow.add(outcome)
    uow.note("judge_log_sample", sample=str(sample.id), outcome="closed" if closes else "open")
    return outcome


def progress_of(uow: UnitOfWork, review_ids: Sequence[UUID]) -> Mapping[UUID, Progress]:
    """Count how far reviews have come, in two statements however many there are."""
    of_reviews = LogSample.review_id.in_(review_ids)
    counted = select(LogSample.review_id, LogSample.judgement, func.count()).where(of_reviews)
    by: dict[UUID, Counter[str | None]] = {each: Counter() for each in review_ids}
    for review_id, judgement, number in uow.rows(counted.group_by(LogSample.review_id, LogSample.judgement)):
        by[review_id][judgement] = number
    closed = select(LogOutcome.sample_id).where(LogOutcome.closes)
    open_ones = select(LogSample.review_id, func.count()).where(
        of_reviews, LogSample.judgement.in_(FINDINGS), LogSample.id.not_in(closed)
    )
    waiting = {review_id: number for review_id, number in uow.rows(open_ones.group_by(LogSample.review_id))}  # noqa: C416 - as above
    return {
        each: Progress(found.total(), {name: found[name] for name in JUDGEMENTS}, waiting.get(each, 0))
        for each, found in by.items()
    }


def next_after(uow: UnitOfWork, sample: LogSample) -> UUID | None:
    """Return the next occasion to judge: after this one, else the first that is left."""
    unjudged = select(LogSample.id).where(
        LogSample.review_id == sample.review_id, LogSample.judgement.is_(None), LogSample.id != sample.id
    )
    later = uow.first(unjudged.where(LogSample.place > sample.place).order_by(LogSample.place).limit(1))
    return later or uow.first(unjudged.order_by(LogSample.place).limit(1))


def _refuse_signed(review: LogReview) -> None:
    if review.signed_at:
        raise InvalidTransition(_SIGNED)


def _too_long(name: str, words: str) -> list[Problem]:
    if len(words) <= LONGEST:
        return []
    return [Problem(name, "Texten är för lång. Högst %(most)s tecken.", "too_long", {"most": LONGEST})]


def _review(uow: UnitOfWork, review_id: UUID, *, write: bool = False) -> LogReview:
    statement = select(LogReview).where(
        LogReview.id == review_id, LogReview.organisation_id == uow.actor.organisation_id
    )
    return uow.one(statement.with_for_update() if write else statement)


def _sample(uow: UnitOfWork, sample_id: UUID, *, write: bool = False) -> tuple[LogSample, LogReview]:
    sample = uow.one(select(LogSample).where(LogSample.id == sample_id))
    return sample, _review(uow, sample.review_id, write=write)


def _cards(uow: UnitOfWork, samples: Sequence[LogSample]) -> list[Card]:
    users = select(User.id, User.name, User.title, Team.name).outerjoin(Team, Team.id == User.team_id)
    who = {row[0]: row for row in uow.rows(users.where(User.id.in_({each.actor_id for each in samples})))}
    numbers = select(Child.id, Child.case_number).where(Child.id.in_({each.child_id for each in samples}))
    cases = {child_id: number for child_id, number in uow.rows(narrowed(numbers, Child, EVERYBODY))}  # noqa: C416 - rows are no pairs
    return [
        Card(
            each,
            *(who[each.actor_id][1:3]),
            who[each.actor_id][3] or "",
            cases.get(each.child_id, "") if each.child_id else "",
        )
        for each in samples
    ]


def _names(uow: UnitOfWork, ids: set[UUID | None]) -> dict[UUID | None, str]:
    rows = uow.rows(select(User.id, User.name).where(User.id.in_(ids - {None})))
    return {user_id: name for user_id, name in rows}  # noqa: C416 - rows are no pairs to the type checker


def _lines(uow: UnitOfWork, sample: LogSample, page: int) -> Sequence[Any]:
    """Return a page of the occasion's lines, and one more if there is one: number, time, action, objects."""
    mine = (AccessLog.id.between(sample.first_line, sample.last_line), AccessLog.actor_id == sample.actor_id)
    statement = select(AccessLog.id, AccessLog.at, AccessLog.action, AccessLog.objects).where(*mine)
    if sample.child_id:
        statement = statement.join(AccessLogChild, AccessLogChild.log_id == AccessLog.id).where(
            AccessLogChild.child_id == sample.child_id
        )
    else:
        statement = statement.where(AccessLog.action == "denied")
    return uow.rows(statement.order_by(AccessLog.id).limit(LINES + 1).offset((page - 1) * LINES))
