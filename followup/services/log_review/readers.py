"""“Vem har läst”: who has read about one child, by day and person. For its lead, the reviewer, and the child itself.

What was read is told by kind, never by id: a line may name other children's visits too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Select, select

from followup.domain.access import Role
from followup.domain.errors import NotAllowed, NotFound
from followup.domain.log_readers import Did, Reader, Readers, kind_of
from followup.services.flags.people_around import leads
from followup.services.log_review.facts import EVERYBODY
from followup.services.log_review.selecting import READ
from followup.store.reach import narrowed
from followup.store.tables import AccessLog, AccessLogChild, Child, Organisation, User
from followup.store.unit_of_work import UnitOfWork

PAGE_SIZE: Final = 50
MOST_LINES: Final = 10_000
"""So many of the newest lines are counted at most; a page says when there were more."""

A_YEAR: Final = timedelta(days=365)
_CHUNK: Final = 2000


@dataclass(frozen=True)
class ReadersPage:
    """A page of who has read. page: from 1."""

    child_id: UUID
    readers: Readers
    rows: Sequence[Reader]
    page: int
    pages: int


@dataclass
class _Days:
    """Lines by day and person, while they are counted."""

    found: dict[tuple[date, UUID | None, str, str], Reader] = field(default_factory=dict)
    counts: defaultdict[tuple[date, UUID | None, str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def add(self, line: Any, local: datetime) -> None:
        """Count a line."""
        key, at = (local.date(), line.actor_id, line.role, line.why), f"{local:%H.%M}"
        known = self.found.get(key) or Reader(local.date(), "", "", line.role, line.why, at, at)
        self.found[key] = replace(known, first=min(known.first, at), last=max(known.last, at))
        self.counts[key][kind_of(line.action)] += 1


def for_lead(uow: UnitOfWork, child_id: UUID, page: int, since: date | None = None) -> ReadersPage:
    """Return who has read about a child whose team the actor leads. Raises NotFound, NotAllowed."""
    _led(uow, child_id)
    return _page(uow, child_id, page, since)


def for_reviewer(uow: UnitOfWork, child_id: UUID, page: int, since: date | None = None) -> ReadersPage:
    """Return who has read about any child of the reviewer's organisation. Raises NotFound."""
    return _page(uow, child_id, page, since)


def find_case(uow: UnitOfWork, case_number: str) -> UUID:
    """Return the child with a case number, for the reviewer. Raises NotFound; the try is logged without the number."""
    wanted = " ".join(case_number.split()).upper()
    of_organisation = Child.organisation_id == uow.actor.organisation_id
    found = uow.rows(narrowed(select(Child.id).where(of_organisation, Child.case_number == wanted), Child, EVERYBODY))
    if not found:
        raise NotFound
    return UUID(str(found[0][0]))


def to_give_out(uow: UnitOfWork, child_id: UUID, since: date | None = None, *, reviews: bool) -> Readers:
    """Gather everything for the child or guardian, and log that it was given out. Raises NotFound, NotAllowed."""
    if not reviews:
        _led(uow, child_id)
    readers = _gathered(uow, child_id, since)
    uow.note("give_out_log", child_id=child_id, since=readers.since.isoformat())
    return readers


def _led(uow: UnitOfWork, child_id: UUID) -> None:
    """Let in whoever leads the child's team; not a lead of another who reaches it by a grant or in an emergency."""
    child = uow.one(uow.reachable(Child).where(Child.id == child_id))
    if not leads(uow, child_id) or (child.protected_identity and child_id not in uow.reach.granted):
        raise NotAllowed


def _page(uow: UnitOfWork, child_id: UUID, page: int, since: date | None) -> ReadersPage:
    readers = _gathered(uow, child_id, since)
    pages = max(1, -(-len(readers.rows) // PAGE_SIZE))
    page = min(max(page, 1), pages)
    uow.note(READ, child_id=child_id, what="readers", page=page)
    shown = readers.rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    return ReadersPage(child_id, readers, shown, page, pages)


def _gathered(uow: UnitOfWork, child_id: UUID, since: date | None) -> Readers:
    """Count the lines about a child since a day. Raises NotFound."""
    asked = select(Child.case_number, Organisation.name, Organisation.unit).join(
        Organisation, Organisation.id == Child.organisation_id
    )
    mine = (Child.id == child_id, Child.organisation_id == uow.actor.organisation_id)
    found = uow.rows(narrowed(asked.where(*mine), Child, EVERYBODY))
    if not found:
        raise NotFound
    since = since or uow.today - A_YEAR
    days, cut = _counted(uow, child_id, datetime.combine(since, time(), uow.zone))
    names = _names(uow, {who for _, who, _, _ in days.found if who})
    rows = []
    for key, reader in days.found.items():
        if reader.role == Role.SYSTEM.value:
            continue  # the program itself prints and counts; nobody reads
        name, title = names.get(key[1], ("", "")) if key[1] else ("", "")
        did = tuple(Did(kind, times) for kind, times in sorted(days.counts[key].items()))
        rows.append(replace(reader, name=name, title=title, did=did))
    rows.sort(key=lambda each: (each.on, each.last), reverse=True)
    number, organisation, unit = found[0]
    made = (uow.now, uow.actor.name, uow.actor.title, uow.zone.key)
    return Readers(number, organisation, unit, since, uow.today, tuple(rows), *made, whole=not cut)


def _counted(uow: UnitOfWork, child_id: UUID, begins: datetime) -> tuple[_Days, bool]:
    """Count by chunks from the newest line back: the index of a child's lines is read, never the log."""
    days, before, seen = _Days(), None, 0
    while True:
        rows = uow.rows(_newest(child_id, before))
        for line in rows:
            if line.at >= begins:
                days.add(line, line.at.astimezone(uow.zone))
        seen += len(rows)
        if len(rows) < _CHUNK or rows[-1].at < begins:
            return days, False
        if seen >= MOST_LINES:
            return days, True
        before = rows[-1].id


def _newest(child_id: UUID, before: int | None) -> Select[int, datetime, UUID | None, str, str, str]:
    lines = (
        select(AccessLog.id, AccessLog.at, AccessLog.actor_id, AccessLog.role, AccessLog.action, AccessLogChild.why)
        .join(AccessLogChild, AccessLogChild.log_id == AccessLog.id)
        .where(AccessLogChild.child_id == child_id)
        .order_by(AccessLogChild.log_id.desc())
        .limit(_CHUNK)
    )
    return lines if before is None else lines.where(AccessLogChild.log_id < before)


def _names(uow: UnitOfWork, ids: set[UUID]) -> Mapping[UUID, tuple[str, str]]:
    rows = uow.rows(select(User.id, User.name, User.title).where(User.id.in_(ids)))
    return {user_id: (name, title) for user_id, name, title in rows}
