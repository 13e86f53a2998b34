"""What a lead decides, looked at by axe and by ruler; and copying text where a script may."""

from __future__ import annotations

from tests.browser.conftest import SignedInPage
from tests.support.browser import faults
from tests.support.browser_story import tell
from tests.support.people import People


def test_changing_caseworker_and_naming_a_deputy(people: People, signed_in_page: SignedInPage) -> None:
    tell(people)
    page = signed_in_page(people.birgitta)
    found: list[str] = []
    for name, address in (
        ("change caseworker", f"/children/{people.alva.id}/change-caseworker"),
        ("deputies", "/desk/deputies"),
    ):
        page.goto(address)
        found += faults(page, name)
    page.goto(f"/children/{people.alva.id}/change-caseworker")
    page.locator("#to").select_option(str(people.idris.id))
    page.locator("#on").fill("2026-12-01")
    page.get_by_role("button", name="Byt handläggare").click()
    page.get_by_role("heading", level=1, name="Överlämning").wait_for()
    found += faults(page, "handover")
    assert found == []


def test_the_text_for_the_case_system_is_copied(people: People, signed_in_page: SignedInPage) -> None:
    story = tell(people)
    page = signed_in_page(people.maja)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/visits/{story.ready}/text")
    page.locator("[data-copy=t-whole]").click()
    page.get_by_text("Kopierat: Allt.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("BESÖKET")
