"""The access log: written by touching data, never holding what the data say, sealed against change."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import selectinload

from followup.store.log_chain import SETTLE, Verdict, seal_log, verify
from followup.store.tables import AccessLog, Answer, Child, LogSeal, Note, Organisation, Prompt, Response
from tests.support.people import People
from tests.support.queries import log_lines, raw

SECRET = "Kryddpepparkvarn"  # a word that stands nowhere else


def lines(people: People) -> list[Any]:
    return log_lines(people.store, actor=people.maja.id)


def test_a_read_names_who_what_whom_and_why(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child).order_by(Child.case_number).options(selectinload(Child.placements)))
    (line,) = lines(people)
    reached = people.reached_by(people.maja)
    assert (line.action, line.role, line.request_id) == ("read", "caseworker", "test")
    assert line.organisation_id == people.organisation_id
    assert line.at == people.clock()
    assert line.objects == {
        "child": sorted(str(kid.id) for kid in reached),
        "placement": sorted(str(kid.placement_id) for kid in reached),
    }
    assert line.children == {
        people.alva.id: "assigned",
        people.vide.id: "assigned",
        people.leo.id: "assigned",
        people.samira.id: "grant",
    }


def test_a_leads_read_says_team(people: People) -> None:
    with people.unit(people.birgitta, reads=True) as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
    (line,) = log_lines(people.store, actor=people.birgitta.id)
    assert line.children == {people.alva.id: "team"}


def test_reading_open_data_is_not_logged(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        uow.one(select(Organisation))
    assert not lines(people)


def test_reading_twice_in_a_unit_is_one_line_and_in_two_units_two(people: People) -> None:
    for _ in range(2):
        with people.unit(people.maja, reads=True) as uow:
            for _ in range(3):
                uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
    assert len(lines(people)) == 2


def test_writes_name_the_fields_and_never_the_values(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    note_id, values = uuid4(), {"position": 1, "area": "health", "kind": "statement", "source": SECRET, "text": SECRET}
    with people.unit(people.maja) as uow:
        uow.add(Note(id=note_id, visit_id=visit_id, child_id=people.alva.id, **values))
    with people.unit(people.maja) as uow:
        alva = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        alva.wishes, alva.communication_needs = SECRET, alva.communication_needs
        uow.one(uow.reachable(Note)).text = SECRET * 2
    with people.unit(people.maja) as uow:
        uow.delete(uow.one(uow.reachable(Note)))
    found = {line.action: line for line in lines(people) if line.action != "read"}
    assert {action: line.objects for action, line in found.items()} == {
        "create": {"note": [str(visit_id)]},
        "update": {"child": [str(people.alva.id)], "note": [str(visit_id)]},
        "delete": {"note": [str(visit_id)]},
    }
    assert found["update"].fields == {"child": ["wishes"], "note": ["text"]}
    assert all(line.children == {people.alva.id: "assigned"} for line in found.values())
    assert SECRET not in _whole_log(people)
    assert not {kid.name for kid in people.children} & set(_whole_log(people).split('"'))


def test_an_attribute_set_to_the_same_value_is_no_change(people: People) -> None:
    with people.unit(people.maja) as uow:
        alva = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        alva.language = str(alva.language)
    assert [line.action for line in lines(people)] == ["read"]


def test_what_goes_with_its_parent_is_logged_too(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    response_id = people.answer(visit_id, {"b_sleep": 2, "b_safe": "declined"})
    with people.unit(people.maja) as uow:
        uow.delete(uow.one(uow.reachable(Response).options(selectinload(Response.answers))))
    deleted = lines(people)[-1]
    assert deleted.action == "delete"
    assert deleted.objects == {"answer": [str(response_id)], "response": [str(visit_id)]}
    assert not people.rows(Answer)


def test_an_event_is_logged_with_its_child(people: People) -> None:
    with people.unit(people.maja) as uow:
        uow.note("fetch_pdf", child_id=people.alva.id, edition=1)
    (line,) = lines(people)
    assert (line.action, line.fields) == ("fetch_pdf", {"edition": 1})
    assert line.children == {people.alva.id: "assigned"}


def test_the_log_is_append_only(people: People) -> None:
    _read_and_seal(people)
    for table, column in (("access_log", "role"), ("access_log_child", "why"), ("log_seal", "digest")):
        for sql in (f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="append-only"):
                raw(people.store.engine, sql)


def test_intact_seals_verify(people: People) -> None:
    assert _seal(people) == len(log_lines(people.store))
    with people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))
    _seal(people)
    with people.store.engine.begin() as connection:
        assert len(connection.execute(select(LogSeal.id)).all()) == 2
        assert verify(connection).sound


def test_processes_that_seal_at_once_make_one_chain(people: People) -> None:
    for _ in range(30):
        with people.unit(people.maja, reads=True) as uow:
            uow.all(uow.reachable(Child))
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda _: _seal(people), range(8)))
    assert sum(sealed) == len(log_lines(people.store))
    with people.store.engine.connect() as connection:
        assert verify(connection).sound


def test_the_newest_lines_wait_for_their_seal(people: People) -> None:
    with people.store.engine.begin() as connection:
        assert seal_log(connection, people.clock() + SETTLE) == 0
        assert seal_log(connection, people.clock() + SETTLE + timedelta(seconds=1)) > 0
        assert seal_log(connection, people.clock() + timedelta(days=1)) == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE access_log SET role = 'admin' WHERE id = :id",
        "UPDATE access_log SET at = '2020-01-01 00:00:00' WHERE id = :id",
        "DELETE FROM access_log WHERE id = :id",
        "UPDATE access_log_child SET why = 'grant' WHERE log_id = :id",
        "DELETE FROM access_log_child WHERE log_id = :id",
    ],
)
def test_tampering_breaks_a_seal(people: People, tampering: str) -> None:
    _read_and_seal(people)
    victim = lines(people)[0].row.id
    _without_triggers(people, tampering, id=victim)
    assert _broken(people)


def test_a_line_smuggled_in_breaks_a_seal(people: People) -> None:
    _read_and_seal(people)
    gap = lines(people)[-1].row.id
    _without_triggers(people, "UPDATE access_log SET id = 1000000 WHERE id = :id", id=gap)
    assert _broken(people), "a line moved out of its place"
    with people.unit(people.maja) as uow:
        uow.note("something")
    (newest,) = (line.row.id for line in lines(people) if line.action == "something")
    _without_triggers(people, "UPDATE access_log SET id = :gap WHERE id = :newest", gap=gap, newest=newest)
    assert _broken(people), "another in its stead"


def test_a_seal_made_anew_breaks_the_chain(people: People) -> None:
    _read_and_seal(people)
    _read_and_seal(people)
    _without_triggers(people, "UPDATE log_seal SET digest = 'x' WHERE id = :id", id=1)
    assert len(_broken(people)) == 2, "each seal stands on the one before it"


def _read_and_seal(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))
    with people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Prompt))
        uow.note("search")
    _seal(people)


def _seal(people: People) -> int:
    people.clock.forward(minutes=6)
    with people.store.engine.begin() as connection:
        return seal_log(connection, people.clock())


def _broken(people: People) -> list[int]:
    return _verified(people).broken


def _verified(people: People) -> Verdict:
    with people.store.engine.begin() as connection:
        return verify(connection)


def _without_triggers(people: People, sql: str, **values: Any) -> None:
    """Do what somebody with the run of the database server could do."""
    engine = people.store.engine
    for table in ("access_log", "access_log_child", "log_seal"):
        for change in ("update", "delete"):
            suffix = "" if engine.dialect.name == "sqlite" else f" ON {table}"
            raw(engine, f"DROP TRIGGER IF EXISTS refuse_{change}_{table}{suffix}")
    raw(engine, sql, **values)


def _whole_log(people: People) -> str:
    with people.store.engine.connect() as connection:
        return str([tuple(row) for row in connection.execute(select(*AccessLog.__table__.c))])
