"""Sealing every value anew with the active key, in small steps, while the program runs.

Each step is a transaction of its own, so it can be stopped at any moment and taken up again: what is left is whatever
does not begin with today's mark (`KeyRing.mark`). Nothing that anybody wrote changes, only how it is locked away;
therefore a step may lift the triggers of the table it works on, inside its own transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Column, LargeBinary, Table, bindparam, func, literal, or_, select, type_coerce, update

from followup.store.sealed_rows import sealed_columns
from followup.store.tables import Base
from followup.store.triggers import lifted

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Row

    from followup.store.crypto import KeyRing
    from followup.store.types import EncryptedBytes

STEP = 100
"""Rows in one step. A stored PDF is some 100 kB, so that a step is at most some ten megabytes."""


@dataclass(frozen=True)
class Progress:
    """How far it has come: rows sealed anew so far, of how many there were to do in all when it began."""

    done: int
    of: int


def left(connection: Connection, ring: KeyRing) -> int:
    """Count the rows that hold a value not sealed with the active key, for its row."""
    return sum(
        connection.scalar(select(func.count()).select_from(table).where(_old(columns, ring))) or 0
        for table, columns in _sealed_tables()
    )


def marks(connection: Connection) -> dict[tuple[int, int], int]:
    """Count sealed values by (version, key id)."""
    counts: dict[tuple[int, int], int] = {}
    for table, columns in _sealed_tables():
        for column in columns:
            mark = func.substr(_raw(column), 1, 2, type_=LargeBinary)
            found = select(mark, func.count()).select_from(table).where(column.is_not(None)).group_by(mark)
            for begins, count in connection.execute(found):
                version, key = bytes(begins)
                counts[version, key] = counts.get((version, key), 0) + count
    return counts


def reseal(engine: Engine, ring: KeyRing, step: int = STEP) -> Iterator[Progress]:
    """Seal anew whatever is not sealed with the active key for its row; yields after each step.

    It looks at every table again until nothing is left: a process that had not yet read the new key may have written
    in between. Raises CannotOpen for a value that doesn't open; nothing of its step is kept.
    """
    with engine.connect() as connection:
        of = left(connection, ring)
    done = 0
    while True:
        before = done
        for table, columns in _sealed_tables():
            while count := _step(engine, table, columns, ring, step):
                done += count
                yield Progress(done, max(of, done))
        if done == before:
            return


def _step(engine: Engine, table: Table, columns: Sequence[Column[Any]], ring: KeyRing, step: int) -> int:
    with engine.begin() as connection:
        rows = connection.execute(
            select(table.c.id, *(_raw(column) for column in columns))
            .where(_old(columns, ring))
            .order_by(table.c.id)
            .limit(step)
            .with_for_update()
        ).all()
        if not rows:
            return 0
        change = (
            update(table)
            .where(table.c.id == bindparam("row"))
            .values({column: bindparam(f"new_{column.name}", type_=LargeBinary) for column in columns})
        )
        with lifted(connection, table.name):
            connection.execute(change, [_anew(row, columns, ring) for row in rows])
        return len(rows)


def _anew(row: Row[*tuple[Any, ...]], columns: Sequence[Column[Any]], ring: KeyRing) -> dict[str, Any]:
    row_id, *values = row
    sealed: dict[str, Any] = {"row": row_id}
    for column, value in zip(columns, values, strict=True):
        place = cast("EncryptedBytes", column.type).place
        sealed[f"new_{column.name}"] = (
            None if value is None else ring.seal(ring.open(bytes(value), place, row_id), place, row_id)
        )
    return sealed


def _old(columns: Sequence[Column[Any]], ring: KeyRing) -> Any:
    mark = literal(ring.mark, LargeBinary)
    return or_(*(func.substr(_raw(column), 1, 2, type_=LargeBinary) != mark for column in columns))


def _raw(column: Column[Any]) -> Any:
    return type_coerce(column, LargeBinary)


def _sealed_tables() -> list[tuple[Table, list[Column[Any]]]]:
    tables = ((table, sealed_columns(table)) for table in Base.metadata.sorted_tables)
    return [(table, columns) for table, columns in tables if columns]
