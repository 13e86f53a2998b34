"""Many at once, a locked database, a full disk, a server that is gone: a clear page, and nothing lost."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from followup.domain.access import SYSTEM
from followup.domain.errors import StoreUnavailable
from followup.store.engine import make_engine
from followup.store.tables import Note, Visit
from tests.support.killing import kill_writers
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.probe import probe
from tests.support.queries import contents, raw
from tests.support.racing import in_processes, save_steps

WORDS = "Jag vill baka kanelbullar med Kerstin"


@pytest.fixture
def maja(people: People) -> LintingClient:
    people.app_of_its_own().register_blueprint(probe())
    return browser(people, people.maja)


@pytest.fixture
def visit_id(people: People) -> UUID:
    return people.plan(people.alva)[0]


def each_connection(people: People, pragma: str) -> None:
    """Say something to every connection from now on."""

    def say(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(people.store.engine, "connect", say)
    people.store.engine.dispose()


def test_four_processes_that_save_the_same_step_lose_nothing(people: People, visit_id: UUID) -> None:
    times = 100 if people.settings.is_sqlite else 25
    in_processes(4, save_steps, people.settings, visit_id, times)
    assert people.visit(visit_id).revisions == {"talk": 4 * times}


def test_a_process_killed_at_200_random_moments_loses_no_acknowledged_answer(people: People, visit_id: UUID) -> None:
    in_processes(1, kill_writers, people.settings, people.maja.actor, visit_id, 200)


def test_readers_do_not_wait_for_a_writer_nor_writers_for_a_reader(people: People, visit_id: UUID) -> None:
    with people.as_program() as writing:
        visit = writing.one(writing.reachable(Visit).where(Visit.id == visit_id))
        visit.step = "why"
        writing.flush()
        with people.unit(people.ada, reads=True) as reading:
            assert reading.first(reading.reachable(Visit)) is None
        with people.store.unit(SYSTEM, now=people.clock(), reads=True) as reading:
            assert reading.one(reading.reachable(Visit).with_only_columns(Visit.step)) == "prepare"
            reading._session.info["reads"].clear()  # its line in the log would wait for the writer


def test_a_locked_database_keeps_what_was_written(people: People, maja: LintingClient, visit_id: UUID) -> None:
    if people.store.engine.dialect.name != "sqlite":
        return  # PostgreSQL locks rows; test_a_database_that_is_gone… stands for what it answers then
    maja.csrf()
    each_connection(people, "busy_timeout=50")
    with people.store.engine.connect() as hog:
        hog.exec_driver_sql("SELECT 1")  # begins IMMEDIATE
        answer = maja.submit(f"/probe/note/{visit_id}", words=WORDS)
        by_script = maja.autosave(f"/probe/note/{visit_id}", words=WORDS)
    assert answer.status_code == 503
    assert WORDS in answer.text
    assert f'action="/probe/note/{visit_id}"' in answer.text
    assert (by_script.status_code, by_script.is_json) == (503, True)
    assert not people.rows(Note)
    assert maja.submit(f"/probe/note/{visit_id}", words=WORDS).text == "written"
    assert [note.text for note in people.rows(Note)] == [WORDS]


def test_a_full_disk_keeps_what_was_written(people: People, maja: LintingClient, visit_id: UUID) -> None:
    engine = people.store.engine
    if engine.dialect.name != "sqlite":
        return  # a server's disk can't be filled politely
    maja.csrf()
    before = contents(people.store)
    each_connection(people, f"max_page_count={raw(engine, 'PRAGMA page_count')}")
    words = WORDS + " och " * 100_000
    answer = maja.submit(f"/probe/note/{visit_id}", words=words)
    assert answer.status_code == 507
    assert WORDS in answer.text
    assert contents(people.store) == before


def test_a_page_that_only_reads_is_not_shown_when_its_log_cannot_be_written(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    if people.store.engine.dialect.name != "sqlite":
        return
    page = f"/probe/read/{people.alva.id}"
    assert people.alva.name in maja.get(page).text
    each_connection(people, "busy_timeout=50")
    with people.store.engine.connect() as hog:
        hog.exec_driver_sql("SELECT 1")
        answer = maja.get(page)
    assert answer.status_code == 503
    assert people.alva.name not in answer.text


def test_a_database_that_is_gone_is_told_on_every_page(
    people: People, maja: LintingClient, visit_id: UUID, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    folder = tmp_path / "gone"
    url = f"sqlite:///{folder}/db.sqlite3" if people.settings.is_sqlite else f"postgresql+psycopg://x@/x?host={folder}"
    gone = replace(people.store, engine=make_engine(url))
    if folder.exists():
        folder.rmdir()
    maja.csrf()
    people.app.extensions["followup_store"] = gone
    with caplog.at_level(logging.DEBUG):
        for answer in (
            maja.get("/children"),
            maja.submit(f"/probe/note/{visit_id}", words=WORDS),
            browser(people).submit("/sign-in", user_name="maja", password="hemligt-lösenord"),
        ):
            assert answer.status_code == 503
            assert "hemligt-lösenord" not in answer.text
    assert "hemligt-lösenord" not in caplog.text
    assert WORDS not in caplog.text
    with pytest.raises(StoreUnavailable), gone.unit(SYSTEM):
        pass
    gone.engine.dispose()
