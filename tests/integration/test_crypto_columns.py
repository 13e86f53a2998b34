"""What lies in the database is unreadable, bound to its column, and useless with other keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, bindparam, text

from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store import crypto
from followup.store.crypto import CannotOpen, KeysMissing, new_key_ring, write_key_ring
from followup.store.opening import create_keys, open_store
from followup.store.tables import Base, Child
from followup.store.types import EncryptedBytes
from tests.support.people import People
from tests.support.queries import raw


def test_no_name_number_address_or_word_lies_readable_in_the_database(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2}, words={"b_sleep": "vaknar ofta"})
    people.promise(people.alva, "ringa mormor")
    secrets = {"vaknar ofta", "ringa mormor", "orkade ta hand", "070-174", "beslut"}
    for kid in people.children:
        secrets |= {*kid.name.split(), f"{kid.born}", kid.personal_number or "Alva"}
    for home in people.homes:
        secrets |= {home.name, home.place}
    everything = b""
    with people.store.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"'):
                everything += b"\n".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                )
    assert people.alva.case_number.encode() in everything, "the search reads what it should"
    assert not {secret for secret in secrets if secret.encode() in everything}


def test_every_encrypted_column_is_full_of_sealed_values(people: People) -> None:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, EncryptedBytes):
                with people.store.engine.connect() as connection:
                    values = connection.exec_driver_sql(f'SELECT "{column.name}" FROM "{table.name}"').scalars().all()
                assert all(value is None or bytes(value)[0] == crypto.VERSION for value in values), column


def test_an_altered_value_is_noticed(people: People) -> None:
    _flip_last_bit(people, "wishes")
    with pytest.raises(CannotOpen, match=r"child\.wishes"), people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))


def test_a_value_moved_to_another_column_is_noticed(people: People) -> None:
    raw(people.store.engine, "UPDATE child SET wishes = communication_needs")
    with pytest.raises(CannotOpen, match=r"child\.wishes"), people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))


def test_the_names_of_two_children_swapped_in_the_database_are_noticed(people: People) -> None:
    names = "(SELECT name FROM child AS other WHERE other.id <> child.id AND other.team_id = child.team_id LIMIT 1)"
    raw(people.store.engine, f"UPDATE child SET name = {names} WHERE case_number = '{people.alva.case_number}'")
    with pytest.raises(CannotOpen, match=r"child\.name"), people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))


def test_other_keys_open_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto, "_in_use", crypto._InUse(new_key_ring()))
    with pytest.raises(CannotOpen), people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))


def test_a_child_is_found_by_its_personal_number_without_reading_others(people: People) -> None:
    index = crypto.key_ring().blind_index(people.alva.personal_number or "")
    with people.unit(people.maja, reads=True) as uow:
        found = uow.one(uow.reachable(Child).where(Child.personal_number_index == index))
    assert (found.name, found.personal_number) == (people.alva.name, people.alva.personal_number)
    with people.as_program() as uow:
        assert uow.all(uow.reachable(Child).where(Child.personal_number_index.is_(None)))


def test_a_database_whose_keys_are_gone_is_not_given_new_ones(people: People, tmp_path: Path) -> None:
    lost = replace(people.settings, keys_file=tmp_path / "elsewhere" / "keys.json")
    for attempt in (lambda: create_keys(lost), lambda: list(upkeep.upgrade(lost)), lambda: open_store(lost)):
        with pytest.raises(KeysMissing, match="backup"):
            attempt()
    assert not lost.keys_file.exists()


def test_the_keys_of_another_database_are_refused_at_start(people: People, tmp_path: Path, settings: Settings) -> None:
    other = replace(settings, keys_file=tmp_path / "other-keys.json")
    write_key_ring(new_key_ring(), other.keys_file)
    with pytest.raises(KeysMissing, match="another"):
        open_store(other)


def test_an_empty_database_gets_keys_once(settings: Settings, tmp_path: Path) -> None:
    fresh = replace(
        settings, database_url=f"sqlite:///{tmp_path / 'new' / 'db.sqlite3'}", keys_file=tmp_path / "new" / "keys.json"
    )
    assert create_keys(fresh)
    assert not create_keys(fresh)


def _flip_last_bit(people: People, column: str) -> None:
    with people.store.engine.begin() as connection:
        sealed = bytes(connection.exec_driver_sql(f"SELECT {column} FROM child LIMIT 1").scalar_one())
        altered = sealed[:-1] + bytes((sealed[-1] ^ 1,))
        change = text(f"UPDATE child SET {column} = :altered").bindparams(bindparam("altered", type_=LargeBinary()))
        connection.execute(change, {"altered": altered})
