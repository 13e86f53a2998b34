"""Every page, looked at by axe and by ruler: phone, tablet and desk, light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.conftest import SignedInPage
from tests.support.browser import Watch, faults
from tests.support.browser_pages import CASE_PAGES, EMPTY_PAGES, STEP_PAGES, Addresses
from tests.support.browser_story import ready_to_sign, tell
from tests.support.people import People


@pytest.mark.parametrize("pages", [CASE_PAGES, STEP_PAGES, EMPTY_PAGES], ids=["cases", "steps", "empty steps"])
def test_every_page(people: People, signed_in_page: SignedInPage, watches: list[Watch], pages: Addresses) -> None:
    story = tell(people)
    page = signed_in_page(people.maja)
    watches[0].allowed = ["status of 404", "status of 422"]
    found: list[str] = []
    for name, address in pages.items():
        answer = page.goto(address(people, story))
        assert answer
        assert answer.status == (404 if name == "missing" else 200), name
        found += faults(page, name)
    assert found == []


def test_pages_without_cases(
    people: People, signed_in_page: SignedInPage, open_browser: Callable[..., BrowserContext], watches: list[Watch]
) -> None:
    admin = signed_in_page(people.ada)
    found = list(faults(admin, "users"))
    for name, path in (("a user", f"/users/{people.maja.id}"), ("what is lost", f"/users/{people.maja.id}/reset")):
        admin.goto(path)
        found += faults(admin, name)
    watches[0].allowed = ["status of 403"]
    admin.goto("/children")
    found += faults(admin, "not allowed")
    stranger = open_browser().new_page()
    stranger.goto("/")
    found += faults(stranger, "sign in")
    watches[1].allowed = ["status of 401"]
    stranger.locator("#user_name").fill("nobody")
    stranger.locator("#password").fill("fel lösenord")
    stranger.locator("#password").press("Enter")
    stranger.locator("#sign-in-problem").wait_for()
    found += faults(stranger, "sign in, refused")
    assert found == []


def test_refused_forms(people: People, signed_in_page: SignedInPage, watches: list[Watch]) -> None:
    story = tell(people)
    (unread,) = people.plan(people.alva, days=1)
    ready_to_sign(people, unread)
    page = signed_in_page(people.maja)
    watches[0].allowed = ["status of 422"]
    found: list[str] = []
    for name, address, button in (
        ("plan", f"/children/{people.alva.id}/plan", "Boka besöket"),
        ("cancel", f"/visits/{story.planned}/cancel", "Spara"),
        ("urgent", f"/visits/{story.draft}/urgent?back=talk", "Spara och lyft till gruppledaren"),
        ("sign", f"/visits/{unread}/sign", "Signera och lås besöket"),
        ("file", f"/visits/{story.ready}/summary", "Förd till akt"),
    ):
        page.goto(address)
        if name == "plan":
            page.locator("#on").fill("")
        page.get_by_role("button", name=button, exact=True).click()
        page.locator(".error").first.wait_for()
        found += faults(page, f"{name}, refused")
    assert found == []
