"""Writing about a visit after it was signed: the amendment, the next edition, and what never changes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import undefer

from followup.domain import summary
from followup.domain.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from followup.services.record import amending, editions, filing, plain_text
from followup.store.tables import Amendment, Document, Visit
from tests.support.linting_client import LintingClient
from tests.support.pdf_reading import words_of
from tests.support.people import People
from tests.support.population import TODAY, Person

ClientFor = Callable[[Person], LintingClient]
TEXT = "Besöket började klockan tre, inte klockan två."
CORRECTION = {"kind": "correction", "about": "visit", "text": TEXT, "whose": "caseworker"}
DISPUTED = {
    "kind": "disputed",
    "about": "why",
    "text": "Jag vet visst varför jag bor här.",
    "whose": "child",
    "said_on": TODAY.isoformat(),
}


@pytest.fixture
def signed(people: People) -> UUID:
    return people.sign(people.alva)


def amend(
    people: People,
    visit_id: UUID,
    fields: Mapping[str, str] = MappingProxyType({}),
    *,
    by: Person | None = None,
    key: UUID | None = None,
) -> Amendment:
    with people.unit(by or people.maja) as uow:
        return amending.amend(uow, visit_id, key or uuid4(), {**CORRECTION, **fields})


def at_once(work: Callable[[], object], times: int) -> None:
    with ThreadPoolExecutor(times) as pool:
        for done in [pool.submit(work) for _ in range(times)]:
            done.result()


def documents(people: People, visit_id: UUID) -> list[Document]:
    load = [undefer(Document.source), undefer(Document.content)]
    return sorted(people.rows(Document, Document.visit_id == visit_id, load=load), key=lambda each: each.edition)


def newest(people: People, visit_id: UUID) -> summary.VisitSummary:
    with people.unit(people.maja, reads=True) as uow:
        return editions.current_summary(uow, visit_id)[1]


def test_the_next_edition_shows_it_and_the_first_stays_as_it_was(people: People, signed: UUID) -> None:
    before = people.visit(signed, undefer(Visit.summary))
    (first,) = documents(people, signed)
    people.clock.forward(hours=26)
    amend(people, signed)
    old, new = documents(people, signed)
    assert (old.content, old.sha256, old.source, old.ready_at) == (first.content, first.sha256, None, first.ready_at)
    assert (new.edition, new.state, new.made_by, new.kind) == (2, "waiting", people.maja.id, "full")
    after = people.visit(signed, undefer(Visit.summary))
    assert (after.summary, after.summary_sha256) == (before.summary, before.summary_sha256)
    words, signed_words = newest(people, signed), summary.from_json(before.summary or "")
    (amendment,) = words.amendments
    assert (amendment.text, amendment.section.code, amendment.author) == (TEXT, "visit", people.maja.name)
    assert (amendment.title, amendment.at, amendment.edition) == (people.maja.title, people.clock(), 2)
    assert words.signature == signed_words.signature
    assert words.heading.edition_number == 2
    assert words.drawn_up_at == people.clock()


def test_each_edition_shows_all_that_was_written_until_then(people: People, signed: UUID) -> None:
    amend(people, signed)
    amend(people, signed, DISPUTED, by=people.birgitta)
    _, second, third = documents(people, signed)
    assert [len(summary.from_json(each.source or "").amendments) for each in (second, third)] == [1, 2]
    correction, disputed = newest(people, signed).amendments
    assert (correction.number, correction.author, correction.law) == (1, people.maja.name, "")
    assert (disputed.number, disputed.author, disputed.title) == (2, people.birgitta.name, people.birgitta.title)
    assert (disputed.whose.code, disputed.said_on, disputed.edition) == ("child", TODAY, 3)
    assert disputed.law == "14 kap. 6 § socialtjänstlagen (2025:400)"


def test_a_title_that_changes_later_stays_as_it_was_signed(people: People, signed: UUID) -> None:
    amend(people, signed)
    people.change(people.maja, title="1:e socialsekreterare")
    amend(people, signed, {"text": "Mer."}, by=people.birgitta)
    assert newest(people, signed).amendments[0].title == people.maja.title


def test_a_form_sent_twice_gives_one(people: People, signed: UUID) -> None:
    key = uuid4()
    first = amend(people, signed, key=key)
    assert amend(people, signed, {"text": f"  {TEXT}\r\n"}, key=key).id == first.id
    assert len(documents(people, signed)) == 2
    with pytest.raises(Conflict):
        amend(people, signed, {"text": "Något annat, skrivet efter ett steg bakåt i webbläsaren."}, key=key)
    assert len(people.rows(Amendment)) == 1


def test_two_clicks_at_once_give_one_and_two_tabs_give_two(people: People, signed: UUID) -> None:
    key = uuid4()
    at_once(lambda: amend(people, signed, key=key), 3)
    assert [each.edition for each in documents(people, signed)] == [1, 2]
    at_once(lambda: amend(people, signed), 2)
    assert [each.edition for each in documents(people, signed)] == [1, 2, 3, 4]
    assert sorted(each.number for each in people.rows(Amendment)) == [1, 2, 3]
    assert [each.number for each in newest(people, signed).amendments] == [1, 2, 3]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": ""}, "kind"),
        ({"kind": "erase"}, "kind"),
        ({"about": ""}, "about"),
        ({"about": "urgent"}, "about"),  # this summary has none
        ({"text": " \n"}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"about": "read_back"}, "kind"),
        ({"about": "answers"}, "kind"),
        ({"kind": "disputed"}, "whose"),
        ({"kind": "disputed", "whose": ""}, "whose"),
        ({"kind": "disputed", "whose": "guardian", "said_on": TODAY.isoformat()}, "said_by"),
        ({"kind": "disputed", "whose": "child"}, "said_on"),
        ({"whose": "carer", "said_by": "Karin"}, "said_on"),
        ({**DISPUTED, "said_on": (TODAY + timedelta(days=1)).isoformat()}, "said_on"),
        ({**DISPUTED, "said_on": "2019-01-01"}, "said_on"),
    ],
)
def test_what_lacks_or_cannot_be_is_told_at_its_field(
    people: People, signed: UUID, fields: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput) as told:
        amend(people, signed, fields)
    assert [problem.field for problem in told.value.problems] == [field]
    assert not people.rows(Amendment)


@pytest.mark.parametrize("about", ["answers", "read_back"])
def test_what_the_child_said_takes_only_more_beside_it(people: People, signed: UUID, about: str) -> None:
    before = newest(people, signed)
    amend(people, signed, {**DISPUTED, "about": about})
    amend(people, signed, {"kind": "addendum", "about": about, "text": "Alva ringde och berättade mer."})
    after = newest(people, signed)
    assert (after.child_voice, after.forms, after.read_back) == (before.child_voice, before.forms, before.read_back)


def test_only_a_signed_visit_and_only_within_reach(people: People, signed: UUID) -> None:
    (planned,) = people.plan(people.alva, days=3)
    with pytest.raises(InvalidTransition):
        amend(people, planned)
    with pytest.raises(NotFound):
        amend(people, signed, by=people.sven)


def test_a_filed_visit_waits_again_until_its_new_edition_is_filed(people: People, signed: UUID) -> None:
    with people.unit(people.maja) as uow:
        filing.file_document(uow, signed, "A1")
    assert people.visit(signed).state == "filed"
    amend(people, signed)
    assert people.visit(signed).state == "signed"
    people.app.extensions["followup_pressroom"].print_waiting()
    old, new = documents(people, signed)
    with people.unit(people.maja) as uow:
        filing.file_document(uow, signed, "A2", new.id)
        filing.file_document(uow, signed, "A9", old.id)  # filed already: the first receipt stays
    assert people.visit(signed).state == "filed"
    with people.unit(people.maja, reads=True) as uow:
        receipts = [row.filing.reference for row in editions.editions_of(uow, signed) if row.filing]
    assert receipts == ["A2", "A1"]


def test_the_pdf_says_which_edition_and_shows_it_in_place_and_listed(people: People, signed: UUID) -> None:
    amend(people, signed)
    amend(people, signed, DISPUTED)
    assert people.app.extensions["followup_pressroom"].print_waiting() == 2
    first, second, third = documents(people, signed)
    assert first.content == b"%PDF-1.7"
    assert second.content
    assert third.content
    assert "Utgåva 2, ersätter inte utgåva 1" in words_of(second.content)
    words = words_of(third.content)
    assert "Utgåva 3, ersätter inte utgåva 1 och 2" in words
    assert words.index("Varför Alva") < words.index(DISPUTED["text"]) < words.index("Läst tillsammans")
    assert words.index("Läst tillsammans") < words.index("Skrivet efter signeringen", words.index(DISPUTED["text"]))
    assert "Barnet anser att något här är felaktigt" in words
    assert "Antecknat enligt 14 kap. 6 § socialtjänstlagen (2025:400)" in words
    assert hashlib.sha256(third.content).hexdigest() == third.sha256


def test_the_text_for_the_case_system_tells_of_it(people: People, signed: UUID) -> None:
    amend(people, signed)
    amend(people, signed, {"about": "whole", "kind": "addendum", "text": "Skolan ringde."})
    parts = {part.code: part.text for part in plain_text.sections(newest(people, signed), "0" * 64)}
    assert "Utgåva 3, ersätter inte utgåva 1 och 2" in parts["visit"]
    assert "[Rättelse 1]" in parts["visit"]
    assert TEXT in parts["visit"]
    assert "Skolan ringde." in parts["whole"]


def refused(people: People, sql: str, reason: str) -> None:
    with pytest.raises(DBAPIError, match=reason), people.store.engine.begin() as connection:
        connection.execute(text(sql))


def test_the_database_refuses_to_change_what_was_written(people: People, signed: UUID) -> None:
    amend(people, signed)
    for change in ("UPDATE amendment SET kind = 'addendum'", "DELETE FROM amendment"):
        refused(people, change, "append-only")
    for change in ("source = NULL", "edition = 7", "kind = 'masked'", "made_by = NULL", "language = 'en'"):
        refused(people, f"UPDATE document SET {change} WHERE edition = 2", "made of what it was made of")
    refused(people, "DELETE FROM document WHERE edition = 2", "never changes")
    refused(people, "UPDATE visit SET summary_sha256 = 'x' WHERE state = 'signed'", "frozen")
    people.plan(people.alva, days=2)
    refused(
        people,
        "INSERT INTO amendment SELECT 9, key, kind, about, whose, said_by, said_on, text, edition, written_at,"
        " written_by, (SELECT id FROM visit WHERE state = 'planned'), child_id, visit_id FROM amendment",
        "only a signed visit is amended",
    )


def test_a_filed_visit_is_not_unfiled_without_a_new_edition(people: People, signed: UUID) -> None:
    with people.unit(people.maja) as uow:
        filing.file_document(uow, signed, "A1")
    refused(people, "UPDATE visit SET state = 'signed' WHERE state = 'filed'", "frozen")


@pytest.fixture
def browser(people: People, client_for: ClientFor) -> LintingClient:
    return client_for(people.maja)


def key_on(page: str) -> str:
    (found,) = re.findall('name="key" value="([0-9a-f-]{36})"', page)
    return str(found)


def test_the_page_from_writing_to_the_list_of_editions(people: People, signed: UUID, browser: LintingClient) -> None:
    page = browser.get(f"/visits/{signed}/amend").text
    assert "14 kap. 6 §" in page
    assert f"Undertecknas av {people.maja.name}, {people.maja.title}" in page
    key = key_on(page)
    lacking = browser.submit(f"/visits/{signed}/amend", {**CORRECTION, "about": "", "key": key})
    assert lacking.status_code == 422
    assert TEXT in lacking.text
    assert key_on(lacking.text) == key
    for _click in range(2):
        assert browser.submit(f"/visits/{signed}/amend", {**CORRECTION, "key": key}).status_code == 302
    other = browser.submit(f"/visits/{signed}/amend", {**CORRECTION, "text": "Något annat.", "key": key})
    assert other.status_code == 409
    assert "Något annat." in other.text
    assert key_on(other.text) != key
    shown = browser.get(f"/visits/{signed}/summary").text
    assert "Fullständig utgåva 2" in shown
    assert "Rättelse 1: Besöket" in shown
    assert TEXT in shown
    assert "PDF:en görs nu" in shown
    people.app.extensions["followup_pressroom"].print_waiting()
    shown = browser.get(f"/visits/{signed}/summary").text
    fetched = [browser.get(path) for path in re.findall(r'href="(/documents/[0-9a-f-]+\.pdf)"', shown)]
    assert [each.data[:8] == b"%PDF-1.7" and len(each.data) > 8 for each in fetched] == [True, False]
    assert all(people.alva.name.split()[0] not in each.headers["Content-Disposition"] for each in fetched)


def test_the_child_page_tells_that_something_was_written(people: People, signed: UUID, browser: LintingClient) -> None:
    assert "tillägg eller rättelse" not in browser.get(f"/children/{people.alva.id}").text
    amend(people, signed)
    assert "Ett tillägg eller en rättelse" in browser.get(f"/children/{people.alva.id}").text


def test_a_masked_edition_of_before_is_told_for_what_it_is(
    people: People, signed: UUID, browser: LintingClient
) -> None:
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == signed).options(undefer(Visit.summary)))
        editions.issue_edition(uow, visit, "child", visit.summary, language="fa-AF")
    page, older = f"/visits/{signed}/summary", "Gjord före den nyaste fullständiga utgåvan"
    before = browser.get(page).text
    assert older not in before
    assert "Dari" in before  # the language by its name
    people.clock.forward(minutes=1)
    amend(people, signed)
    assert browser.get(page).text.count(older) == 1


def test_a_paste_of_three_megabytes_comes_back_with_a_sentence(
    people: People, signed: UUID, browser: LintingClient
) -> None:
    key = key_on(browser.get(f"/visits/{signed}/amend").text)
    page = browser.submit(f"/visits/{signed}/amend", {**CORRECTION, "text": "x" * 3_000_000, "key": key})
    assert page.status_code == 422
    assert "3000000" in page.text
    assert page.text.count("x" * 3_000_000) == 1
    assert not people.rows(Amendment)


def test_who_has_left_stands_as_the_signer_and_the_new_one_writes(people: People, signed: UUID) -> None:
    before = newest(people, signed).signature
    people.end_assignment(people.maja, people.alva, TODAY)
    people.assign(people.idris, people.alva)
    people.change(people.maja, active=False)
    amend(people, signed, by=people.idris)
    words = newest_as(people, signed, people.idris)
    assert words.signature == before
    assert words.amendments[0].author == people.idris.name


def newest_as(people: People, visit_id: UUID, who: Person) -> summary.VisitSummary:
    with people.unit(who, reads=True) as uow:
        return editions.current_summary(uow, visit_id)[1]


def test_older_summaries_can_be_amended(people: People) -> None:
    """A visit signed by a program that knew no amendments."""
    visit_id = people.sign(people.alva)
    stored = summary.from_json(people.visit(visit_id, undefer(Visit.summary)).summary or "")
    old = summary.from_json(summary.to_json(stored).replace(f'"schema":{summary.SCHEMA}', '"schema":1'))
    assert old.schema == 1
    assert old.amended((), 2, people.clock()).schema == summary.SCHEMA
