"""Signing in outside the demonstration: the first time with an app, then with a passkey; each page looked at.

The passkey is that of Chromium's own virtual authenticator, on `localhost`: an IP address is no site.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from followup.services.installation import accounts
from followup.settings import Settings
from followup.store.tables import Passkey
from tests.support.browser import faults
from tests.support.browser_server import LiveServer
from tests.support.browser_story import ready_to_sign
from tests.support.people import People
from tests.support.population import PASSWORD

NEW = "kastrull molnfri gunga"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, second_factor=True)


@pytest.fixture
def strange_page(browser: Browser, server: LiveServer) -> Iterator[Page]:
    """A browser that has never been here."""
    address = server.address.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=address, locale="sv-SE", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def give_password(page: Page, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Användarnamn").fill("maja")
    page.get_by_role("textbox", name="Lösenord").fill(password)
    page.get_by_role("button", name="Logga in").click()


def plug_in(page: Page) -> None:
    """Plug a security key in that says yes."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "hasResidentKey": True}})


def test_the_first_time_with_an_app(people: People, strange_page: Page) -> None:
    page = strange_page
    with people.as_program() as uow:
        given = accounts.reset_by_name(uow, "maja")
    give_password(page, given)
    found = [*faults(page, "choose a password")]
    page.get_by_role("textbox", name="Nytt lösenord").fill(NEW)
    page.get_by_label("Samma lösenord igen").fill(NEW)
    page.get_by_role("button", name="Spara lösenordet").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Skydda din inloggning")
    found += faults(page, "a newcomer")
    page.get_by_role("button", name="Koppla en app").click()
    found += faults(page, "an app")
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    app = pyotp.TOTP(secret)
    page.get_by_label("Skriv koden som appen visar nu").fill(app.at(people.clock()))
    page.get_by_role("button", name="Koppla appen").click()
    expect(page.locator("code.secret")).to_have_count(10)
    found += faults(page, "codes")
    page.get_by_role("link", name="Jag har sparat koderna").click()
    expect(page).to_have_url(re.compile("/children$"))
    people.clock.forward(seconds=60)
    page.context.clear_cookies()
    give_password(page, NEW)
    found += faults(page, "second step")
    page.get_by_label("Kod från appen").fill(app.at(people.clock()))
    page.get_by_role("button", name="Logga in").click()
    expect(page).to_have_url(re.compile("/children$"))
    page.goto("/account/security")
    found += faults(page, "how one signs in")
    people.proof_is_old(people.maja)
    page.goto("/account/security/password")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bekräfta att det är du")
    found += faults(page, "asked again")
    page.get_by_label("Ditt lösenord").fill(NEW)
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Välj lösenord")
    assert found == []


def test_a_passkey_is_added_and_opens_and_signs(people: People, strange_page: Page) -> None:
    page = strange_page
    plug_in(page)
    give_password(page, PASSWORD)
    page.get_by_role("link", name="Lägg till en nyckel").click()
    found = [*faults(page, "a passkey")]
    page.get_by_label("Vad ska nyckeln heta?").fill("Jobbtelefonen")
    page.get_by_role("button", name="Lägg till nyckeln").click()
    expect(page.locator("code.secret")).to_have_count(10)
    page.context.clear_cookies()
    give_password(page, PASSWORD)
    found += faults(page, "second step, a passkey")
    page.get_by_role("button", name="Använd din nyckel").click()
    expect(page).to_have_url(re.compile("/children$"))
    with people.as_program() as uow:
        (counted,) = uow.all(select(Passkey.sign_count))
    assert counted > 1

    people.proof_is_old(people.maja)
    (visit,) = people.plan(people.alva)
    ready_to_sign(people, visit)
    page.goto(f"/visits/{visit}/sign")
    found += faults(page, "the proof within the page")
    page.get_by_role("button", name="Använd din nyckel i stället").click()
    expect(page.get_by_role("alert").first).to_contain_text("kan inte signeras än")
    expect(page.get_by_label("Ditt lösenord")).to_have_count(0)

    with people.as_program() as uow:
        uow.execute(update(Passkey).values(sign_count=10_000))
    page.context.clear_cookies()
    give_password(page, PASSWORD)
    page.get_by_role("button", name="Använd din nyckel").click()
    expect(page.locator("#code-error")).to_contain_text("stämmer inte")  # a counter that went back: a copy
    assert found == []
