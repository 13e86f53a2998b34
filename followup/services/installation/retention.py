"""Thinning by the dated rules: what would go, and letting it go.

What goes, goes in small transactions: each leaves a `retention_stub` and a line in the log in the same one, so that a
run that is broken off has neither lost nor forgotten anything and is taken up by the next. Triggers are never lifted
for it: what is signed stays, whatever a rule says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Select, Table, and_, delete, func, or_, select, update
from sqlalchemy.orm import load_only

from followup.deadlines.retention import retention_book
from followup.domain.access import SYSTEM
from followup.domain.retention import RetentionBook, RetentionRule, Version
from followup.services.record import exporting
from followup.store.guard import GUARDED_TABLES
from followup.store.opening import Store
from followup.store.tables import Base, ChildExport, RetentionStub, SetAside, User, Visit
from followup.store.unit_of_work import UnitOfWork

STEP: Final = 100
"""Things in one transaction: a page that saves meanwhile waits for no more than these."""


class NeverThinned(ValueError):
    """A rule asks for what no rule may reach. The message names the table."""


@dataclass(frozen=True)
class Gone:
    """So many things of a kind (a table, or `archive`); oldest: when the clock of the oldest began, if known."""

    kind: str
    number: int
    oldest: datetime | None = None


@dataclass(frozen=True)
class Due:
    """What a rule would let go today, and the version of it that holds. before: what began before that moment goes."""

    rule: RetentionRule
    version: Version
    before: datetime
    found: tuple[Gone, ...]

    @property
    def number(self) -> int:
        """How many in all."""
        return sum(each.number for each in self.found)

    @property
    def oldest(self) -> datetime | None:
        """When the clock of the oldest began."""
        return min((each.oldest for each in self.found if each.oldest), default=None)


@dataclass(frozen=True)
class Place:
    """Where the thinning takes place: the store, the folder of exports, and the time."""

    store: Store
    exports: Path
    now: datetime


def plan(place: Place, book: RetentionBook | None = None) -> Sequence[Due]:
    """Say what each rule in force would let go. Nothing changes, and no word of any case is opened."""
    with place.store.unit(SYSTEM, now=place.now, reads=True) as uow:
        return [
            Due(rule, version, before, tuple(_HOW[rule.how][0](uow, place, rule, before)))
            for rule, version, before in _in_force(uow, book or retention_book())
        ]


def run(place: Place, book: RetentionBook | None = None, step: int = STEP) -> Iterator[tuple[RetentionRule, Gone]]:
    """Let go what the plan tells of; yields after each transaction. Raises NeverThinned before anything has gone."""
    with place.store.unit(SYSTEM, now=place.now, reads=True) as uow:
        in_force = list(_in_force(uow, book or retention_book()))
    for rule, version, before in in_force:
        while gone := _step(place, rule, version, before, step):
            yield from ((rule, each) for each in gone)


def stubs(uow: UnitOfWork) -> Sequence[RetentionStub]:
    """List what is left of what has gone, the newest first."""
    return uow.all(
        select(RetentionStub).order_by(RetentionStub.thinned_at.desc(), RetentionStub.rule, RetentionStub.id)
    )


def _in_force(uow: UnitOfWork, book: RetentionBook) -> Iterator[tuple[RetentionRule, Version, datetime]]:
    for rule in book.rules:
        _refuse_kept(rule, book)
        if version := rule.on(uow.today):
            day = version.after.before(uow.today)
            yield rule, version, datetime.combine(day, time.min, uow.zone).astimezone(UTC)


def _refuse_kept(rule: RetentionRule, book: RetentionBook) -> None:
    """Refuse a rule that reaches further than it may: what is kept, case data by age alone, what is no table."""
    kept = {table for each in book.kept for table in each.tables}
    for table in rule.tables:
        if table in kept or table not in Base.metadata.tables or (rule.how != "set_aside" and table in GUARDED_TABLES):
            raise NeverThinned(table)
    for column in rule.clears:
        if column not in _CLEARED:
            raise NeverThinned(column)


def _step(place: Place, rule: RetentionRule, version: Version, before: datetime, step: int) -> list[Gone]:
    thin = _HOW[rule.how][1]
    if thin is None:
        return _sweep(place, rule, version, before)
    with place.store.unit(SYSTEM, now=place.now) as uow:
        uow.alone(b"retention")  # two runs at once: what one takes, the other doesn't look at
        gone = [each for each in thin(uow, place, rule, before, step) if each.number]
        for each in gone:
            _leave_stub(uow, rule, version, each)
    return gone


def _leave_stub(uow: UnitOfWork, rule: RetentionRule, version: Version, gone: Gone) -> None:
    uow.add(
        RetentionStub(
            rule=rule.id,
            rule_from=version.since,
            law=version.law,
            kind=gone.kind,
            number=gone.number,
            oldest=gone.oldest,
            thinned_at=uow.now,
        )
    )
    uow.note("thin", rule=rule.id, kind=gone.kind, number=gone.number)


# --- rows by the age of a column: tables that hold no case data ------------------------------------------------------


def _rows_due(uow: UnitOfWork, _place: Place, rule: RetentionRule, before: datetime) -> Iterator[Gone]:
    for table, clock in _clocks(rule):
        number, oldest = uow.rows(select(func.count(), func.min(clock)).where(clock < before))[0]
        yield Gone(table.name, number, oldest)


def _thin_rows(uow: UnitOfWork, _place: Place, rule: RetentionRule, before: datetime, step: int) -> Iterator[Gone]:
    for table, clock in _clocks(rule):
        rows = uow.rows(select(table.c.id, clock).where(clock < before).order_by(clock, table.c.id).limit(step))
        if rows:
            yield Gone(
                table.name, uow.execute(delete(table).where(table.c.id.in_([row[0] for row in rows]))), rows[0][1]
            )


def _clocks(rule: RetentionRule) -> Iterator[tuple[Table, Any]]:
    for name, column in rule.tables.items():
        table = Base.metadata.tables[name]
        yield table, table.c[column]


# --- what a stale page tried to save: working material, once the visit is settled ------------------------------------


def _settled(uow: UnitOfWork, before: datetime) -> Select[*tuple[Any, ...]]:
    """Select drafts of visits that were signed, or should have been made before they were called off, long enough ago.

    A visit that is still being written keeps all of them, however old.
    """
    called_off = and_(Visit.state == "cancelled", Visit.planned_at < before)
    return (
        uow.reachable(SetAside)
        .join(Visit, Visit.id == SetAside.visit_id)
        .where(SetAside.set_aside_at < before, or_(Visit.signed_at < before, called_off))
    )


def _set_aside_due(uow: UnitOfWork, _place: Place, _rule: RetentionRule, before: datetime) -> Iterator[Gone]:
    columns = func.count(), func.min(SetAside.set_aside_at)
    number, oldest = uow.rows(_settled(uow, before).with_only_columns(*columns))[0]
    yield Gone(SetAside.__tablename__, number, oldest)


def _thin_set_aside(
    uow: UnitOfWork, _place: Place, _rule: RetentionRule, before: datetime, step: int
) -> Iterator[Gone]:
    # Row by row: the log names each child and visit. What was written is not opened for it.
    unopened = load_only(SetAside.id, SetAside.child_id, SetAside.visit_id, SetAside.set_aside_at)
    rows = uow.all(_settled(uow, before).order_by(SetAside.set_aside_at, SetAside.id).limit(step).options(unopened))
    for row in rows:
        uow.delete(row)
    yield Gone(SetAside.__tablename__, len(rows), rows[0].set_aside_at if rows else None)


# --- what only a colleague at work uses ------------------------------------------------------------------------------

_CLEARED: Final = {f"user.{column.key}": column for column in (User.calendar_hash, User.pin_hash, User.picture)}


_gone_staff = select(User.id).where(User.active.is_(False))


def _left(rule: RetentionRule) -> Any:
    return and_(User.active.is_(False), or_(*(_CLEARED[name].is_not(None) for name in rule.clears)))


def _left_due(uow: UnitOfWork, _place: Place, rule: RetentionRule, _before: datetime) -> Iterator[Gone]:
    yield Gone(User.__tablename__, uow.rows(select(func.count()).select_from(User).where(_left(rule)))[0][0])
    for table, whose in _clocks(rule):
        yield Gone(table.name, uow.rows(select(func.count()).where(whose.in_(_gone_staff)))[0][0])


def _thin_left(uow: UnitOfWork, _place: Place, rule: RetentionRule, _before: datetime, step: int) -> Iterator[Gone]:
    ids = [row[0] for row in uow.rows(select(User.id).where(_left(rule)).order_by(User.id).limit(step))]
    emptied = {_CLEARED[name].key: None for name in rule.clears}
    yield Gone(User.__tablename__, uow.execute(update(User).where(User.id.in_(ids)).values(emptied)) if ids else 0)
    for table, whose in _clocks(rule):
        rows = [row[0] for row in uow.rows(select(table.c.id).where(whose.in_(_gone_staff)).limit(step))]
        yield Gone(table.name, uow.execute(delete(table).where(table.c.id.in_(rows))) if rows else 0)


# --- archives of exports: files that the server takes away too, if one runs ------------------------------------------


def _archives_due(uow: UnitOfWork, place: Place, _rule: RetentionRule, _before: datetime) -> Iterator[Gone]:
    run_out = uow.reachable(ChildExport).where(ChildExport.state == "ready", ChildExport.expires_at <= place.now)
    rows = uow.rows(run_out.with_only_columns(ChildExport.id, ChildExport.ready_at))
    known = {f"{export_id}.zip": ready_at or place.now for export_id, ready_at in rows}
    oldest_allowed = place.now - exporting.OLDEST
    for path in place.exports.glob("*") if place.exports.is_dir() else ():
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if written < oldest_allowed:
            known.setdefault(path.name, written)
    yield Gone("archive", len(known), min(known.values(), default=None))


def _sweep(place: Place, rule: RetentionRule, version: Version, before: datetime) -> list[Gone]:
    """Take archives away as the server does, whose transactions they are; what can't be removed is counted as left."""
    found = _archives(place, rule, before)
    if not found.number:
        return []
    exporting.sweep(place.store, place.exports, place.now)
    gone = Gone(found.kind, found.number - _archives(place, rule, before).number, found.oldest)
    if not gone.number:
        return []
    with place.store.unit(SYSTEM, now=place.now) as uow:
        _leave_stub(uow, rule, version, gone)
    return [gone]


def _archives(place: Place, rule: RetentionRule, before: datetime) -> Gone:
    with place.store.unit(SYSTEM, now=place.now, reads=True) as uow:
        return next(_archives_due(uow, place, rule, before))


_Due = Callable[[UnitOfWork, Place, RetentionRule, datetime], Iterator[Gone]]
_Thin = Callable[[UnitOfWork, Place, RetentionRule, datetime, int], Iterator[Gone]]

_HOW: Final[dict[str, tuple[_Due, _Thin | None]]] = {
    "rows": (_rows_due, _thin_rows),
    "set_aside": (_set_aside_due, _thin_set_aside),
    "left_staff": (_left_due, _thin_left),
    "export_archives": (_archives_due, None),
}
