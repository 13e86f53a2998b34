"""A stranger who fails on purpose, with the password or without, locks nobody out of a browser of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.services.sign_in.known_browsers import LASTS, marked, number_of
from tests.integration.test_passkeys import add, enter
from tests.integration.test_second_factor import code, give_app, half_in, is_in, own_form, recovery_codes, second
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import PASSWORD
from tests.support.soft_key import SoftKey

sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


@pytest.fixture
def strict(people: People) -> People:
    """The municipality outside the demonstration: a password is not enough."""
    people.settings = replace(people.settings, second_factor=True)
    return people


def own_browser(people: People) -> LintingClient:
    """Maja's, where she has signed in before and is signed out."""
    client = half_in(people, people.maja)
    second(client, code=code(people))
    assert is_in(client)
    client.submit("/sign-out")
    people.clock.forward(seconds=30)  # to the next code
    return client


def use_up_codes(people: People) -> LintingClient:
    """A stranger who knows the password, and tries codes until none is heard."""
    stranger = half_in(people, people.maja)
    for _ in range(12):
        refused = second(stranger, code="000000")
        people.clock.forward(seconds=int(refused.headers.get("Retry-After", 0)) if _ < 11 else 0)
    assert second(stranger, code=code(people)).status_code == 429
    return stranger


def test_who_knows_the_password_does_not_lock_its_owner_out(strict: People) -> None:
    give_app(strict, strict.maja)
    maja = own_browser(strict)
    stranger = use_up_codes(strict)
    maja.sign_in("maja", PASSWORD)
    assert second(maja, code=code(strict)).status_code == 302
    assert is_in(maja)
    assert second(stranger, code=code(strict, away=1)).status_code == 429, "and that gives the stranger no try back"


def test_a_browser_that_is_known_is_heard_no_oftener_than_a_stranger(strict: People) -> None:
    give_app(strict, strict.maja)
    maja = own_browser(strict)
    maja.sign_in("maja", PASSWORD)
    for _ in range(5):
        assert second(maja, code="000000").status_code == 401
    assert second(maja, code=code(strict)).status_code == 429
    maja.sign_in("maja", PASSWORD)
    assert second(maja, code=code(strict)).status_code == 429, "the password begins nothing anew"
    assert second(half_in(strict, strict.maja), code=code(strict)).status_code == 302, "nor does it slow down others"


def test_a_passkey_is_heard_while_a_stranger_tries(strict: People) -> None:
    give_app(strict, strict.maja)
    key = SoftKey()
    add(strict, strict.maja, key)
    use_up_codes(strict)
    assert enter(strict, strict.maja, key.sign) == 302


def test_a_code_on_paper_is_heard_while_a_stranger_tries(strict: People) -> None:
    give_app(strict, strict.maja)
    paper = recovery_codes(strict, strict.maja)
    use_up_codes(strict)
    elsewhere = half_in(strict, strict.maja)
    for wrong in ("aaaa-aaaa-aaaa", "x", "nonsense", "bbbb", "0"):
        assert second(elsewhere, code=wrong).status_code == 401
    assert second(elsewhere, code=paper[0]).status_code == 429, "one session's tries are few"
    assert second(half_in(strict, strict.maja), code=paper[0]).status_code == 302


def test_whoever_fails_on_purpose_slows_down_strangers_alone(strict: People) -> None:
    give_app(strict, strict.maja)
    maja = own_browser(strict)
    stranger = browser(strict)
    for _ in range(6):
        stranger.sign_in("maja", "fel lösenord")
    assert browser(strict).sign_in("maja", PASSWORD).status_code == 429
    assert maja.sign_in("maja", PASSWORD).status_code == 302
    for _ in range(5):
        maja.sign_in("maja", "fel lösenord")
    assert maja.sign_in("maja", PASSWORD).status_code == 429, "it has as few tries as a stranger"


@sqlite
def test_proving_again_is_counted_by_browser_too(people: People) -> None:
    client, stranger = browser(people), browser(people)
    client.sign_in("maja", PASSWORD)
    people.proof_is_old(people.maja)
    for _ in range(6):
        stranger.sign_in("maja", "fel lösenord")
    assert client.submit("/account/prove", next="/", proof_password=PASSWORD).status_code == 302
    people.proof_is_old(people.maja)
    for _ in range(5):
        client.submit("/account/prove", next="/", proof_password="fel")
    assert client.submit("/account/prove", next="/", proof_password=PASSWORD).status_code == 429


@sqlite
def test_a_browser_is_known_for_its_own_account_alone(people: People) -> None:
    client, stranger = browser(people), browser(people)
    client.sign_in("idris", PASSWORD)
    client.submit("/sign-out")
    borne = client.get_cookie("followup_known")
    assert borne
    for _ in range(6):
        stranger.sign_in("maja", "fel lösenord")
    assert client.sign_in("maja", PASSWORD).status_code == 429
    for forged in (f"{borne.value}.{'0' * 32}", borne.value[:-1] + "x", "", "x" * 3000, "739000..", "٧٣٩٠٠٠"):
        client.set_cookie("followup_known", forged)
        assert client.sign_in("maja", PASSWORD).status_code == 429, forged


@sqlite
def test_a_mark_is_one_accounts_for_half_a_year(people: People) -> None:
    today = people.clock().date()
    borne = ""
    for account in ("maja", "idris", "maja"):
        borne = marked(borne, account, today)
    number = number_of(borne, "maja", today)
    assert len(number) == 22
    assert number_of(borne, "idris", today) == number
    assert borne.count(".") == 3, "two accounts, once each"
    assert not number_of(borne, "birgitta", today)
    assert "maja" not in borne
    assert not number_of(borne.replace(number, "A" * 22), "maja", today), "a mark is of one browser"
    assert number_of(borne, "maja", today + LASTS) == number
    assert not number_of(borne, "maja", today + LASTS + timedelta(days=1))
    assert not number_of(borne, "maja", today - timedelta(days=1))
    later = marked(borne, "maja", today + timedelta(days=91))
    assert number_of(later, "maja", today + timedelta(days=91)) != number
    for each in range(20):
        borne = marked(borne, f"user{each}", today)
    assert borne.count(".") == 9
    assert number_of(borne, "user19", today)
    assert not number_of(borne, "maja", today)


@sqlite
def test_a_mark_opens_nothing(strict: People) -> None:
    give_app(strict, strict.maja)
    maja = own_browser(strict)
    assert not is_in(maja)
    assert maja.get("/children").location.startswith("/sign-in")
    assert own_form(maja, "/sign-in", user_name="maja", password=PASSWORD).location.startswith("/sign-in/second")
    assert not is_in(maja)
