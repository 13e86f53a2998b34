"""Somebody with the run of the database, but without the keys: whatever they do to the log is found."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from followup.services.log_review.chain import cut_short
from followup.store import log_chain
from followup.store.log_chain import Verdict, seal_log, verify
from followup.store.tables import AccessLog, AccessLogChild, Child, LogReview, LogSeal
from tests.support.people import People
from tests.support.queries import raw

TABLES = ("access_log", "access_log_child", "log_seal")


@pytest.fixture(autouse=True)
def some_lines(people: People) -> None:
    """Two seals, and two lines that have none yet."""
    for _ in range(2):
        _read(people)
        people.clock.forward(minutes=6)
        with people.store.engine.begin() as connection:
            seal_log(connection, people.clock())
    _read(people)
    _read(people)
    for table in TABLES:
        for change in ("update", "delete"):
            suffix = "" if people.store.engine.dialect.name == "sqlite" else f" ON {table}"
            raw(people.store.engine, f"DROP TRIGGER IF EXISTS refuse_{change}_{table}{suffix}")
    assert _verdict(people).sound


@pytest.mark.parametrize("sealed", [True, False])
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE access_log SET role = 'admin' WHERE id = :id",
        "UPDATE access_log SET at = '2020-01-01 00:00:00' WHERE id = :id",
        "UPDATE access_log SET actor_id = NULL WHERE id = :id",
        "UPDATE access_log SET action = 'sign_in' WHERE id = :id",
        "UPDATE access_log SET mac = NULL WHERE id = :id",
        "UPDATE access_log_child SET why = 'grant' WHERE log_id = :id",
        "DELETE FROM access_log_child WHERE log_id = :id",
    ],
)
def test_an_altered_line_is_found_sealed_or_not(people: People, tampering: str, sealed: bool) -> None:  # noqa: FBT001 - pytest passes it by name
    line = _ids(people)[0 if sealed else -1]
    raw(people.store.engine, tampering, id=line)
    found = _verdict(people)
    assert found.forged == [line]
    assert found.broken == ([1] if sealed else [])


def test_a_deleted_line_is_found_once_it_is_sealed(people: People) -> None:
    raw(people.store.engine, "DELETE FROM access_log WHERE id = :id", id=_ids(people)[1])
    assert _verdict(people).broken


def test_a_child_added_to_a_line_is_found(people: People) -> None:
    for line in (_ids(people)[0], _ids(people)[-1]):
        with people.store.engine.begin() as connection:
            connection.execute(insert(AccessLogChild), {"log_id": line, "child_id": people.tor.id, "why": "team"})
        assert line in _verdict(people).forged


def test_a_line_put_in_is_found_and_stays_found_when_it_is_sealed(people: People) -> None:
    with people.store.engine.begin() as connection:
        row = dict(
            connection.execute(select(*AccessLog.__table__.c).order_by(AccessLog.id.desc()).limit(1)).mappings().one()
        )
        copy = {**row, "id": row["id"] + 1, "actor_id": people.idris.id}
        connection.execute(insert(AccessLog), copy)
    assert _verdict(people).forged == [copy["id"]]
    people.clock.forward(minutes=6)
    with people.store.engine.begin() as connection:
        seal_log(connection, people.clock())
    assert _verdict(people).forged == [copy["id"]], "sealing does not make it true"


def test_a_line_that_is_repeated_is_found(people: People) -> None:
    with people.store.engine.begin() as connection:
        row = dict(
            connection.execute(select(*AccessLog.__table__.c).order_by(AccessLog.id.desc()).limit(1)).mappings().one()
        )
        connection.execute(insert(AccessLog), {**row, "id": row["id"] + 1})
        of_line = select(*AccessLogChild.__table__.c).where(AccessLogChild.log_id == row["id"])
        children = [{**each, "log_id": row["id"] + 1} for each in connection.execute(of_line).mappings()]
        connection.execute(insert(AccessLogChild), children)
    assert _verdict(people).forged == [row["id"] + 1]


def test_the_chain_can_not_be_built_anew_without_the_key(people: People) -> None:
    """All hashes are recomputed as anybody can; what the key has bound still doesn't fit."""
    raw(people.store.engine, "UPDATE access_log SET role = 'admin' WHERE id = :id", id=_ids(people)[0])
    with people.store.engine.begin() as connection:
        digest, first = "", 0
        for seal in connection.execute(select(LogSeal.id, LogSeal.last_id).order_by(LogSeal.id)).all():
            digest = log_chain._digest(digest, log_chain._lines(connection, first, seal.last_id, None))
            connection.exec_driver_sql(f"UPDATE log_seal SET digest = '{digest}' WHERE id = {seal.id}")
            first = seal.last_id + 1
        assert verify(connection, keyed=False).sound, "so far it looks whole"
    assert _verdict(people).broken == [1, 2]


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE log_seal SET digest = 'x' WHERE id = 1", [1, 2]),
        ("UPDATE log_seal SET last_id = last_id + 1 WHERE id = 2", [2]),
        ("UPDATE log_seal SET sealed_at = '2020-01-01 00:00:00' WHERE id = 1", [1]),
        ("UPDATE log_seal SET mac = NULL", [1, 2]),
        ("DELETE FROM log_seal WHERE id = 1", [2]),
    ],
)
def test_a_seal_that_was_touched_is_found(people: People, tampering: str, broken: list[int]) -> None:
    raw(people.store.engine, tampering)
    assert _verdict(people).broken == broken


def test_a_seal_put_in_is_found(people: People) -> None:
    with people.store.engine.begin() as connection:
        last = connection.execute(select(LogSeal.last_id, LogSeal.digest).order_by(LogSeal.id.desc()).limit(1)).one()
        digest = hashlib.sha256(json.dumps([last.digest], separators=(",", ":")).encode()).hexdigest()
        seal = {"first_id": last.last_id + 1, "last_id": last.last_id, "digest": digest, "sealed_at": people.clock()}
        connection.execute(insert(LogSeal), {**seal, "mac": b"x" * 32})
    assert _verdict(people).broken == [3]


def test_an_end_that_was_cut_off_is_missed_by_a_signed_review(people: People) -> None:
    with people.store.engine.begin() as connection:
        head = log_chain.head(connection)
    with people.unit(people.lovisa) as uow:
        review = LogReview(
            organisation_id=people.organisation_id,
            month=people.clock().date().replace(day=1) - timedelta(days=1),
            rules="", lines=0, occasions=0, last_line=0, made_at=uow.now, made_by=people.lovisa.id,
            signed_at=uow.now, signed_by=people.lovisa.id, head_seal=head.number, head_digest=head.digest,
        )  # fmt: skip
        uow.add(review)
    with people.unit(people.lovisa, reads=True) as uow:
        assert not cut_short(uow)
    raw(people.store.engine, "DELETE FROM log_seal WHERE id = 2")
    with people.unit(people.lovisa, reads=True) as uow:
        assert [each.id for each in cut_short(uow)] == [review.id]


def test_a_log_from_before_there_was_a_key_is_held_in_place(people: People) -> None:
    engine = people.store.engine
    raw(engine, "DELETE FROM log_seal")
    raw(engine, "UPDATE access_log SET mac = NULL")
    with engine.begin() as connection:
        log_chain.begin_with_key(connection, people.clock())
    assert _verdict(people).sound
    _read(people)
    assert _verdict(people).sound
    raw(engine, "UPDATE access_log SET role = 'admin' WHERE id = :id", id=_ids(people)[0])
    assert _verdict(people).broken


def test_only_the_newest_part_may_be_verified(people: People) -> None:
    with people.store.engine.connect() as connection:
        found = verify(connection, newest=1)
        whole = verify(connection)
    assert (found.whole, found.seals, found.sound) == (False, 1, True)
    assert (whole.whole, whole.seals) == (True, 2)
    assert found.lines < whole.lines
    assert found.unsealed == whole.unsealed


def _read(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        uow.all(uow.reachable(Child))


def _ids(people: People) -> list[Any]:
    with people.store.engine.connect() as connection:
        about = select(AccessLog.id).where(AccessLog.action == "read", AccessLog.actor_id == people.maja.id)
        return list(connection.scalars(about.order_by(AccessLog.id)))


def _verdict(people: People) -> Verdict:
    with people.store.engine.connect() as connection:
        return verify(connection)
