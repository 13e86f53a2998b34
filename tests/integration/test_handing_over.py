"""The tablet changes hands: what is asked before, what is locked, and how its caseworker gets it back."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from followup.domain.access import Actor, Loan, Role
from followup.domain.display import Display
from followup.domain.errors import InvalidInput, NotAllowed, NotFound
from followup.services.child_mode import handing_over
from followup.services.child_mode.handing_over import TRIES, TakenBack
from followup.services.child_mode.on_loan import sheet_on_loan
from followup.store.tables import Response, User, UserSession, Visit
from tests.support.linting_client import PIN, LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD, Person
from tests.support.queries import contents, log_lines

FIELDS = {"earshot": "nobody", "language": "sv", "two_step": "", "pin": PIN, "pin_again": PIN}
PIN_OF_IDRIS = "830462"


@pytest.fixture
def maja(people: People) -> LintingClient:
    return browser(people, people.maja)


@pytest.fixture
def visit_id(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    return visit_id


def hand_over_path(visit_id: UUID, form: str = "") -> str:
    return f"/visits/{visit_id}/hand-over" + (f"?form={form}" if form else "")


def session_of(people: People, person: Person) -> UserSession:
    """Return the person's newest session."""
    with people.as_program() as uow:
        newest = select(UserSession).where(UserSession.user_id == person.id).order_by(UserSession.created_at.desc())
        return uow.one(newest)


def sheet_of(people: People, visit_id: UUID, respondent: str = "child") -> Response:
    (sheet,) = people.rows(Response, Response.visit_id == visit_id, Response.respondent == respondent)
    return sheet


def lent(people: People, visit_id: UUID) -> tuple[UUID, Actor]:
    """Lend a session of Maja's by the service, without a browser; returns its id and who has the tablet then."""
    with people.unit(people.maja) as uow:
        session = UserSession(
            user_id=people.maja.id, token_hash=uuid4().bytes * 2, created_at=uow.now, last_seen_at=uow.now
        )
        uow.add(session)
        uow.flush()
        handing_over.hand_over(uow, session.id, visit_id, "child", FIELDS)
    loan = Loan(visit_id, people.alva.id, "child")
    return session.id, replace(people.maja.actor, role=Role.RESPONDENT, loan=loan)


def try_pin(people: People, session_id: UUID, actor: Actor, pin: str) -> TakenBack:
    with people.store.unit(actor, now=people.clock()) as uow:
        return handing_over.take_back(uow, session_id, pin)


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


# Back again


def test_the_pin_leads_on_to_the_talk(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    answer = maja.take_back()
    assert answer.location == f"/visits/{visit_id}/talk"
    assert "Plattan är upplåst. Svaren är sparade." in maja.get(answer.location).text
    session = session_of(people, people.maja)
    assert (session.lent_visit_id, session.lent_child_id, session.lent_respondent) == (None, None, None)
    assert maja.get("/my/give-back").location == "/"


def test_the_pin_may_be_typed_with_other_digits_and_spaces(maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    assert maja.take_back(" ٢٧٤ ٩١٣ ").location == f"/visits/{visit_id}/talk"


def test_the_page_is_in_the_childs_language_and_its_field_in_the_adults(maja: LintingClient, visit_id: UUID) -> None:
    assert "English (Engelska), ej granskad översättning" in maja.get(hand_over_path(visit_id)).text
    maja.hand_over(visit_id, language="en")
    page = maja.get("/my/give-back").text
    for words in ("Give the tablet to Maja", "Back to the questions", "Majas PIN-kod", "Lås upp", "Logga in i stället"):
        assert words in page, words


def test_after_handing_in_the_way_back_is_to_ones_own_answers(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    maja.hand_over(visit_id)
    with people.as_program() as uow:
        uow.one(uow.reachable(Response).where(Response.visit_id == visit_id)).handed_in_at = uow.now
    page = maja.get("/my/give-back").text
    assert "Mina svar" in page
    assert "Tillbaka till frågorna" not in page


def test_a_wrong_pin_is_said_calmly_and_after_five_it_takes_a_password(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    maja.hand_over(visit_id)
    for left in ("4 försök kvar", "3 försök kvar", "2 försök kvar", "Ett försök kvar"):
        assert maja.take_back("1928").location == "/my/give-back"
        page = maja.get("/my/give-back").text
        assert left in page
        assert "1928" not in page
    for pin in ("1928", PIN):
        assert maja.take_back(pin).location == "/my/give-back"
        page = maja.get("/my/give-back").text
        assert 'name="pin"' not in page
        assert "Fem försök blev fel" in page
        assert 'href="/sign-in?adult=1"' in page
    assert session_of(people, people.maja).lent_visit_id == visit_id


def test_a_wrong_pin_is_told_of_once(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    assert "försök kvar" not in maja.get("/my/give-back").text
    maja.take_back("1928")
    assert 'role="alert"' in maja.get("/my/give-back").text
    maja.get("/my/questions")  # back to the child, and some time later:
    page = maja.get("/my/give-back").text
    assert 'role="alert"' not in page
    assert "4 försök kvar" in page, "how many are left is good to know"
    maja.take_back("")
    assert 'role="alert"' not in maja.get("/my/give-back").text, "a button pressed with nothing in the field is no try"


def test_the_next_loan_has_its_own_five_tries(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    maja.take_back("1928")
    assert maja.take_back().location == f"/visits/{visit_id}/talk"
    assert session_of(people, people.maja).wrong_pins == 0


def test_a_colleagues_pin_unlocks_nothing(people: People, maja: LintingClient, visit_id: UUID) -> None:
    with people.unit(people.idris) as uow:
        handing_over.choose_pin(uow, PIN_OF_IDRIS, PIN_OF_IDRIS)
    maja.hand_over(visit_id)
    assert maja.take_back(PIN_OF_IDRIS).location == "/my/give-back"


def test_many_tries_at_once_are_five(people: People, visit_id: UUID) -> None:
    session_id, actor = lent(people, visit_id)
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda pin: try_pin(people, session_id, actor, str(pin)), range(7000, 7016)))
    assert sorted(outcome.tries_left for outcome in outcomes) == [0] * 12 + [1, 2, 3, 4]
    assert try_pin(people, session_id, actor, PIN) == TakenBack(None, 0)
    assert [line.action for line in log_lines(people.store)].count("wrong_pin") == TRIES


def test_the_right_pin_twice_at_once_unlocks_once(people: People, visit_id: UUID) -> None:
    session_id, actor = lent(people, visit_id)
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda pin: try_pin(people, session_id, actor, pin), [PIN, PIN]))
    assert sum(outcome.token is not None for outcome in outcomes) == 1


def test_a_session_that_is_not_lent_has_nothing_to_unlock(people: People, maja: LintingClient) -> None:
    session_id = session_of(people, people.maja).id
    assert try_pin(people, session_id, people.maja.actor, PIN).token is None
    assert maja.post("/my/give-back", data={"csrf_token": maja.csrf(), "pin": PIN}).status_code == 403


# By password


def test_signing_in_takes_it_back_too(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    assert maja.get("/sign-in").location == "/my"
    page = maja.get("/sign-in?adult=1").text
    assert "Plattan är låst på frågorna." in page
    assert 'autocomplete="new-password"' in page, "no browser fills in the password for the child"
    locked = session_of(people, people.maja).id
    answer = sign_in_as_adult(maja, "maja")
    assert answer == f"/visits/{visit_id}/talk"
    assert session_of(people, people.maja).id != locked
    assert not sessions(people, locked)
    assert maja.get(f"/visits/{visit_id}/talk").status_code == 200


def test_a_wrong_password_leaves_it_locked(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    fields = {"csrf_token": maja.csrf(), "user_name": "maja", "password": "not this one at all"}
    answer = maja.post("/sign-in", data=fields)
    assert answer.status_code == 401
    assert "Plattan är låst på frågorna." in answer.text
    assert session_of(people, people.maja).lent_visit_id == visit_id


def test_a_colleague_who_signs_in_gets_her_own_pages(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    locked = session_of(people, people.maja).id
    assert sign_in_as_adult(maja, "idris") == "/"
    assert not sessions(people, locked)
    maja.user_name = "idris"
    assert maja.get(f"/visits/{visit_id}/talk").status_code == 404


def sign_in_as_adult(client: LintingClient, user_name: str) -> str:
    """Sign in from the child's give-back page; returns where it leads."""
    answer = client.post("/sign-in", data={"csrf_token": client.csrf(), "user_name": user_name, "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer.location)


def sessions(people: People, session_id: UUID) -> list[UserSession]:
    with people.as_program() as uow:
        return list(uow.all(select(UserSession).where(UserSession.id == session_id)))


# Time


def test_each_tap_counts_as_use_however_long_the_day(people: People, maja: LintingClient, visit_id: UUID) -> None:
    people.clock.forward(hours=11)
    maja.get("/")
    maja.sign_in("maja", PASSWORD)
    people.clock.forward(minutes=30)
    maja.hand_over(visit_id)
    for _ in range(16):
        people.clock.forward(minutes=50)
        assert maja.get("/my/give-back").status_code == 200
    answer = maja.take_back()
    assert answer.location == f"/visits/{visit_id}/talk"
    assert maja.get(answer.location).location.startswith("/sign-in"), "her own day has its end all the same"


def test_a_forgotten_tablet_locks_and_says_so(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    people.clock.forward(minutes=61)
    answer = maja.get("/my/give-back")
    assert answer.location == "/sign-in?next=/my/give-back"
    assert "Plattan låstes. Svaren är sparade." in maja.get(answer.location).text
    maja._token_page = "/sign-in"
    assert sign_in_as_adult_anew(maja) == f"/visits/{visit_id}/talk"


def sign_in_as_adult_anew(client: LintingClient) -> str:
    return str(client.sign_in("maja", PASSWORD).location)


def test_a_caseworker_who_was_shut_out_ends_the_loan(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    people.change(people.maja, active=False)
    assert maja.get("/my/give-back").location.startswith("/sign-in")


def test_a_display_of_another_time_is_read_as_far_as_it_goes(people: People, visit_id: UUID) -> None:
    maja = browser(people, people.maja)
    maja.hand_over(visit_id)
    with people.as_program() as uow:
        odd = {"size": "xxl", "calm": 1, "shape": "round"}
        uow.execute(update(UserSession).where(UserSession.user_id == people.maja.id).values(display=odd))
    assert maja.get("/my/give-back").status_code == 200
    assert Display.of({"size": "xxl", "calm": 1}) == Display(calm=True)


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


def test_the_log_tells_when_a_password_took_it_back(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    sign_in_as_adult(maja, "maja")
    (line,) = (line for line in log_lines(people.store) if line.action == "take_back")
    assert line.fields == {"visit": str(visit_id), "by": "sign_in"}


def test_no_pin_stands_anywhere(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    with people.as_program() as uow:
        user = uow.one(select(User).where(User.id == people.maja.id))
    assert (user.pin_hash or "").startswith("$argon2id$")
    assert not any(PIN in str(line.fields) for line in log_lines(people.store))


# The account's own page


def test_a_pin_is_changed_on_its_page(people: People, maja: LintingClient, visit_id: UUID) -> None:
    assert 'href="/account/pin"' in maja.get("/children").text
    assert maja.get("/account/pin").status_code == 200
    refused = maja.submit("/account/pin", pin="9876", pin_again="9876")
    assert refused.status_code == 422
    assert "för lätt att gissa" in refused.text
    assert maja.submit("/account/pin", pin="8305", pin_again="8305").location == "/"
    maja.hand_over(visit_id)
    assert maja.take_back(PIN).location == "/my/give-back"
    assert maja.take_back("8305").location == f"/visits/{visit_id}/talk"


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


def test_a_pause_ends_when_the_tablet_is_given_back(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    maja.submit("/my/pause", go="begin")
    people.clock.forward(minutes=3)
    maja.take_back()
    people.clock.forward(minutes=20)
    maja.hand_over(visit_id)
    maja.submit("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "4", "go": "next"})
    (sheet,) = people.rows(Response)
    assert (sheet.pauses, sheet.paused_seconds, sheet.paused_at) == (1, 180, None)


def test_who_was_near_some_of_the_answers_stays_written_down(
    people: People, maja: LintingClient, visit_id: UUID
) -> None:
    maja.hand_over(visit_id, earshot="carer")
    maja.submit("/my/questions?item=b_sleep", {"shown": "b_sleep", "q-b_sleep": "4", "go": "next"})
    maja.take_back()
    maja.hand_over(visit_id, earshot="nobody")
    assert [row.earshot for row in people.rows(Response)] == ["carer"]
