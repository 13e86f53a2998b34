"""Asking again who one is before what matters most: nothing is lost by it, and nothing is done before that."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest

from followup.store.tables import Document
from tests.support.browser_story import ready_to_sign
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD
from tests.support.queries import log_lines

Browsers = Callable[..., LintingClient]
sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def old(people: People, client_for: Browsers) -> LintingClient:
    """Maja's browser, where it is long since she proved who she is."""
    client = client_for(people.maja)
    people.proof_is_old(people.maja)
    return client


def test_a_page_that_is_read_is_come_back_to(people: People, old: LintingClient) -> None:
    asked = old.get("/documents/unfiled.zip")
    assert asked.status_code == 403
    assert "Bekräfta att det är du" in asked.text
    wrong = old.submit("/account/prove", next="/documents/unfiled.zip", proof_password="fel")
    assert wrong.status_code == 403
    assert "stämmer inte" in wrong.text
    assert 'name="next" value="/documents/unfiled.zip"' in wrong.text
    right = old.submit("/account/prove", next="/documents/unfiled.zip", proof_password=PASSWORD)
    assert right.location == "/documents/unfiled.zip"
    assert old.get("/documents/unfiled.zip").mimetype == "application/zip"
    assert {line.action for line in log_lines(people.store)} >= {"prove_failed", "proved"}


def test_nobody_is_sent_elsewhere_by_proving(old: LintingClient) -> None:
    for address in ("//evil.example", "https://evil.example/x", "/\\evil.example"):
        assert old.submit("/account/prove", next=address, proof_password=PASSWORD).location == "/"


def test_what_was_posted_is_kept_and_goes_on(people: People, client_for: Browsers) -> None:
    lead = client_for(people.birgitta)
    people.sign(people.alva)
    people.proof_is_old(people.birgitta)
    path = f"/children/{people.alva.id}/export"
    fields = {"purpose": "inspection", "reason": "Tillsyn & “citat” <b>", "passphrase": "kastrull molnfri gunga berg"}
    asked = lead.submit(path, fields)
    assert asked.status_code == 403
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
    assert {name: unescape(kept[name]) for name in fields} == fields
    assert f'action="{path}"' in asked.text
    assert lead.submit(path, {**fields, "proof_password": "fel"}).status_code == 403
    done = lead.submit(path, {**fields, "proof_password": PASSWORD})
    assert done.location.startswith("/exports/")


def deeds(people: People) -> tuple[tuple[str, dict[str, str], str], ...]:
    """What gives somebody a way in, is signed or leaves the house: path, what is posted, where it leads."""
    child, visit, nobody = people.alva.id, people.sign(people.alva), UUID(int=9)
    why, today = "Vikarie under ”semestern” <b>", str(people.clock().date())
    colleague = str(people.idris.id)
    lasting = {"first": today, "last": today}
    return (
        (f"/children/{child}/access/give", {"user": colleague, "why": why, **lasting}, f"/children/{child}/access"),
        (f"/children/{child}/access/assign", {"worker": colleague, "from": today}, f"/children/{child}/access"),
        (f"/children/{child}/access/bar", {"barred": str(people.sven.id), "reason": why}, ""),
        (f"/access/grants/{nobody}/end", {}, ""),
        (f"/access/assignments/{nobody}/end", {}, ""),
        (f"/access/bars/{nobody}/lift", {}, ""),
        ("/desk/deputies", {"team": str(people.team_a), "user": colleague, **lasting}, "/desk/deputies"),
        (f"/desk/deputies/{nobody}/end", {}, ""),
        (f"/children/{child}/change-caseworker", {"to": colleague, "on": today}, ""),
        ("/account/calendar", {"do": "renew"}, ""),
        (f"/visits/{visit}/amend", {"kind": "addendum", "text": why}, ""),
        (f"/visits/{visit}/mask", {"n-0": "mask", "go": "issue"}, ""),
        (f"/visits/{visit}/child-copy", {"lang": "sv"}, ""),
        (f"/visits/{visit}/home-record", {"go": "keep"}, ""),
    )


@sqlite
def test_what_opens_a_child_is_signed_or_leaves_the_house_asks_and_keeps_what_was_posted(
    people: People, client_for: Browsers
) -> None:
    lead = client_for(people.birgitta)
    done = deeds(people)
    people.proof_is_old(people.birgitta)
    for path, fields, _ in done:
        asked = lead.submit(path, fields)
        assert asked.status_code == 403, path
        assert "Bekräfta att det är du" in asked.text, path
        kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked.text))
        assert {name: unescape(kept[name]) for name in fields} == fields
        assert f'action="{path}"' in asked.text
    for path, fields, to in done:
        if to:
            people.proof_is_old(people.birgitta)
            assert lead.submit(path, {**fields, "proof_password": PASSWORD}).location == to, path


def test_signing_asks_within_the_page_and_keeps_what_was_written(people: People, old: LintingClient) -> None:
    (visit,) = people.plan(people.alva)
    assert 'name="proof_password"' not in old.get(f"/visits/{visit}/sign").text, "nothing can be signed yet"
    ready_to_sign(people, visit)
    page = old.get(f"/visits/{visit}/sign").text
    assert 'name="proof_password"' in page
    fields = {"revision": "0", "outcome": "agrees", "words": "Det stämmer, sa hon.", "go": "sign", "seen": ""}
    refused = old.submit(f"/visits/{visit}/sign", fields)
    assert refused.status_code == 422
    assert "Bekräfta att det är du" in refused.text
    assert "Det stämmer, sa hon." in refused.text, "saved before it was asked"
    assert people.visit(visit).state == "draft"
    again = old.submit(f"/visits/{visit}/sign", {**fields, "revision": "1", "proof_password": "fel"})
    assert "stämmer inte" in again.text
    assert "fel" not in re.findall(r'value="([^"]*)"', again.text)
    passed = old.submit(f"/visits/{visit}/sign", {**fields, "revision": "1", "proof_password": PASSWORD})
    assert "ändrats sedan du läste" in passed.text, "who it is, is settled; what stands in the way of signing is told"
    assert 'name="proof_password"' not in passed.text
    assert not people.rows(Document)


def test_a_proof_lasts_ten_minutes(people: People) -> None:
    client = browser(people)
    client.sign_in("maja", PASSWORD)
    people.clock.forward(minutes=10)
    assert client.get("/documents/unfiled.zip").status_code == 200
    people.clock.forward(seconds=1)
    assert client.get("/documents/unfiled.zip").status_code == 403


def test_a_proof_is_good_on_its_own_device_alone(people: People, old: LintingClient) -> None:
    other = browser(people, people.maja)
    people.proof_is_old(people.maja)
    old.submit("/account/prove", next="/", proof_password=PASSWORD)
    assert old.get("/documents/unfiled.zip").status_code == 200
    assert other.get("/documents/unfiled.zip").status_code == 403


def test_a_stolen_session_is_no_way_round_the_throttle(people: People, old: LintingClient) -> None:
    for _ in range(5):
        old.submit("/account/prove", next="/", proof_password="fel")
    slow = old.submit("/account/prove", next="/", proof_password=PASSWORD)
    assert slow.status_code == 429
    assert int(slow.headers["Retry-After"]) == 2
    assert browser(people).sign_in("maja", PASSWORD).status_code == 429, "counted with the tries to sign in"


def test_another_users_password_proves_nothing(people: People, old: LintingClient) -> None:
    people.change(people.idris, password_hash="nothing opens this")
    assert old.submit("/account/prove", next="/", proof_password="nothing opens this").status_code == 403


def test_handing_the_tablet_over_ends_the_proof(people: People) -> None:
    """The child may have watched the PIN that takes it back."""
    client = browser(people)
    client.sign_in("maja", PASSWORD)
    (visit,) = people.plan(people.alva)
    client.hand_over(visit)
    client.take_back()
    assert client.get("/documents/unfiled.zip").status_code == 403


def test_a_script_hears_that_it_is_asked_for(old: LintingClient) -> None:
    answer = old.get("/documents/unfiled.zip", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.is_json) == (401, True)


def test_the_password_is_stored_nowhere(people: People, old: LintingClient) -> None:
    (visit,) = people.plan(people.alva)
    fields = {"revision": "9", "outcome": "agrees", "words": "annat", "go": "sign", "proof_password": PASSWORD}
    stale = old.submit(f"/visits/{visit}/sign", fields)
    assert stale.status_code == 409
    assert PASSWORD not in stale.text
    assert PASSWORD not in str([vars(line) for line in log_lines(people.store)])
