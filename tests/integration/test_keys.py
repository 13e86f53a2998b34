"""Rotating the keys while the program is used, and restoring them from paper."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from followup.services.installation import keys
from followup.store import crypto, resealing
from followup.store.crypto import CannotOpen, KeysMissing, read_key_ring
from followup.store.opening import open_store
from followup.store.tables import Child
from tests.support.people import People
from tests.support.queries import raw


@pytest.fixture(autouse=True)
def _keys_of_its_own(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(people.settings.keys_file, tmp_path / "keys.json")
    people.settings = replace(people.settings, keys_file=tmp_path / "keys.json")
    monkeypatch.setattr(crypto, "_in_use", crypto._InUse())
    crypto.use_key_ring(read_key_ring(people.settings.keys_file), people.settings.keys_file)


def names(people: People) -> set[str]:
    with people.as_program() as uow:
        return {child.name for child in uow.all(uow.reachable(Child))}


def test_rotation_seals_every_value_anew_and_what_is_read_is_the_same(people: People) -> None:
    before = names(people)
    steps = list(keys.rotate(people.settings))
    assert steps[-1].done == steps[-1].of > 1
    found = keys.standing(people.settings)
    assert (found.active, found.left) == (2, 0)
    assert set(found.values) == {(crypto.VERSION, 2)}
    assert names(people) == before
    assert read_key_ring(people.settings.keys_file).keys.keys() == {1, 2}, "older backups need the old key"


def test_a_signed_visit_is_sealed_anew_too_and_stays_frozen(people: People) -> None:
    people.sign(people.alva)
    list(keys.rotate(people.settings))
    assert keys.standing(people.settings).left == 0
    with pytest.raises(DBAPIError, match="frozen"):
        raw(people.store.engine, "UPDATE visit SET private_minutes = 99 WHERE state = 'signed'")


def test_a_stopped_rotation_is_taken_up_where_it_was(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    before = names(people)
    monkeypatch.setattr(resealing.reseal, "__defaults__", (1,))
    rotation = keys.rotate(people.settings)
    next(rotation)
    del rotation  # as a machine that stops: nothing after the step happens
    assert keys.standing(people.settings).left > 0
    assert names(people) == before, "half rotated, everything can be read"
    list(keys.rotate(people.settings))
    found = keys.standing(people.settings)
    assert (found.active, found.left) == (2, 0), "no third key was made"


def test_what_is_written_meanwhile_by_a_process_with_the_old_key_is_found(people: People) -> None:
    old = read_key_ring(people.settings.keys_file)
    rotation = keys.rotate(people.settings)
    next(rotation)
    crypto.use_key_ring(old)  # a unit that began before the key file changed
    with people.as_program() as uow:
        for child in uow.all(uow.reachable(Child)):
            child.wishes = "mer fotboll"
    list(rotation)
    assert keys.standing(people.settings).left == 0


def test_two_rotations_at_once_are_refused(people: People) -> None:
    first = keys.rotate(people.settings)
    next(first)
    with pytest.raises(keys.AnotherRotation):
        next(keys.rotate(people.settings))
    list(first)


def test_an_altered_value_stops_the_rotation_and_is_not_covered_up(people: People) -> None:
    raw(people.store.engine, "UPDATE child SET wishes = communication_needs")
    with pytest.raises(CannotOpen, match=r"child\.wishes"):
        list(keys.rotate(people.settings))
    with pytest.raises(CannotOpen):
        names(people)


def test_values_from_before_rows_were_bound_are_refused_once_all_are(people: People) -> None:
    ring = read_key_ring(people.settings.keys_file)
    crypto.add_to_key_file(replace(ring, bound=False), people.settings.keys_file)
    list(keys.rotate(people.settings))
    assert read_key_ring(people.settings.keys_file).bound


def test_the_archive_is_read_again_with_keys_restored_from_paper(people: People, tmp_path: Path) -> None:
    before = names(people)
    paths = keys.write_parts(people.settings, tmp_path / "paper", 5, 3)
    assert all(path.stat().st_mode & 0o077 == 0 for path in paths)
    papers = [path.read_text(encoding="utf-8") for path in paths]
    assert keys.drill(people.settings, papers[1:4])
    people.settings.keys_file.unlink()  # the disk burns
    with pytest.raises(KeysMissing):
        open_store(people.settings)
    keys.restore(people.settings, papers[2:])
    open_store(people.settings).engine.dispose()
    assert names(people) == before
    with pytest.raises(FileExistsError):
        keys.restore(people.settings, papers[2:])


def test_a_drill_finds_a_backup_from_before_a_rotation(people: People, tmp_path: Path) -> None:
    papers = [path.read_text(encoding="utf-8") for path in keys.write_parts(people.settings, tmp_path, 3, 2)]
    list(keys.rotate(people.settings))
    assert not keys.drill(people.settings, papers)
