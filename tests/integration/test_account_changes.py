"""Accounts that an administrator makes, changes and switches, and that nobody alone gets into somebody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from followup.domain.errors import InvalidTransition
from followup.services.installation import account_changes, accounts
from followup.services.installation.account_changes import BOTH, PASSWORD, SECOND
from followup.services.overview.calendar_feed import renew_feed
from followup.services.overview.team import team_list
from followup.store.tables import AccountChange, Mandate, Totp, User, UserSession
from tests.integration.test_second_factor import begin_app, code, give_app, own_form, second
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD as OWN
from tests.support.population import Person
from tests.support.queries import log_lines

one_engine = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

Browsers = Callable[[Person], LintingClient]
NEW = "kastrull molnfri gunga"
SECRETS = re.compile(r'<code class="secret"[^>]*>([^<]+)</code>')


@pytest.fixture
def strict(people: People) -> People:
    """Outside the demonstration."""
    people.settings = replace(people.settings, second_factor=True)
    return people


def shown(answer: TestResponse) -> str:
    """What is to be handed over."""
    (found,) = SECRETS.findall(answer.text)
    return str(found)


def knock(people: People, user_name: str, password: str) -> LintingClient:
    """A browser whose password was right."""
    client = browser(people)
    assert client.sign_in(user_name, password).location.startswith("/sign-in/second")
    return client


def set_up(people: People, client: LintingClient) -> None:
    """Choose a password and an app, as whoever is let in anew does."""
    own_form(client, "/account/security/password", password=NEW, again=NEW)
    secret = begin_app(client)
    own_form(client, "/account/security/app", code=pyotp.TOTP(secret).at(people.clock()))


def is_in(client: LintingClient) -> bool:
    return client.get("/account/pin").status_code == 200


def make_nils(people: People, ada: LintingClient, **fields: str) -> TestResponse:
    about = {"user_name": "Nils", "name": "Nils Provsson", "title": "socionom", "role": "caseworker"}
    return ada.submit("/users/new", {**about, "team": str(people.team_a), **fields})


def user_called(people: People, user_name: str) -> User:
    with people.as_program() as uow:
        return accounts.by_name(uow, user_name)


def test_a_new_account_takes_two_people(strict: People, client_for: Browsers) -> None:
    ada, lead = client_for(strict.ada), client_for(strict.birgitta)
    made = make_nils(strict, ada)
    assert strict.birgitta.name in made.text, "who may give the code"
    password, nils = shown(made), user_called(strict, "nils")
    client = knock(strict, "nils", password)
    assert "En kod till" in client.get("/sign-in/second").text
    assert client.get("/account/security").location.startswith("/sign-in/second"), "nothing is set up before that"
    path = f"/accounts/{nils.id}/code"
    assert ada.submit(path).location == "/accounts", "not from whoever gave the password"
    assert "Ett konto har ändrats" in lead.get("/children").text
    assert "Behöver en kod" in lead.get("/accounts").text
    given = shown(lead.submit(path))
    assert second(client, code="xxxx-xxxx-xxxx").status_code == 401
    assert second(client, code=given).status_code == 302
    assert client.get("/account/security").location == "/account/security/password"
    set_up(strict, client)
    assert is_in(client)
    again = knock(strict, "nils", NEW)
    assert second(again, code=given).status_code == 401, "the code was good once"
    actions = [line.action for line in log_lines(strict.store)]
    assert {"add_user", "give_code"} <= set(actions)


@one_engine
def test_an_account_that_cannot_be_made_is_told_why_and_keeps_what_was_written(
    strict: People, client_for: Browsers
) -> None:
    wrong = make_nils(strict, client_for(strict.ada), user_name="maja", name=" ", role="team_lead", team="")
    assert wrong.status_code == 422
    for said in ("upptaget", "personens namn", "Välj ett team"):
        assert said in wrong.text
    assert 'value="maja"' in wrong.text
    assert make_nils(strict, client_for(strict.ada), role="system").status_code == 422
    assert make_nils(strict, client_for(strict.ada), team=str(strict.organisation_id)).status_code == 422


@one_engine
def test_a_new_password_does_not_open_without_the_users_own_second_step(strict: People, client_for: Browsers) -> None:
    give_app(strict, strict.maja)
    maja, ada = client_for(strict.maja), client_for(strict.ada)
    given = shown(ada.submit(f"/users/{strict.maja.id}/reset/do", what="password"))
    assert not is_in(maja), "signed out"
    assert browser(strict).sign_in("maja", OWN).status_code == 401
    client = knock(strict, "maja", given)
    for path in ("/account/security", "/account/security/app", "/children"):
        assert client.get(path).location.startswith("/sign-in/second")
    assert second(client, code=code(strict)).status_code == 302
    told = client.get("/account/security/password").text
    assert f"{strict.ada.name} nollställde lösenordet" in told
    own_form(client, "/account/security/password", password=NEW, again=NEW)
    assert is_in(client)
    later = client.get("/account/security").text
    assert "Ändrat av någon annan" in later


@one_engine
def test_a_new_code_does_not_open_without_the_users_own_password(strict: People, client_for: Browsers) -> None:
    give_app(strict, strict.maja)
    given = shown(client_for(strict.ada).submit(f"/users/{strict.maja.id}/reset/do", what="second"))
    client = knock(strict, "maja", OWN)
    assert second(client, code=code(strict)).status_code == 401, "the lost telephone opens nothing"
    assert second(client, code=given).status_code == 302
    assert not is_in(client), "a code is no factor"
    assert "nollställde det andra steget" in client.get("/account/security").text
    secret = begin_app(client)
    own_form(client, "/account/security/app", code=pyotp.TOTP(secret).at(strict.clock()))
    assert is_in(client)


@one_engine
@pytest.mark.parametrize(("first", "then"), [(PASSWORD, SECOND), (SECOND, PASSWORD), (BOTH, PASSWORD), (BOTH, SECOND)])
def test_one_administrator_gets_in_by_no_order_of_resets(strict: People, first: str, then: str) -> None:
    """Whatever the administrator alone holds at the end, it is never a password and a code that open together."""
    give_app(strict, strict.maja)
    with strict.unit(strict.ada) as uow:
        before = accounts.reset_sign_in(uow, strict.maja.id, first)
    with strict.unit(strict.ada) as uow:
        begun = accounts.reset_sign_in(uow, strict.maja.id, then)
    assert begun.kind == BOTH
    assert not begun.code
    with strict.unit(strict.ada) as uow, pytest.raises(InvalidTransition):
        account_changes.give_code(uow, strict.maja.id)
    client = knock(strict, "maja", begun.password)
    if before.code:
        assert second(client, code=before.code).status_code == 401
    assert second(client, code=code(strict)).status_code == 401
    assert not is_in(client)


@one_engine
def test_neither_a_change_nor_switching_forgets_who_gave_the_password(strict: People, client_for: Browsers) -> None:
    """Another administrator's innocent click must not make the first one's second code possible."""
    client_for(strict.ada).submit(f"/users/{strict.maja.id}/reset/do", what="both")
    strict.change(strict.sven, role="admin")
    sven = client_for(strict.sven)
    fields = {"name": "Maja", "role": "team_lead", "team": str(strict.team_a)}
    for deed in ("change", "off", "on"):
        assert sven.submit(f"/users/{strict.maja.id}/{deed}", fields).status_code == 302
    with strict.unit(strict.ada) as uow, pytest.raises(InvalidTransition):
        account_changes.give_code(uow, strict.maja.id)
    assert shown(sven.submit(f"/accounts/{strict.maja.id}/code"))


@one_engine
def test_who_may_give_a_code(strict: People, client_for: Browsers) -> None:
    client_for(strict.ada).submit(f"/users/{strict.maja.id}/reset/do", what="both")
    path = f"/accounts/{strict.maja.id}/code"
    assert client_for(strict.idris).submit(path).status_code == 403, "a colleague"
    assert client_for(strict.gunnel).submit(path).status_code == 404, "another team's lead"
    assert client_for(strict.birgitta).submit(path).status_code == 200
    assert client_for(strict.lovisa).submit(path).status_code == 200, "the log reviewer"


@one_engine
def test_a_code_runs_out_and_still_one_is_needed(strict: People, client_for: Browsers) -> None:
    give_app(strict, strict.maja)
    given = shown(client_for(strict.ada).submit(f"/users/{strict.maja.id}/reset/do", what="second"))
    strict.clock.forward(hours=25)
    client = knock(strict, "maja", OWN)
    assert second(client, code=given).status_code == 401
    assert client.get("/account/security").location.startswith("/sign-in/second")


def test_leads_and_log_reviewers_are_told_until_they_have_seen_it(strict: People, client_for: Browsers) -> None:
    give_app(strict, strict.maja)
    client_for(strict.ada).submit(f"/users/{strict.maja.id}/reset/do", what="password")
    for person, path in ((strict.birgitta, "/children"), (strict.lovisa, "/log")):
        client = client_for(person)
        assert "Ett konto har ändrats av någon annan" in client.get(path).text
        page = client.get("/accounts").text
        assert f"{strict.ada.name} nollställde lösenordet" in page
        until = re.search(r'name="until" value="([^"]+)"', page)
        assert until
        client.submit("/accounts/seen", until=until[1])
        assert "Ett konto har ändrats" not in client.get(path).text
    assert "Ett konto har ändrats" not in client_for(strict.gunnel).get("/children").text, "another team's"
    strict.clock.forward(minutes=1)
    client_for(strict.ada).submit(f"/users/{strict.idris.id}/off")
    assert "Ett konto har ändrats" in client_for(strict.birgitta).get("/children").text
    for rubbish in ("", "i går", "2026-11-22T10:00:00"):
        assert client_for(strict.lovisa).submit("/accounts/seen", until=rubbish).status_code == 404


def test_switching_off_ends_everything_at_once(strict: People, client_for: Browsers) -> None:
    office, tablet = browser(strict, strict.maja), browser(strict, strict.maja)
    (visit,) = strict.plan(strict.alva, by=strict.maja)
    tablet.hand_over(visit)
    assert tablet.get("/my/start").status_code == 200
    with strict.unit(strict.maja) as uow:
        secret = renew_feed(uow)
    assert browser(strict).get(f"/calendar/{secret}.ics").status_code == 200
    strict.mandate(strict.maja, strict.team_b)
    assert client_for(strict.ada).submit(f"/users/{strict.maja.id}/off").location == f"/users/{strict.maja.id}"
    assert not is_in(office)
    assert tablet.get("/my/start").status_code == 302, "a tablet on loan is nobody's"
    assert browser(strict).get(f"/calendar/{secret}.ics").status_code == 404
    assert browser(strict).sign_in("maja", OWN).status_code == 401
    with strict.as_program() as uow:
        assert not uow.all(select(UserSession).where(UserSession.user_id == strict.maja.id))
        assert uow.one(select(Mandate).where(Mandate.user_id == strict.maja.id)).end == uow.today
    with strict.unit(strict.birgitta, reads=True) as uow:
        left = {line.child.id for line in team_list(uow, "nobody").lines}
    assert strict.alva.id in left, "told to the lead"
    client_for(strict.ada).submit(f"/users/{strict.maja.id}/on")
    assert browser(strict).sign_in("maja", OWN).status_code == 302


@one_engine
def test_nobody_switches_off_oneself_or_the_last_administrator(strict: People, client_for: Browsers) -> None:
    ada = client_for(strict.ada)
    ada.submit(f"/users/{strict.ada.id}/off")
    assert "Du kan inte stänga av dig själv" in ada.get("/users").text
    with strict.as_program() as uow, pytest.raises(InvalidTransition):
        accounts.switch_off(uow, strict.ada.id)
    own = {"name": strict.ada.name, "role": "caseworker", "team": str(strict.team_a)}
    assert ada.submit(f"/users/{strict.ada.id}/change", own).status_code == 422
    assert ada.submit(f"/users/{strict.ada.id}/reset/do", what="both").status_code == 409
    assert user_called(strict, "ada").active
    strict.change(strict.sven, role="admin")
    with strict.unit(strict.sven) as uow:
        accounts.switch_off(uow, strict.ada.id)
    with strict.as_program() as uow, pytest.raises(InvalidTransition):
        accounts.switch_off(uow, strict.sven.id)


@one_engine
def test_another_role_holds_at_once_and_is_told(strict: People, client_for: Browsers) -> None:
    idris = client_for(strict.idris)
    assert idris.get("/desk").status_code == 403
    fields = {"name": "Idris  Ny", "title": "enhetschef", "role": "team_lead", "team": str(strict.team_b)}
    assert client_for(strict.ada).submit(f"/users/{strict.idris.id}/change", fields).status_code == 302
    changed = user_called(strict, "idris")
    assert (changed.name, changed.role, changed.team_id) == ("Idris Ny", "team_lead", strict.team_b)
    with strict.as_program() as uow:
        assert uow.one(select(AccountChange.kind)) == "changed"
    assert "ändrade roll eller team" in client_for(strict.lovisa).get("/accounts").text


@one_engine
def test_the_demonstration_too_takes_two_people(people: People, client_for: Browsers) -> None:
    given = shown(client_for(people.ada).submit(f"/users/{people.maja.id}/reset/do", what="password"))
    client = knock(people, "maja", given)
    assert client.get("/children").location.startswith("/sign-in/second")
    code_ = shown(client_for(people.birgitta).submit(f"/accounts/{people.maja.id}/code"))
    second(client, code=code_)
    own_form(client, "/account/security/password", password=NEW, again=NEW)
    assert is_in(client)
    with people.as_program() as uow:
        assert not uow.all(select(Totp))
