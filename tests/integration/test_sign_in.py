"""Signing in and out: no way round, no way to guess, no way to be sent elsewhere."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import unquote
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from followup.app import create_app
from followup.domain.access import NOBODY
from followup.services.installation import accounts
from followup.services.sign_in.by_password import SignedIn, sign_in
from followup.services.sign_in.passwords import hash_password
from followup.services.sign_in.sessions import who_is
from followup.store.tables import Organisation, SignInAttempt, Team, User, UserSession
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD, Person
from tests.support.queries import log_lines, raw

WRONG = "fel"

Browsers = Callable[[Person], LintingClient]


@pytest.fixture
def visitor(people: People) -> LintingClient:
    """Nobody's browser."""
    return browser(people)


def is_signed_in(client: LintingClient) -> bool:
    answer = client.get("/")
    return not (answer.location or "").startswith("/sign-in")


def knock(people: People, name: str, password: str = WRONG, address: str = "192.0.2.1") -> SignedIn:
    """Try to sign in past the page."""
    return sign_in(lambda reads: people.store.unit(NOBODY, now=people.clock(), reads=reads), name, password, address)


def attempts(people: People) -> int:
    with people.as_program() as uow:
        return uow.one(select(func.count(SignInAttempt.id)))


def test_the_right_password_opens(visitor: LintingClient) -> None:
    answer = visitor.sign_in("maja", PASSWORD)
    assert (answer.status_code, answer.location) == (302, "/")
    assert is_signed_in(visitor)
    assert visitor.get("/sign-in").location == "/", "who is signed in needs not sign in"


def test_a_name_is_found_however_it_is_typed(people: People) -> None:
    for typed in ("Maja", " maja ", "MAJA", "maja\0"):
        assert knock(people, typed, PASSWORD).token, typed


def test_the_wrong_name_and_the_wrong_password_get_the_same_answer(visitor: LintingClient) -> None:
    for name, password in (
        ("maja", "fel"),
        ("idris", PASSWORD.upper()),
        ("sven", f"{PASSWORD} "),
        ("nobody", PASSWORD),
        ("ada\0\x1b", "\0"),
    ):
        answer = visitor.sign_in(name, password)
        assert answer.status_code == 401
        assert "stämmer inte" in answer.text
        assert password not in answer.text
        assert not is_signed_in(visitor)


def test_an_empty_form_says_what_is_missing(visitor: LintingClient) -> None:
    page = visitor.sign_in("", "").text
    assert "Skriv ditt användarnamn." in page
    assert "Skriv ditt lösenord." in page


@pytest.mark.usefixtures("true_hashing")
def test_an_unknown_name_takes_as_long_as_a_wrong_password(people: People) -> None:
    for person in people.staff[:4]:
        people.change(person, password_hash=hash_password(PASSWORD))

    def spent(name: str) -> float:
        began = time.process_time()
        knock(people, name, address=f"192.0.2.{next(addresses)}")
        return time.process_time() - began

    addresses = iter(range(1, 250))
    names = [person.user_name for person in people.staff[:4]]
    known = statistics.median([spent(name) for name in names])
    unknown = statistics.median([spent(f"{name}-x") for name in names])
    assert 0.5 < known / unknown < 2


def test_an_inactive_user_stays_outside_and_is_put_outside(people: People, client_for: Browsers) -> None:
    assert is_signed_in(client_for(people.maja))
    people.change(people.maja, active=False)
    assert not is_signed_in(client_for(people.maja))
    assert browser(people).sign_in("maja", PASSWORD).status_code == 401


def test_an_account_is_slowed_down_and_let_in_again(people: People) -> None:
    for _ in range(5):
        assert knock(people, "maja").wait == timedelta()
    refused = knock(people, "maja", PASSWORD)
    assert refused.token is None
    assert refused.wait > timedelta()
    assert knock(people, "idris", PASSWORD).token, "others are not slowed down"
    people.clock.forward(seconds=refused.wait.total_seconds())
    assert knock(people, "maja", PASSWORD).token
    assert knock(people, "maja").wait == timedelta(), "whoever knows the password starts anew"


def test_the_wait_doubles_and_ends(people: People) -> None:
    waits = []
    for _ in range(30):
        outcome = knock(people, "maja")
        if outcome.wait:
            waits.append(outcome.wait.total_seconds())
            people.clock.forward(seconds=outcome.wait.total_seconds())
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) <= 15 * 60
    people.clock.forward(minutes=16)
    assert knock(people, "maja", PASSWORD).token


def test_names_that_do_not_exist_are_slowed_down_alike(people: People) -> None:
    for _ in range(5):
        knock(people, "nobody")
    assert knock(people, "nobody").wait > timedelta()


def test_an_address_that_tries_many_names_is_slowed_down(people: People) -> None:
    for number in range(30):
        assert knock(people, f"name-{number}").wait == timedelta()
    assert knock(people, "maja", PASSWORD).wait > timedelta()
    assert knock(people, "maja", PASSWORD, address="192.0.2.2").token


def test_an_office_behind_one_address_signs_in_all_morning(people: People) -> None:
    for _ in range(32):
        assert knock(people, "maja", PASSWORD).token
    assert attempts(people) == 0


def test_a_throttled_page_says_how_long_to_wait(people: People, visitor: LintingClient) -> None:
    for _ in range(5):
        visitor.sign_in("maja", "fel")
    answer = visitor.sign_in("maja", PASSWORD)
    assert answer.status_code == 429
    assert "Vänta" in answer.text


def test_tries_at_once_do_not_slip_through_together(people: People) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: knock(people, "maja"), range(16)))
    assert sum(not outcome.wait for outcome in outcomes) == 5


def test_the_session_changes_at_sign_in(people: People, visitor: LintingClient) -> None:
    visitor.set_cookie("followup", "a token somebody planted")
    visitor.sign_in("maja", PASSWORD)
    first = visitor.get_cookie("followup")
    assert first
    assert first.value != "a token somebody planted"
    visitor.submit("/sign-in", user_name="maja", password=PASSWORD)
    second = visitor.get_cookie("followup")
    assert second
    assert second.value != first.value
    visitor.set_cookie("followup", first.value)
    assert not is_signed_in(visitor), "the one before has ended"


def test_the_database_holds_no_token(people: People, visitor: LintingClient) -> None:
    visitor.sign_in("maja", PASSWORD)
    cookie = visitor.get_cookie("followup")
    assert cookie
    with people.as_program() as uow:
        (session,) = uow.all(select(UserSession))
    assert cookie.value.encode() not in session.token_hash
    assert len(session.token_hash) == 32


def test_what_was_posted_after_the_session_ended_is_kept_until_signing_in_again(
    people: People, client_for: Browsers
) -> None:
    maja = client_for(people.maja)
    (visit_id,) = people.plan(people.alva)
    words = {"understanding": "partly", "child_words": "Mamma var sjuk.", "revision": "0"}
    token = maja.csrf()
    people.clock.forward(minutes=61)
    lost = maja.post(f"/visits/{visit_id}/why", data={"csrf_token": token, **words})
    assert lost.status_code == 401
    assert "Mamma var sjuk." in lost.text
    assert "Logga in i en ny flik" in lost.text
    assert "Till startsidan" not in lost.text  # it would leave what was written behind
    assert re.findall(r'<li class="typed" dir="auto">([^<]*)</li>', lost.text) == ["Mamma var sjuk."]
    maja.sign_in("maja", PASSWORD)
    assert maja.submit(f"/visits/{visit_id}/why", words).status_code == 302


def test_what_was_posted_after_signing_out_in_another_tab_is_kept(people: People, client_for: Browsers) -> None:
    maja = client_for(people.maja)
    (visit_id,) = people.plan(people.alva)
    words, before = {"child_words": "Mamma var sjuk.", "revision": "0"}, maja.csrf()
    maja.submit("/sign-out")
    for token in (before, maja.csrf()):  # of the page that was open, and of the one that said so
        lost = maja.post(f"/visits/{visit_id}/why", data={"csrf_token": token, **words})
        assert (lost.status_code, "Logga in i en ny flik" in lost.text) == (401, True)
        assert re.findall(r'<li class="typed" dir="auto">([^<]*)</li>', lost.text) == ["Mamma var sjuk."]
    assert maja.autosave(f"/visits/{visit_id}/why", words).status_code == 401
    maja.sign_in("maja", PASSWORD)
    assert maja.submit(f"/visits/{visit_id}/why", words).status_code == 302


def test_a_session_ends_when_idle_and_after_its_longest_time(people: People, client_for: Browsers) -> None:
    maja = client_for(people.maja)
    people.clock.forward(minutes=59)
    assert is_signed_in(maja)
    people.clock.forward(minutes=59)
    assert is_signed_in(maja), "using it keeps it awake"
    people.clock.forward(minutes=61)
    assert not is_signed_in(maja)
    maja.sign_in("maja", PASSWORD)
    for _ in range(13):
        assert is_signed_in(maja)
        people.clock.forward(minutes=55)
    people.clock.forward(minutes=6)
    assert not is_signed_in(maja), "twelve hours are the most"


def test_use_is_written_down_once_a_minute(people: People, client_for: Browsers) -> None:
    def last_seen() -> object:
        with people.as_program() as uow:
            return uow.one(select(UserSession.last_seen_at))

    maja, began = client_for(people.maja), people.clock()
    for seconds, expected in ((30, began), (29, began), (2, began + timedelta(seconds=61))):
        people.clock.forward(seconds=seconds)
        maja.get("/")
        assert last_seen() == expected


def test_signing_out_ends_the_session_on_the_server(people: People, client_for: Browsers) -> None:
    maja = client_for(people.maja)
    cookie = maja.get_cookie("followup")
    assert cookie
    assert maja.submit("/sign-out").location == "/sign-in"
    assert maja.get_cookie("followup") is None
    maja.set_cookie("followup", cookie.value)
    assert not is_signed_in(maja)


def test_a_new_password_signs_out_everywhere(people: People, client_for: Browsers) -> None:
    maja = client_for(people.maja)
    with people.as_program() as uow:
        accounts.set_password(uow, "MAJA", "ett helt annat lösenord")
    assert not is_signed_in(maja)
    assert maja.sign_in("maja", PASSWORD).status_code == 401
    assert maja.sign_in("maja", "ett helt annat lösenord").status_code == 302


@pytest.mark.usefixtures("true_hashing")
def test_a_weaker_hash_is_made_anew_at_sign_in(people: People) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    people.change(people.maja, password_hash=weak)
    assert knock(people, "maja", PASSWORD).token
    with people.as_program() as uow:
        stored = uow.one(select(User.password_hash).where(User.user_name == "maja"))
    assert "m=19456,t=2,p=1" in stored
    assert knock(people, "maja", PASSWORD).token


def test_a_damaged_hash_opens_to_nobody(people: People) -> None:
    people.change(people.maja, password_hash="")
    assert knock(people, "maja", "").token is None
    assert knock(people, "maja", PASSWORD).token is None


ELSEWHERE = (
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https://evil.example/x",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "/\t\\evil.example", "///evil.example",
    " //evil.example", "evil.example", "//[", "/\0", "", "/x\r\nSet-Cookie: a=b",
)  # fmt: skip


def test_nobody_is_sent_to_another_host(visitor: LintingClient) -> None:
    for address in ELSEWHERE:
        answer = visitor.submit("/language", language="sv", next=address)
        assert (answer.status_code, answer.location) == (302, "/"), address
    for address in ("//evil.example", "https://evil.example/x"):
        answer = visitor.sign_in("maja", PASSWORD, next=address)
        assert (answer.status_code, answer.location) == (302, "/"), address
        visitor.submit("/sign-out")


def test_signing_in_leads_to_the_page_that_was_asked_for(people: People, visitor: LintingClient) -> None:
    asked = visitor.get("/children?order=name&x=å")
    assert asked.status_code == 302
    form = visitor.get(asked.location).text
    back = unescape(form.split('name="next"')[-1].split('value="')[1].split('"')[0])
    assert unquote(visitor.sign_in("maja", PASSWORD, next=back).location) == "/children?order=name&x=å"


def test_a_script_that_is_signed_out_hears_so(visitor: LintingClient) -> None:
    answer = visitor.get("/children", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.is_json) == (401, True)


def test_a_post_after_the_session_ended_does_not_come_back_as_a_get(people: People, client_for: Browsers) -> None:
    maja = client_for(people.maja)
    maja.csrf()
    people.clock.forward(hours=2)
    assert maja.submit("/sign-out").location == "/sign-in?next=/"


def test_the_log_tells_of_signing_in_and_out(people: People, visitor: LintingClient) -> None:
    visitor.sign_in("maja", "fel")
    visitor.sign_in("nobody", "fel")
    visitor.sign_in("maja", PASSWORD)
    visitor.submit("/sign-out")
    said = [
        (line.action, line.actor_id, line.role, line.fields)
        for line in log_lines(people.store)
        if line.action.startswith("sign_")
    ]
    assert said == [
        ("sign_in_failed", None, "nobody", {"user": str(people.maja.id)}),
        ("sign_in_failed", None, "nobody", {"user": None}),
        ("sign_in", people.maja.id, "caseworker", {}),
        ("sign_out", people.maja.id, "caseworker", {}),
    ]


def test_the_language_is_kept_with_the_user_and_in_the_browser(people: People, visitor: LintingClient) -> None:
    visitor.submit("/language", language="en")
    assert '<html lang="en"' in visitor.get("/sign-in").text
    assert '<html lang="en"' not in browser(people).get("/sign-in").text
    visitor.sign_in("maja", PASSWORD)
    assert '<html lang="sv"' in visitor.get("/children").text, "the user's own choice counts"
    visitor.submit("/language", language="en", next="/children")
    assert '<html lang="en"' in visitor.get("/children").text
    assert '<html lang="en"' in browser(people, people.maja).get("/children").text
    visitor.submit("/language", language="tlh")
    assert '<html lang="en"' in visitor.get("/children").text


def test_cookies_are_for_us_alone(people: People) -> None:
    app = create_app(
        replace(people.settings, https=True, hosts=("followup.example",)), store=people.store, clock=people.clock
    )
    app.test_client_class = LintingClient
    client = app.test_client()
    base = "https://followup.example"

    def posted(path: str, **fields: str) -> TestResponse:
        page = client.get("/sign-in", base_url=base).text
        token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
        return client.post(path, data={"csrf_token": token, **fields}, base_url=base, headers={"Referer": base + "/"})

    cookies = posted("/language", language="en").headers.getlist("Set-Cookie")
    cookies += posted("/sign-in", user_name="maja", password=PASSWORD).headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in cookies}
    assert {"__Host-followup", "followup_locale"} <= names
    for cookie in cookies:
        flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= flags, cookie
        assert not any(flag.startswith("domain") for flag in flags)
    assert "max-age" not in next(cookie for cookie in cookies if cookie.startswith("__Host-followup")).lower()


def test_two_organisations_do_not_meet(people: People) -> None:
    other, team = UUID(int=7), UUID(int=8)
    with people.as_program() as uow:
        uow.add(Organisation(id=other, name="Hjortronköping", unit="Socialförvaltningen"))
        uow.flush()
        uow.add(Team(id=team, organisation_id=other, name="Team Myr"))
        uow.flush()
        uow.execute(update(User).where(User.user_name == "gunnel").values(organisation_id=other, team_id=team))
    client = people.app.test_client()
    assert isinstance(client, LintingClient)
    client.canaries = {"gunnel": people.canaries(None)}
    client.sign_in("gunnel", PASSWORD)
    assert "Hjortronköping" in client.get("/children").text
    with people.store.unit(NOBODY, now=people.clock(), reads=True) as uow:
        assert who_is(uow, "nonsense", idle=timedelta(hours=1), longest=timedelta(hours=1)) is None
    assert raw(people.store.engine, "SELECT count(*) FROM organisation") == 2
