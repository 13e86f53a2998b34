"""Whole forms as children answer them: three ages and a carer, small and large, by touch and by keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import Watch, axe_faults, layout_faults
from tests.support.browser_keys import Keyboard
from tests.support.browser_server import LiveServer
from tests.support.people import People
from tests.support.population import Kid
from tests.support.tablet import Tablet, open_tablet

Lent = Callable[..., Tablet]

WAYS_OUT = ("dont_know", "declined")


@pytest.fixture
def lent(people: People, server: LiveServer, open_browser: Callable[..., BrowserContext]) -> Lent:
    """A tablet on loan: `lent(people.alva, lang="ar", width=390)`."""

    def lent(kid: Kid, **how: Any) -> Tablet:
        return open_tablet(people, kid, open_browser, server.address, **how)

    return lent


def sound(page: Page) -> None:
    """A page without faults: nothing sticks out, nothing is too small, and axe finds nothing."""
    page.wait_for_load_state()
    assert [*layout_faults(page), *small_targets(page), *axe_faults(page)] == [], page.url


def small_targets(page: Page) -> list[str]:
    """What a finger may miss: less than 64 px, but for the rows of 0 to 10 on a phone (44)."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('main :is(button, input, summary, textarea)')]
            .map(control => [control, (control.closest('.opt, .chip') || control).getBoundingClientRect()])
            .filter(([control, box]) => box.width && control.checkVisibility({checkVisibilityCSS: true}))
            .filter(([control, box]) => !(control.closest('.line-scale') && (box.height >= 44 || box.width >= 44)))
            .filter(([control, box]) => box.height < 63.5 || box.width < 63.5)
            .map(([control, box]) => `${control.tagName} ${control.name || control.textContent.trim()} `
                + `${box.width} x ${box.height}`)"""
    )
    return found


def finish(tablet: Tablet) -> None:
    """From the last question to the choice of what to talk about first."""
    page = tablet.page
    page.wait_for_url("**/my/closing*")
    sound(page)
    while tablet.item != "last":
        tablet.forwards()
    sound(page)


def hand_in(tablet: Tablet, thanks: str) -> None:
    tablet.tap(tablet.page.locator("[data-next]"))
    tablet.page.wait_for_url("**/my/thanks")
    expect(tablet.page.locator("h1")).to_have_text(thanks)
    assert tablet.sheet().handed_in_at


def test_a_child_of_seven_points_at_faces(people: People, lent: Lent) -> None:
    tablet = lent(people.vide, width=390, has_touch=True, two_step=True)
    page = tablet.page
    expect(page.locator("h1")).to_have_text("Hej Vide!")
    expect(page.get_by_text("Då säger jag det till dig först.")).to_be_visible()
    sound(page)
    tablet.tap(page.get_by_role("button", name="Börja"))
    page.wait_for_url("**/my/questions*")
    sound(page)
    tablet.forwards()
    expect(page.locator("h1")).to_have_text("Övning 1 av 2")
    expect(tablet.screen.get_by_role("radio")).to_have_count(4)
    tablet.choose(3)
    expect(tablet.screen.get_by_text("Ja, eller ibland?")).to_be_visible()
    tablet.forwards()
    tablet.choose(1)
    tablet.forwards()
    expect(tablet.screen.locator("[data-choices][inert]")).to_have_count(0)
    expect(page.locator("#saved")).to_be_hidden()  # what was practised is kept nowhere
    assert tablet.sheet().comprehension == "ready"
    expect(page.locator("h1")).to_have_text("Fråga 1 av 8")
    given: dict[str, int | str] = {}
    for value in (3, 2, 1, "dont_know", "declined", 3, 2, 1):
        given[tablet.item] = value
        if value == 2:
            tablet.choose(1)
        tablet.choose(value)
        if value == 1:
            expect(tablet.screen.get_by_text("Nej, eller ibland?")).to_be_visible()
        if len(given) < 8:
            tablet.forwards()
    tablet.tap(page.locator("[data-next]"))
    finish(tablet)
    tablet.choose("y_family")
    hand_in(tablet, "Tack Vide!")
    assert tablet.answers() == given
    assert tablet.sheet().first_topic == "y_family"


def test_a_child_of_ten_answers_with_words_and_bars(people: People, lent: Lent) -> None:
    tablet = lent(people.alva, width=820, has_touch=True)
    page = tablet.page
    page.emulate_media(reduced_motion="no-preference")
    tablet.tap(page.get_by_role("button", name="Lugna"))
    expect(page.locator("html")).to_have_attribute("data-colours", "calm")
    tablet.tap(page.get_by_role("button", name="Störst"))
    expect(page.locator("html")).to_have_attribute("data-size", "xl")
    sound(page)
    tablet.tap(page.get_by_role("button", name="Börja"))
    page.wait_for_url("**/my/questions*")
    tablet.forwards()
    tablet.choose(5)
    tablet.forwards()
    given: dict[str, int | str] = {}
    for turn in range(14):
        given[tablet.item] = (1, 2, 3, 4, 5, *WAYS_OUT)[turn % 7]
        tablet.choose(given[tablet.item])
        if turn == 3:
            tablet.tap(tablet.screen.locator(".chip"))
            tablet.tap(tablet.screen.get_by_text("Skriv något själv"))
            tablet.screen.locator("textarea").fill("Jag vaknar av klockan.")
            sound(page)
        if turn < 13:
            tablet.forwards()
    tablet.tap(page.locator("[data-next]"))
    page.wait_for_url("**/my/closing*")
    tablet.screen.locator("textarea").fill("Vi badade.")
    finish(tablet)
    expect(tablet.screen.get_by_role("radio")).to_have_count(2)
    tablet.choose("b_sleep")
    hand_in(tablet, "Tack Alva!")
    sound(page)
    answers = tablet.answers()
    assert {item: answers[item] for item in given} == given
    words = {answer.item: answer.words for answer in tablet.sheet().answers if answer.words}
    assert words == {"b_sleep": "Jag vaknar av klockan.", "close_good": "Vi badade."}
    page.get_by_text("Mina svar").click()
    expect(page.get_by_text("Jag vaknar av klockan.")).to_be_visible()
    sound(page)


def test_a_teenager_who_reads_arabic_answers_by_keys_in_the_dark(people: People, lent: Lent) -> None:
    tablet = lent(people.elliot, lang="ar", width=390, scheme="dark")
    page, keys = tablet.page, Keyboard(tablet.page)
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    sound(page)
    keys.press(page.locator(".kid-bar button"))
    page.wait_for_url("**/my/questions*")
    given: dict[str, int | str] = {}
    for turn in range(18):
        given[tablet.item] = (*range(11), *WAYS_OUT)[turn % 13]
        keys.choose(tablet.radio(given[tablet.item]))
        if turn in {0, 6}:
            sound(page)
        before = tablet.item
        page.keyboard.press("Enter")
        if turn < 17:
            expect(page.locator(f"[data-screen='{before}']:not([hidden])")).to_have_count(0)
    page.wait_for_url("**/my/closing*")
    while tablet.item != "last":
        keys.press(page.locator("[data-next]"))
    sound(page)
    keys.choose(tablet.radio(""))
    keys.press(page.locator("[data-next]"))
    page.wait_for_url("**/my/thanks")
    sound(page)
    assert tablet.answers() == given
    assert tablet.sheet().language == "ar"
    assert not keys.hidden_stops


def test_a_teenager_lays_the_tablet_down(people: People, lent: Lent) -> None:
    tablet = lent(people.elliot, width=1180)
    page = tablet.page
    sound(page)
    page.goto("/my/questions")
    for _ in range(3):
        tablet.choose(7)
        sound(page)
        tablet.forwards()
    page.get_by_role("button", name="Pausa").click()
    expect(page.locator("h1")).to_have_text("Paus")
    sound(page)
    page.get_by_role("button", name="Fortsätt").click()
    expect(page.locator("h1")).to_have_text("Fråga 4 av 18")
    page.get_by_role("button", name="Pausa").click()
    page.get_by_role("button", name="Jag vill sluta").click()
    expect(page.locator("h1")).to_have_text("Tack Elliot!")
    sheet = tablet.sheet()
    assert (sheet.pauses, sheet.paused_at, sheet.handed_in_at) == (2, None, None)
    page.get_by_role("link", name="Tillbaka till frågorna").click()
    expect(page.locator("h1")).to_have_text("Fråga 4 av 18")


def test_a_child_who_reads_arabic_finds_the_low_end_at_the_right(people: People, lent: Lent) -> None:
    tablet = lent(people.alva, lang="ar", width=1180, scheme="dark", has_touch=True)
    page = tablet.page
    page.goto("/my/questions?item=b_sleep")
    low, high = (tablet.radio(value).bounding_box() for value in (1, 5))
    assert low
    assert high
    assert low["x"] > high["x"]
    tablet.choose(1)
    tablet.saved()
    sound(page)
    back, forwards = (page.locator(name).bounding_box() for name in ("[data-back]", "[data-next]"))
    assert back
    assert forwards
    assert back["x"] > forwards["x"]


def test_all_of_the_scale_is_seen_on_a_phone_and_nothing_sticks_out_when_zoomed(people: People, lent: Lent) -> None:
    tablet = lent(people.elliot, width=390)
    page = tablet.page
    for item in ("u_treated", "u_health_help"):
        page.goto(f"/my/questions?item={item}")
        low, high, bar = (
            tablet.screen.locator("label", has_text=re.compile(r"^0\b")).bounding_box(),
            tablet.screen.locator("label", has_text=re.compile(r"^10\b")).bounding_box(),
            page.locator(".kid-bar").bounding_box(),
        )
        assert low
        assert high
        assert bar
        assert low["y"] > 0
        assert high["y"] + high["height"] <= bar["y"] + 1, item
    page.goto("/my/start")
    page.get_by_role("button", name="Störst").click()
    expect(page.locator("html")).to_have_attribute("data-size", "xl")
    for width, height in ((390, 844), (320, 640), (640, 410)):  # phones; a tablet at 200 %
        page.set_viewport_size({"width": width, "height": height})
        for path in ("start", "questions?item=u_treated", "closing?item=last", "pause", "thanks"):
            page.goto(f"/my/{path}")
            assert [*layout_faults(page)] == [], (path, width)
            cut = page.locator(".btn:visible").evaluate_all("all => all.filter(e => e.getBoundingClientRect().x < 0)")
            assert not cut, (path, width)


def test_a_carer_answers_alone(people: People, lent: Lent) -> None:
    tablet = lent(people.alva, form="carer", width=820)
    page = tablet.page
    expect(page.locator("h1")).to_have_text("Hej!")
    assert "Alva" not in page.content()
    sound(page)
    page.get_by_role("button", name="Börja").click()
    page.wait_for_url("**/my/questions*")
    sound(page)
    expect(page.locator(".chip, [data-drawing]")).to_have_count(0)
    for turn in range(10):
        tablet.choose(4)
        if turn < 9:
            tablet.forwards()
    tablet.tap(page.locator("[data-next]"))
    page.wait_for_url("**/my/closing*")
    sound(page)
    hand_in(tablet, "Tack!")
    assert set(tablet.answers().values()) == {4}


def test_without_scripts_the_buttons_post(people: People, lent: Lent, watches: list[Watch]) -> None:
    tablet = lent(people.vide, width=820, java_script_enabled=False, two_step=True)
    page = tablet.page
    watches[0].allowed = ["422"]

    def chosen(value: int | str) -> None:
        tablet.radio(value).check(force=True)

    page.get_by_role("button", name="Stor", exact=True).click()
    assert page.locator("html").get_attribute("data-size") == "l"
    page.get_by_role("button", name="Börja").click()
    page.get_by_role("button", name="Nästa").click()
    assert page.locator("h1").text_content() == "Övning 1 av 2"
    page.get_by_role("button", name="Nästa").click()
    assert tablet.screen.get_by_text("Välj ett svar.").is_visible()
    for value in (3, 1):
        chosen(value)
        page.get_by_role("button", name="Nästa").click()
    assert tablet.sheet().comprehension == "ready"
    for answer in (1, 2, 3, *WAYS_OUT, 1, 2, 3):
        chosen(answer)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    assert "/my/closing" in page.url
    page.get_by_role("button", name="Tillbaka").click()
    assert page.locator("h1").text_content() == "Fråga 8 av 8"
    page.get_by_role("button", name="Nästa").click()
    tablet.screen.locator("textarea").fill("Glass.")
    for _ in range(3):
        page.get_by_role("button", name="Nästa").click()
    chosen("y_sleep")
    page.get_by_role("button", name="Lämna in").click()
    assert page.locator("h1").text_content() == "Tack Vide!"
    sheet = tablet.sheet()
    assert sheet.handed_in_at
    assert sheet.first_topic == "y_sleep"
    assert list(tablet.answers().values()).count("answered") == 1
    assert len(tablet.answers()) == 9
