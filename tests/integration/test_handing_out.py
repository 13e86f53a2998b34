"""Utlämnat: who was given an edition, when and why, on its page, in the list and in the log."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.services.record.editions import issue_edition
from followup.services.record.handing_out import hand_out, handout_page
from followup.store.tables import Document, Handout, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import log_lines

Browsers = Callable[[Person], LintingClient]
WHY = "Begärdes av vårdnadshavaren, prövad samma dag"


def edition(people: People, kind: str = "masked", why: str = "", *, ready: bool = True) -> UUID:
    """An edition of a signed visit of Alva's, made today."""
    visit_id = people.sign(people.alva)
    with people.unit(people.maja) as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        made = issue_edition(uow, visit, kind, "{}", why=why)
        if ready:
            made.content, made.sha256, made.state, made.ready_at = b"%PDF", "0" * 64, "ready", uow.now
        return made.id


def fields(people: People, document: UUID, **more: str) -> dict[str, str]:
    with people.unit(people.maja, reads=True) as uow:
        return {**handout_page(uow, document).values(uow.today), "why": WHY, **more}


def test_who_got_it_stands_in_the_list_and_the_log_names_no_one(people: People, client_for: Browsers) -> None:
    document = edition(people, why="Till: Mamma\nFår stå: Vide. Hon vet.")
    browser, address = client_for(people.maja), f"/documents/{document}/handout"
    assert 'value="Mamma"' in browser.get(address).text, "it was masked for her"
    lacking = browser.submit(address, {"recipient": "", "given_on": "", "why": ""})
    assert lacking.status_code == 422
    for words in ("Skriv vem som fick den.", "Skriv varför den lämnades ut.", "Skriv vilken dag den lämnades ut."):
        assert words in lacking.text
    done = browser.submit(address, fields(people, document))
    page = browser.get(done.location).text
    assert "Utlämnad" in page
    assert WHY in page
    (row,) = people.rows(Handout)
    assert (row.document_id, row.recipient, row.why, row.noted_by) == (document, "Mamma", WHY, people.maja.id)
    (line,) = [line for line in log_lines(people.store) if line.action == "hand_out"]
    assert "Mamma" not in repr(line.objects)


def test_the_same_twice_is_noted_once_and_another_beside_it(people: People) -> None:
    document = edition(people)
    posted = fields(people, document, recipient="Mamma")
    for more in ({}, {}, {"recipient": "Pappa"}):
        with people.unit(people.maja) as uow:
            hand_out(uow, document, {**posted, **more})
    assert sorted(row.recipient for row in people.rows(Handout)) == ["Mamma", "Pappa"]


def test_the_child_s_own_copy_needs_no_reason_and_no_day_lies_outside_its_time(people: People) -> None:
    document = edition(people, "child")
    posted = fields(people, document, recipient="Alva", why="")
    with people.unit(people.maja) as uow:
        hand_out(uow, document, posted)
    for day in ("2020-01-01", "2999-01-01", "i går"):
        with people.unit(people.maja) as uow, pytest.raises(InvalidInput):
            hand_out(uow, document, {**posted, "given_on": day})


def test_one_that_is_not_ready_or_not_within_reach_is_given_to_nobody(people: People) -> None:
    waiting = edition(people, ready=False)
    with people.unit(people.maja) as uow, pytest.raises(InvalidTransition):
        hand_out(uow, waiting, {})
    with people.unit(people.sven) as uow, pytest.raises(NotFound):
        handout_page(uow, waiting)


def test_what_was_noted_is_never_changed(people: People) -> None:
    document = edition(people)
    posted = fields(people, document, recipient="Mamma")
    with people.unit(people.maja) as uow:
        hand_out(uow, document, posted)
    with pytest.raises(DBAPIError), people.as_program() as uow:
        uow.one(uow.reachable(Handout)).recipient = "Pappa"
    assert people.rows(Document, Document.id == document)
