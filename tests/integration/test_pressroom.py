"""The pressroom goes on, whatever one of its documents is like."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from followup.services.record import home_filing
from followup.services.record.claiming import MOST_TRIES
from followup.services.record.home_record import draft_home_record, issue_home_record
from followup.services.record.pressroom import claim, keep
from followup.store.crypto import key_ring
from followup.store.tables import Document, HomeRecord
from tests.support.people import People
from tests.support.queries import spoil


def of_a_newer_program(row: UUID) -> bytes:
    return key_ring().seal(b'{"schema": 999}', "visit.summary", row)


def altered(_row: UUID) -> bytes:
    return b"\x02\x01" + b"\0" * 60


@pytest.mark.parametrize("octets", [of_a_newer_program, altered])
def test_a_document_that_cannot_be_read_keeps_no_other_waiting(people: People, octets: Callable[[UUID], bytes]) -> None:
    whole = people.sign(people.alva, printed=False)
    people.clock.forward(minutes=1)  # the newest is taken first
    spoiled = people.sign(people.elliot, printed=False)
    spoil(people.store.engine, "visit", "summary", spoiled, octets(spoiled))
    taken = claim(people.store)
    assert taken
    (document,) = people.rows(Document, Document.id == taken.document_id)
    assert document.visit_id == whole
    keep(people.store, document.id, b"%PDF")
    for _ in range(MOST_TRIES - 1):
        with people.as_program() as uow:
            uow.one(uow.reachable(Document).where(Document.visit_id == spoiled)).claimed_at = None  # as minutes later
        assert claim(people.store) is None
    (document,) = people.rows(Document, Document.visit_id == spoiled)
    assert (document.state, document.tries) == ("failed", MOST_TRIES)


def test_nor_does_the_record_of_a_home(people: People) -> None:
    visit_id = people.sign(people.alva)
    with people.unit(people.maja) as uow:
        record_id = issue_home_record(uow, visit_id, draft_home_record(uow, visit_id).values()).id
    spoil(people.store.engine, "home_record", "source", record_id, altered(record_id))
    assert home_filing.claim_home_record(people.store) is None
    (row,) = people.rows(HomeRecord)
    assert row.tries == 1
