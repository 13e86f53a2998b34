"""How a caseworker gets a lent tablet back: by the PIN, by a password, and what time does to the loan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import select

from followup.domain.access import Actor
from followup.services.child_mode import handing_over
from followup.services.child_mode.handing_over import TRIES, TakenBack
from followup.store.tables import Response, UserSession
from tests.support.linting_client import PIN, LintingClient
from tests.support.loans import hand_over_path, lent, session_of
from tests.support.people import People, browser
from tests.support.population import PASSWORD
from tests.support.queries import log_lines

PIN_OF_IDRIS = "830462"


@pytest.fixture
def maja(people: People) -> LintingClient:
    return browser(people, people.maja)


@pytest.fixture
def visit_id(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    return visit_id


def try_pin(people: People, session_id: UUID, actor: Actor, pin: str) -> TakenBack:
    with people.store.unit(actor, now=people.clock()) as uow:
        return handing_over.take_back(uow, session_id, pin)


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


def test_the_log_tells_when_a_password_took_it_back(people: People, maja: LintingClient, visit_id: UUID) -> None:
    maja.hand_over(visit_id)
    sign_in_as_adult(maja, "maja")
    (line,) = (line for line in log_lines(people.store) if line.action == "take_back")
    assert line.fields == {"visit": str(visit_id), "by": "sign_in"}


def sign_in_as_adult(client: LintingClient, user_name: str) -> str:
    """Sign in from the child's give-back page; returns where it leads."""
    answer = client.post("/sign-in", data={"csrf_token": client.csrf(), "user_name": user_name, "password": PASSWORD})
    assert answer.status_code == 302
    return str(answer.location)


def sessions(people: People, session_id: UUID) -> list[UserSession]:
    with people.as_program() as uow:
        return list(uow.all(select(UserSession).where(UserSession.id == session_id)))


# Time


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
