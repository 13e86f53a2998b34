"""Every page, looked at by axe and by ruler: phone, tablet and desk, light and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import SignedInPage
from tests.support.browser import HEIGHTS, Watch, axe_faults, layout_faults, unfold
from tests.support.browser_pages import CASE_PAGES, EMPTY_PAGES, STEP_PAGES, VISIT_PAGES, Addresses
from tests.support.browser_story import tell
from tests.support.people import People

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (390, 820, 1280)


def faults(page: Page, name: str) -> Iterator[str]:
    """Look at the page that is open at every size, with everything unfolded.

    Colours change with the scheme and layout with the width, so that contrast is measured in both schemes on the
    narrowest and the widest, and all else at every width.
    """
    unfold(page)
    for width in (320, *WIDTHS):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        yield from (f"{name}, {width} px: {fault}" for fault in layout_faults(page))
        if width in WIDTHS:
            yield from (f"{name}, {width} px: {fault}" for fault in axe_faults(page, "the rest"))
        for scheme in SCHEMES if width in {WIDTHS[0], WIDTHS[-1]} else ():
            page.emulate_media(color_scheme=scheme)
            yield from (f"{name}, {width} px, {scheme}: {fault}" for fault in axe_faults(page, "colours"))


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
    found = list(faults(admin, "no cases"))
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
    page = signed_in_page(people.maja)
    watches[0].allowed = ["status of 422"]
    found: list[str] = []
    for name, address, button in (
        ("plan", f"/children/{people.alva.id}/plan", "Boka besöket"),
        ("cancel", f"/visits/{story.planned}/cancel", "Spara"),
        ("urgent", f"/visits/{story.draft}/urgent?back=talk", "Spara och lyft till gruppledaren"),
        ("sign", f"/visits/{story.draft}/sign", "Signera och lås besöket"),
        ("file", f"/visits/{story.ready}/summary", "Förd till akt"),
    ):
        page.goto(address)
        if name == "plan":
            page.locator("#on").fill("")
        page.get_by_role("button", name=button, exact=True).click()
        page.locator(".error").first.wait_for()
        found += faults(page, f"{name}, refused")
    assert found == []


def test_twice_as_large(people: People, signed_in_page: SignedInPage) -> None:
    """WCAG 1.4.4 and 1.4.10: a window of 1280 pixels at 200 % zoom is 640 CSS pixels wide at twice the density."""
    story = tell(people)
    page = signed_in_page(people.maja, width=640, device_scale_factor=2)
    found: list[str] = []
    for name, address in (CASE_PAGES | VISIT_PAGES).items():
        if name != "missing":
            page.goto(address(people, story))
            unfold(page)
            found += [f"{name}: {fault}" for fault in layout_faults(page)]
    assert found == []
