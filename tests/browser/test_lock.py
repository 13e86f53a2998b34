"""The lock as a browser meets it: the way back, other tabs, and what the address bar leads to."""

from __future__ import annotations

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignedInPage
from tests.support.browser import Watch, axe_faults, layout_faults, unfold
from tests.support.linting_client import PIN
from tests.support.people import People

WORDS = "Jag vill baka kanelbullar med Kerstin"
CASE = ("Granbarr", "SN 2026-0417", "kanelbullar", "Mina barn", "Lövsprång")


@pytest.fixture
def visit_id(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"c_friends": 2}, words={"c_friends": WORDS})
    return visit_id


def hand_over(page: Page, visit_id: UUID, *, form: str = "child") -> None:
    page.goto(f"/visits/{visit_id}/hand-over" + ("?form=carer" if form == "carer" else ""))
    page.get_by_label("Ingen annan").check(force=True)
    if page.locator("#pin").count():
        page.locator("#pin").fill(PIN)
        page.locator("#pin_again").fill(PIN)
    page.locator("#step-form button[type=submit]").click()
    page.wait_for_url("**/my/**")


def nothing_of_the_case(page: Page) -> None:
    assert "/my" in page.url
    shown = page.content()
    assert not [word for word in CASE if word in shown], page.url


def test_the_way_back_shows_nothing_of_the_case(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/children/{people.alva.id}")
    page.goto(f"/visits/{visit_id}/talk")
    expect(page.locator("h1")).to_be_visible()
    hand_over(page, visit_id)
    nothing_of_the_case(page)
    for _ in range(6):
        page.go_back()
        page.wait_for_load_state()
        if page.url == "about:blank":
            break
        nothing_of_the_case(page)
    for path in ("/", f"/visits/{visit_id}/talk", f"/children/{people.alva.id}", "/sign-in", "/sign-in?adult=1"):
        page.goto(path)
        if "/my" not in page.url:
            assert not [word for word in CASE if word in page.content()], path


def test_the_browsers_own_memory_holds_no_page_of_the_case(
    people: People, visit_id: UUID, signed_in_page: SignedInPage
) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/visits/{visit_id}/answers")
    hand_over(page, visit_id)
    found = page.evaluate(
        """async path => {
            const again = await fetch(path, {cache: 'force-cache'});
            return [again.redirected, await again.text(), (await caches.keys()).length,
                    localStorage.length, sessionStorage.length];
        }""",
        f"/visits/{visit_id}/answers",
    )
    redirected, text, caches, *stored = found
    assert redirected
    assert WORDS not in text
    assert [caches, *stored] == [0, 0, 0]


def test_other_tabs_stop_showing_a_case(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja)
    tab = page.context.new_page()
    tab.goto(f"/visits/{visit_id}/talk")
    expect(tab.locator("h1")).to_be_visible()
    hand_over(page, visit_id)
    tab.wait_for_url("**/my/**")
    nothing_of_the_case(tab)


def test_there_and_back_by_keyboard_alone(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit_id)
    page.goto("/my/give-back")
    wrong = page.get_by_role("alert")
    for pin, left in (("1928", "4 försök kvar"), ("", "4 försök kvar"), ("19", "3 försök kvar")):
        page.locator("#pin").fill(pin)
        page.keyboard.press("Enter")
        expect(wrong).to_contain_text(left) if pin else expect(wrong).to_have_count(0)
        page.reload()
        expect(wrong).to_have_count(0)  # what went wrong is told of once; how many tries are left stays
        expect(page.locator("#pin-hint")).to_contain_text(left)
    page.locator("#pin").fill(PIN)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/visits/{visit_id}/talk")
    expect(page.get_by_text("Plattan är upplåst. Svaren är sparade.")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/children")


def test_a_browser_that_remembers_passwords_is_not_asked_to(
    people: People, visit_id: UUID, signed_in_page: SignedInPage
) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit_id)
    page.goto("/my/give-back")
    assert page.locator("input[type=password]").count() == 0
    masked = page.locator("#pin").evaluate("field => getComputedStyle(field).webkitTextSecurity")
    assert masked == "disc"
    page.goto("/sign-in?adult=1")
    assert page.locator("input[autocomplete='current-password']").count() == 0


def test_taking_it_back_works_without_scripts(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja, java_script_enabled=False)
    hand_over(page, visit_id, form="carer")
    page.goto("/my/give-back")
    page.locator("#pin").fill(PIN)
    page.get_by_role("button", name="Lås upp").click()
    page.wait_for_url(f"**/visits/{visit_id}/answers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_pages_around_the_lock_are_for_everybody(
    people: People, visit_id: UUID, signed_in_page: SignedInPage, watches: list[Watch], width: int, scheme: str
) -> None:
    page = signed_in_page(people.maja, width=width, scheme=scheme)
    watches[0].allowed = ["422"]
    faults: list[str] = []

    def look(path: str) -> None:
        page.goto(path)
        unfold(page)
        faults.extend(f"{path}: {fault}" for fault in (*axe_faults(page), *layout_faults(page)))

    look("/account/pin")
    look(f"/visits/{visit_id}/hand-over")
    page.locator("#step-form button[type=submit]").click()
    expect(page.locator("#error-summary")).to_be_focused()
    faults.extend(axe_faults(page))
    hand_over(page, visit_id)
    look("/my/give-back")
    page.locator("#pin").fill("1928")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    faults.extend(axe_faults(page))
    look("/sign-in?adult=1")
    assert not faults, "\n".join(faults)


def test_the_screen_is_whole_and_stays_awake(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja)
    page.add_init_script(
        """window.kept = 0;
        if (navigator.wakeLock) navigator.wakeLock.request = async () => { kept += 1; return {released: true}; };"""
    )
    hand_over(page, visit_id)
    page.goto("/my/questions")
    page.wait_for_function("kept === 1")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function("kept === 2")
    assert page.evaluate("document.fullscreenElement") is None, "browsers wait for a tap, and so do we"
    page.locator("main").click(position={"x": 5, "y": 5})
    page.wait_for_function("document.fullscreenElement")


def test_a_second_tap_on_the_button_does_no_harm(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/visits/{visit_id}/hand-over")
    page.get_by_label("Ingen annan").check(force=True)
    page.locator("#pin").fill(PIN)
    page.locator("#pin_again").fill(PIN)
    page.locator("#step-form button[type=submit]").dblclick()
    page.wait_for_url("**/my/**")
    nothing_of_the_case(page)
