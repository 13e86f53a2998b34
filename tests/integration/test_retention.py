"""Thinning: what has a clock goes when it has run out, with a stub and its law; a placed child's record never does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from followup import cli
from followup.deadlines.retention import retention_book
from followup.domain.deadlines import Interval
from followup.domain.retention import RetentionBook, RetentionRule
from followup.services.installation import retention
from followup.services.installation.retention import Place
from followup.services.record import exporting
from followup.settings import Settings
from followup.store import crypto
from followup.store.guard import GUARDED_TABLES
from followup.store.tables import (
    Base,
    ChildExport,
    RecoveryCode,
    RetentionStub,
    SetAside,
    SignInAttempt,
    User,
    UserSession,
)
from tests.support.flags import raise_flag
from tests.support.people import People
from tests.support.population import Kid

BOOK = retention_book()
OF_ALL_TIMES = timedelta(days=365 * 60)


@pytest.fixture
def place(people: People, tmp_path: Path) -> Place:
    return Place(people.store, tmp_path / "exports", people.clock())


def later(place: Place, **time: float) -> Place:
    return replace(place, now=place.now + timedelta(**time))


def set_aside(people: People, kid: Kid, visit_id: UUID, number: int = 1) -> None:
    with people.as_program() as uow:
        for _ in range(number):
            uow.add(
                SetAside(
                    visit_id=visit_id,
                    child_id=kid.id,
                    step="talk",
                    values="[]",
                    set_aside_at=uow.now,
                    set_aside_by=people.maja.id,
                )
            )


def numbers(place: Place, book: RetentionBook | None = None) -> dict[str, int]:
    return {each.rule.id: each.number for each in retention.plan(place, book) if each.number}


def rows_of(people: People) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table, as it is stored."""
    with people.store.engine.connect() as connection:
        return {
            name: {tuple(map(repr, row)) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')}
            for name in Base.metadata.tables
        }


def test_every_table_is_decided_about() -> None:
    assert BOOK.decided == set(Base.metadata.tables), "name the table in followup/deadlines/retention.yaml"


def test_no_rule_reaches_a_placed_childs_record() -> None:
    """The one table of case data that a rule names holds what was never part of the record."""
    assert {table for rule in BOOK.rules for table in rule.tables} & GUARDED_TABLES == {"set_aside"}
    cleared = {name.split(".")[0] for rule in BOOK.rules for name in rule.clears}
    assert not cleared & GUARDED_TABLES


@pytest.mark.parametrize("table", ["visit", "answer", "set_aside", "access_log", "no_such_table"])
def test_a_rule_that_reaches_further_is_refused_before_anything_goes(place: Place, table: str) -> None:
    rule = next(rule for rule in BOOK.rules if rule.id == "sessions")
    greedy = replace(rule, id="greedy", tables={"user_session": "created_at", table: "created_at"})
    for use in (retention.plan, lambda place, book: list(retention.run(place, book))):
        with pytest.raises(retention.NeverThinned):
            use(later(place, days=4000), RetentionBook((rule, greedy), BOOK.kept))


def test_nothing_of_a_childs_record_goes_however_long_it_takes(people: People, place: Place) -> None:
    signed, draft = people.sign(people.alva), people.plan(people.alva, days=-2, state="draft")[0]
    people.plan(people.vide, days=-400, state="planned")
    called_off = people.plan(people.vide, days=-300, state="cancelled")[0]
    raise_flag(people, signed, people.alva, "c_safe", "follow_up")
    for kid, visit_id in ((people.alva, signed), (people.alva, draft), (people.vide, called_off)):
        set_aside(people, kid, visit_id)
    people.token(people.maja)
    before = rows_of(people)
    gone = {each.kind: each.number for _, each in retention.run(replace(place, now=place.now + OF_ALL_TIMES))}
    after = rows_of(people)
    assert gone == {"set_aside": 2, "user_session": 1}
    grown = {"retention_stub", "access_log", "access_log_child"}
    for name, rows in before.items():
        if name not in gone:
            assert rows <= after[name] if name in grown else rows == after[name], name
    assert {row.visit_id for row in people.rows(SetAside)} == {draft}, "what is still being written keeps its drafts"


def test_a_plan_changes_nothing_and_a_second_run_does_nothing(people: People, place: Place) -> None:
    set_aside(people, people.alva, people.sign(people.alva), 3)
    assert numbers(later(place, days=60)) == {}
    due = later(place, days=120)
    before = rows_of(people)["set_aside"]
    plans = [retention.plan(due), retention.plan(due)]
    assert plans[0] == plans[1]
    assert rows_of(people)["set_aside"] == before
    (found,) = [each for each in plans[0] if each.number]
    assert (found.rule.id, found.number, found.oldest) == ("set_aside", 3, place.now)
    assert list(retention.run(due))
    assert numbers(due) == {}
    assert list(retention.run(due)) == []


def test_broken_off_it_goes_on_and_leaves_a_stub_and_a_line_for_each_step(people: People, place: Place) -> None:
    set_aside(people, people.alva, people.sign(people.alva), 5)
    due = later(place, days=120)
    first = next(iter(retention.run(due, step=2)))[1]
    assert (first.number, numbers(due)) == (2, {"set_aside": 3})
    assert [each.number for _, each in retention.run(due, step=2)] == [2, 1]
    with people.as_program() as uow:
        stubs = retention.stubs(uow)
    assert sorted(stub.number for stub in stubs) == [1, 2, 2]
    law = "tryckfrihetsförordningen 2 kap. 12 §"
    assert {(stub.rule, stub.kind, stub.law, stub.oldest) for stub in stubs} == {
        ("set_aside", "set_aside", law, place.now)
    }
    with people.store.engine.connect() as connection:
        log = Base.metadata.tables["access_log"]
        counted = {
            action: connection.scalar(select(func.count()).where(log.c.action == action))
            for action in ("thin", "delete")
        }
    assert counted == {"thin": 3, "delete": 3}


def test_a_stub_holds_no_personal_data_and_stays(people: People) -> None:
    columns = set(RetentionStub.__table__.columns.keys())
    assert columns == {"id", "rule", "rule_from", "law", "kind", "number", "oldest", "thinned_at"}
    with people.as_program() as uow:
        uow.add(
            RetentionStub(
                rule="r", rule_from=date(2020, 1, 1), law="l", kind="k", number=1, oldest=None, thinned_at=uow.now
            )
        )
    for change in ("UPDATE retention_stub SET number = 0", "DELETE FROM retention_stub"):
        with people.store.engine.begin() as connection, pytest.raises(Exception, match="append-only"):
            connection.exec_driver_sql(change)


def test_sign_ins_go_when_they_can_no_longer_be_used(people: People, place: Place) -> None:
    people.token(people.maja)
    with people.as_program() as uow:
        uow.add(SignInAttempt(key=b"k" * 32, at=uow.now), SignInAttempt(key=b"k" * 32, at=uow.now - timedelta(days=3)))
    assert numbers(place) == {"failed_sign_ins": 1}
    assert {rule.id: each.number for rule, each in retention.run(later(place, days=2))} == {
        "sessions": 1,
        "failed_sign_ins": 2,
    }
    with people.as_program() as uow:
        assert uow.rows(select(func.count()).select_from(UserSession))[0][0] == 0


def test_who_has_left_keeps_name_and_title_alone(people: People, place: Place) -> None:
    secrets: dict[str, Any] = {"calendar_hash": b"c" * 32, "pin_hash": "$argon2id$", "picture": b"\xff\xd8"}
    people.change(people.maja, active=False, **secrets)
    people.change(people.idris, **secrets | {"calendar_hash": b"d" * 32})
    assert numbers(place) == {"left_staff": 1}
    with people.as_program() as uow:
        for user in (people.maja, people.idris):
            uow.add(RecoveryCode(user_id=user.id, code_hash=b"h" * 32, created_at=uow.now))
    assert {each.kind: each.number for _, each in retention.run(place)} == {"user": 1, "recovery_code": 1}
    with people.as_program() as uow:
        assert [code.user_id for code in uow.all(select(RecoveryCode))] == [people.idris.id]
        rows = uow.rows(select(User.user_name, User.name, User.calendar_hash, User.pin_hash, User.picture))
    found = {row.user_name: row for row in rows}
    assert tuple(found["maja"])[1:] == (people.maja.name, None, None, None)
    assert found["idris"].picture == secrets["picture"]


def test_archives_go_a_day_after_they_were_made(people: People, place: Place) -> None:
    export_id = uuid4()
    with people.as_program() as uow:
        uow.one(uow.reachable(ChildExport).with_only_columns(func.count(ChildExport.id)))
        uow.add(
            ChildExport(
                id=export_id,
                child_id=people.alva.id,
                purpose="access",
                reason="Begäran",
                asked_at=uow.now,
                asked_by=people.birgitta.id,
                state="ready",
                ready_at=uow.now,
                expires_at=uow.now + exporting.LASTS,
            )
        )
    place.exports.mkdir()
    path, stray = exporting.archive_path(place.exports, export_id), place.exports / "stray.zip.part"
    for file in (path, stray):
        file.write_bytes(b"x")
        os.utime(file, (place.now.timestamp(),) * 2)
    assert numbers(later(place, hours=23)) == {}
    due = later(place, hours=26)
    assert numbers(due) == {"export_archives": 2}
    assert [each.number for _, each in retention.run(due)] == [2]
    assert not list(place.exports.iterdir())
    (row,) = people.rows(ChildExport)
    assert (row.state, row.ended, row.reason) == ("gone", "expired", "Begäran")
    archives = next(rule for rule in BOOK.rules if rule.id == "export_archives")
    assert archives.versions[-1].after == Interval(days=exporting.LASTS.days)


def test_a_compilation_goes_five_years_after_its_day(people: People, place: Place) -> None:
    """There is none yet: the clock is tried on a table that stands in for one."""
    rule = next(rule for rule in BOOK.rules if rule.id == "compilations")
    book = RetentionBook((stands_in(rule, {"sign_in_attempt": "at"}),), BOOK.kept)
    with people.as_program() as uow:
        uow.add(*(SignInAttempt(key=b"k" * 32, at=uow.now - timedelta(days=365 * years)) for years in (4, 6)))
    assert numbers(place, book) == {"compilations": 1}
    assert [each.number for _, each in retention.run(place, book)] == [1]
    before_the_law = replace(place, now=datetime(2024, 1, 1, tzinfo=UTC))
    assert retention.plan(before_the_law, book) == []


def stands_in(rule: RetentionRule, tables: Mapping[str, str]) -> RetentionRule:
    return replace(rule, tables=tables)


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setattr(crypto, "_in_use", replace(crypto._in_use))
    monkeypatch.setenv("FOLLOWUP_INSTANCE", str(settings.instance))
    monkeypatch.setenv("FOLLOWUP_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("FOLLOWUP_KEYS", str(settings.keys_file))
    return lambda *words, **more: CliRunner().invoke(cli.followup, ["retention", *words], **more)


def test_the_commands(people: People, command: Callable[..., Result]) -> None:
    with people.as_program() as uow:
        uow.add(SignInAttempt(key=b"k" * 32, at=datetime(2026, 1, 1, tzinfo=UTC)))
    shown = command("plan").output
    assert "1  Failed tries to sign in, the oldest from 2026-01-01" in shown
    assert "16 kap. 2 § 3 socialtjänstlagen (2025:400)" in shown
    assert command("run", input="n\n").exit_code == 1
    assert command("log").output == "Nothing has been thinned.\n"
    assert command("run", "--yes").output == "      1  Failed tries to sign in\n"
    assert command("run", "--yes").output == "Nothing is to go today.\n"
    assert "sign_in_attempt  failed_sign_ins" in command("log").output
