"""A SQLite file that is encrypted as a whole: it can't be read without the keys, and goes there and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from followup.domain.access import SYSTEM
from followup.services.installation import backup, upkeep
from followup.settings import Settings, SettingsError, encrypted
from followup.store import crypto
from followup.store.crypto import KeysMissing, new_key_ring, write_key_ring
from followup.store.opening import Store, open_store
from followup.store.tables import Organisation, Team

Place = Callable[..., Settings]


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path, keys_file: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Name an empty place for an installation: `place("new", sqlcipher=True)`."""
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    environment = {"FOLLOWUP_KEYS": str(tmp_path / "keys.json")}

    def named(name: str, *, sqlcipher: bool) -> Settings:
        folder = tmp_path / name
        return Settings.from_env(
            environment | {"FOLLOWUP_INSTANCE": str(folder), "FOLLOWUP_SQLCIPHER": "1" if sqlcipher else ""}
        )

    return named


def settle(settings: Settings) -> None:
    list(upkeep.upgrade(settings))
    with open_store(settings) as store, store.unit(SYSTEM) as uow:
        organisation = Organisation(name="Blåbärsby kommun", unit="Barn och familj")
        uow.add(organisation)
        uow.flush()
        uow.add(Team(organisation_id=organisation.id, name="Team Lingon"))


def teams(store: Store) -> list[str]:
    with store, store.unit(SYSTEM, reads=True) as uow:
        return [team.name for team in uow.all(select(Team))]


def test_nothing_of_the_file_can_be_read_without_the_keys(place: Place) -> None:
    settings = place("here", sqlcipher=True)
    settle(settings)
    everything = b"".join(path.read_bytes() for path in settings.instance.iterdir() if "sqlite3" in path.name)
    assert everything
    assert b"SQLite format" not in everything
    assert b"Lingon" not in everything
    path = settings.instance / "followup.sqlite3"
    with closing(sqlite3.connect(path)) as plain, pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM team")
    assert teams(open_store(settings)) == ["Team Lingon"]


def test_other_keys_are_told_and_open_nothing(place: Place, tmp_path: Path) -> None:
    settings = place("here", sqlcipher=True)
    settle(settings)
    settings.keys_file.unlink()
    with pytest.raises(KeysMissing, match="backup"):
        open_store(settings)
    write_key_ring(new_key_ring(), settings.keys_file)
    with pytest.raises(KeysMissing, match="don't open"):
        open_store(settings)


def test_a_plain_file_is_not_taken_for_an_encrypted_one(place: Place) -> None:
    settings = place("here", sqlcipher=False)
    settle(settings)
    locked = replace(settings, database_url=encrypted(settings.database_url, settings.keys_file))
    with pytest.raises(KeysMissing, match="backup and restore"):
        open_store(locked)
    assert teams(open_store(settings)) == ["Team Lingon"], "and it is as it was"


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, False), (True, True)])
def test_a_backup_goes_from_a_plain_file_to_an_encrypted_one_and_back(
    place: Place, tmp_path: Path, *, before: bool, after: bool
) -> None:
    old, new = place("old", sqlcipher=before), place("new", sqlcipher=after)
    settle(old)
    recipient = backup.new_identity(tmp_path / "identity.txt")
    backup.make(old, tmp_path / "night.age", recipient)
    assert backup.verify(old, tmp_path / "night.age", tmp_path / "identity.txt").encrypted is before
    backup.restore(new, tmp_path / "night.age", tmp_path / "identity.txt")
    assert teams(open_store(new)) == ["Team Lingon"]
    head = (new.instance / "followup.sqlite3").read_bytes()[:13]
    assert (head == b"SQLite format") is not after
    with open_store(new) as store, pytest.raises(DBAPIError, match="append-only"), store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM questionnaire_version")


def test_only_a_file_can_be_encrypted() -> None:
    environment = {"FOLLOWUP_SQLCIPHER": "1", "FOLLOWUP_DATABASE_URL": "postgresql://followup@db/followup"}
    with pytest.raises(SettingsError, match="FOLLOWUP_SQLCIPHER"):
        Settings.from_env(environment)
