"""The second factor: set up at the first sign-in, asked for at each, spent once, throttled, and no way round it."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from uuid import UUID

import pyotp
import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from followup.domain.access import NOBODY
from followup.services.installation import accounts
from followup.services.sign_in.by_password import SignedIn, prove_second, sign_in
from followup.services.sign_in.passkeys import Site
from followup.services.sign_in.recovery_codes import renew
from followup.services.sign_in.second_factor import Shown
from followup.services.sign_in.sessions import who_is
from followup.store.tables import Organisation, RecoveryCode, Totp, User, UserSession
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD, Person
from tests.support.queries import log_lines, raw

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SITE = Site("localhost", "http://localhost")
INSIDE = ("/", "/children", "/desk", "/users", "/account/security", "/account/security/app", "/account/pin")


@pytest.fixture
def strict(people: People) -> People:
    """The municipality outside the demonstration: a password is not enough."""
    people.settings = replace(people.settings, second_factor=True)
    return people


def give_app(people: People, person: Person) -> None:
    """Let the person have an app whose secret is known here."""
    with people.as_program() as uow:
        uow.add(Totp(user_id=person.id, secret=SECRET, created_at=people.clock(), confirmed_at=people.clock()))


def code(people: People, *, away: int = 0) -> str:
    """The code that the app shows, `away` half minutes from now."""
    return pyotp.TOTP(SECRET).generate_otp(int(people.clock().timestamp()) // 30 + away)


def half_in(people: People, person: Person) -> LintingClient:
    """A browser whose password was right."""
    client = browser(people)
    answer = client.sign_in(person.user_name, PASSWORD)
    assert answer.location.startswith("/sign-in/second")
    return client


def second(client: LintingClient, **fields: str) -> TestResponse:
    page = client.get("/sign-in/second").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post("/sign-in/second", data={"csrf_token": token[1], **fields})


def own_form(client: LintingClient, path: str, **fields: str) -> TestResponse:
    """Post to a page with the token that it carries: whoever is not in yet has no frame that does."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    assert token
    return client.post(path, data={"csrf_token": token[1], **fields})


def is_in(client: LintingClient) -> bool:
    return client.get("/children").status_code == 200


def test_password_and_code_open(strict: People) -> None:
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    assert not is_in(client)
    before = client.get_cookie("followup")
    assert second(client, code=code(strict), next="/children").location == "/children"
    after = client.get_cookie("followup")
    assert before
    assert after
    assert before.value != after.value, "a new token for what can do more"
    assert is_in(client)


def test_whoever_is_half_in_reaches_nothing(strict: People) -> None:
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    for path in INSIDE:
        answer = client.get(path)
        assert (answer.status_code, (answer.location or "")[:15]) == (302, "/sign-in/second"), path
        assert client.get(path, headers={"Accept": "application/json"}).status_code == 401, path
    (visit,) = strict.plan(strict.alva)
    assert client.get(f"/visits/{visit}/sign").status_code == 302
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in/second").text)
    assert token
    for path in ("/account/security/app", "/account/security/password", "/account/security/passkey", "/sign-out"):
        fields = {"csrf_token": token[1], "do": "begin", "proof_password": PASSWORD}
        assert client.post(path, data=fields).status_code == 401, path
    with strict.as_program() as uow:
        assert len(uow.all(select(Totp))) == 1, "no second app was begun by way of the password"
    assert not is_in(client)


def test_half_in_is_told_nothing_of_whose_it_is(strict: People) -> None:
    give_app(strict, strict.maja)
    page = half_in(strict, strict.maja).get("/sign-in/second").text
    assert strict.maja.name not in page
    assert "Logga ut" not in page


def test_ten_minutes_to_find_the_telephone(strict: People) -> None:
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    strict.clock.forward(minutes=11)
    assert client.get("/sign-in/second").location.startswith("/sign-in")
    assert not is_in(client)


def test_a_code_is_good_once(strict: People) -> None:
    give_app(strict, strict.maja)
    shown = code(strict)
    assert second(half_in(strict, strict.maja), code=shown).status_code == 302
    again = half_in(strict, strict.maja)
    assert second(again, code=shown).status_code == 401
    assert second(again, code=code(strict, away=-1)).status_code == 401, "nor any before it"
    strict.clock.forward(seconds=30)
    assert second(again, code=code(strict)).status_code == 302


def test_a_code_from_another_time_is_refused(strict: People) -> None:
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    for away in (-3, -2, 2, 3):
        assert second(client, code=code(strict, away=away)).status_code == 401
    assert second(client, code=code(strict, away=1)).status_code == 302, "a clock may be half a minute off"


def knocking(people: People, person: Person, typed: str) -> Callable[[object], bool]:
    """A browser whose password was right and that is about to send the code; returns whether it was let in."""
    units = partial(people.store.unit, NOBODY, now=people.clock(), request_id="test")
    half = sign_in(lambda reads: units(reads=reads), person.user_name, PASSWORD, "192.0.2.1", required=True)
    assert half.token
    with units(reads=True) as uow:
        who = who_is(uow, half.token, idle=timedelta(hours=1), longest=timedelta(hours=12))
    assert who
    actor, session_id, shown = who.actor, who.session_id, Shown(SITE, code=typed)

    def knock(_: object) -> bool:
        found = prove_second(lambda reads: units(reads=reads), actor, session_id, shown, required=True)
        return found.token is not None

    return knock


def test_of_one_code_sent_twice_at_once_one_is_taken(strict: People) -> None:
    give_app(strict, strict.maja)
    browsers = [knocking(strict, strict.maja, code(strict)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda knock: knock(None), browsers)) == 1


def test_of_one_recovery_code_sent_twice_at_once_one_is_taken(strict: People) -> None:
    give_app(strict, strict.maja)
    paper = recovery_codes(strict, strict.maja)[0]
    browsers = [knocking(strict, strict.maja, paper) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda knock: knock(None), browsers)) == 1


def recovery_codes(people: People, person: Person) -> tuple[str, ...]:
    with people.unit(person) as uow:
        return renew(uow)


def test_a_recovery_code_opens_once_however_it_is_typed(strict: People) -> None:
    give_app(strict, strict.maja)
    codes = recovery_codes(strict, strict.maja)
    assert len(set(codes)) == 10
    assert second(half_in(strict, strict.maja), code=f" {codes[0].upper().replace('-', ' ')} ").status_code == 302
    assert second(half_in(strict, strict.maja), code=codes[0]).status_code == 401
    stored = " ".join(row.code_hash.hex() for row in codes_of(strict))
    assert codes[1].replace("-", "") not in stored


def codes_of(people: People) -> list[RecoveryCode]:
    with people.as_program() as uow:
        return list(uow.all(select(RecoveryCode)))


def test_another_users_code_opens_nothing(strict: People) -> None:
    give_app(strict, strict.maja)
    give_app(strict, strict.idris)
    theirs = recovery_codes(strict, strict.idris)[0]
    assert second(half_in(strict, strict.maja), code=theirs).status_code == 401


def test_guessing_is_slowed_down_by_user_and_the_password_does_not_begin_anew(strict: People) -> None:
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    for _ in range(5):
        assert second(client, code="000000").status_code == 401
    client = half_in(strict, strict.maja)  # the password again, from another browser
    refused = second(client, code=code(strict))
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 24 * 3600
    assert "Vänta" in refused.text
    strict.clock.forward(seconds=int(refused.headers["Retry-After"]))
    assert second(client, code=code(strict)).status_code == 302


def test_whoever_guesses_all_day_gets_few_tries(strict: People) -> None:
    give_app(strict, strict.maja)
    heard = 0
    begin, end = strict.clock(), strict.clock() + timedelta(hours=24)
    while strict.clock() < end:
        knock = knocking_again(strict)
        heard += knock.wait == timedelta()
        strict.clock.forward(seconds=max(knock.wait.total_seconds(), 1))
    assert begin < end
    assert heard <= 22, "a millionth of what there is to guess, three times each"


def knocking_again(people: People) -> SignedIn:
    units = partial(people.store.unit, NOBODY, now=people.clock(), request_id="test")
    with people.as_program() as uow:
        session = uow.first(select(UserSession.id).where(~UserSession.whole))
    if session is None:
        sign_in(lambda reads: units(reads=reads), "maja", PASSWORD, "192.0.2.1", required=True)
        return knocking_again(people)
    shown = Shown(SITE, code="000000")
    return prove_second(lambda reads: units(reads=reads), people.maja.actor, session, shown, required=True)


def test_wrong_and_unknown_meet_the_same_page(strict: People) -> None:
    give_app(strict, strict.maja)
    pages = {shorn(browser(strict).sign_in(name, "fel lösenord här")) for name in ("maja", "idris", "finns-inte")}
    assert len(pages) == 1, "with a second factor, without one, and nobody"


def shorn(answer: TestResponse) -> tuple[int, str]:
    text = re.sub(r'(name="csrf_token"[^>]*value|name="user_name"[^>]*value|value)="[^"]*"', "", answer.text)
    return answer.status_code, text


def test_a_throttled_sign_in_says_when(strict: People) -> None:
    client = browser(strict)
    for _ in range(5):
        client.sign_in("maja", "fel")
    assert int(client.sign_in("maja", PASSWORD).headers["Retry-After"]) == 2


def test_a_newcomer_is_led_to_set_one_up_and_is_in_with_it(strict: People) -> None:
    client = browser(strict)
    assert client.sign_in("maja", PASSWORD).location.startswith("/sign-in/second")
    assert client.get("/sign-in/second").location == "/account/security"
    assert client.get("/children").location == "/account/security"
    assert not is_in(client)
    assert "Skydda din inloggning" in client.get("/account/security").text
    secret = begin_app(client)
    wrong = own_form(client, "/account/security/app", code="000000")
    assert wrong.status_code == 422
    done = own_form(client, "/account/security/app", code=pyotp.TOTP(secret).at(strict.clock()))
    codes = re.findall(r'<code class="secret">([^<]+)</code>', done.text)
    assert len(codes) == 10
    assert is_in(client)
    again = half_in(strict, strict.maja)
    assert second(again, code=pyotp.TOTP(secret).at(strict.clock())).status_code == 401, "spent when it was set up"
    assert second(again, code=codes[3]).status_code == 302


def begin_app(client: LintingClient) -> str:
    assert own_form(client, "/account/security/app", do="begin").status_code == 302
    page = client.get("/account/security/app").text
    picture = client.get("/account/security/app.svg")
    assert picture.mimetype == "image/svg+xml"
    assert "style=" not in picture.text
    found = re.search(r'<code class="secret"[^>]*>([A-Z2-7 ]+)</code>', page)
    assert found
    return found[1].replace(" ", "")


def test_of_two_newcomers_the_first_has_the_account(strict: People) -> None:
    """Somebody else knows the password that was given; whoever comes second must prove the first one's factor."""
    first, late = browser(strict), browser(strict)
    for client in (first, late):
        client.sign_in("maja", PASSWORD)
    secret, other = begin_app(first), begin_app(late)
    assert secret != other
    with strict.as_program() as uow:  # both have begun: what is pending is the user's newest
        assert len(uow.all(select(Totp))) == 1
    assert own_form(first, "/account/security/app", code=pyotp.TOTP(other).at(strict.clock())).status_code == 200
    assert late.get("/account/security/app").location.startswith("/sign-in/second")
    assert not is_in(late)


def test_a_given_password_is_good_for_a_week_to_choose_another(strict: People) -> None:
    with strict.as_program() as uow:
        given = accounts.reset_by_name(uow, "maja")
    client = browser(strict)
    assert client.sign_in("maja", PASSWORD).status_code == 401
    assert client.sign_in("maja", given).status_code == 302
    assert client.get("/account/security").location == "/account/security/password"
    for new, again, said in (
        ("kort", "kort", "för kort"),
        ("Sommar2026!!", "Sommar2026!!", "lätt att gissa"),
        ("majamajamaja1", "majamajamaja1", "lätt att gissa"),
        (given, given, "Välj ett nytt"),
        ("kastrull molnfri gunga", "kastrull molnfri gung", "inte lika"),
    ):
        answer = own_form(client, "/account/security/password", password=new, again=again)
        assert answer.status_code == 422
        assert said in answer.text
    new = "kastrull molnfri gunga"
    assert own_form(client, "/account/security/password", password=new, again=new).location == "/account/security"
    assert not is_in(client), "a second factor lacks"
    secret = begin_app(client)
    own_form(client, "/account/security/app", code=pyotp.TOTP(secret).at(strict.clock()))
    assert is_in(client)


def test_a_given_password_runs_out(strict: People) -> None:
    with strict.as_program() as uow:
        given = accounts.reset_by_name(uow, "maja")
    strict.clock.forward(days=8)
    assert browser(strict).sign_in("maja", given).status_code == 401


def test_an_administrator_resets_and_sees_nothing(strict: People, client_for: Callable[..., LintingClient]) -> None:
    give_app(strict, strict.maja)
    recovery_codes(strict, strict.maja)
    maja, ada = client_for(strict.maja), client_for(strict.ada)
    assert is_in(maja)
    listed = ada.get("/users").text
    assert SECRET not in listed
    path = f"/users/{strict.maja.id}/reset"
    assert ada.get(path).status_code == 200
    done = ada.submit(f"{path}/do", what="both")
    given = re.search(r'<code class="secret"[^>]*>([^<]+)</code>', done.text)
    assert given
    assert not is_in(maja), "signed out everywhere"
    with strict.as_program() as uow:
        assert not uow.all(select(Totp))
        assert not uow.all(select(RecoveryCode))
    assert browser(strict).sign_in("maja", given[1]).status_code == 302
    (line,) = [line for line in log_lines(strict.store) if line.action == "reset_sign_in"]
    assert (line.actor_id, line.fields) == (strict.ada.id, {"user": str(strict.maja.id), "kind": "both"})
    assert client_for(strict.idris).submit(f"{path}/do").status_code == 403


def test_another_organisations_user_is_not_found(strict: People, client_for: Callable[..., LintingClient]) -> None:
    other = UUID(int=7)
    with strict.as_program() as uow:
        uow.add(Organisation(id=other, name="Hjortronköping", unit="Socialförvaltningen"))
        uow.flush()
        uow.execute(update(User).where(User.user_name == "maja").values(organisation_id=other))
    ada = client_for(strict.ada)
    assert "maja" not in ada.get("/users").text
    for answer in (ada.get(f"/users/{strict.maja.id}/reset"), ada.submit(f"/users/{strict.maja.id}/reset/do")):
        assert answer.status_code == 404


def test_the_last_factor_is_not_taken_away(strict: People, client_for: Callable[..., LintingClient]) -> None:
    give_app(strict, strict.maja)
    maja = client_for(strict.maja)
    maja.submit("/account/security/app/remove")
    with strict.as_program() as uow:
        assert len(uow.all(select(Totp))) == 1
    assert "minst en" in maja.get("/account/security").text


def test_nothing_about_sign_in_changes_without_a_fresh_proof(
    strict: People, client_for: Callable[..., LintingClient]
) -> None:
    give_app(strict, strict.maja)
    maja = client_for(strict.maja)
    strict.proof_is_old(strict.maja)
    changing = ("app/remove", "codes", "app", "password", "passkey", f"passkeys/{UUID(int=3)}/remove")
    for path in changing:
        answer = maja.submit(f"/account/security/{path}", {"do": "begin", "password": "x"})
        assert answer.status_code == 403, path
        assert "Bekräfta att det är du" in answer.text
    assert not codes_of(strict)


def test_the_secret_is_sealed(strict: People) -> None:
    give_app(strict, strict.maja)
    (stored,) = (raw(strict.store.engine, "SELECT secret FROM totp"),)
    assert SECRET.encode() not in bytes(str(stored), "utf-8")


def test_a_session_is_listed_and_ended(strict: People, client_for: Callable[..., LintingClient]) -> None:
    give_app(strict, strict.maja)
    here, there = browser(strict, strict.maja), browser(strict, strict.maja)
    with strict.as_program() as uow:
        newest = select(UserSession).where(UserSession.user_id == strict.maja.id)
        sessions = list(uow.all(newest))
        sessions[0].device, sessions[1].device = "Firefox, Windows", "Safari, iPad"
    page = here.get("/account/security").text
    assert "Firefox, Windows" in page
    assert "Safari, iPad" in page
    (other,) = re.findall(r'action="(/account/security/sessions/[^"]+/end)"', page)
    assert client_for(strict.idris).submit(other).status_code == 404, "not somebody else's to end"
    here.submit(other)
    assert sorted([is_in(here), is_in(there)]) == [False, True]


def test_all_other_devices_are_ended_at_once(strict: People) -> None:
    here, there = browser(strict, strict.maja), browser(strict, strict.maja)
    colleague = browser(strict, strict.idris)
    here.submit("/account/security/sessions/end-others")
    assert [is_in(client) for client in (here, there, colleague)] == [True, False, True]


def test_signing_in_half_does_not_end_the_session_before(strict: People) -> None:
    """Whoever knows a password and no more can't throw its owner out, nor end a loan."""
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    second(client, code=code(strict))
    cookie = client.get_cookie("followup")
    assert cookie
    client.submit("/sign-in", user_name="maja", password=PASSWORD)
    owner = browser(strict)
    owner.user_name = "maja"
    owner.set_cookie("followup", cookie.value)
    assert is_in(owner)
    strict.clock.forward(seconds=60)
    second(client, code=code(strict))
    assert not is_in(owner), "ended when the new one is whole"


def test_the_log_tells_of_it(strict: People) -> None:
    give_app(strict, strict.maja)
    client = half_in(strict, strict.maja)
    second(client, code="000000")
    second(client, code=code(strict))
    said = [line.action for line in log_lines(strict.store)]
    kept = [each for each in said if each.startswith(("password_", "second_", "sign_in"))]
    assert kept == ["password_right", "second_factor_failed", "second_factor", "sign_in"]
