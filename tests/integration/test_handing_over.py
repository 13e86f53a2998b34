"""The tablet changes hands: what is asked before, what is locked, and what is written down."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from followup.domain.display import Display
from followup.domain.errors import InvalidInput, NotAllowed, NotFound
from followup.services.child_mode import handing_over
from followup.services.child_mode.on_loan import sheet_on_loan
from followup.store.tables import Response, User, UserSession, Visit
from tests.support.answered import sheet_of
from tests.support.linting_client import PIN, LintingClient
from tests.support.loans import FIELDS, hand_over_path, lent, session_of
from tests.support.people import People, browser
from tests.support.queries import contents, log_lines


@pytest.fixture
def maja(people: People) -> LintingClient:
    return browser(people, people.maja)


@pytest.fixture
def visit_id(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    return visit_id


# Before it changes hands


def test_the_page_asks_for_what_must_be_known_and_says_what_happens(maja: LintingClient, visit_id: UUID) -> None:
    page = maja.get(hand_over_path(visit_id)).text
    for words in (
        "Ge plattan till Alva",
        "Vem kan höra?",
        "Ingen annan",
        "Välj en PIN-kod",
        "Guidad åtkomst",
        "العربية",
    ):
        assert words in page, words
    assert "I två steg" not in page
    assert "checked" not in page.split("Vem kan höra?")[1].split("</fieldset>")[0], "who could hear is not guessed"


def test_the_smallest_may_be_asked_in_two_steps(people: People, maja: LintingClient) -> None:
    (visit_id,) = people.plan(people.vide)
    assert "I två steg" in maja.get(hand_over_path(visit_id)).text
    maja.hand_over(visit_id, two_step="1")
    assert Display.of(session_of(people, people.maja).display) == Display(two_step=True)


def test_a_child_who_gets_the_tablet_again_gets_its_own_pages(people: People, maja: LintingClient) -> None:
    (visit_id,), (other,) = people.plan(people.vide), people.plan(people.alva)
    maja.hand_over(visit_id, two_step="1")
    maja.submit("/my/display", {"size": "xl", "calm": "1"})
    maja.submit("/my/display", {"aloud": "1"})
    maja.take_back()
    page = maja.get(hand_over_path(visit_id)).text
    assert re.search(r'name="two_step" value="1"[^>]* checked', page), "chosen last time"
    maja.hand_over(visit_id, two_step="1")
    assert Display.of(session_of(people, people.maja).display) == Display("xl", calm=True, aloud=True, two_step=True)
    maja.take_back()
    maja.hand_over(visit_id, two_step="")
    assert not Display.of(session_of(people, people.maja).display).two_step, "the caseworker chooses, each time"
    maja.take_back()
    maja.hand_over(other)
    assert Display.of(session_of(people, people.maja).display) == Display(), "another child's choices are its own"


def test_two_steps_are_for_faces_alone(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id, two_step="1")
    assert Display.of(session_of(people, people.maja).display) == Display()


def test_the_childs_language_is_proposed_and_the_chosen_one_is_kept(people: People, maja: LintingClient) -> None:
    (visit_id,) = people.plan(people.alva)
    maja.hand_over(visit_id, language="ar")
    assert sheet_of(people, visit_id).language == "ar"
    maja.take_back()
    page = maja.get(hand_over_path(visit_id)).text
    assert '<option value="ar" selected>' in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"earshot": ""}, "earshot"),
        ({"earshot": "neighbour"}, "earshot"),
        ({"language": "tlh"}, "language"),
        ({"language": ""}, "language"),
        ({"pin": "", "pin_again": ""}, "pin"),
        ({"pin": "1234", "pin_again": "1234"}, "pin"),
        ({"pin_again": "274914"}, "pin_again"),
    ],
)
def test_nothing_is_locked_until_all_is_said(
    people: People, visit_id: UUID, changed: dict[str, str], field: str
) -> None:
    session_id = uuid4()
    with people.as_program() as uow:
        now = uow.now
        uow.add(UserSession(id=session_id, user_id=people.maja.id, token_hash=b"x", created_at=now, last_seen_at=now))
    before = contents(people.store)
    with pytest.raises(InvalidInput) as refused, people.unit(people.maja) as uow:
        handing_over.hand_over(uow, session_id, visit_id, "child", FIELDS | changed)
    assert [problem.field for problem in refused.value.problems] == [field]
    assert contents(people.store) == before


def test_what_is_wrong_is_said_at_its_place_and_no_pin_comes_back(maja: LintingClient, visit_id: UUID) -> None:
    answer = maja.submit(hand_over_path(visit_id), language="so", pin="1111", pin_again="1111")
    assert answer.status_code == 422
    for words in ("Välj vem som kan höra", "för lätt att gissa", '<option value="so" selected>'):
        assert words in answer.text
    assert "1111" not in answer.text


def test_a_planned_visit_becomes_a_draft_with_a_sheet(people: People, visit_id: UUID) -> None:
    maja = browser(people, people.maja)
    maja.environ_base["HTTP_ACCEPT_LANGUAGE"] = "ar-SY,sv;q=0.5"
    answer = maja.hand_over(visit_id, earshot=["sibling", "carer"], language="ar")
    assert (answer.status_code, answer.location) == (302, "/my")
    assert people.visit(visit_id).state == "draft"
    sheet = sheet_of(people, visit_id)
    assert (sheet.mode, sheet.language, sheet.device_language) == ("alone", "ar", "ar-SY")
    assert sheet.earshot == "carer sibling"
    assert sheet.started_at == people.clock()


def test_answers_given_together_before_are_kept_and_still_called_together(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    people.answer(visit_id, {"c_friends": 4})
    maja.hand_over(visit_id)
    assert sheet_of(people, visit_id).mode == "together"
    assert session_of(people, people.maja).lent_visit_id == visit_id


def test_a_pin_is_chosen_once(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    maja.take_back()
    assert "Välj en PIN-kod" not in maja.get(hand_over_path(visit_id)).text
    assert maja.hand_over(visit_id, pin="", pin_again="").location == "/my"


@pytest.mark.parametrize(("state", "leads_to"), [("signed", "/summary"), ("cancelled", "/children/")])
def test_a_visit_that_is_closed_leads_where_its_answers_are(
    people: People, maja: LintingClient, state: str, leads_to: str
) -> None:
    if state == "signed":
        visit_id = people.sign(people.alva)
    else:
        (visit_id,) = people.plan(people.alva, state=state)
    assert leads_to in maja.get(hand_over_path(visit_id)).location
    before = contents(people.store)["user_session"]
    assert maja.hand_over(visit_id).status_code == 409
    assert contents(people.store)["user_session"] == before


def test_without_a_form_there_is_nothing_to_lock_to(people: People, maja: LintingClient) -> None:
    (visit_id,) = people.plan(people.leo)
    assert "Inget formulär är valt för Leo" in maja.get(hand_over_path(visit_id)).text
    answer = maja.hand_over(visit_id)
    assert answer.status_code == 409
    assert "Inget formulär är valt för Leo" in answer.text
    assert maja.hand_over(visit_id, form="carer").location == "/my", "the carers have theirs whatever the child's age"


def test_a_sheet_that_is_handed_in_is_not_opened_again(people: People, maja: LintingClient, visit_id: UUID) -> None:
    people.answer(visit_id, {"c_friends": 4})
    with people.as_program() as uow:
        uow.one(uow.reachable(Response).where(Response.visit_id == visit_id)).handed_in_at = uow.now
    assert "Svaren är redan inlämnade" in maja.get(hand_over_path(visit_id)).text
    answer = maja.hand_over(visit_id)
    assert answer.status_code == 409
    assert "Svaren är redan inlämnade" in answer.text
    assert session_of(people, people.maja).lent_visit_id is None


def test_the_carers_form_is_lent_apart_from_the_childs(people: People, maja: LintingClient, visit_id: UUID) -> None:
    people.answer(visit_id, {"c_friends": 1}, words={"c_friends": "de är dumma"})
    assert "Ge plattan till familjehemmet" in maja.get(hand_over_path(visit_id, "carer")).text
    maja.hand_over(visit_id, form="carer")
    session = session_of(people, people.maja)
    assert (session.lent_visit_id, session.lent_respondent) == (visit_id, "carer")
    assert sheet_of(people, visit_id, "carer").mode == "alone"
    assert "de är dumma" not in maja.get("/my/give-back").text
    assert maja.take_back().location == f"/visits/{visit_id}/answers"


def test_a_display_of_another_time_is_read_as_far_as_it_goes(people: People, visit_id: UUID) -> None:
    maja = browser(people, people.maja)
    maja.hand_over(visit_id)
    with people.as_program() as uow:
        odd = {"size": "xxl", "calm": 1, "shape": "round"}
        uow.execute(update(UserSession).where(UserSession.user_id == people.maja.id).values(display=odd))
    assert maja.get("/my/give-back").status_code == 200
    assert Display.of({"size": "xxl", "calm": 1}) == Display(calm=True)


# Only one's own session, and only once


def test_somebody_elses_session_is_not_lent(people: People, visit_id: UUID) -> None:
    browser(people, people.idris)
    theirs = session_of(people, people.idris).id
    with pytest.raises(NotFound), people.unit(people.maja) as uow:
        handing_over.hand_over(uow, theirs, visit_id, "child", FIELDS)


def test_a_visit_out_of_reach_is_not_lent(people: People, maja: LintingClient) -> None:
    (visit_id,) = people.plan(people.elliot)
    assert maja.get(hand_over_path(visit_id)).status_code == 404
    assert maja.hand_over(visit_id).status_code == 404


def test_two_clicks_at_once_are_one_loan(people: People, visit_id: UUID) -> None:
    session_id, _actor = lent(people, visit_id)
    with people.unit(people.maja) as uow:
        token = handing_over.hand_over(uow, session_id, visit_id, "child", FIELDS)
    assert token
    assert len(people.rows(Response, Response.visit_id == visit_id)) == 1


def test_two_tabs_at_once_lend_to_one_child(people: People, visit_id: UUID) -> None:
    session_id, _actor = lent(people, visit_id)
    (other,) = people.plan(people.vide)
    with pytest.raises(NotAllowed), people.unit(people.maja) as uow:
        handing_over.hand_over(uow, session_id, other, "child", FIELDS)


# What is written down


def test_the_log_tells_who_lent_what_to_whom_and_how_it_came_back(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    maja.hand_over(visit_id)
    maja.take_back("1928")
    maja.take_back()
    lines = {line.action: line for line in log_lines(people.store, actor=people.maja.id)}
    assert lines["hand_over"].fields == {"visit": str(visit_id), "respondent": "child"}
    assert lines["hand_over"].children == {people.alva.id: "assigned"}
    assert lines["hand_over"].role == "caseworker"
    assert lines["wrong_pin"].fields == {"tries_left": 4}
    assert (lines["take_back"].fields["by"], lines["take_back"].role) == ("pin", "respondent")
    assert lines["take_back"].children == {people.alva.id: "lent"}
    assert lines["choose_pin"].role == "caseworker"


def test_no_pin_stands_anywhere(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    with people.as_program() as uow:
        user = uow.one(select(User).where(User.id == people.maja.id))
    assert (user.pin_hash or "").startswith("$argon2id$")
    assert not any(PIN in str(line.fields) for line in log_lines(people.store))


def test_a_locked_session_chooses_neither_pin_nor_language(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    before = contents(people.store)["user"]
    maja.submit("/account/pin", pin="8305", pin_again="8305")
    maja.submit("/language", language="en")
    assert contents(people.store)["user"] == before


def test_reading_the_lent_page_is_within_the_child_alone(people: People, visit_id: UUID) -> None:
    _session_id, actor = lent(people, visit_id)
    (other,) = people.plan(people.vide)
    with people.store.unit(actor, now=datetime.now(UTC), reads=True) as uow:
        assert sheet_on_loan(uow).visit_id == visit_id
        assert uow.first(uow.reachable(Visit).where(Visit.id == other)) is None


def test_who_may_have_heard_the_carers_is_the_child_too(people: People, maja: LintingClient, visit_id: UUID) -> None:
    assert 'value="child"' not in maja.get(hand_over_path(visit_id)).text
    assert 'value="child"' in maja.get(hand_over_path(visit_id, "carer")).text
    assert maja.hand_over(visit_id, form="carer", earshot="child").status_code == 302
    assert [row.earshot for row in people.rows(Response)] == ["child"]


def test_who_was_near_some_of_the_answers_stays_written_down(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    maja.hand_over(visit_id, earshot="carer")
    maja.submit("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "4", "go": "next"})
    maja.take_back()
    maja.hand_over(visit_id, earshot="nobody")
    assert [row.earshot for row in people.rows(Response)] == ["carer"]
