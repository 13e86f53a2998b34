"""What is taken away from the log's end is missed outside the database: lines, seals, or all since yesterday."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from followup.cli.log_lines import fields_of
from followup.services.installation import checkup, upkeep
from followup.services.log_review import chain
from followup.store import snapshot
from followup.store.log_chain import Verdict
from followup.store.log_witness import HEAD, KEPT_SECONDS, Witness
from followup.store.opening import Store, open_store
from followup.store.tables import AccessLog, Child, LogSeal
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import raw

ONE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""Where the database makes no difference."""


@pytest.fixture(autouse=True)
def witnessed(people: People) -> None:
    """A log with a seal that is known outside, and three lines after it."""
    upkeep.begin_witness(people.store, "upgrade")
    _read(people)
    _seal(people)
    for _ in range(3):
        _read(people)
    for table in ("access_log", "access_log_child", "log_seal"):
        suffix = "" if people.store.engine.dialect.name == "sqlite" else f" ON {table}"
        raw(people.store.engine, f"DROP TRIGGER IF EXISTS refuse_delete_{table}{suffix}")
    assert _verdict(people).sound


@pytest.mark.parametrize("back", [0, 1, 2])
def test_an_unsealed_line_that_is_taken_away_is_missed(people: People, back: int) -> None:
    _take_away(people, _ids(people)[-1 - back])
    assert _verdict(people).outside == {"absent": 1}
    assert _newest(people).outside == {"absent": 1}
    _seal(people)  # sealing what is left doesn't make it whole
    assert _verdict(people).outside == {"absent": 1}


def test_all_that_is_not_sealed_is_missed(people: People) -> None:
    for line in _ids(people)[-3:]:
        _take_away(people, line)
    assert _verdict(people).outside == {"absent": 3}
    assert _newest(people).outside == {"absent": 3}


def test_an_end_that_is_cut_off_with_its_seals_is_missed_and_stays_so(people: People) -> None:
    _seal(people)
    (number,) = _rows(people, select(func.max(LogSeal.id)))
    raw(people.store.engine, "DELETE FROM log_seal WHERE id = :id", id=number)
    assert _verdict(people).outside == {"cut": number}
    assert _newest(people).outside == {"cut": number}
    _read(people)
    _seal(people)  # a new seal with the number of the old one is another
    assert _verdict(people).outside == {"cut": number}


@ONE
def test_an_older_database_is_known(people: People, tmp_path: Path) -> None:
    """Put back behind the program's back it is found; `followup restore` says it, and logs it."""
    snapshot.take(people.settings.database_url, tmp_path / "old")
    _read(people)
    _seal(people)
    people.store.engine.dispose()
    place = people.settings.instance / "followup.sqlite3"
    for path in place.parent.glob("followup.sqlite3*"):
        path.unlink()
    (tmp_path / "old").rename(place)
    found = _verdict(people)
    assert set(found.outside) == {"cut", "absent"}
    told = checkup._log(people.store)  # the whole of it prints, too
    assert not told.sound
    assert "older database" in told.words
    assert "followup log anew" in told.words

    upkeep.begin_witness(people.store, "restore")
    assert _verdict(people).sound
    with people.store.engine.connect() as connection:
        line = connection.execute(select(AccessLog.fields).where(AccessLog.action == upkeep.ANEW)).all()[-1]
    assert line.fields["because"] == "restore"
    assert line.fields["known_seal"] > line.fields["seal"]
    (aside,) = people.store.witness.folder.glob("until-*/head.json")  # type: ignore[union-attr] # it has a folder
    assert aside.stat().st_mode & 0o077 == 0


@ONE
def test_a_witness_that_is_gone_or_forged_is_told_and_never_made_anew_in_silence(people: People) -> None:
    folder = people.store.witness.folder
    assert folder
    kept = (folder / HEAD).read_text()
    (folder / HEAD).unlink()
    _seal(people)
    assert _verdict(people).outside == {"gone": 1}
    (folder / HEAD).write_text(kept.replace('"last_line": ', '"last_line": 1'))
    _seal(people)
    assert _verdict(people).outside == {"unreadable": 1}


@ONE
def test_the_page_tells_it_and_so_does_the_reviewers_start_page(
    people: People, client_for: Callable[[Person], LintingClient]
) -> None:
    lovisa = client_for(people.lovisa)
    _take_away(people, _ids(people)[-1])
    lovisa.post("/log/chain", data={"csrf_token": lovisa.csrf()}, follow_redirects=True)
    page = lovisa.get("/log/chain").text
    assert "En loggrad som räknats utanför databasen finns inte i den" in page
    assert "Loggen stämmer inte" in lovisa.get("/log").text


def test_the_program_finds_it_by_itself_once_a_day(people: People) -> None:
    check = chain.check_whole(people.store, people.clock())
    assert check is not None
    assert check.sound
    _take_away(people, _ids(people)[-1])
    assert chain.check_whole(people.store, people.clock()) is None, "not due"
    people.clock.forward(minutes=24 * 60 + 1)
    check = chain.check_whole(people.store, people.clock())
    assert check is not None
    assert check.outside == {"absent": 1}


@ONE
def test_lines_that_never_came_to_be_are_not_missed(people: People) -> None:
    for _ in range(2):
        with pytest.raises(RuntimeError), people.store.witness.noting(2):
            raise RuntimeError
        _read(people)
    assert _verdict(people).sound


def test_threads_and_processes_count_together(people: People) -> None:
    other = open_store(people.settings)  # as another worker of the server
    threads = [threading.Thread(target=_read, args=(people, store)) for store in (people.store, other) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.engine.dispose()
    assert _verdict(people).sound
    _take_away(people, _ids(people)[-1])
    assert _verdict(people).outside == {"absent": 1}


def test_a_save_asks_the_database_for_nothing_more(people: People) -> None:
    """The same statements with a witness and without, and nothing waits for the disk."""
    bare = Store(people.store.engine, people.store.keys, people.store.zone, Witness(None))

    def asked(store: Store) -> list[str]:
        statements: list[str] = []

        def note(*told: object) -> None:
            statements.append(str(told[2]))

        event.listen(store.engine, "before_cursor_execute", note)
        _read(people, store)
        event.remove(store.engine, "before_cursor_execute", note)
        return statements

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: pytest.fail("a save waits for the disk once, in the database"))
        assert asked(people.store) == asked(bare)


@ONE
def test_a_witness_that_can_not_be_written_keeps_nobody_from_working(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "pwrite", full)
    _read(people)
    _read(people)
    assert len([each for each in caplog.records if "witness" in each.message]) == 1
    monkeypatch.undo()
    _read(people)
    assert _verdict(people).sound


@ONE
def test_old_counts_are_forgotten_once_the_seals_hold_their_lines(people: People) -> None:
    folder = people.store.witness.folder
    assert folder
    before = set(folder.glob("count-*"))
    for path in before:
        os.utime(path, (time.time() - KEPT_SECONDS - 1,) * 2)
    assert _verdict(people).sound
    assert set(folder.glob("count-*")) == before, "not everything is sealed"
    _seal(people)
    for path in before:
        os.utime(path, (time.time() - KEPT_SECONDS - 1,) * 2)
    assert _verdict(people).sound
    assert not set(folder.glob("count-*"))
    _read(people)
    assert _verdict(people).sound


@ONE
def test_a_new_seal_is_a_line_of_the_servers_log(people: People, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    _seal(people)
    (told,) = [fields_of(each) for each in caplog.records if each.message == "the access log was sealed"]
    head = people.store.witness.head()
    assert head
    assert (told["seal"], told["digest"]) == (head.number, head.digest)


def _read(people: People, store: Store | None = None) -> None:
    with (store or people.store).unit(people.maja.actor, now=people.clock(), reads=True, request_id="test") as uow:
        uow.all(uow.reachable(Child))


def _seal(people: People) -> None:
    people.clock.forward(minutes=6)  # what is newer waits: `log_chain.SETTLE`
    upkeep.seal_log(people.store, people.clock())


def _take_away(people: People, line: int) -> None:
    raw(people.store.engine, "DELETE FROM access_log_child WHERE log_id = :id", id=line)
    raw(people.store.engine, "DELETE FROM access_log WHERE id = :id", id=line)


def _ids(people: People) -> list[int]:
    mine = select(AccessLog.id).where(AccessLog.actor_id == people.maja.id, AccessLog.action == "read")
    return _rows(people, mine.order_by(AccessLog.id))


def _rows(people: People, statement: object) -> list[int]:
    with people.store.engine.connect() as connection:
        return list(connection.scalars(statement))  # type: ignore[call-overload] # any select of one number


def _verdict(people: People) -> Verdict:
    return upkeep.verify_log(people.store)


def _newest(people: People) -> Verdict:
    with people.unit(people.lovisa) as uow:
        return uow.verify_log(10)
