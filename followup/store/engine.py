"""SQLite or PostgreSQL from one URL, with the begin that each needs.

SQLite: every writing transaction begins IMMEDIATE. With the driver's own deferred begin, two read-modify-writes at once
lose one of them without a word (see docs/adr). Transactions that only read begin DEFERRED and see one snapshot.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from followup.domain.errors import StoreUnavailable
from followup.store import sqlite_file

READS = {"followup_reads": True, "postgresql_readonly": True}
"""Execution options of a transaction that only reads."""

_BUSY_TIMEOUT_MS = 5000
_PRAGMAS = (
    *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_TIMEOUT_MS}"),
    "recursive_triggers=ON",  # else REPLACE takes a row away without asking the triggers that forbid it
)


def make_engine(url: str) -> Engine:
    """Open the database of a SQLAlchemy URL (sqlite:/// or postgresql+psycopg://)."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url)
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=8)


def unavailable(error: OperationalError) -> StoreUnavailable:
    """Say in our words why the database could not take the work; its own message may quote values."""
    text = str(error.orig).lower()
    if "lock" in text or "busy" in text:
        return StoreUnavailable("locked")
    return StoreUnavailable("full" if "full" in text or "no space" in text else "gone")


def _sqlite(url: str) -> Engine:
    address = make_url(url)
    database, keys_file = address.database, sqlite_file.keys_of(address)
    # Parameters are hidden because an error's text must not quote what somebody said.
    engine = create_engine(address.set(query={}), module=sqlite_file.driver(keys_file), hide_parameters=True)
    if database and database != ":memory:":
        Path(database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        event.listen(engine, "do_connect", lambda *_: _make_for_owner_alone(database))
    event.listen(engine, "connect", lambda connection, _record: sqlite_file.unlock(connection, keys_file))
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_for_owner_alone(database: str) -> None:
    """Make the file before SQLite does, which would let others read it; its journals get the rights of the file.

    A file that is there is never opened: closing it would drop all locks that this process has on it (POSIX), and
    another process that then looks at the database and ends would take the journal away, with what is saved later.
    """
    with suppress(OSError):  # it is there; or SQLite says what is wrong when it can't open the file, as it always did
        os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("followup_reads")
    connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")
