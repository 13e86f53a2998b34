"""One unit of work is one transaction: all of it or nothing, and its log with it."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from followup.domain.errors import NotFound
from followup.store.tables import Child, Team, User
from tests.support.people import People
from tests.support.queries import contents, counted, log_lines, raw


def test_a_unit_commits_once_and_at_the_end(people: People) -> None:
    def teams() -> int:
        with people.store.engine.connect().execution_options(followup_reads=True) as connection:
            return connection.scalar(select(func.count(Team.id))) or 0

    with people.as_program() as uow:
        uow.add(Team(organisation_id=people.organisation_id, name="Team Ny"))
        uow.flush()
        assert teams() == 2
    assert teams() == 3


def test_an_exception_leaves_nothing_behind_not_even_in_the_log(people: People) -> None:
    before = contents(people.store)
    with pytest.raises(ZeroDivisionError), people.unit(people.maja) as uow:
        alva = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        alva.language = "fi"
        uow.add(Team(organisation_id=people.organisation_id, name="Team Ny"))
        uow.note("something")
        uow.flush()
        _ = 1 / 0
    assert contents(people.store) == before


def test_a_refused_row_leaves_nothing_behind(people: People) -> None:
    before = contents(people.store)
    with pytest.raises(IntegrityError), people.as_program() as uow:
        uow.add(Team(organisation_id=people.organisation_id, name="Team Ny"))
        uow.flush()
        uow.add(Team(organisation_id=people.alva.id, name="Team i en annan kommun"))
    assert contents(people.store) == before


def test_the_program_cannot_be_left_with_an_open_transaction(people: People) -> None:
    with pytest.raises(ZeroDivisionError), people.unit(people.maja):
        _ = 1 / 0
    assert people.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined] # both engines pool


def test_log_and_change_are_one_transaction(people: People) -> None:
    _break_the_log(people)
    before = contents(people.store)
    with pytest.raises(Exception, match="the log is broken"), people.unit(people.maja) as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.alva.id)).language = "fi"
    assert contents(people.store) == before


def test_what_was_read_is_not_given_out_when_the_log_is_broken(people: People) -> None:
    _break_the_log(people)
    with pytest.raises(Exception, match="the log is broken"), people.unit(people.maja, reads=True) as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.alva.id))


def test_one_finds_or_says_not_found(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        assert uow.first(select(User).where(User.user_name == "nobody")) is None
        with pytest.raises(NotFound):
            uow.one(uow.reachable(Child).where(Child.id == people.tor.id))


def test_a_unit_of_reading_costs_two_statements_besides_its_own(people: People) -> None:
    with counted(people.store) as sent, people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))
    assert len(sent) == 4, sent  # reach, children, a line of the log and its children


def test_the_day_of_a_unit_is_the_organisations(people: People) -> None:
    people.clock.forward(hours=10)
    with people.unit(people.maja, reads=True) as uow:
        assert (uow.now.date().day, uow.today.day) == (24, 25)
    assert not log_lines(people.store, actor=people.maja.id), "nothing was read, nothing is logged"


def _break_the_log(people: People) -> None:
    if people.store.engine.dialect.name == "sqlite":
        raw(
            people.store.engine,
            "CREATE TRIGGER broken BEFORE INSERT ON access_log BEGIN SELECT RAISE(ABORT, 'the log is broken'); END",
        )
        return
    raw(
        people.store.engine,
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the log is broken'; END $$",
    )
    raw(
        people.store.engine,
        "CREATE TRIGGER broken BEFORE INSERT ON access_log FOR EACH ROW EXECUTE FUNCTION broken()",
    )
