"""The database's schema: migrate it, and say whether it is up to date."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import OperationalError

from followup.store.engine import READS, unavailable
from followup.store.tables import Base
from followup.store.triggers import create_triggers, drop_triggers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

_MIGRATIONS = Path(__file__).parent / "migrations"


class BrokenReference(Exception):
    """A migration left rows that refer to rows that are gone. Nothing of it was kept."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate to a revision and make the triggers anew, all or nothing. Raises BrokenReference, StoreUnavailable."""
    with _connected(engine) as connection, _free_to_rebuild(connection), connection.begin():
        drop_triggers(connection)
        command.upgrade(_config(connection), revision)
        if revision == "head":
            create_triggers(connection)
        if connection.dialect.name == "sqlite":
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken:
                raise BrokenReference(f"foreign key of {broken[0]} to {broken[2]}")


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except OperationalError as problem:
        raise unavailable(problem) from None
    with connection:
        try:
            yield connection
        except OperationalError as problem:
            told = unavailable(problem)
            if told.reason == "gone":  # it was there a moment ago: the fault is in a migration, and must be seen
                raise
            raise told from None


@contextmanager
def _free_to_rebuild(connection: Connection) -> Iterator[None]:
    """Let SQLite make tables anew that others refer to. It can only be said outside a transaction."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def new_revision(engine: Engine, message: str) -> None:
    """Write a migration file from the difference between tables and database."""
    with engine.begin() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=_next_id())


def current_revision(engine: Engine) -> str | None:
    """Return the revision that the database stands at, None when it is empty."""
    with _connected(engine.execution_options(**READS)) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def head_revision() -> str | None:
    """Return the newest revision in the program, looked up once: each store that is opened asks for it."""
    return _newest_file()


def _newest_file() -> str | None:
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def differences(engine: Engine) -> list[Any]:
    """List how the database differs from the tables in the program; empty when they agree."""
    with _connected(engine.execution_options(**READS)) as connection:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _next_id() -> str:
    return f"{int(_newest_file() or 0) + 1:04}"


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config
