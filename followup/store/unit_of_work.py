"""One actor, one transaction, one audit trail.

A unit that writes: flush, log, one commit; any exception, and nothing at all happened. A unit that only reads: a read
transaction, then its log rows in a short transaction of their own, before the answer leaves. If the log can't be
written, leaving the unit raises, and the page is not shown. Nobody else calls commit.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar, TypeVarTuple

from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from followup.domain.errors import NotFound
from followup.store import audit, log_chain
from followup.store import reach as reaching
from followup.store.engine import READS, unavailable
from followup.store.guard import GuardedSession, note_created
from followup.store.reach import Known, load_reach, narrowed
from followup.store.sealed_rows import bind_to_row
from followup.store.tables import AccessGrant, Assignment, Barring, Base, Guarded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from types import TracebackType
    from uuid import UUID
    from zoneinfo import ZoneInfo

    from sqlalchemy import Engine, Row, Select
    from sqlalchemy.sql import Executable

    from followup.domain.access import Actor, Reach
    from followup.store.log_witness import Noted, Witness

_PLACES = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
_ORDER = {mapper.class_: _PLACES[mapper.local_table.name] for mapper in Base.registry.mappers}  # type: ignore[attr-defined] # our mappers all map tables
"""The tables' order by their references."""

Entity = TypeVar("Entity", bound=Guarded)
Decision = TypeVar("Decision", AccessGrant, Assignment, Barring)
Value = TypeVar("Value")
Columns = TypeVarTuple("Columns")


class UnitOfWork:
    """The only way to the database for services. Use it as a context manager."""

    reach: Reach

    def __init__(
        self,
        engine: Engine,
        actor: Actor,
        *,
        now: datetime,
        zone: ZoneInfo,
        witness: Witness,
        reads: bool = False,
        request_id: str = "",
    ) -> None:
        self.actor = actor
        self.now = now
        self.zone = zone
        self.today = self.day_of(now)
        self._engine = engine
        self._witness = witness
        self._reads = reads
        self._request_id = request_id
        self._events: list[audit.Entry] = []
        self._inserts: defaultdict[type[Guarded], list[Guarded]] = defaultdict(list)

    def __enter__(self) -> Self:
        bind = self._engine.execution_options(**READS) if self._reads else self._engine
        info: dict[Any, Any] = {"reads": {}, "writes": [], "reads_only": self._reads}
        self._session = GuardedSession(bind, expire_on_commit=False, info=info)
        try:
            self.reach = load_reach(self._session, self.actor, self.today, self.now)
            if not self._reads:
                self._session.connection()  # take SQLite's write lock now, so that what is read next stays true
        except OperationalError as problem:
            self._session.close()
            raise unavailable(problem) from None
        except BaseException:
            self._session.close()
            raise
        self._session.info["reach"] = self.reach
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
            elif isinstance(error, OperationalError):
                raise unavailable(error) from None
        except OperationalError as problem:
            raise unavailable(problem) from None
        finally:
            self._session.close()

    def _finish(self) -> None:
        self.flush()
        info = self._session.info
        entries = [*audit.entries_of(info["reads"], info["writes"]), *self._events]
        if not self._reads:
            with self._witness.noting(len(entries)) as noted:
                self._log(self._session.connection(), entries, noted)
                self._session.commit()
            return
        self._session.close()
        if entries:
            with self._witness.noting(len(entries)) as noted, self._engine.begin() as connection:
                self._log(connection, entries, noted)

    def _log(self, connection: Any, entries: list[audit.Entry], noted: Noted) -> None:
        audit.write_entries(connection, entries, self.actor, self.reach, self.now, self._request_id, noted)

    def day_of(self, moment: datetime) -> date:
        """The day of a moment in the organisation's zone: near midnight it is not the day in UTC."""
        return moment.astimezone(self.zone).date()

    def reachable(self, entity: type[Entity], *, few: bool = False) -> Select[Entity]:
        """Begin a select of case data within the actor's reach. few: it will pick out some rows by their ids."""
        return narrowed(select(entity), entity, self.reach, few=few)

    def narrowed(self, statement: Select[*Columns], entity: type[Guarded]) -> Select[*Columns]:
        """Narrow a select that was built beforehand, from one kind of case data on, to the actor's reach."""
        return narrowed(statement, entity, self.reach)

    def decided(self) -> Select[UUID, str, UUID, bool]:
        """Begin a select of the children about whom the actor decides who opens them: see `reach.decided`."""
        return reaching.decided(self.reach)

    def who_may(self, entity: type[Decision]) -> Select[Decision]:
        """Begin a select of what opens those children, or bars somebody from them."""
        return reaching.who_may(entity, self.reach)

    def known_as(self, organisation_id: UUID, case_number: str, number_index: bytes) -> Known | None:
        """Find a child by its number, whoever may see it, to decide whether to open it: see `reach.known_as`."""
        found = (
            self._session.connection().execute(reaching.known_as(organisation_id, case_number, number_index)).first()
        )
        return Known(*found) if found else None

    def looked_up(self, child_id: UUID) -> None:
        """Note that a child was looked up by its number: for the log, and so that a decision about it can be stored."""
        self._session.info["reads"].setdefault("child", {})[child_id] = child_id

    def opens(self, child: Known) -> None:
        """Let this unit reach a child that has just been opened by break-glass."""
        opened, protected = self.reach.opened | {child.id}, self.reach.protected
        protected = protected | {child.id} if child.protected else protected
        self.reach = self._session.info["reach"] = replace(self.reach, opened=opened, protected=protected)

    def one(self, statement: Select[Value], **parameters: Any) -> Value:
        """Return the only row. Raises NotFound, alike for what is missing and what is out of reach."""
        found = self.first(statement, **parameters)
        if found is None:
            raise NotFound
        return found

    def first(self, statement: Select[Value], **parameters: Any) -> Value | None:
        """Return the first row's first value, or None. Parameters: by name, for a statement built beforehand."""
        return self._asked().scalars(statement, parameters).first()

    def all(self, statement: Select[Value]) -> Sequence[Value]:
        """Return every row's first value."""
        return self._asked().scalars(statement).all()

    def rows(self, statement: Select[*Columns], **parameters: Any) -> Sequence[Row[*Columns]]:
        """Return rows of columns. The log names the tables, not each row: load entities where a person reads them."""
        return self._asked().execute(statement, parameters).all()

    def execute(self, statement: Executable) -> int:
        """Run a bulk change of data that are not case data; returns how many rows it met."""
        return int(self._session.execute(statement).rowcount)  # type: ignore[attr-defined] # DML gives a CursorResult

    def _asked(self) -> GuardedSession:
        if self._inserts:  # what the session itself has pending, it sends before it asks
            self.flush()
        return self._session

    def add(self, *entities: Base) -> None:
        """Store new rows when the unit ends."""
        self._session.add_all(entities)

    def insert(self, *rows: Guarded) -> None:
        """Store many new rows when the unit ends, one statement for each kind.

        They are not followed: later changes to them are lost, and relations that are loaded already don't hold them.
        """
        for row in rows:
            note_created(self._session, row)
            bind_to_row(row)
            self._inserts[type(row)].append(row)

    def delete(self, entity: Base) -> None:
        """Take a row away when the unit ends. Signed records refuse."""
        self._session.delete(entity)

    def flush(self) -> None:
        """Send what is pending, for a query in the same unit that must see it."""
        self._session.flush()
        # After the rest, and in the order of their references: what a row refers to may be new too.
        for entity, rows in sorted(self._inserts.items(), key=lambda each: _ORDER[each[0]]):
            values = [{name: value for name, value in vars(row).items() if name[0] != "_"} for row in rows]
            # Not by the session: it would first sort out the columns of each row, which costs as much as the writing.
            self._session.connection().execute(insert(entity), values)
        self._inserts.clear()

    def alone(self, *names: bytes) -> None:
        """Wait until no other unit works under these names. On SQLite none does: a unit that writes has the lock."""
        if self._engine.dialect.name == "postgresql":
            for number in sorted(int.from_bytes(name[:8], signed=True) for name in names):
                self._session.execute(select(func.pg_advisory_xact_lock(number)))

    def verify_log(self, newest: int) -> log_chain.Verdict:
        """Verify the newest seals of the log, and the lines that have none yet. For a unit that writes.

        What is known outside is read first: on SQLite nobody else writes meanwhile, on PostgreSQL each statement sees
        what has been committed before it.
        """
        return log_chain.verify(self._session.connection(), newest=newest, known=self._witness.known())

    def note(self, action: str, *, child_id: UUID | None = None, actor: Actor | None = None, **details: Any) -> None:
        """Log an event that no row tells of: a sign-in, a denial, a fetched PDF. Details: codes and ids, never text.

        `actor`: who did it, when the unit belongs to nobody yet.
        """
        entry = audit.Entry(action, fields=details, actor=actor, noted=True)
        if child_id:
            entry.children.add(child_id)
        self._events.append(entry)
