"""Looking at the database past the program: statements counted, tables summed up, the log read in clear."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, Uuid, bindparam, event, select, text

from followup.store.opening import Store
from followup.store.tables import AccessLog, AccessLogChild, Base
from followup.store.triggers import lifted

LOG_TABLES = frozenset({"access_log", "access_log_child"})
_NOT_STATEMENTS = ("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")


@dataclass
class Statements:
    """The SQL that was sent, in order."""

    sql: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sql)

    def __str__(self) -> str:
        return "\n".join(f"{number}. {each}" for number, each in enumerate(self.sql, 1))


@contextmanager
def counted(store: Store) -> Iterator[Statements]:
    """Gather the statements sent within the block: `assert len(statements) <= 15, statements`."""
    statements = Statements()

    def gather(_connection: Any, _cursor: Any, sql: str, *_: Any) -> None:
        if not sql.startswith(_NOT_STATEMENTS):
            statements.sql.append(" ".join(sql.split()))

    event.listen(store.engine, "before_cursor_execute", gather)
    try:
        yield statements
    finally:
        event.remove(store.engine, "before_cursor_execute", gather)


def contents(store: Store) -> dict[str, str]:
    """Sum up every table: its name -> a hash over its rows as they lie in the database."""
    with store.engine.connect() as connection:
        return {table.name: _sum_of(connection, table.name) for table in Base.metadata.sorted_tables}


def _sum_of(connection: Connection, table: str) -> str:
    rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
    return hashlib.sha256(
        "\n".join(sorted(repr([_plain(value) for value in row]) for row in rows)).encode()
    ).hexdigest()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@dataclass(frozen=True)
class Line:
    """A line of the access log with the children it is about: child's id -> why the actor was let in."""

    row: Row[Any]
    children: dict[UUID, str]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def log_lines(store: Store, *, actor: UUID | None = None) -> list[Line]:
    """Read the log, oldest first; of one actor if said."""
    columns = AccessLog.__table__.c
    statement = select(*columns).order_by(columns.id)
    if actor:
        statement = statement.where(columns.actor_id == actor)
    with store.engine.connect() as connection:
        about: dict[int, dict[UUID, str]] = {}
        children = AccessLogChild.__table__.c
        for log_id, child_id, why in connection.execute(select(children.log_id, children.child_id, children.why)):
            about.setdefault(log_id, {})[child_id] = why
        return [Line(row, about.get(row.id, {})) for row in connection.execute(statement)]


def raw(engine: Engine, sql: str, **values: Any) -> Any:
    """Run SQL past the program in a transaction of its own; returns the first column of the first row, if any."""
    with engine.begin() as connection:
        result = connection.execute(text(sql), values)
        row = result.first() if result.returns_rows else None
        return row[0] if row else None


def spoil(engine: Engine, table: str, column: str, row: UUID, value: bytes) -> None:
    """Write octets past the program, and past what protects the row."""
    change = text(f"UPDATE {table} SET {column} = :value WHERE id = :id").bindparams(bindparam("id", type_=Uuid()))
    with engine.begin() as connection, lifted(connection, table):
        connection.execute(change, {"value": value, "id": row})
