"""The schema comes by migrations, on an empty database and on one with data, and the triggers survive them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store import schema
from followup.store.engine import make_engine
from followup.store.opening import SchemaOutdated, open_store
from followup.store.tables import Base, Child
from tests.support.people import People
from tests.support.queries import contents, raw

REVISIONS = [script.revision for script in ScriptDirectory.from_config(schema._config(None)).walk_revisions()][::-1]


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database in which nothing has happened yet."""
    url = make_url(settings.database_url)
    if settings.is_sqlite:
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    else:
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        engine = make_engine(settings.database_url)
    yield engine
    engine.dispose()


def triggers(engine: Engine) -> set[str]:
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if engine.dialect.name == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with engine.connect() as connection:
        return set(connection.scalars(sa.text(sql)))


def test_an_empty_database_becomes_what_the_program_says(empty: Engine) -> None:
    assert schema.current_revision(empty) is None
    schema.upgrade(empty)
    assert schema.current_revision(empty) == schema.head_revision() == REVISIONS[-1]
    assert schema.differences(empty) == []
    assert len(triggers(empty)) > 20


def test_upgrading_again_changes_nothing(people: People) -> None:
    before, had = contents(people.store), triggers(people.store.engine)
    schema.upgrade(people.store.engine)
    assert contents(people.store) == before
    assert triggers(people.store.engine) == had


@pytest.mark.parametrize("start", REVISIONS)
def test_rows_of_every_table_survive_from_each_revision_to_the_newest(empty: Engine, start: str) -> None:
    schema.upgrade(empty, start)
    old = sa.MetaData()
    old.reflect(empty)
    tables = [table for table in old.sorted_tables if table.name != "alembic_version"]
    with empty.begin() as connection:
        for table in tables:
            connection.execute(table.insert(), _row(table))
    schema.upgrade(empty)
    assert schema.differences(empty) == []
    kept = set(Base.metadata.tables)
    with empty.connect() as connection:
        for table in tables:
            count = connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table.name)))
            assert count == 1 or table.name not in kept, table.name


def test_a_table_made_anew_keeps_its_rows_and_gets_its_triggers_back(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Alembic does on SQLite for most changes: a new table, the rows copied, the old one dropped, triggers and all,
    # while other tables refer to it. `visit` is referred to the most, by foreign keys and by triggers.
    engine = people.store.engine
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 3})
    people.freeze(visit_id)
    had = triggers(engine)
    before = contents(people.store)

    def make_anew(config: Any, _revision: str) -> None:
        operations = Operations(MigrationContext.configure(config.attributes["connection"]))
        for table in ("visit", "response", "access_log", "child"):
            with operations.batch_alter_table(table, recreate="auto") as batch:
                batch.add_column(sa.Column("later", sa.String(), server_default="x"))
            with operations.batch_alter_table(table, recreate="auto") as batch:
                batch.drop_column("later")

    monkeypatch.setattr("followup.store.schema.command.upgrade", make_anew)
    schema.upgrade(engine)
    assert triggers(engine) == had
    assert contents(people.store) == before
    with pytest.raises(DBAPIError, match="frozen"):
        raw(engine, "UPDATE answer SET score = 1")
    with pytest.raises(DBAPIError, match="append-only"):
        raw(engine, "DELETE FROM access_log")
    with people.unit(people.maja, reads=True) as uow:
        assert uow.one(uow.reachable(Child).where(Child.id == people.alva.id)).name == people.alva.name
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            assert not connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_failed_migration_leaves_the_database_as_it_was(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = people.store.engine
    had, before = triggers(engine), contents(people.store)

    def fail(config: Any, _revision: str) -> None:
        Operations(MigrationContext.configure(config.attributes["connection"])).drop_table("set_aside")
        raise RuntimeError("half-way")

    monkeypatch.setattr("followup.store.schema.command.upgrade", fail)
    with pytest.raises(RuntimeError, match="half-way"):
        schema.upgrade(engine)
    assert triggers(engine) == had
    assert contents(people.store) == before


def test_a_migration_that_leaves_a_reference_to_nothing_fails(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = people.store.engine
    people.plan(people.alva)

    def lose_a_home(config: Any, _revision: str) -> None:
        config.attributes["connection"].exec_driver_sql("DELETE FROM home_visit")

    monkeypatch.setattr("followup.store.schema.command.upgrade", lose_a_home)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        schema.upgrade(engine)
    assert raw(engine, "SELECT count(*) FROM home_visit") == 1


def test_a_database_of_another_version_is_refused_with_the_way_to_mend_it(people: People) -> None:
    raw(people.store.engine, "UPDATE alembic_version SET version_num = 'older'")
    with pytest.raises(SchemaOutdated, match="followup db upgrade"):
        open_store(people.settings)
    assert "followup db upgrade" in upkeep.check(people.settings)[0]


def test_a_column_too_many_is_found(people: People) -> None:
    assert upkeep.check(people.settings) == []
    raw(people.store.engine, "ALTER TABLE child ADD COLUMN nickname TEXT")
    assert any("nickname" in problem for problem in upkeep.check(people.settings))


def test_an_ordinary_owner_of_a_postgresql_database_can_upgrade_and_not_rewrite_the_log(
    settings: Settings, people: People
) -> None:
    if settings.is_sqlite:
        return  # it has no users
    url = make_url(settings.database_url)
    role = f"followup_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
        connection.execute(f"CREATE DATABASE {role} OWNER {role}")
    owner = make_engine(url.set(username=role, database=role).render_as_string(False))
    try:
        schema.upgrade(owner)
        schema.upgrade(owner)
        raw(owner, "INSERT INTO log_seal (id, first_id, last_id, digest, sealed_at) VALUES (1, 1, 1, 'x', now())")
        for sql in ("UPDATE log_seal SET digest = 'y'", "DELETE FROM log_seal", "TRUNCATE log_seal"):
            with pytest.raises(DBAPIError, match="permission denied"):
                raw(owner, sql)
    finally:
        owner.dispose()
        with psycopg.connect(url.set(drivername="postgresql").render_as_string(False), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {role}")
            connection.execute(f"DROP ROLE {role}")


_SAME = uuid.UUID("00000000-0000-4000-8000-000000000001")
_VALUES: dict[type, Any] = {
    sa.Integer: 1,
    sa.Boolean: True,
    sa.DateTime: datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
    sa.Date: date(2026, 1, 1),
    sa.LargeBinary: b"x",
    sa.JSON: {},
}


def _row(table: sa.Table) -> dict[str, Any]:
    """Make a row that the table takes. All ids are the same, so every foreign key leads somewhere."""
    return {column.name: _value(column) for column in table.columns}


def _value(column: sa.Column[Any]) -> Any:
    if isinstance(column.type, sa.Uuid):
        return _SAME
    if isinstance(column.type, sa.CHAR):  # what SQLite keeps an id in
        return _SAME.hex
    return next((value for kind, value in _VALUES.items() if isinstance(column.type, kind)), "x")
