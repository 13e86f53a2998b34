"""Who may see, who has seen, and who gets in: the pages of that, looked at by axe and by ruler, in every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import select

from followup.domain.claims import ClaimsMapping
from followup.services.log_review import selecting
from followup.settings import OidcSettings, Settings
from followup.store.tables import Child, LogSample
from tests.browser.conftest import SignedInPage
from tests.support.browser import Watch, faults
from tests.support.people import People
from tests.support.population import Kid, Person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a provider that nobody reaches: what its pages say, and what they say while it is away."""
    provider = OidcSettings("http://127.0.0.1:9", "followup", None, ClaimsMapping(), "Kommunens konto", 0)
    return replace(settings, oidc=provider)


def look(page: Page, name: str, address: str) -> list[str]:
    page.goto(address)
    assert page.locator("h1").count() == 1, name
    return [*faults(page, name)]


def refused(page: Page, name: str, button: str) -> list[str]:
    """Press the button of a form that lacks something."""
    page.get_by_role("button", name=button, exact=True).first.click()
    page.locator(".error").first.wait_for()
    return [*faults(page, f"{name}, refused")]


def test_who_may_see(people: People, signed_in_page: SignedInPage, watches: list[Watch]) -> None:
    people.bar(people.maja, people.vide)
    people.grant(people.birgitta, people.alva)
    people.break_glass(people.sven, people.elliot)
    page = signed_in_page(people.hedda)
    watches[0].allowed = ["status of 422"]
    found = look(page, "who may open protected children", "/access")
    found += look(page, "who may open a protected child", f"/children/{people.nour.id}/access")
    found += refused(page, "who may open a protected child", "Ge åtkomst")
    page = signed_in_page(people.birgitta)
    found += look(page, "who may open a child", f"/children/{people.alva.id}/access")
    found += look(page, "who has read, for the lead", f"/children/{people.alva.id}/readers")
    page = signed_in_page(people.sven)
    watches[2].allowed = ["status of 422"]
    found += look(page, "opened in an emergency", "/break-glass")
    found += refused(page, "opened in an emergency", "Öppna barnet")
    page = signed_in_page(people.maja)
    found += look(page, "the sign before a protected child", f"/children/{people.samira.id}/protected")
    assert found == []


def read(people: People, person: Person, kid: Kid, day: int, hour: int) -> None:
    """Let somebody open a child in October."""
    now, people.clock.now = people.clock.now, people.clock.now.replace(month=10, day=day, hour=hour)
    with people.unit(person, reads=True) as uow:
        uow.one(uow.reachable(Child).where(Child.id == kid.id))
    people.clock.now = now


def test_who_has_seen(people: People, signed_in_page: SignedInPage, watches: list[Watch]) -> None:
    for day in (5, 6, 7):
        read(people, people.maja, people.alva, day, 22)
    read(people, people.maja, people.samira, 8, 10)
    people.break_glass(people.gunnel, people.elliot)
    people.clock.forward(hours=9)
    page = signed_in_page(people.lovisa)
    watches[0].allowed = ["status of 422"]
    found = look(page, "months", "/log")
    with people.unit(people.lovisa) as uow:
        review = selecting.select_month(uow, date(2026, 10, 1)).id
        first = uow.all(select(LogSample).order_by(LogSample.place))[0].id
    found += look(page, "an occasion", f"/log/occasions/{first}")
    found += refused(page, "an occasion", "Anmäls")
    page.locator("textarea[name=words]").fill("Läste på natten utan besök.")
    page.get_by_role("button", name="Anmäls", exact=True).click()
    page.wait_for_url("**?judged=*")
    found += faults(page, "the next occasion")
    found += look(page, "an occasion, judged", f"/log/occasions/{first}")
    for name, address in {
        "months, one begun": "/log",
        "a month's sample": f"/log/reviews/{review}",
        "find a child": "/log/children",
        "who has read": f"/log/children/{people.alva.id}",
        "the chain": "/log/chain",
        "looks in the log": "/log/looks",
        "emergencies to review": "/break-glass/reviews",
    }.items():
        found += look(page, name, address)
    assert found == []


def test_who_gets_in(
    people: People,
    signed_in_page: SignedInPage,
    open_browser: Callable[..., BrowserContext],
    watches: list[Watch],
) -> None:
    people.change(people.idris, active=False)
    admin = signed_in_page(people.ada)
    found: list[str] = []
    for name, address in {
        "users": "/users",
        "a new user": "/users/new",
        "a user": f"/users/{people.maja.id}",
        "a user who is shut out": f"/users/{people.idris.id}",
        "help somebody in": f"/users/{people.maja.id}/reset",
    }.items():
        found += look(admin, name, address)
    admin.goto(f"/users/{people.maja.id}/reset")
    admin.locator("input[name=what]").first.check()
    admin.locator("main form button[type=submit]").first.click()
    admin.wait_for_url("**/reset/do")
    found += faults(admin, "helped in")
    stranger = open_browser().new_page()
    watches[1].allowed = ["status of 403", "status of 503"]
    for name, address in {
        "sign in with the provider": "/sign-in",
        "the provider is away": "/sso/sign-in",
        "not let in by the provider": "/sso/back?error=access_denied&state=x",
        "proved at the provider": "/sso/proved",
        "signed out at the provider": "/sso/signed-out",
    }.items():
        found += look(stranger, name, address)
    assert found == []
