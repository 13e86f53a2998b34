"""Signing in by the organisation's own provider: who gets in, as whom, and what is no way in."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwk
from sqlalchemy import select

from followup.domain.claims import ClaimsMapping, Rule
from followup.services import sign_in as sign_in_services
from followup.services.installation import checkup
from followup.services.sign_in.identity_provider import Provider
from followup.services.sign_in.sso_users import index_of
from followup.settings import OidcSettings
from followup.store.tables import SsoErrand, SsoIdentity, User
from tests.support.linting_client import LintingClient
from tests.support.oidc import CLIENT_ID, SECRET, ProviderAtWork, at_work, come_back, go_there, say_who, sign_in
from tests.support.people import People, browser
from tests.support.population import PASSWORD
from tests.support.queries import log_lines

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")  # the provider, in a thread of this process
sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)

MAPPING = ClaimsMapping(
    title="job",
    roles=(Rule("groups", "fu-lead", "team_lead"), Rule("groups", "fu-work", "caseworker")),
    teams=(Rule("dept", "norr", "Team Gläntan"), Rule("dept", "syd", "Team Åsen"), Rule("dept", "öst", "Team Ingen")),
)
TUVA = {
    "preferred_username": "Tuva.Provsson@example.se",
    "name": "Tuva Provsson",
    "job": "socialsekreterare",
    "groups": ["fu-work", "annat"],
    "dept": "norr",
}

Arrange = Callable[..., Provider]


@pytest.fixture(scope="module")
def oidc() -> Iterator[ProviderAtWork]:
    with at_work() as provider:
        yield provider


@pytest.fixture
def arrange(people: People, oidc: ProviderAtWork, tmp_path: Path) -> Arrange:
    """Let the program use the provider, which is as new."""
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")
    secret.chmod(0o644)  # whatever the process would have made it with: the doctor tells of it
    people.clock.now = datetime.now(UTC)  # the provider's clock is the machine's
    oidc.down, oidc.extra, oidc.metadata = False, {}, {}
    oidc.knows("tuva", **TUVA)

    def arrange(mapping: ClaimsMapping = MAPPING, *, local: bool = True, **more: Any) -> Provider:
        known = OidcSettings(oidc.issuer, CLIENT_ID, secret, mapping, "Kommunens konto", 0)
        people.settings = replace(people.settings, oidc=replace(known, **more), local_accounts=local)
        people._app = None  # with these settings from now on
        found: Provider = people.app.extensions["followup_provider"]
        return found

    return arrange


@pytest.fixture
def visitor(people: People, arrange: Arrange) -> LintingClient:
    """Nobody's browser."""
    arrange()
    return browser(people)


def is_in(client: LintingClient) -> bool:
    return not (client.get("/").location or "").startswith("/sign-in")


def tuva(people: People) -> User | None:
    with people.as_program() as uow:
        return uow.first(select(User).where(User.user_name == "tuva.provsson@example.se"))


def test_whoever_comes_first_gets_an_account_by_the_claims(people: People, visitor: LintingClient) -> None:
    assert "Logga in med Kommunens konto" in visitor.get("/sign-in?next=/children").text
    answer = sign_in(visitor, "tuva", "/sso/sign-in?next=/children")
    assert (answer.status_code, answer.location) == (302, "/children")
    assert visitor.get("/children").status_code == 200
    made = tuva(people)
    assert made is not None
    assert (made.name, made.title, made.role, made.team_id) == (
        "Tuva Provsson",
        "socialsekreterare",
        "caseworker",
        people.team_a,
    )
    assert {"add_user", "sign_in"} <= {line.action for line in log_lines(people.store)}


def test_what_changes_at_the_provider_changes_here(
    people: People, visitor: LintingClient, oidc: ProviderAtWork
) -> None:
    sign_in(visitor, "tuva")
    first = tuva(people)
    oidc.knows("tuva", **{**TUVA, "name": "Tuva Nysson", "groups": ["fu-lead"], "dept": "syd", "job": None})
    assert sign_in(browser(people), "tuva").status_code == 302
    now = tuva(people)
    assert first is not None
    assert now is not None
    assert (now.id, now.name, now.role, now.team_id) == (first.id, "Tuva Nysson", "team_lead", people.team_b)


def test_log_out_at_the_provider_ends_the_session_here(
    people: People, visitor: LintingClient, oidc: ProviderAtWork
) -> None:
    sign_in(visitor, "tuva")
    token = oidc.logout_token(sub="tuva")
    assert visitor.post("/sso/logged-out", data={"logout_token": token}).status_code == 200
    assert not is_in(visitor)
    sign_in(visitor, "tuva")
    assert visitor.post("/sso/logged-out", data={"logout_token": token}).status_code == 200
    assert is_in(visitor), "a token of log-out counts once"


@sqlite
@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"groups": ["annat"]}, "ingen roll i Followup"),
        ({"groups": None}, "ingen roll i Followup"),
        ({"name": ""}, "vad du heter"),
        ({"dept": "öst"}, "Ditt team finns inte"),
        ({"preferred_username": "maja"}, "redan ditt användarnamn"),
    ],
)
def test_whom_the_mapping_does_not_know_is_told_so(
    people: People, visitor: LintingClient, oidc: ProviderAtWork, claims: dict[str, Any], words: str
) -> None:
    oidc.knows("tuva", **{**TUVA, **claims})
    answer = sign_in(visitor, "tuva")
    assert answer.status_code == 403
    assert words in answer.text
    assert tuva(people) is None
    assert not is_in(visitor)


@sqlite
def test_a_user_who_was_shut_out_stays_out(people: People, visitor: LintingClient) -> None:
    sign_in(visitor, "tuva")
    with people.as_program() as uow:
        uow.one(select(User).where(User.user_name == "tuva.provsson@example.se")).active = False
    assert not is_in(visitor)
    answer = sign_in(browser(people), "tuva")
    assert answer.status_code == 403
    assert "avstängt" in answer.text


@sqlite
def test_a_local_account_is_taken_over_when_the_mapping_says_so(
    people: People, arrange: Arrange, oidc: ProviderAtWork
) -> None:
    arrange(replace(MAPPING, adopt=True))
    oidc.knows("m", **{**TUVA, "preferred_username": "MAJA", "name": people.maja.name})
    client = browser(people)
    assert sign_in(client, "m").status_code == 302
    with people.as_program() as uow:
        assert uow.one(select(SsoIdentity)).subject == index_of(oidc.issuer, "m")
        assert uow.one(select(SsoIdentity)).user_id == people.maja.id
    assert browser(people).sign_in("maja", PASSWORD).status_code == 401, "its password counts no longer"
    oidc.knows("other", **{**TUVA, "preferred_username": "maja"})
    assert "redan ditt användarnamn" in sign_in(browser(people), "other").text


@sqlite
def test_an_answer_counts_once_in_the_browser_that_asked_and_not_for_long(
    people: People, visitor: LintingClient
) -> None:
    address = say_who(go_there(visitor), "tuva")
    other = browser(people)
    go_there(other)
    assert come_back(other, address).status_code == 403, "another browser's"
    assert come_back(visitor, address).status_code == 403, "and it is used up by that"

    address = say_who(go_there(visitor), "tuva")
    assert come_back(visitor, address).status_code == 302
    assert come_back(visitor, address).status_code == 403, "replayed"

    late = browser(people)
    address = say_who(go_there(late), "tuva")
    people.clock.forward(minutes=11)
    assert come_back(late, address).status_code == 403
    assert "tog för lång tid" in come_back(late, "/sso/back?state=påhittat&code=x").text
    go_there(late)
    with people.as_program() as uow:
        assert len(uow.all(select(SsoErrand))) == 1, "what is too old is forgotten"


@sqlite
@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://other.example"},
        {"aud": "another program"},
        {"aud": [CLIENT_ID, "another program"], "azp": "another program"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_now_opens_nothing(
    visitor: LintingClient, oidc: ProviderAtWork, claims: dict[str, Any]
) -> None:
    oidc.extra = claims
    answer = sign_in(visitor, "tuva")
    assert answer.status_code == 403
    assert "stämmer inte" in answer.text
    assert not is_in(visitor)


@sqlite
def test_clocks_may_differ_a_little(visitor: LintingClient, oidc: ProviderAtWork) -> None:
    oidc.extra = {"iat": int(time.time()) + 40, "exp": int(time.time()) - 30}
    assert sign_in(visitor, "tuva").status_code == 302


@sqlite
@pytest.mark.parametrize("how", ["none", "HS256", "another key"])
def test_a_signature_that_anybody_could_make_opens_nothing(
    visitor: LintingClient, oidc: ProviderAtWork, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    own = oidc.sign

    def forged(claims: dict[str, Any]) -> str:
        if how == "another key":
            return own(claims, jwk.RSAKey.generate_key())
        if how == "none":
            return ".".join((*own(claims, jwk.OctKey.generate_key(), "HS256").split(".")[:2], ""))
        return own(claims, jwk.OctKey.import_key(SECRET * 2), "HS256")

    monkeypatch.setattr(oidc, "sign", forged)
    oidc.extra = {"x": 1}
    oidc.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
    assert sign_in(visitor, "tuva").status_code == 403


@sqlite
def test_an_answer_of_another_providers_is_refused(visitor: LintingClient, oidc: ProviderAtWork) -> None:
    address = say_who(go_there(visitor), "tuva")
    assert come_back(visitor, f"{address}&iss=https://other.example").status_code == 403
    address = say_who(go_there(visitor), "tuva")
    assert come_back(visitor, f"{address}&iss={oidc.issuer}").status_code == 302


@sqlite
def test_whoever_says_no_at_the_provider_can_try_again(visitor: LintingClient) -> None:
    answer = come_back(visitor, say_who(go_there(visitor), "tuva", action="deny") + "&state=x")
    assert answer.status_code == 403
    assert "Försök igen" in answer.text


@sqlite
def test_the_code_is_worth_nothing_without_what_only_we_know(visitor: LintingClient) -> None:
    asked = parse_qs(urlsplit(go_there(visitor)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert "prompt" not in asked, "a browser that is new here may be remembered"


@sqlite
def test_keys_that_change_at_the_provider_are_fetched(
    people: People, visitor: LintingClient, oidc: ProviderAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("followup.services.sign_in.identity_provider.KEYS_AGAIN_SECONDS", 0.0)
    assert sign_in(visitor, "tuva").status_code == 302
    oidc.change_keys()
    assert sign_in(browser(people), "tuva").status_code == 302


@sqlite
def test_metadata_and_keys_are_remembered_and_forged_tokens_make_nobody_ask(
    people: People, visitor: LintingClient, oidc: ProviderAtWork
) -> None:
    sign_in(visitor, "tuva")
    oidc.seen.clear()
    sign_in(browser(people), "tuva")
    for _ in range(3):
        forged = oidc.sign({"iss": oidc.issuer}, jwk.RSAKey.generate_key())
        assert visitor.post("/sso/logged-out", data={"logout_token": forged}).status_code == 400
    assert "/.well-known/openid-configuration" not in oidc.seen
    assert "/jwks" not in oidc.seen


@sqlite
def test_a_provider_that_is_down_is_told_and_local_accounts_still_open(
    visitor: LintingClient, oidc: ProviderAtWork
) -> None:
    oidc.down = True
    answer = visitor.get("/sso/sign-in")
    assert answer.status_code == 503
    assert "svarar inte just nu" in answer.text
    oidc.seen.clear()
    assert visitor.get("/sso/sign-in").status_code == 503
    assert oidc.seen == [], "it is left alone for a while"
    assert visitor.sign_in("maja", PASSWORD).status_code == 302


@sqlite
def test_a_provider_that_calls_itself_something_else_is_not_believed(
    visitor: LintingClient, oidc: ProviderAtWork
) -> None:
    oidc.metadata = {"issuer": "https://other.example"}
    assert visitor.get("/sso/sign-in").status_code == 503


@sqlite
def test_the_provider_leads_us_nowhere_else(people: People, arrange: Arrange, oidc: ProviderAtWork) -> None:
    arrange()
    oidc.metadata = {"jwks_uri": f"{oidc.issuer}/?led=astray"}
    oidc.astray = f"{oidc.issuer}/elsewhere"
    oidc.seen.clear()
    assert browser(people).get("/sso/sign-in").status_code == 503
    assert "/" in oidc.seen
    assert "/elsewhere" not in oidc.seen


@sqlite
def test_doctor_tells_how_the_provider_is(
    people: People, arrange: Arrange, oidc: ProviderAtWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkup, "_printing", lambda: checkup.Finding("PDF", True, "is not what is tried"))
    arrange()
    told = {finding.what: finding for finding in checkup.examine(people.settings)}
    assert told["single sign-on"].words.startswith("others may read ")
    assert "Team Ingen" in told["teams"].words
    oidc.down = True
    assert (
        "does not answer"
        in next(each for each in checkup.examine(people.settings) if each.what == "single sign-on").words
    )


@sqlite
def test_local_accounts_can_be_switched_off(people: People, arrange: Arrange) -> None:
    arrange(local=False)
    client = browser(people)
    page = client.get("/sign-in").text
    assert "Kommunens konto" in page
    assert 'type="password"' not in page
    client.sign_in("maja", PASSWORD)
    assert not is_in(client)


@sqlite
def test_a_level_of_assurance_can_be_demanded(people: People, arrange: Arrange, oidc: ProviderAtWork) -> None:
    arrange(replace(MAPPING, acr=("loa3",)))
    assert "säkrare sätt" in sign_in(browser(people), "tuva").text
    oidc.extra = {"acr": "loa3"}
    assert sign_in(browser(people), "tuva").status_code == 302


@sqlite
@pytest.mark.parametrize("evil", ["//evil.example", "https://evil.example", "/\\evil.example", "/\t/evil.example"])
def test_nobody_is_led_elsewhere_afterwards(people: People, visitor: LintingClient, evil: str) -> None:
    there = visitor.get("/sso/sign-in", query_string={"next": evil}).location or ""
    assert come_back(visitor, say_who(there, "tuva")).location == "/"


@sqlite
def test_nothing_of_it_stands_in_a_log(
    people: People, visitor: LintingClient, caplog: pytest.LogCaptureFixture, oidc: ProviderAtWork
) -> None:
    caplog.set_level(logging.DEBUG)
    address = say_who(go_there(visitor), "tuva")
    come_back(visitor, address)
    oidc.extra = {"nonce": "another"}
    sign_in(browser(people), "tuva")
    code = parse_qs(urlsplit(address).query)["code"][0]
    ours = [record for record in caplog.records if not record.name.startswith(("oidc_provider_mock", "werkzeug"))]
    text = "\n".join(record.getMessage() for record in ours)
    for secret in ("Provsson", SECRET, code, "verifier", "eyJ"):
        assert secret not in text
    assert "Provsson" not in str([line.fields for line in log_lines(people.store)])


@sqlite
def test_without_the_library_everything_else_works(visitor: LintingClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "followup.services.sign_in.oidc_client", None)
    monkeypatch.delattr(sign_in_services, "oidc_client", raising=False)
    assert visitor.get("/sso/sign-in").status_code == 503
    assert visitor.sign_in("maja", PASSWORD).status_code == 302
