"""Reading back, signing, printing and filing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload, undefer

from followup.domain import summary
from followup.domain.errors import Conflict, InvalidInput, InvalidTransition, NotFound
from followup.questionnaires import load_all
from followup.services.flags.flagging import refresh_flags
from followup.services.record import filing, signing, summarising
from followup.services.visit import answering, steps, talking
from followup.services.visit.raising_alarm import raise_alarm
from followup.store.tables import Answer, Document, Filing, Flag, PlacementCheck, Response, Visit
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person

ANSWERS: dict[str, int | str] = {
    **{item.id: 4 for item in load_all().forms["barn-8-12"].items},
    "b_sleep": 2,
    "b_safe": 5,
    "b_friends": "declined",
}


@pytest.fixture
def visit_id(people: People) -> UUID:
    """A visit that lacks nothing but the reading back."""
    return ready_but_for_reading(people, ANSWERS)


def ready_but_for_reading(people: People, answers: Mapping[str, int | str]) -> UUID:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, answers, words={"b_sleep": "Jag tänker på om mamma är ensam."})
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        visit.private_talk, visit.private_minutes = "yes", 25
        uow.add(
            PlacementCheck(
                visit_id=visit_id,
                child_id=visit.child_id,
                understanding="own_words",
                self_blame="no_sign",
                child_words="Mamma var sjuk.",
            )
        )
    return visit_id


def read_back(people: People, visit_id: UUID, revision: int = 0, **fields: str) -> None:
    with people.unit(people.maja) as uow:
        signing.save_read_back(
            uow, visit_id, revision, {"outcome": "agrees", "words": "Skriv att Sixten var med.", **fields}
        )


def what_is_read(people: People, visit_id: UUID) -> str:
    """The mark of the summary as the page shows it now."""
    with people.unit(people.maja, reads=True) as uow:
        return signing.mark_of(summarising.summarise(uow, summarising.load_for_summary(uow, visit_id)))


def sign(people: People, visit_id: UUID, seen: str = "") -> None:
    seen = seen or what_is_read(people, visit_id)
    with people.unit(people.maja) as uow:
        signing.sign_visit(uow, visit_id, seen)


def test_signed_visit_keeps_its_summary_word_for_word(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    visit = people.visit(visit_id, undefer(Visit.summary))
    assert visit.state == "signed"
    assert visit.summary is not None
    words = summary.from_json(visit.summary)
    assert summary.fingerprint(words) == visit.summary_sha256
    assert words.signature is not None
    assert words.signature.name == people.maja.name
    assert words.read_back is not None
    assert words.read_back.child_words == "Skriv att Sixten var med."
    assert [line.item_id for line in words.forms[0].answers][:2] == ["b_friends", "b_school_ok"]
    assert "Jag tänker på om mamma är ensam." in {line.words for line in words.forms[0].answers}


def test_half_a_form_is_not_signed_in_silence(people: People) -> None:
    visit_id = ready_but_for_reading(people, {"b_sleep": 4})
    read_back(people, visit_id)
    with pytest.raises(InvalidInput) as refused:
        sign(people, visit_id)
    (problem,) = refused.value.problems
    assert (problem.code, problem.values) == ("blank_answers", {"count": len(ANSWERS) - 1})


def test_questions_that_were_not_asked_are_noted_and_flagged_before_the_summary_is_read(people: People) -> None:
    visit_id = ready_but_for_reading(people, {"b_sleep": 4})
    with people.unit(people.maja) as uow:
        answering.note_not_asked(uow, visit_id)
    answers = {answer.item: answer.status for answer in people.rows(Answer, Answer.child_id == people.alva.id)}
    assert answers == {**dict.fromkeys(ANSWERS, "not_asked"), "b_sleep": "answered"}
    silent = {flag.subject for flag in people.rows(Flag, Flag.visit_id == visit_id) if flag.level == "follow_up"}
    assert silent == {"b_safe", "b_adults_kind"}, "critical questions that weren't asked are the lead's business"
    read_back(people, visit_id)
    sign(people, visit_id)
    assert people.visit(visit_id).state == "signed"


def test_double_click_signs_once(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    sign(people, visit_id)
    assert len(people.rows(Document, Document.visit_id == visit_id)) == 1


def test_signing_names_what_is_lacking(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    with pytest.raises(InvalidInput) as refused:
        sign(people, visit_id)
    assert {problem.code for problem in refused.value.problems} == {
        "blank_answers",
        "check_understanding",
        "check_self_blame",
        "private_talk",
        "read_back",
    }
    assert people.visit(visit_id).state == "planned"


def test_what_is_lacking_leads_to_its_field_and_the_refusal_is_where_the_reader_lands(
    people: People, client_for: Callable[[Person], LintingClient]
) -> None:
    (visit_id,) = people.plan(people.alva)
    client = client_for(people.maja)
    page = client.submit(f"/visits/{visit_id}/sign", {"go": "sign"})
    assert page.status_code == 422
    assert 'id="error-summary" tabindex="-1"' in page.text
    for step, field in (("why", "understanding"), ("why", "self_blame"), ("agreements", "private_talk")):
        assert f'href="/visits/{visit_id}/{step}#{field}"' in page.text
        assert f'id="{field}"' in client.get(f"/visits/{visit_id}/{step}").text


def test_a_password_is_asked_for_when_nothing_but_the_reading_is_lacking(
    people: People, visit_id: UUID, client_for: Callable[[Person], LintingClient]
) -> None:
    (empty,) = people.plan(people.alva)
    maja, sign_it = client_for(people.maja), 'value="sign"'
    assert sign_it in maja.get(f"/visits/{visit_id}/sign").text
    page = maja.get(f"/visits/{empty}/sign").text
    assert sign_it not in page
    assert "När det som saknas är ifyllt kan du signera här." in page
    (seen,) = re.findall('name="seen" value="([0-9a-f]{64})"', page)
    refused = maja.submit(f"/visits/{empty}/sign", revision="0", seen=seen, outcome="agrees", words="", go="sign")
    assert (refused.status_code, "Det som saknas står ovanför" in refused.text) == (422, True)


def test_what_was_changed_since_it_was_read_is_not_signed(people: People, visit_id: UUID) -> None:
    seen = what_is_read(people, visit_id)
    read_back(people, visit_id)
    with people.unit(people.maja) as uow:
        steps.open_for_writing(uow, visit_id).private_minutes = 5
    with pytest.raises(Conflict):
        sign(people, visit_id, seen)
    sign(people, visit_id)
    assert people.visit(visit_id).state == "signed"


def test_what_was_written_outside_the_steps_is_read_before_it_is_signed(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    seen = what_is_read(people, visit_id)
    with people.unit(people.maja) as uow:
        raise_alarm(uow, visit_id, uuid4(), {"words": "Han slog mig."})
    with pytest.raises(Conflict):
        sign(people, visit_id, seen)
    seen = what_is_read(people, visit_id)
    with people.as_program() as uow:  # as a brother's or sister's visit at the same time may do
        steps.open_visit(uow, visit_id).home_visit.home_seen = True
    with pytest.raises(Conflict):
        sign(people, visit_id, seen)


def test_time_that_passes_and_what_the_child_says_don_t_ask_for_another_reading(people: People, visit_id: UUID) -> None:
    seen = what_is_read(people, visit_id)
    people.clock.forward(minutes=20)
    read_back(people, visit_id)
    sign(people, visit_id, seen)
    assert people.visit(visit_id).state == "signed"


def test_part_of_the_reading_leaves_the_rest_alone(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    with people.unit(people.maja) as uow:
        signing.save_read_back(uow, visit_id, 1, {"outcome": "changed"})
    with people.unit(people.maja, reads=True) as uow:
        stored = signing.read_back_fields(steps.open_visit(uow, visit_id, *steps.loaded(Visit.read_back)))
    assert stored == {"outcome": "changed", "words": "Skriv att Sixten var med."}


def test_press_is_woken_when_there_is_something_to_see(
    people: People, visit_id: UUID, client_for: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: LintingClient = client_for(people.maja)  # type: ignore[operator] # the fixture's function
    found: list[int] = []
    monkeypatch.setattr(
        people.app.extensions["followup_pressroom"],
        "wake",
        lambda: found.append(len(people.rows(Document, Document.visit_id == visit_id))),
    )
    client.submit(
        f"/visits/{visit_id}/sign",
        revision="0",
        seen=what_is_read(people, visit_id),
        outcome="agrees",
        words="",
        go="sign",
    )
    assert found == [1]


def test_reading_not_done_needs_a_reason(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id, outcome="not_done", words=" ")
    with pytest.raises(InvalidInput) as refused:
        sign(people, visit_id)
    assert [problem.code for problem in refused.value.problems] == ["read_back_reason"]


def test_signed_visit_refuses_more_reading(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    with pytest.raises(InvalidTransition):
        read_back(people, visit_id, revision=1, outcome="disagrees")


def test_database_refuses_a_new_answer_in_a_signed_visit(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    response = people.rows(Response, Response.visit_id == visit_id, load=[selectinload(Response.answers)])[0]
    with pytest.raises(IntegrityError, match="frozen"), people.as_program() as uow:
        uow.one(uow.reachable(Answer).where(Answer.id == response.answers[0].id)).score = 1


def test_pdf_is_made_once_and_filed_with_a_reference(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    pressroom = people.app.extensions["followup_pressroom"]
    assert pressroom.print_waiting() == 1
    assert pressroom.print_waiting() == 0
    with people.unit(people.maja, reads=True) as uow:
        content, name = filing.fetch_pdf(uow, visit_id)
    assert content.startswith(b"%PDF")
    assert people.alva.name.split()[0] not in name
    with people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, "SN 2026-0417, handling 12")
    with people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, "en annan")
    assert people.visit(visit_id).state == "filed"
    assert [row.reference for row in people.rows(Filing, Filing.visit_id == visit_id)] == ["SN 2026-0417, handling 12"]


def test_filing_needs_a_reference_and_a_document(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    with pytest.raises(InvalidInput), people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, " \x00 ")
    with pytest.raises(InvalidTransition), people.unit(people.maja) as uow:
        filing.file_document(uow, visit_id, "SN 1")


def test_a_pdf_that_nobody_has_asked_for_is_made_when_somebody_does(
    people: People, client_for: Callable[[Person], LintingClient], visit_id: UUID
) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    with people.as_program() as uow:
        uow.one(uow.reachable(Document)).state = "unmade"
    pressroom = people.app.extensions["followup_pressroom"]
    assert pressroom.print_waiting() == 0
    browser = client_for(people.maja)
    assert "PDF:en är inte gjord än" in browser.get("/documents").text
    page = browser.get(f"/visits/{visit_id}/summary").text
    assert "PDF:en är inte gjord än" in page
    assert "kunde inte göras" not in page
    browser.submit(f"/visits/{visit_id}/document/again")
    assert pressroom.print_waiting() == 1


@pytest.mark.parametrize("page", ["0", "2", "9" * 30, "-1", "x"])
def test_list_of_unfiled_visits_has_no_page_beyond_the_last(
    people: People, visit_id: UUID, client_for: object, page: str
) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    client: LintingClient = client_for(people.maja)  # type: ignore[operator] # the fixture's function
    assert people.alva.name in client.get(f"/documents?page={page}").text


def test_colleague_out_of_reach_finds_nothing(people: People, visit_id: UUID) -> None:
    read_back(people, visit_id)
    sign(people, visit_id)
    with pytest.raises(NotFound), people.unit(people.sven, reads=True) as uow:
        filing.fetch_pdf(uow, visit_id)


def test_what_the_carers_said_is_folded_while_the_child_reads(
    people: People, visit_id: UUID, client_for: object
) -> None:
    client: LintingClient = client_for(people.maja)  # type: ignore[operator] # the fixture's function
    people.answer(visit_id, {"f_settled": 2}, respondent="carer", words={"f_settled": "Hon gråter på kvällarna."})
    with people.unit(people.maja) as uow:
        visit = steps.open_for_writing(uow, visit_id)
        visit.home_visit.home_seen, visit.room_seen = True, False
        refresh_flags(uow, visit)
    with people.unit(people.maja) as uow:
        talking.save_talk(uow, visit_id, 0, {"outcome-f_settled": "talked", "words-f_settled": "Vi är trötta."})
    page = client.get(f"/visits/{visit_id}/sign").text
    open_part, folded = page.split("Familjehemmets del, som inte läses med barnet")
    for words in ("Hon gråter på kvällarna.", "Vi är trötta.", "Familjehemmet"):
        assert words not in open_part.split('class="record')[1]
        assert words in folded
    assert "Hemmet, inte barnets rum" in open_part


def test_pages_from_reading_to_filing(people: People, visit_id: UUID, client_for: object) -> None:
    client: LintingClient = client_for(people.maja)  # type: ignore[operator] # the fixture's function
    page = client.get(f"/visits/{visit_id}/sign")
    assert page.status_code == 200
    (seen,) = re.findall('name="seen" value="([0-9a-f]{64})"', page.text)
    lacking = client.submit(f"/visits/{visit_id}/sign", revision="0", seen=seen, outcome="", words="", go="sign")
    assert lacking.status_code == 422
    signed = client.submit(
        f"/visits/{visit_id}/sign", revision="0", seen=seen, outcome="disagrees", words="Nej!", go="sign"
    )
    assert signed.headers["Location"].endswith("/summary")
    assert "PDF:en görs nu" in client.get(f"/visits/{visit_id}/summary").text
    people.app.extensions["followup_pressroom"].print_waiting()
    assert client.get(f"/visits/{visit_id}/document").json == {"ready": True, "state": "ready"}
    assert client.get(f"/visits/{visit_id}/summary.pdf").mimetype == "application/pdf"
    assert client.get("/documents").text.count("Hämta PDF") == 1
    assert client.submit(f"/visits/{visit_id}/file", reference="").status_code == 422
    assert client.submit(f"/visits/{visit_id}/file", reference="SN 12").status_code == 302
    assert "SN 12" in client.get(f"/visits/{visit_id}/summary").text
    assert client.get(f"/visits/{visit_id}/sign").headers["Location"].endswith("/summary")
