"""Every tap is kept: a network that goes away, a tablet that is dropped, a server that stops, a session that ends."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from followup.services.child_mode.child_form import hand_in
from tests.support.browser import Watch, axe_faults
from tests.support.browser_server import LiveServer
from tests.support.people import People
from tests.support.population import Kid
from tests.support.tablet import Tablet, open_tablet, respondent

Lent = Callable[..., Tablet]

WAITING = "Plattan väntar på nätet."
FOUR = 4


@pytest.fixture
def lent(people: People, server: LiveServer, open_browser: Callable[..., BrowserContext]) -> Lent:
    """A tablet on loan."""

    def lent(kid: Kid, **how: object) -> Tablet:
        return open_tablet(people, kid, open_browser, server.address, **how)  # type: ignore[arg-type] # passed on

    return lent


@pytest.fixture
def tablet(people: People, lent: Lent) -> Tablet:
    """Alva's, at the fourth question: the first three have an answer."""
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_friends": 4, "b_school_ok": 4, "b_school_help": 4})
    tablet = lent(people.alva, visit_id=visit_id)
    expect(tablet.page.locator("h1")).to_have_text("Fråga 4 av 14")
    return tablet


def waits(page: Page) -> None:
    expect(page.locator("#saving")).to_contain_text(WAITING)


def goes_on(page: Page) -> None:
    expect(page.locator("#saving")).to_be_empty(timeout=20_000)


def test_an_answer_that_is_refused_leaves_the_way_to_a_pause_open(tablet: Tablet, watches: list[Watch]) -> None:
    page = tablet.page
    watches[0].allowed = ["422"]
    page.route("**/my/questions*", lambda route: route.fulfill(status=422, json={"errors": {}}))
    tablet.tap(tablet.screen.locator("label:has(input[value=dont_know])"))
    expect(page.locator("#saving")).to_contain_text("Något blev fel med plattan.")
    page.get_by_role("button", name="Pausa").click()
    page.wait_for_url("**/my/pause")


def test_the_network_is_lost_between_two_taps(tablet: Tablet, watches: list[Watch]) -> None:
    page = tablet.page
    watches[0].allowed = ["ERR_INTERNET_DISCONNECTED"]
    page.context.set_offline(True)
    tablet.choose(2)
    waits(page)
    assert [*axe_faults(page)] == []
    expect(tablet.screen.locator(".kid-choices")).to_have_attribute("inert", "")
    page.locator("[data-next]").click()
    assert tablet.item == "b_sleep", "nobody goes on from an answer that isn't there"
    assert "b_sleep" not in tablet.answers()
    page.context.set_offline(False)
    goes_on(page)
    tablet.saved()
    assert tablet.answers()["b_sleep"] == 2
    tablet.forwards()
    tablet.choose(3)
    tablet.saved()


def test_the_server_stops_between_two_taps(tablet: Tablet, server: LiveServer, watches: list[Watch]) -> None:
    page = tablet.page
    watches[0].allowed = ["ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET"]
    server.stop()
    tablet.choose(5)
    waits(page)
    page.get_by_role("button", name="Pausa").click()
    assert "/my/questions" in page.url, "no page that can't be fetched is asked for"
    server.start()
    page.wait_for_url("**/my/pause", timeout=30_000)  # asked for before, and led to once it can be
    assert tablet.answers()["b_sleep"] == 5
    assert tablet.sheet().paused_at


def test_the_next_question_is_seen_at_once_and_waits_for_the_answer_before(tablet: Tablet) -> None:
    page = tablet.page
    held: list[Route] = []
    page.route("**/my/questions?item=b_sleep", lambda route: held.append(route))  # noqa: PLW0108 - append gives nothing back
    tablet.radio(1).check(force=True)
    page.locator("[data-next]").click()
    expect(page.locator("[data-screen=b_body]")).to_be_visible()
    expect(tablet.screen.locator("[data-choices][inert]")).to_have_count(3)
    tablet.radio(5).click(force=True, no_wait_after=True)
    expect(tablet.radio(5)).not_to_be_checked()
    assert len(held) == 1
    held[0].continue_()
    expect(tablet.screen.locator("[data-choices][inert]")).to_have_count(0)
    tablet.choose(5)
    tablet.saved()
    assert {item: score for item, score in tablet.answers().items() if item in {"b_sleep", "b_body"}} == {
        "b_sleep": 1,
        "b_body": 5,
    }


def test_a_mind_that_is_changed_quickly_ends_with_the_last_tap(tablet: Tablet) -> None:
    posts: list[str] = []
    tablet.page.on("request", lambda request: posts.append(request.method) if request.method == "POST" else None)
    tablet.screen.evaluate(
        "screen => [1, 2, 3, 4, 5, 2].forEach(value => screen.querySelector(`input[value='${value}']`).click())"
    )
    tablet.saved()
    assert tablet.answers()["b_sleep"] == 2
    assert len(posts) == 2, "one request at a time; what was overtaken isn't sent"


def test_a_dropped_tablet_comes_back_at_the_same_question(tablet: Tablet) -> None:
    page = tablet.page
    tablet.choose(3)
    tablet.screen.locator(".chip").click()
    tablet.saved()
    page.reload()
    assert tablet.item == "b_sleep"
    expect(page.locator("h1")).to_have_text("Fråga 4 av 14")
    expect(tablet.radio(3)).to_be_checked()
    expect(tablet.screen.get_by_role("checkbox")).to_be_checked()
    page.goto("/my")
    expect(page.locator("h1")).to_have_text("Fråga 5 av 14")
    page.locator("[data-back]").click()
    expect(page.locator("h1")).to_have_text("Fråga 4 av 14")


def test_practice_that_was_interrupted_is_made_whole(people: People, lent: Lent) -> None:
    tablet = lent(people.vide)
    page = tablet.page
    page.goto("/my/questions")
    tablet.forwards()
    tablet.choose(3)
    tablet.forwards()
    page.reload()
    expect(page.locator("h1")).to_have_text("Övning 2 av 2")
    tablet.choose(1)
    tablet.forwards()
    expect(page.locator("h1")).to_have_text("Övning 1 av 2")
    with page.expect_response("**/my/questions*"):
        tablet.choose(3)
    assert tablet.sheet().comprehension == "ready"
    expect(page.locator("#saved")).to_be_hidden()
    tablet.forwards()
    tablet.choose(1)
    tablet.forwards()
    expect(page.locator("h1")).to_have_text("Fråga 1 av 8")


def test_words_are_kept_while_they_are_written_and_when_one_goes_on(tablet: Tablet) -> None:
    page = tablet.page
    tablet.choose("declined")
    tablet.screen.locator("summary", has_text="Skriv något själv").click()
    tablet.screen.locator("textarea").press_sequentially("Det är tyst")
    tablet.saved()
    assert {row.item: row.words for row in tablet.sheet().answers}["b_sleep"] == "Det är tyst"
    tablet.screen.locator("textarea").press_sequentially(" på natten.")
    tablet.forwards()
    tablet.choose(FOUR)
    tablet.saved()
    assert {row.item: row.words for row in tablet.sheet().answers}["b_sleep"] == "Det är tyst på natten."
    page.locator("[data-back]").click()
    expect(tablet.screen.locator("textarea")).to_have_value("Det är tyst på natten.")


def test_nothing_chosen_is_told_on_the_page(tablet: Tablet) -> None:
    page = tablet.page
    page.locator("[data-next]").click()
    error = tablet.screen.get_by_role("alert")
    expect(error).to_contain_text("Välj ett svar. Det går bra med ”Vet inte”.")
    assert tablet.item == "b_sleep"
    assert [*axe_faults(page)] == []
    expect(tablet.screen.get_by_role("group").first).to_have_accessible_description(
        "Välj ett svar. Det går bra med ”Vet inte”."
    )
    page.keyboard.press("Escape")
    tablet.choose("dont_know")
    expect(error).to_have_count(0)
    tablet.forwards()


def test_the_way_back_never_leads_to_an_earlier_question(tablet: Tablet) -> None:
    page = tablet.page
    assert page.evaluate("history.length") <= 3
    page.get_by_role("button", name="Pausa").click()
    page.wait_for_url("**/my/pause")
    page.get_by_role("button", name="Fortsätt").click()
    page.wait_for_url("**/my/questions*")
    assert page.evaluate("history.length") <= 3


def test_nothing_is_stored_on_the_device(tablet: Tablet) -> None:
    stored = tablet.page.evaluate(
        """async () => [localStorage.length, sessionStorage.length, (await caches.keys()).length,
                        (await indexedDB.databases()).length]"""
    )
    assert stored == [0, 0, 0, 0]


def test_a_session_that_ended_asks_the_adult(people: People, tablet: Tablet, watches: list[Watch]) -> None:
    page = tablet.page
    watches[0].allowed = ["401"]
    people.clock.forward(hours=9)
    tablet.radio(3).click(force=True)  # not check: the page may be gone before it could be looked at again
    page.wait_for_url(re.compile("/sign-in"))


def test_a_sheet_that_was_handed_in_elsewhere_leads_to_the_thanks(
    people: People, tablet: Tablet, watches: list[Watch]
) -> None:
    page = tablet.page
    watches[0].allowed = ["409"]
    handed_in(people, tablet)
    tablet.radio(3).check(force=True)
    page.wait_for_url("**/my/thanks")
    expect(page.get_by_text("Tillbaka till frågorna")).to_have_count(0)
    assert "b_sleep" not in tablet.answers()


def handed_in(people: People, tablet: Tablet) -> None:
    with people.store.unit(respondent(people, people.alva, tablet.visit_id), now=people.clock()) as uow:
        hand_in(uow)
