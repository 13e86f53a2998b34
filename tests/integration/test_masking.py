"""Masking a signed visit before it is given out: the page, the service, and the file that comes of it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy.orm import undefer

from followup.domain.errors import Conflict, InvalidInput, NotFound
from followup.domain.summary import Drawing, VisitSummary, from_json, to_json
from followup.domain.summary_blocks import blocks_of
from followup.pdf.worker import PRINTS
from followup.services.record.known_files import in_store
from followup.services.record.masking import issue_masked, maskable, masked_as_chosen
from followup.services.record.pressroom import claim, keep
from followup.services.record.verifying import verify
from followup.store.tables import Document, Visit
from tests.support.canaries import canary_summary
from tests.support.linting_client import LintingClient
from tests.support.pdf_reading import words_of
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import log_lines
from tests.support.sample_summary import sample_summary

Browsers = Callable[[Person], LintingClient]


def spoken_of() -> VisitSummary:
    """What was said of the sibling in the same home, of a school and of an address."""
    told = "Enebuskes Vide sover. vides kompis går på Björkskolan, Ängsvägen 4."
    return replace(sample_summary(), assessment=told, drawings=(Drawing("Hemma", "[[[10,10],[400,300]]]"),))


def signed(people: People, kid: Kid, words: VisitSummary) -> UUID:
    """A visit that was signed with these words."""
    (visit,) = people.plan(kid, days=-7)
    people.freeze(visit, summary=json.loads(to_json(words)))
    return visit


@pytest.fixture
def visit(people: People) -> UUID:
    return signed(people, people.alva, spoken_of())


def fields(people: People, visit: UUID, **more: str) -> dict[str, str]:
    """The page's form as it is first shown, with other choices laid over it."""
    with people.unit(people.maja, reads=True) as uow:
        page = maskable(uow, visit)
        return {**page.values(), "seen": page.seen, **more}


def issue(people: People, visit: UUID, posted: dict[str, str]) -> UUID:
    with people.unit(people.maja) as uow:
        return issue_masked(uow, visit, posted).id


def document(people: People, document_id: UUID) -> tuple[Document, VisitSummary]:
    (row,) = people.rows(Document, Document.id == document_id, load=[undefer(Document.source)])
    assert row.source is not None
    return row, from_json(row.source)


def everything_in(data: bytes) -> Iterator[tuple[str, str]]:
    """Give all that a file holds, as (where, text): each object's strings and each stream, packed or not."""

    def strings(value: Any, depth: int = 0) -> Iterator[str]:
        if isinstance(value, pikepdf.String):
            yield str(value)
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Stream) and depth < 4:
            yield from (
                text
                for each in dict(value).values()
                if not getattr(each, "is_indirect", False)
                for text in strings(each, depth + 1)
            )
        elif isinstance(value, pikepdf.Array) and depth < 4:
            yield from (text for each in value for text in strings(each, depth + 1))

    yield "text", words_of(data)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield "info", " ".join(str(value) for value in dict(pdf.docinfo).values())
        yield (
            "attachments",
            " ".join(f"{name} {file.get_file().read_bytes().decode()}" for name, file in pdf.attachments.items()),
        )
        with pdf.open_outline() as outline:
            yield "outline", repr(outline)
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream) and "/Subtype" not in item:
                yield "stream", item.read_bytes().decode("latin-1")
            elif isinstance(item, pikepdf.Stream):
                yield str(item.Subtype), item.read_bytes().decode("utf-8", "replace")
            yield "object", " ".join(strings(item))


def printed(people: People) -> bytes:
    """The waiting document, as the pressroom would have it printed."""
    job = claim(people.store)
    assert job is not None
    return PRINTS[job.to_print.kind](job.to_print)


def test_a_masked_file_holds_nothing_of_what_was_masked_anywhere(people: People) -> None:
    """Text, attachments, metadata, bookmarks, alternative texts, and every other stream and string of the file."""
    full = canary_summary("Hemligt")
    plain = ("heading", "child", "placement", "visit", "signature", "versions")
    full = replace(full, **{name: getattr(sample_summary(), name) for name in plain})
    full = replace(
        full, forms=tuple(replace(form, title="Formuläret", version="1.0.0", asked_in="") for form in full.forms)
    )
    visit = signed(people, people.alva, full)
    chosen = {
        f"b-{block.path}": "child"
        for block in blocks_of(full)
        if "Hemligt" in block.text or block.path.startswith("forms")
    }
    issue(people, visit, fields(people, visit, **chosen))
    data = printed(people)
    terms = [term for note in full.notes for term in (note.area, note.kind)]
    terms += [term for row in full.amendments for term in (row.kind, row.section)]
    terms += [row.kind for row in (*full.agreements, *full.earlier_promises)] + [form.respondent for form in full.forms]
    said = [text for term in terms for text in (term.code, term.text)]
    said += [text for row in full.amendments for text in (row.author, row.title, row.law)]
    said += [point.text for form in full.forms for point in form.scale.points]
    allowed = {word.casefold() for word in said}
    for where, text in everything_in(data):
        left = {word for word in re.findall(r"hemligt\d+", text.casefold()) if word not in allowed}
        assert not left, (where, left)
    assert "[maskat 1, grund OSL 26:1]" in words_of(data)


def test_names_and_an_answer_are_gone_from_the_file_and_the_full_one_is_as_it_was(people: People, visit: UUID) -> None:
    before = people.visit(visit).summary_sha256
    issue(people, visit, fields(people, visit, **{"b-forms.0.answers.3": "child", "b-drawings.0": "child"}))
    found = dict[str, str]()
    for where, text in everything_in(printed(people)):
        found[where] = found.get(where, "") + text
    whole = " ".join(found.values())
    for name in ("Vide", "vides", "Enebuske", "Karin", "Ängsull", "Tuvmark", "Gunvor", "400 300", "400,300"):
        assert name not in whole, name
    assert "Jag vaknar och så kan jag inte somna om" not in whole  # the conversation that the answer led to
    assert "Alva Granbarr" in found["text"]
    assert "Maskad utgåva" in found["text"]
    assert "Beslutat av" in found["text"]
    assert (
        json.loads(found["attachments"].partition(" ")[2].partition(" svar.fhir.json")[0])["heading"]["edition"]["code"]
        == "masked"
    )
    assert people.visit(visit).summary_sha256 == before


def test_the_name_of_the_file_tells_nothing(people: People, visit: UUID, client_for: Browsers) -> None:
    document_id = issue(people, visit, fields(people, visit))
    with people.as_program() as uow:
        row = uow.one(uow.reachable(Document).where(Document.id == document_id))
        row.content, row.sha256, row.state, row.ready_at = b"%PDF-1.7", "0" * 64, "ready", uow.now
    answer = client_for(people.maja).get(f"/documents/{document_id}.pdf")
    assert answer.status_code == 200
    assert "maskad" in answer.headers["Content-Disposition"]
    assert "Alva" not in answer.headers["Content-Disposition"]


def test_siblings_carers_and_guesses_are_masked_by_themselves(people: People, visit: UUID) -> None:
    _, words = document(people, issue(people, visit, fields(people, visit)))
    sign = "[maskat 2, grund OSL 26:1]"  # the first is a note that its writer wanted tried
    assert words.notes[10].text == "[maskat 1, grund OSL 26:1]"
    assert words.assessment == f"{sign} {sign} sover. {sign} kompis går på Björkskolan, Ängsvägen 4."
    assert {line.decided_by for line in words.masked} == {people.maja.name}


def test_where_a_protected_child_lives_is_masked_by_itself(people: People) -> None:
    words = replace(spoken_of(), child=replace(spoken_of().child, name="Samira Nattviol", protected=True))
    visit = signed(people, people.samira, words)
    _, masked = document(people, issue(people, visit, fields(people, visit)))
    assert "Björkskolan" not in masked.assessment
    assert "Ängsvägen" not in masked.assessment
    assert masked.placement.place == "[maskat 3, grund OSL 21:3]"


def test_what_is_not_posted_is_masked(people: People, visit: UUID) -> None:
    """A form that was cut off on its way gives out no name."""
    with people.unit(people.maja, reads=True) as uow:
        page = maskable(uow, visit)
        assert "Vide" not in masked_as_chosen(uow, page, {"seen": page.seen}).assessment


def test_a_known_name_stands_only_with_a_reason_and_the_reason_is_kept(people: People, visit: UUID) -> None:
    posted = fields(people, visit, **{"w-Vide": "", "recipient": "mamma"})
    with pytest.raises(InvalidInput) as refused:
        issue(people, visit, posted)
    assert [problem.field for problem in refused.value.problems] == ["reason"]
    row, words = document(people, issue(people, visit, {**posted, "reason": "Mamma känner sin son"}))
    assert "Vide" in words.assessment
    assert row.why == "Till: mamma\nFår stå: Vide. Mamma känner sin son"
    assert "Mamma känner sin son" not in to_json(words)


def test_more_words_can_be_masked(people: People, visit: UUID) -> None:
    _, words = document(people, issue(people, visit, fields(people, visit, more="kompis\nsover")))
    assert "kompis" not in words.assessment
    assert any(line.what == "Ord som handläggaren valt" for line in words.masked)


def test_the_same_twice_is_one_edition_and_another_choice_the_next(people: People, visit: UUID) -> None:
    posted = fields(people, visit)
    first = issue(people, visit, posted)
    people.clock.forward(minutes=3)
    assert issue(people, visit, posted) == first
    row, words = document(people, issue(people, visit, {**posted, "b-notes.0": "child"}))
    assert (row.edition, words.heading.edition_number) == (2, 2)


def test_a_masked_edition_says_which_full_edition_it_was_made_of(people: People, visit: UUID) -> None:
    with people.as_program() as uow:
        uow.add(
            Document(visit_id=visit, child_id=people.alva.id, kind="full", state="unmade", asked_for_at=people.clock())
        )
    row, words = document(people, issue(people, visit, fields(people, visit)))
    assert words.made_of
    assert (words.made_of.edition, words.made_of.at) == (1, sample_summary().drawn_up_at)
    (kept,) = people.rows(Visit, Visit.id == visit)
    plain = kept.summary_sha256
    assert plain
    assert words.made_of.code
    assert words.made_of.code not in plain, "a plain checksum would let names be tried until it fits"
    data = printed(people)
    told = " ".join(words_of(data).split())
    assert "Maskad utgåva, ur fullständig utgåva 1" in told
    assert "Gjord ur fullständig utgåva 1, upprättad" in told
    keep(people.store, row.id, data)
    said = {remark.words: remark.holds for remark in verify(data, store=people.store)}
    assert said["It was made of full edition 1, which the database holds with the same words."]
    other = replace(words, made_of=replace(words.made_of, code="0123456789abcdef"))
    (remark,) = (each for each in in_store(people.store, data, other) if "made of" in each.words)
    assert remark.holds is False


def test_a_masked_talk_says_once_that_it_is_masked(people: People, visit: UUID) -> None:
    _, words = document(people, issue(people, visit, {**fields(people, visit), "b-conversations.0": "child"}))
    assert words.conversations[0].topic.startswith("[maskat")
    assert words.conversations[0].not_held == ""


def test_a_page_of_before_is_refused(people: People, visit: UUID) -> None:
    with pytest.raises(Conflict):
        issue(people, visit, fields(people, visit, seen="0" * 64))
    with pytest.raises(InvalidInput):
        issue(people, visit, fields(people, visit, **{"b-notes.0": "because"}))


def test_a_visit_that_is_not_signed_has_nothing_to_mask(people: People) -> None:
    (visit,) = people.plan(people.alva)
    with people.unit(people.maja, reads=True) as uow, pytest.raises(NotFound):
        maskable(uow, visit)


def test_the_page_shows_how_it_becomes_before_it_is_made(people: People, visit: UUID, client_for: Browsers) -> None:
    browser, address = client_for(people.maja), f"/visits/{visit}/mask"
    first = browser.get(address)
    assert "Maska inför utlämnande" in first.text
    posted = fields(people, visit, **{"b-notes.0": "child"})
    shown = browser.submit(address, {**posted, "go": "preview"})
    assert "[maskat 1, grund OSL 26:1]" in shown.text
    assert not people.rows(Document, Document.visit_id == visit, Document.kind == "masked")
    wrong = browser.submit(address, {**posted, "w-Vide": "", "go": "issue"})
    assert wrong.status_code == 422
    assert "Skriv varför det du låter stå kvar får lämnas ut." in wrong.text
    done = browser.submit(address, {**posted, "go": "issue"})
    assert done.location.endswith(f"/visits/{visit}/summary")
    assert any(line.action == "mask_visit" for line in log_lines(people.store))
