"""Taking a whole database away, so that it can be made anew. Only the demonstration does so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table

from followup.domain.errors import StoreUnavailable
from followup.store.tables import Base

if TYPE_CHECKING:
    from sqlalchemy import Engine


def take_away(engine: Engine) -> None:
    """Remove every table, or for SQLite the file. Raises StoreUnavailable("locked") while a server has it open."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            Base.metadata.drop_all(connection)
            Table("alembic_version", MetaData(), Column("version_num")).drop(connection, checkfirst=True)
        return
    _refuse_in_use(engine)
    engine.dispose()
    path = Path(engine.url.database or "")
    for ending in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _refuse_in_use(engine: Engine) -> None:
    """Leave WAL mode, which SQLite allows only to the one connection there is: a server would write into the void."""
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=500")  # milliseconds
        cursor.execute("PRAGMA journal_mode=DELETE")
        row: Any = cursor.fetchone()
    except engine.dialect.loaded_dbapi.OperationalError:
        raise StoreUnavailable("locked") from None
    finally:
        connection.close()
    if row[0] != "delete":
        raise StoreUnavailable("locked")
