"""The foster home's own record: one file, one home, and nothing in it of what a child said or is called."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import undefer

from followup.domain import home_record
from followup.domain.errors import InvalidTransition, NotFound
from followup.domain.record_words import term
from followup.domain.summary import Agreement, Conversation, Note, VisitSummary
from followup.domain.summary import to_json as summary_json
from followup.pdf.jobs import PrintJob
from followup.pdf.worker import PRINTS
from followup.services.record import home_filing
from followup.services.record.claiming import MOST_TRIES
from followup.services.record.home_record import draft_home_record, issue_home_record
from followup.services.record.verifying import verify
from followup.store.tables import HomeRecord, HomeVisit
from tests.support.linting_client import LintingClient
from tests.support.pdf_reading import words_of
from tests.support.people import People
from tests.support.population import Person
from tests.support.sample_forms import AGREEMENT, carer_form, line
from tests.support.sample_summary import sample_summary

Browsers = Callable[[Person], LintingClient]
GOING = term("agreement_state", "open")


def told() -> VisitSummary:
    """What was said and seen of the home, with the children's names in the middle of it."""
    form = carer_form()
    own = line("f_cope", "Vi orkar med uppdraget just nu.", ["4"], AGREEMENT, ())
    answers = (*form.answers[:2], replace(own, words="Alvas nätter tar kraft."))
    notes = (
        Note(term("area", "carer"), term("note_kind", "observation"), "Karin tröstar Alva och vides kompis."),
        Note(term("area", "carer"), term("note_kind", "statement"), "Det är mysigt här.", "Alva"),
        Note(term("area", "carer"), term("note_kind", "assessment"), "Hemmet behöver avlastning."),
        Note(term("area", "health"), term("note_kind", "observation"), "Alva gäspar."),
    )
    talk = Conversation(
        "Familjehemmet: sömn",
        term("prompt_outcome", "talked"),
        carer_words="Vi är trötta.",
        agreed="Råd om sömn",
        with_carers=True,
    )
    agreed = Agreement(term("agreement", "action"), "Karin ringer skolan om Alva", "Karin Ängsull", GOING)
    record = sample_summary()
    return replace(
        record,
        forms=(record.forms[0], replace(form, answers=answers)),
        notes=notes,
        conversations=(*record.conversations, talk),
        agreements=(*record.agreements, agreed),
    )


@pytest.fixture
def visits(people: People) -> list[UUID]:
    """Two siblings who were seen at one home visit."""
    visits = people.plan(people.alva, people.vide, days=-7)
    with people.as_program() as uow:
        row = uow.one(uow.reachable(HomeVisit).where(HomeVisit.foster_home_id == people.alva.home.id))
        row.present, row.home_seen = "Karin Ängsull\nAlva", True
    for visit in visits:
        people.freeze(visit, summary=json.loads(summary_json(told())))
    return visits


def issued(people: People, visit: UUID, **more: str) -> home_record.HomeRecord:
    with people.unit(people.maja) as uow:
        posted = {**draft_home_record(uow, visit).values(), **more}
        record_id = issue_home_record(uow, visit, posted).id
    (row,) = people.rows(HomeRecord, HomeRecord.id == record_id, load=[undefer(HomeRecord.source)])
    return home_record.from_json(row.source)


def test_it_tells_of_the_home_and_not_of_the_children(people: People, visits: list[UUID]) -> None:
    record = issued(people, visits[0])
    text = words_of(PRINTS["home"](PrintJob("home", home_record.to_json(record))))
    for said in (
        "Besök hos Karin och Per Ängsull", "Karin tröstar [barnet] och [barnet] kompis.", "Hemmet sett Ja",
        "Vi orkar med uppdraget just nu.", "[barnet] nätter tar kraft.", "Vi är trötta.", "Råd om sömn",
        "Karin ringer skolan om [barnet]",
    ):  # fmt: skip
        assert said in text, said
    shown = sample_summary()
    hidden = [line.text for line in shown.forms[0].answers] + [quote.words for quote in shown.child_voice]
    hidden += [talk.child_words for talk in shown.conversations] + [
        shown.assessment,
        "Alva",
        "Vide",
        "Granbarr",
        "SN 2026",
    ]
    hidden += ["Barnet är tryggt hos oss.", "Det är mysigt här.", "Alva gäspar", "Hemmet behöver avlastning."]
    assert not [each for each in hidden if each and each in text]


def test_siblings_have_a_record_each_and_the_home_one(people: People, visits: list[UUID]) -> None:
    record = issued(people, visits[0])
    assert record.children == 2
    assert len(record.answers) == 1  # what both visits say stands there once
    assert issued(people, visits[1]) == record
    assert len(people.rows(HomeRecord)) == 1


def test_what_may_be_about_the_child_s_own_family_is_read_before_it_is_kept(
    people: People, client_for: Browsers
) -> None:
    words = told()
    area, seen = term("area", "carer"), term("note_kind", "observation")
    more = (Note(area, seen, "Linda ringer sällan hit, och biomamman kom inte."), Note(area, seen, "Karin är trött."))
    health = Note(term("area", "health"), seen, "Hälsade på hos Linda.")
    visit = people.plan(people.alva, days=-7)[0]
    people.freeze(visit, summary=json.loads(summary_json(replace(words, notes=(*more, health)))))
    browser, address = client_for(people.maja), f"/visits/{visit}/home-record"
    page = browser.get(address).text
    assert "Nämner: Linda, biomamman" in page, "also where a name begins the sentence"
    stopped = browser.submit(address, {"o-n-0-0": "1", "o-n-0-1": "1"})
    assert stopped.status_code == 422
    assert "Läs de rader som är märkta." in stopped.text
    assert not people.rows(HomeRecord)
    assert browser.submit(address, {"o-n-0-1": "1"}).status_code == 302, "what names nobody needs no reading"
    assert browser.submit(address, {"o-n-0-0": "1", "read": "Karin"}).status_code == 422, "what was read was another"
    assert browser.submit(address, {"o-n-0-0": "1", "read": "Linda|biomamman"}).status_code == 302
    assert len(people.rows(HomeRecord)) == 2


def test_an_assessment_stands_there_only_if_it_is_chosen_and_is_the_next_edition(
    people: People, visits: list[UUID]
) -> None:
    first = issued(people, visits[0])
    second = issued(people, visits[0], **{"o-n-0-2": "1"})
    assert (first.edition, second.edition) == (1, 2)
    assert [note.text for note in second.notes][-1] == "Hemmet behöver avlastning."


def test_it_never_changes_nor_does_its_pdf_or_its_receipt(people: People, visits: list[UUID]) -> None:
    issued(people, visits[0])
    people.app.extensions["followup_pressroom"].print_waiting()
    with people.unit(people.maja) as uow:
        home_filing.file_home_record(uow, visits[0], 1, "FH-4 handling 7")
        home_filing.file_home_record(uow, visits[1], 1, "en annan")  # the first stays
    (row,) = people.rows(HomeRecord)
    assert row.reference == "FH-4 handling 7"
    for column, value in (("edition", 9), ("content", b"other"), ("reference", "en annan"), ("filed_at", None)):
        with pytest.raises(DatabaseError), people.as_program() as uow:
            setattr(uow.one(uow.reachable(HomeRecord)), column, value)
            uow.flush()


def test_it_is_printed_once_and_known_by_its_octets(people: People, visits: list[UUID]) -> None:
    issued(people, visits[0])
    with people.unit(people.maja) as uow, pytest.raises(InvalidTransition):
        home_filing.file_home_record(uow, visits[0], 1, "7")
    room = people.app.extensions["followup_pressroom"]
    assert (room.print_waiting(), room.print_waiting()) == (1, 0)
    with people.unit(people.maja, reads=True) as uow:
        taken = home_filing.take_home_record(uow, visits[1], None)
        assert taken is not None
        content, name = taken
        assert [each.home for each in home_filing.unfiled_homes(uow)] == ["Karin och Per Ängsull"]
    assert name.endswith("-utgava-1.pdf")
    remarks = list(verify(content, store=people.store))
    assert any(remark.holds and "foster home" in remark.words for remark in remarks)


def test_what_cannot_be_printed_is_tried_three_times_and_then_when_somebody_asks(
    people: People, visits: list[UUID]
) -> None:
    issued(people, visits[0])
    for _ in range(MOST_TRIES):
        claimed = home_filing.claim_home_record(people.store)
        assert claimed is not None
        assert home_filing.claim_home_record(people.store) is None  # somebody is at it
        home_filing.keep(people.store, claimed[0], None)
        with people.as_program() as uow:
            uow.one(uow.reachable(HomeRecord)).claimed_at = None  # as it is minutes later
    (row,) = people.rows(HomeRecord)
    assert home_filing.state_of(row) == "failed"
    issued(people, visits[0])
    assert home_filing.claim_home_record(people.store) is not None


def test_only_whoever_reaches_a_child_that_was_visited_reaches_it(people: People, visits: list[UUID]) -> None:
    issued(people, visits[0])
    for person, sees in ((people.maja, True), (people.idris, False)):
        with people.unit(person, reads=True) as uow:
            assert bool(uow.all(uow.reachable(HomeRecord))) == sees


def test_an_unsigned_visit_has_none(people: People) -> None:
    (visit,) = people.plan(people.alva)
    with people.unit(people.maja, reads=True) as uow, pytest.raises(NotFound):
        draft_home_record(uow, visit)


def test_the_page(people: People, visits: list[UUID], client_for: Browsers) -> None:
    browser, address = client_for(people.maja), f"/visits/{visits[0]}/home-record"
    assert "Karin tröstar [barnet]" in browser.get(address).text
    assert browser.get(f"{address}.pdf").status_code == 302
    done = browser.submit(address, {"o-n-0-0": "1"})
    assert done.location.endswith("home-record")
    page = browser.get(address).text
    assert "Utgåva 1" in page
    assert "PDF:en görs nu." in page
    assert browser.get(f"{address}/state", lint=False).json == {"ready": False}
    assert "Till familjehemmens egna akter" in browser.get("/documents").text
    people.app.extensions["followup_pressroom"].print_waiting()
    assert browser.get(f"{address}/state", lint=False).json == {"ready": True}
    fetched = browser.get(f"{address}.pdf", lint=False)
    assert fetched.data.startswith(b"%PDF")
    assert "Ängsull" not in fetched.headers["Content-Disposition"]
    without = browser.submit(f"{address}/file", {"edition": "1", "reference": " "})
    assert without.status_code == 422
    assert "löpnummer" in without.text
    browser.submit(f"{address}/file", {"edition": "1", "reference": "FH-4"})
    assert "FH-4" in browser.get(address).text
    assert "Till familjehemmens egna akter" not in browser.get("/documents").text
