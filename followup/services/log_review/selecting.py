"""A month's sample: drawn once, by dated rules, and kept with who drew it and when."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from followup.deadlines.log_review import fingerprint, sample_rules
from followup.domain.errors import InvalidTransition, NotAllowed, NotFound, translatable
from followup.domain.log_sampling import Drawn, SampleRule, draw
from followup.services.log_review.facts import mark
from followup.services.log_review.occasions import Hours, Month, first_days, read_month, refused
from followup.store.crypto import key_ring
from followup.store.tables import AccessLog, LogReview, LogSample
from followup.store.unit_of_work import UnitOfWork

MONTHS: Final = 12
"""So many months back a sample may be drawn, and so many the statistics show."""

READ: Final = "read_log"
"""The action of every look at the log itself."""

_TOO_EARLY: Final = translatable("Månaden är inte slut än. Urvalet görs när den är det.")
_ALREADY: Final = translatable("Urvalet för månaden är redan gjort. Det görs en gång.")


def months(uow: UnitOfWork) -> list[date]:
    """Return the first days of the whole months that may be reviewed, the newest first."""
    found, month = [], uow.today.replace(day=1)
    for _ in range(MONTHS):
        month = (
            month.replace(year=month.year - 1, month=12) if month.month == 1 else month.replace(month=month.month - 1)
        )
        found.append(month)
    earliest: datetime | None = uow.rows(select(func.min(AccessLog.at)))[0][0]
    return [each for each in found if earliest is not None and first_days(each)[1] > uow.day_of(earliest)]


def select_month(uow: UnitOfWork, month: date) -> LogReview:
    """Draw a month's sample and store it.

    Raises NotFound for a month out of reach, InvalidTransition when it isn't over or was drawn already.
    """
    if uow.actor.id is None or uow.actor.organisation_id is None:
        raise NotAllowed
    month, ends = first_days(month)
    if ends > uow.today:
        raise InvalidTransition(_TOO_EARLY)
    if month not in months(uow):
        raise NotFound
    uow.alone(hashlib.sha256(f"{uow.actor.organisation_id}:{month}".encode()).digest())
    mine = (LogReview.organisation_id == uow.actor.organisation_id, LogReview.month == month)
    if uow.first(select(LogReview.id).where(*mine)):
        raise InvalidTransition(_ALREADY)
    rules = sample_rules(month)
    read, drawn = drawn_for(uow, month, rules)
    review = LogReview(
        organisation_id=uow.actor.organisation_id,
        month=month,
        rules=fingerprint(rules),
        lines=read.lines,
        occasions=len(read.occasions),
        last_line=read.last_line,
        made_at=uow.now,
        made_by=uow.actor.id,
    )
    uow.add(review)
    uow.flush()
    uow.add(*(_sample(review.id, place, each) for place, each in enumerate(drawn, 1)))
    uow.flush()
    uow.note(
        "select_log_sample", review=str(review.id), month=f"{month:%Y-%m}", drawn=len(drawn), of=len(read.occasions)
    )
    return review


def drawn_for(uow: UnitOfWork, month: date, rules: tuple[SampleRule, ...]) -> tuple[Month, list[Drawn]]:
    """Read a month and draw, and store nothing: with the same log and the same facts it is the same every time."""
    by_code = {rule.code: rule for rule in rules}
    read = read_month(uow, month, _hours(by_code.get("odd_hours")))
    occasions = read.occasions
    if "refused" in by_code:
        occasions = [*occasions, *refused(uow, month, int(by_code["refused"].values["tries"]))]
    mark(uow, month, occasions, by_code)
    return read, draw(rules, occasions, _key(uow.actor.organisation_id, month))


def _hours(rule: SampleRule | None) -> Hours:
    values = rule.values if rule else {}
    return Hours(int(values.get("from_hour", 24)), int(values.get("to_hour", 0)))


def _key(organisation_id: UUID | None, month: date) -> bytes:
    return hmac.new(key_ring().log_key, f"sample:{organisation_id}:{month}".encode(), hashlib.sha256).digest()


def _sample(review_id: UUID, place: int, drawn: Drawn) -> LogSample:
    each = drawn.occasion
    return LogSample(
        review_id=review_id,
        place=place,
        actor_id=each.actor_id,
        child_id=each.child_id,
        day=each.day,
        first_at=each.first_at,
        last_at=each.last_at,
        first_line=each.first_line,
        last_line=each.last_line,
        lines=each.lines,
        why=sorted(each.why),
        rules=list(drawn.rules),
        judgement=None,
    )
