"""A consistent copy of the whole database while the program runs, and the database made anew from one.

SQLite: its own backup interface, which sees one moment and makes no writer wait. PostgreSQL: its own pg_dump and
pg_restore, which must be on the machine and no older than the server.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from followup.store import sqlite_file
from followup.store.engine import make_engine

if TYPE_CHECKING:
    from sqlalchemy import URL


class SnapshotFailed(Exception):
    """The copy can't be made or read. The message says why, and what to do."""


def take(url: str, target: Path) -> None:
    """Copy the database of a SQLAlchemy URL to a new file. Raises SnapshotFailed."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        _copy(Path(address.database or ""), target, sqlite_file.keys_of(address))
    else:
        _run(address, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def put_back(snapshot: Path, url: str, keys_file: Path | None = None) -> None:
    """Make the database anew from a copy. keys_file: of an encrypted SQLite copy; what it becomes, the address says.

    Raises SnapshotFailed when there is one already: nothing is replaced.
    """
    if not is_empty(url):
        raise SnapshotFailed("There is a database already. Restore into an empty place.")
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        _run(address, "pg_restore", "--no-owner", "--exit-on-error", f"--dbname={address.database}", str(snapshot))
        return
    target = Path(address.database or "")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL, 0o600))
    wanted = sqlite_file.keys_of(address)
    if wanted == keys_file:
        _copy(snapshot, target, keys_file)
        return
    with closing(sqlite_file.driver(wanted or keys_file).connect(str(snapshot))) as source:
        sqlite_file.unlock(source, keys_file)
        sqlite_file.pour(source, target, wanted)


def is_empty(url: str) -> bool:
    """Say whether there is no database, or one without tables."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        file = Path(address.database or "")
        if not file.exists() or not file.stat().st_size:
            return True  # asking it would make it
    engine = make_engine(url)
    try:
        return not inspect(engine).get_table_names()
    finally:
        engine.dispose()


def look_through(snapshot: Path, keys_file: Path | None = None) -> None:
    """See that a copy of a SQLite file can be read from beginning to end. Raises SnapshotFailed, KeysMissing."""
    try:
        with closing(sqlite_file.open_file(snapshot, keys_file)) as connection:
            answers = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except sqlite_file.driver(keys_file).DatabaseError as error:
        raise SnapshotFailed("The database in the backup is damaged.") from error
    if answers != ["ok"]:
        raise SnapshotFailed("The database in the backup is damaged.")


def look_through_dump(snapshot: Path) -> None:
    """See that a copy of a PostgreSQL database can be read from beginning to end. Raises SnapshotFailed."""
    _run(make_url("postgresql://"), "pg_restore", "--file=/dev/null", str(snapshot))


def _copy(source: Path, target: Path, keys_file: Path | None) -> None:
    try:
        with (
            closing(sqlite_file.open_file(source, keys_file)) as old,
            closing(sqlite_file.open_file(target, keys_file)) as new,
        ):
            old.backup(new)
    except sqlite_file.driver(keys_file).Error as error:
        raise SnapshotFailed(f"The database can't be copied ({type(error).__name__}). Is the disk full?") from error


def _run(address: URL, program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise SnapshotFailed(
            f"{program} is missing. Install PostgreSQL's client programs, in Debian postgresql-client."
        )
    try:
        subprocess.run([found, *arguments], env=os.environ | _where(address), check=True, capture_output=True)  # noqa: S603 - our own words
    except subprocess.CalledProcessError as error:
        # What it printed can quote what somebody said: only its first line's kind goes on.
        version = b"version mismatch" in error.stderr
        why = "it is older than the server" if version else f"it ended with status {error.returncode}"
        raise SnapshotFailed(f"{program} failed: {why}.") from None


def _where(address: URL) -> dict[str, str]:
    """Tell PostgreSQL's programs where the database is, by variables: arguments can be read by every user."""
    query = {name: value for name, value in address.query.items() if isinstance(value, str)}
    told = {
        "PGHOST": address.host or query.get("host"),
        "PGPORT": str(address.port) if address.port else query.get("port"),
        "PGUSER": address.username,
        "PGPASSWORD": str(address.password) if address.password else None,
        "PGDATABASE": address.database,
        "PGSSLMODE": query.get("sslmode"),
    }
    return {name: value for name, value in told.items() if value}
