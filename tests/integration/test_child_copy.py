"""“Min sammanfattning”: safe to keep at home unless the child wants otherwise, in its language, and always one page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import undefer

from followup.domain.child_copy import ChildCopy, from_json, to_json
from followup.domain.errors import InvalidInput, NotFound
from followup.domain.summary import Drawing, Signature, VisitSummary
from followup.domain.summary import to_json as summary_json
from followup.questionnaires.languages import LANGUAGES, copy_languages
from followup.services.record.child_copy import choosable, issue_child_copy
from followup.services.record.copy_choices import Option, chosen, read
from followup.services.record.copy_choices import to_json as choices_json
from followup.services.record.pressroom import claim
from followup.services.record.summarising import load_for_summary, summarise
from followup.store.tables import Action, Document, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.sample_forms import FACES, line
from tests.support.sample_summary import sample_summary

Browsers = Callable[[Person], LintingClient]
STROKES = "[[[100,600],[400,300],[700,600]]]"


def signed(people: People, kid: Kid, words: VisitSummary | None = None) -> UUID:
    (visit,) = people.plan(kid, days=-7)
    people.freeze(visit, summary=json.loads(summary_json(words or sample_summary())))
    return visit


def made(people: People, visit: UUID, **more: str) -> ChildCopy:
    with people.unit(people.maja) as uow:
        posted = {**choosable(uow, visit).values(), **more}
        document_id = issue_child_copy(uow, visit, posted).id
    (row,) = people.rows(Document, Document.id == document_id, load=[undefer(Document.source)])
    assert row.source is not None
    return from_json(row.source)


def words_in(copy: ChildCopy) -> str:
    lines = [line.text for section in copy.sections for line in section.lines]
    return " ".join([copy.heading, copy.thanks, copy.day, *lines, copy.bye, copy.sender]).replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_by_itself_it_holds_only_what_is_safe_to_keep_at_home(people: People) -> None:
    people.change(people.maja, phone="070-174 06 11")
    copy = made(people, signed(people, people.alva))
    assert [section.code for section in copy.sections] == ["agreed", "again", "talk"]
    text = words_in(copy)
    for safe in (
        "Tack för att du pratade med mig, Alva.",
        "Ringa Alva och berätta",
        "070-174 06 11",
        "116 111",
        "23 februari",
    ):
        assert safe in text, safe
    record = sample_summary()
    said = [quote.words for quote in record.child_voice] + [talk.child_words for talk in record.conversations]
    said += [line.text for form in record.forms for line in form.answers] + [note.text for note in record.notes]
    said += [record.assessment, "SN 2026-0417", "Granbarr"]
    assert not [each for each in said if each and each in text]


def test_what_the_child_wants_stands_there_in_words_that_they_chose(people: People) -> None:
    face = replace(sample_summary().forms[0], scale=FACES, answers=(line("s_bed", "Jag sover bra.", ["3"], FACES, ()),))
    visit = signed(people, people.vide, replace(sample_summary(), forms=(face,), drawings=(Drawing("Hemma", STROKES),)))
    copy = made(
        people,
        visit,
        **{"o-wished-1": "1", "o-answered-0-0": "1", "o-drew-0": "1", "t-agreed-0": "  Jag frågar om\nVide. "},
    )
    sections = {section.code: section.lines for section in copy.sections}
    assert sections["agreed"][0].text == "Jag frågar om Vide."
    assert "tisdag" in sections["wished"][0].text
    assert (sections["answered"][0].text, sections["answered"][0].face) == ("Jag sover bra. Ja", 5)
    assert sections["drew"][0].strokes == STROKES
    assert copy.size == "large"
    assert len(sections["talk"]) == 1  # the youngest get no number to a stranger


def test_every_language_has_all_the_words_and_says_that_nobody_has_read_them(people: People) -> None:
    assert {each.code for each in copy_languages()} == set(LANGUAGES)
    visit = signed(people, people.alva)
    arabic = made(people, visit, language="ar")
    assert (arabic.language, arabic.direction, arabic.unread) == ("ar", "rtl", True)
    agreed = arabic.sections[0].lines[0]
    assert agreed.language == "sv"  # what they wrote themselves is told for what it is
    assert not made(people, visit, language="sv").unread
    (row, *_) = people.rows(Document, Document.visit_id == visit, Document.language == "ar")
    assert row.kind == "child"


def test_the_forms_own_words_are_in_the_childs_language_and_what_is_good_has_no_figures(people: People) -> None:
    good = replace(sample_summary(), strengths=("Skolan: 5 av 5",))
    visit = signed(people, people.alva, good)
    with people.unit(people.maja) as uow:
        options = [each for each in choosable(uow, visit).options if each.section in {"good", "answered"}]
    assert "5 av 5" not in " ".join(option.text for option in options)
    assert len({option.key for option in options}) == len(options)
    (school,) = [option for option in options if option.section == "good"]
    arabic = made(people, visit, language="ar", **{f"o-{school.key}": "1"})
    (told,) = next(section.lines for section in arabic.sections if section.code == "good")
    assert told.language == ""  # the page's own
    assert not any(letter.isascii() and letter.isalpha() for letter in told.text)
    swedish = made(people, visit, language="sv", **{f"o-{school.key}": "1"})
    assert school.text in words_in(swedish)


def test_nothing_tells_where_a_protected_child_lives(people: People) -> None:
    people.change(people.maja, phone="0522-69 60 00")
    text = words_in(made(people, signed(people, people.samira)))
    for secret in ("Blåbärsby", "0522", people.maja.name.split()[1]):
        assert secret not in text


def test_the_same_twice_is_one_and_what_is_wrong_is_refused(people: People) -> None:
    visit = signed(people, people.alva)
    made(people, visit)
    people.clock.forward(minutes=5)
    made(people, visit)
    assert len(people.rows(Document, Document.visit_id == visit)) == 1
    with pytest.raises(InvalidInput):
        made(people, visit, language="fi")
    with pytest.raises(InvalidInput) as refused:
        made(people, visit, **{"t-agreed-0": "x" * 301})
    assert [problem.field for problem in refused.value.problems] == ["t-agreed-0"]


def test_the_press_gets_the_copy_alone_without_files(people: People) -> None:
    copy = made(people, signed(people, people.alva))
    job = claim(people.store)
    assert job is not None
    assert (job.to_print.kind, job.to_print.source, job.to_print.attachments) == ("child", to_json(copy), ())


def drafted(people: People) -> UUID:
    """A visit that is being written, with two promises to the child."""
    (visit,) = people.plan(people.alva, days=-1)
    whose: dict[str, Any] = {"visit_id": visit, "child_id": people.alva.id}
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == visit)).state = "draft"
        for days, what in enumerate(("Ringa pappa", "Fråga om katten")):
            due = uow.today + timedelta(days=days)
            uow.add(Action(kind="promise", what=what, who="Maja", due=due, **whose))
    return visit


def test_it_is_chosen_on_the_tablet_before_the_visit_is_signed(people: People, client_for: Browsers) -> None:
    visit = drafted(people)
    browser, address = client_for(people.maja), f"/visits/{visit}/child-copy"
    assert address in browser.get(f"/visits/{visit}/sign").text
    page = browser.get(address).text
    assert "Spara det vi har valt" in page
    assert "Fråga om katten" in page
    with people.unit(people.maja, reads=True) as uow:
        (phone, cat) = choosable(uow, visit).options[:2]
    posted = {
        "language": "sv",
        f"o-{cat.key}": "1",
        f"t-{cat.key}": "Vi frågar om katten",
        f"t-{phone.key}": "",
    }
    wrong = browser.submit(address, {**posted, f"t-{cat.key}": "x" * 301})
    assert wrong.status_code == 422
    assert browser.submit(address, posted).location.endswith(f"/visits/{visit}/sign")
    assert not people.rows(Document, Document.visit_id == visit), "nothing is made of what isn't signed"
    assert "Så här har ni valt." in browser.get(address).text
    with people.unit(people.maja) as uow:
        whole = load_for_summary(uow, visit)
        words = summarise(uow, whole)
        signature = Signature(people.maja.name, "socialsekreterare", uow.now)
    people.freeze(visit, summary=json.loads(summary_json(words.signed(signature))))
    assert "Så här valde ni före signeringen." in browser.get(address).text
    told = words_in(made(people, visit))
    assert "Vi frågar om katten" in told
    assert "Ringa pappa" not in told, "it was not chosen"


def test_a_line_that_was_changed_after_it_was_chosen_is_not_chosen() -> None:
    before = [Option("a-0", "answered", "Jag sover bra. Ofta"), Option("a-1", "answered", "Jag har vänner. Aldrig")]
    kept = read(choices_json(chosen(before, {"o-a-0": "1", "language": "ar"})))
    assert kept
    moved = [Option("a-0", "answered", "Jag har vänner. Aldrig"), Option("a-1", "answered", "Jag sover bra. Ofta")]
    assert kept.values(moved) == {"language": "ar", "o-a-1": "1"}
    assert kept.values([replace(moved[1], text="Jag sover bra. Aldrig")]) == {"language": "ar"}


def test_a_visit_that_is_not_signed_has_no_copy(people: People) -> None:
    (visit,) = people.plan(people.alva)
    with people.unit(people.maja) as uow, pytest.raises(NotFound):
        choosable(uow, visit)


def test_the_page(people: People, client_for: Browsers) -> None:
    visit = signed(people, people.alva)
    browser, address = client_for(people.maja), f"/visits/{visit}/child-copy"
    page = browser.get(address)
    assert "Svaren står bara där om Alva vill det." in page.text
    assert "Barnet är tryggt hos oss" not in page.text  # the carers' answers are nobody's but theirs
    wrong = browser.submit(address, {"language": "sv", "o-agreed-0": "1", "t-agreed-0": "x" * 301})
    assert wrong.status_code == 422
    done = browser.submit(address, {"language": "sv", "o-agreed-0": "1", "t-agreed-0": "Jag ringer."})
    assert done.location.endswith(f"/visits/{visit}/summary")
    assert people.rows(Document, Document.visit_id == visit, Document.kind == "child")
