"""Is the log whole? Verified on a page, by `followup doctor`, and by the program itself once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select

from followup.domain.access import SYSTEM
from followup.services.installation import upkeep
from followup.services.log_review.facts import EVERYBODY
from followup.services.log_review.selecting import READ
from followup.store import log_chain
from followup.store.engine import READS
from followup.store.opening import Store
from followup.store.reach import narrowed
from followup.store.tables import AccessLog, AccessLogChild, Child, LogCheck, LogReview, LogSeal, User
from followup.store.unit_of_work import UnitOfWork

NEWEST_SEALS: Final = 10
"""So many of the newest seals a page verifies while somebody waits: at most 10 000 lines, about a second."""

SHOWN: Final = 10
ANEW_SHOWN: Final = 3
LATE: Final = timedelta(days=2)
"""So long after the last check of the whole log somebody should ask why there was none."""

LOOKS: Final = 50
EVERY: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Health:
    """Whether the log is whole, as far as is known. latest: the newest check; whole: the newest of the whole log.

    short: signed reviews whose seal the log no longer holds, by month.
    """

    latest: LogCheck | None
    whole: LogCheck | None
    short: Sequence[LogReview]

    @property
    def bad(self) -> bool:
        """Whether anything was found that the program did not do."""
        return bool(self.short) or any(check and not check.sound for check in (self.latest, self.whole))

    def late(self, now: datetime) -> bool:
        """Whether the program should have checked the whole log again by now."""
        return self.whole is None or self.whole.at < now - LATE


@dataclass(frozen=True)
class Anew:
    """That what is known outside the database began anew. seals: the newest before (None: none was known), and then."""

    at: datetime
    because: str
    seals: tuple[int | None, int]


@dataclass(frozen=True)
class ChainPage:
    """What is known of the chain. checks: the newest first, with who asked ("" for the program).

    lines: the newest line's number; unsealed: lines that have no seal yet. anew: the newest first.
    """

    checks: Sequence[tuple[LogCheck, str]]
    health: Health
    lines: int
    seals: int
    unsealed: int
    head: tuple[int, str]
    sealed_at: datetime | None
    anew: Sequence[Anew]


@dataclass(frozen=True)
class Look:
    """Somebody's look in the log. what: standing | review | sample | readers | chain | looks; case: a number, or ""."""

    at: datetime
    name: str
    title: str
    what: str
    case: str


def load_chain(uow: UnitOfWork) -> ChainPage:
    """Return what is known of the chain, without verifying it."""
    rows = uow.rows(
        select(LogCheck, User.name).outerjoin(User, User.id == LogCheck.by).order_by(LogCheck.at.desc()).limit(SHOWN)
    )
    newest = uow.rows(select(func.max(AccessLog.id)))[0][0] or 0
    last = uow.first(select(LogSeal).order_by(LogSeal.id.desc()).limit(1))
    after = select(func.count()).select_from(AccessLog).where(AccessLog.id > (last.last_id if last else 0))
    uow.note(READ, what="chain")
    return ChainPage(
        checks=[(check, name or "") for check, name in rows],
        health=health(uow),
        lines=newest,
        seals=last.id if last else 0,
        unsealed=uow.rows(after)[0][0],
        head=(last.id, last.digest) if last else (0, ""),
        sealed_at=last.sealed_at if last else None,
        anew=_anew(uow),
    )


def health(uow: UnitOfWork) -> Health:
    """Return what the checks have found, without checking."""
    newest = select(LogCheck).order_by(LogCheck.at.desc()).limit(1)
    return Health(uow.first(newest), uow.first(newest.where(LogCheck.whole)), cut_short(uow))


def check_newest(uow: UnitOfWork) -> LogCheck:
    """Verify the newest part of the chain while somebody waits, and keep what was found."""
    verdict = uow.verify_log(NEWEST_SEALS)
    check = _kept(verdict, uow.now, uow.actor.id)
    uow.add(check)
    uow.note("verify_log", sound=verdict.sound)
    return check


def check_whole(store: Store, now: datetime | None = None) -> LogCheck | None:
    """Verify the whole log if that was not done for a day, and keep what was found; None when it isn't due.

    For the program's own thread: it takes about a minute for a million lines.
    """
    now = now or datetime.now(UTC)
    with store.engine.connect().execution_options(**READS) as connection:
        latest = connection.scalar(select(func.max(LogCheck.at)).where(LogCheck.whole))
    if latest is not None and latest > now - EVERY:
        return None
    return check_now(store, now)


def check_now(store: Store, now: datetime | None = None) -> LogCheck:
    """Verify the whole log, and keep what was found."""
    now = now or datetime.now(UTC)
    check = _kept(upkeep.verify_log(store), now, None)
    with store.unit(SYSTEM, now=now) as uow:
        uow.add(check)
    return check


def cut_short(uow: UnitOfWork) -> Sequence[LogReview]:
    """List signed reviews whose seal the log no longer holds: somebody has taken away its end since."""
    held = select(LogSeal.id).where(LogSeal.id == LogReview.head_seal, LogSeal.digest == LogReview.head_digest)
    return uow.all(select(LogReview).where(LogReview.head_seal.is_not(None), ~held.exists()).order_by(LogReview.month))


def looks(uow: UnitOfWork, before: int | None = None) -> tuple[Sequence[Look], int | None]:
    """Return looks in the log, the newest first, and the number to go on from; None when there are no older ones."""
    statement = (
        select(AccessLog.id, AccessLog.at, AccessLog.fields, User.name, User.title, AccessLogChild.child_id)
        .join(User, User.id == AccessLog.actor_id)
        .outerjoin(AccessLogChild, AccessLogChild.log_id == AccessLog.id)
        .where(AccessLog.action == READ, AccessLog.organisation_id == uow.actor.organisation_id)
        .order_by(AccessLog.id.desc())
        .limit(LOOKS + 1)
    )
    rows = uow.rows(statement if before is None else statement.where(AccessLog.id < before))
    cases = _cases(uow, rows)
    uow.note(READ, what="looks")
    found = [
        Look(row.at, row.name, row.title, str(row.fields.get("what", "")), cases.get(row.child_id, "")) for row in rows
    ]
    return found[:LOOKS], rows[LOOKS - 1].id if len(rows) > LOOKS else None


def _anew(uow: UnitOfWork) -> Sequence[Anew]:
    lines = select(AccessLog.at, AccessLog.fields).where(AccessLog.action == upkeep.ANEW)
    rows = uow.rows(lines.order_by(AccessLog.id.desc()).limit(ANEW_SHOWN))
    found = [Anew(row.at, row.fields["because"], (row.fields["known_seal"], row.fields["seal"])) for row in rows]
    return [each for each in found if each.because != "upgrade"]  # how it began is no news


def _cases(uow: UnitOfWork, rows: Sequence[Any]) -> dict[UUID, str]:
    ids = {row.child_id for row in rows if row.child_id}
    found = uow.rows(narrowed(select(Child.id, Child.case_number).where(Child.id.in_(ids)), Child, EVERYBODY))
    return {child_id: number for child_id, number in found}  # noqa: C416 - rows are no pairs to the type checker


def _kept(verdict: log_chain.Verdict, now: datetime, by: UUID | None) -> LogCheck:
    return LogCheck(
        at=now,
        by=by,
        whole=verdict.whole,
        lines=verdict.lines,
        seals=verdict.seals,
        broken=verdict.broken[: log_chain.MOST_NAMED],
        forged=verdict.forged,
        outside=verdict.outside,
    )
