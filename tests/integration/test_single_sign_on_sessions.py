"""What the provider's sessions are like here: on a tablet that has been lent, proving again, and how they end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from sqlalchemy import select, update

from followup.domain.claims import ClaimsMapping, Rule
from followup.domain.errors import InvalidTransition
from followup.services.installation import accounts
from followup.services.sign_in.sso_users import index_of
from followup.settings import OidcSettings
from followup.store.tables import Amendment, SsoIdentity, SsoSession, UserSession
from tests.support.browser_story import ready_to_sign
from tests.support.linting_client import LintingClient
from tests.support.oidc import CLIENT_ID, ProviderAtWork, at_work, come_back, go_there, say_who, sign_in
from tests.support.people import People, browser
from tests.support.population import PASSWORD

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")  # the provider, in a thread of this process

KEPT = re.compile(r'<input type="hidden" name="((?!csrf|next)[^"]+)" value="([^"]*)">')
MAPPING = ClaimsMapping(roles=(Rule("groups", "fu-work", "caseworker"),))

Arrange = Callable[..., LintingClient]


@pytest.fixture(scope="module")
def oidc() -> Iterator[ProviderAtWork]:
    with at_work() as provider:
        yield provider


@pytest.fixture
def arrange(people: People, oidc: ProviderAtWork) -> Arrange:
    """Let the program use the provider, who vouches for Maja; returns nobody's browser."""
    people.clock.now = datetime.now(UTC)  # the provider's clock is the machine's
    oidc.down, oidc.extra, oidc.metadata = False, {}, {}
    for subject, person in (("maja", people.maja), ("idris", people.idris)):
        oidc.knows(subject, preferred_username=subject, name=person.name, groups=["fu-work"])
        with people.as_program() as uow:
            index = index_of(oidc.issuer, subject)
            uow.add(SsoIdentity(user_id=person.id, subject=index, linked_at=people.clock()))

    def arrange(**more: Any) -> LintingClient:
        known = OidcSettings(oidc.issuer, CLIENT_ID, None, MAPPING, "Kommunens konto", 0)
        people.settings = replace(people.settings, oidc=replace(known, **more))
        people._app = None  # with these settings from now on
        return browser(people)

    return arrange


def is_in(client: LintingClient) -> bool:
    return not (client.get("/").location or "").startswith("/sign-in")


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def let_it_be_long_ago(people: People) -> None:
    with people.as_program() as uow:
        uow.execute(update(UserSession).values(proved_at=None))


def test_on_a_lent_tablet_the_provider_must_ask_and_not_remember(
    people: People, arrange: Arrange, oidc: ProviderAtWork
) -> None:
    tablet = arrange()
    sign_in(tablet, "maja")
    (visit,) = people.plan(people.alva, by=people.maja)
    assert tablet.hand_over(visit).status_code == 302
    there = go_there(tablet)
    assert (asked(there)["prompt"], asked(there)["max_age"]) == (["login"], ["0"])
    for remembered, said in ((int(time.time()) - 3600, "kom ihåg dig"), (None, "auth_time saknas")):
        oidc.extra = {"auth_time": remembered}  # as if a child had taken the demand out of the address
        answer = come_back(tablet, say_who(go_there(tablet), "maja"))
        assert answer.status_code == 403
        assert said in answer.text
        assert not is_in(tablet)
    oidc.extra = {}
    answer = come_back(tablet, say_who(go_there(tablet), "maja"))
    assert answer.location == f"/visits/{visit}/talk", "her device is hers again"


def test_a_browser_whose_session_has_run_out_is_asked_too(people: People, arrange: Arrange) -> None:
    client = arrange()
    assert "prompt" not in asked(go_there(client))
    sign_in(client, "maja")
    people.clock.forward(hours=13)
    assert asked(go_there(client))["prompt"] == ["login"]


def test_what_the_provider_remembers_is_no_proof_of_now(people: People, arrange: Arrange, oidc: ProviderAtWork) -> None:
    client = arrange()
    oidc.extra = {"auth_time": int(time.time()) - 3600}
    sign_in(client, "maja")
    with people.as_program() as uow:
        proved = uow.one(select(UserSession.proved_at))
    assert proved is not None
    assert (people.clock() - proved).total_seconds() > 3000


def test_the_provider_asks_again_before_what_matters_most(people: People, arrange: Arrange) -> None:
    client = arrange()
    sign_in(client, "maja")
    client.user_name = "maja"
    (visit,) = people.plan(people.alva, by=people.maja)
    ready_to_sign(people, visit)
    let_it_be_long_ago(people)
    page = client.get(f"/visits/{visit}/sign").text
    assert "/sso/prove" in page
    assert 'name="proof_password"' not in page
    there = go_there(client, "/sso/prove")
    assert (asked(there)["prompt"], asked(there)["max_age"]) == (["login"], ["0"])
    answer = come_back(client, say_who(there, "maja"))
    assert answer.location == "/sso/proved"
    assert "fortsätt där du var" in client.get("/sso/proved").text
    assert "/sso/prove" not in client.get(f"/visits/{visit}/sign").text


def test_what_was_posted_waits_in_its_tab_while_the_provider_asks(people: People, arrange: Arrange) -> None:
    client = arrange()
    sign_in(client, "maja")
    client.user_name = "maja"
    visit, words = people.sign(people.alva), "Hon menade ”tisdag” <b>"
    let_it_be_long_ago(people)
    fields = {"kind": "addendum", "text": words, "key": str(UUID(int=4)), "about": "visit", "whose": "caseworker"}
    asked_for = client.submit(f"/visits/{visit}/amend", fields)
    assert asked_for.status_code == 403
    assert 'href="/sso/prove" target="_blank"' in asked_for.text
    kept = {name: unescape(value) for name, value in KEPT.findall(asked_for.text)}
    assert kept == fields
    come_back(client, say_who(go_there(client, "/sso/prove"), "maja"))  # in a tab of its own
    assert f'action="/visits/{visit}/amend"' in asked_for.text
    assert client.submit(f"/visits/{visit}/amend", kept).location.startswith(f"/visits/{visit}/summary")
    with people.as_program() as uow:
        assert uow.one(uow.reachable(Amendment)).text == words


def test_a_provider_that_never_says_when_it_asked(people: People, arrange: Arrange, oidc: ProviderAtWork) -> None:
    oidc.extra = {"auth_time": None}
    client = arrange()
    assert sign_in(client, "maja").status_code == 302, "a browser that is new here"
    refused = come_back(client, say_who(go_there(client, "/sso/prove"), "maja"))
    assert refused.status_code == 403
    assert "auth_time saknas" in refused.text
    assert "Du är fortfarande inloggad" in refused.text
    assert "/sso/prove" in client.get("/documents/unfiled.zip").text


def test_with_a_setting_it_is_enough_that_it_was_told_to_ask_but_not_on_a_lent_tablet(
    people: People, arrange: Arrange, oidc: ProviderAtWork
) -> None:
    oidc.extra = {"auth_time": None}
    tablet = arrange(without_auth_time=True)
    sign_in(tablet, "maja")
    assert "/sso/prove" in tablet.get("/documents/unfiled.zip").text, "at sign-in it wasn't told to"
    come_back(tablet, say_who(go_there(tablet, "/sso/prove"), "maja"))
    assert tablet.get("/documents/unfiled.zip").status_code == 200
    (visit,) = people.plan(people.alva, by=people.maja)
    tablet.hand_over(visit)
    assert sign_in(tablet, "maja").status_code == 403
    assert not is_in(tablet)
    oidc.extra = {"auth_time": int(time.time()) - 3600}
    office = browser(people)
    sign_in(office, "maja")
    assert sign_in(office, "maja").status_code == 403, "what it does say is judged"


def test_nobody_proves_for_somebody_else(people: People, arrange: Arrange) -> None:
    client = arrange()
    sign_in(client, "maja")
    let_it_be_long_ago(people)
    answer = come_back(client, say_who(go_there(client, "/sso/prove"), "idris"))
    assert answer.status_code == 403
    assert "någon annan" in answer.text
    with people.as_program() as uow:
        assert uow.one(select(UserSession)).proved_at is None
    assert browser(people).get("/sso/prove").location == "/sign-in"


def test_log_out_by_the_name_of_a_session_ends_that_one_alone(
    people: People, arrange: Arrange, oidc: ProviderAtWork
) -> None:
    office, tablet = arrange(), browser(people)
    oidc.extra = {"sid": "office"}
    sign_in(office, "maja")
    oidc.extra = {"sid": "tablet"}
    sign_in(tablet, "maja")
    assert office.post("/sso/logged-out", data={"logout_token": oidc.logout_token(sid="tablet")}).status_code == 200
    assert not is_in(tablet)
    assert is_in(office)


def test_sessions_that_the_provider_did_not_begin_are_not_its_to_end(
    people: People, arrange: Arrange, oidc: ProviderAtWork
) -> None:
    client = arrange()
    client.admit("maja", people.token(people.maja))
    client.post("/sso/logged-out", data={"logout_token": oidc.logout_token(sub="maja")})
    assert is_in(client)


def test_whom_the_provider_lets_in_has_no_second_way(people: People, arrange: Arrange) -> None:
    client = arrange()
    assert client.sign_in("maja", PASSWORD).status_code == 401
    with people.as_program() as uow, pytest.raises(InvalidTransition):
        accounts.reset_by_name(uow, "maja")
    admin = browser(people, people.ada)
    assert "organisationens konto" in admin.get(f"/users/{people.maja.id}/reset").text


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another program"},
        {"events": None},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        {"events": "http://schemas.openid.net/event/backchannel-logout"},
        {"nonce": "n"},
        {"jti": None},
        {"sub": None},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
    ],
    ids=str,
)
def test_a_token_of_log_out_that_does_not_hold_ends_nothing(
    arrange: Arrange, oidc: ProviderAtWork, claims: dict[str, Any]
) -> None:
    client = arrange()
    sign_in(client, "maja")
    token = oidc.logout_token(**{"sub": "maja", **claims})
    answer = client.post("/sso/logged-out", data={"logout_token": token})
    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})
    for rubbish in ("", "x", "a.b.c", "x" * 100_000):
        assert client.post("/sso/logged-out", data={"logout_token": rubbish}).status_code == 400
    assert is_in(client)


def test_whoever_signs_out_here_can_do_so_there_and_no_name_is_in_the_address(arrange: Arrange) -> None:
    client = arrange()
    sign_in(client, "maja")
    answer = client.submit("/sign-out")
    assert answer.location == "/sso/signed-out"
    assert "Logga ut där också" in client.get(answer.location).text
    there = asked(go_there(client, "/sso/leave"))
    assert set(there) == {"client_id", "post_logout_redirect_uri", "state"}
    assert not is_in(client)


def test_whom_the_provider_lets_go_is_out_at_the_next_click(
    people: People, arrange: Arrange, oidc: ProviderAtWork
) -> None:
    client = arrange(recheck_minutes=5)
    sign_in(client, "maja")
    people.clock.forward(minutes=6)
    assert is_in(client), "it lets her stay"
    oidc.down = True
    people.clock.forward(minutes=6)
    assert is_in(client), "a provider that is down sends nobody away"
    oidc.down = False
    for token in oidc.store.refresh_tokens():
        oidc.store.remove_refresh_token(token.token)
    people.clock.forward(minutes=2)
    assert is_in(client), "it is not asked at every click"
    people.clock.forward(minutes=4)
    assert not is_in(client)


def test_refresh_tokens_are_not_kept_where_nobody_uses_them(people: People, arrange: Arrange) -> None:
    sign_in(arrange(), "maja")
    with people.as_program() as uow:
        assert uow.one(select(SsoSession)).refresh_token is None
