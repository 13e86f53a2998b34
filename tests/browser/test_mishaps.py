"""What goes wrong in a car, on a sofa and in an office: nothing that was written may be lost, nothing be done twice."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import selectinload, undefer

from followup.store.tables import Document, Response, UrgentConcern, Visit
from tests.browser.conftest import SignedInPage
from tests.support.browser import Watch, axe_faults, layout_faults
from tests.support.browser_server import LiveServer
from tests.support.browser_story import ready_to_sign
from tests.support.people import People
from tests.support.population import PASSWORD

STEPS = ("prepare", "answers", "talk", "why", "agreements", "sign")


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name='{name}'][value='{value}']").check(force=True)


def saved(page: Page) -> None:
    expect(page.locator("#save-status")).to_contain_text("Sparat")


def answered(people: People, visit_id: UUID) -> dict[str, int | None]:
    visit = people.visit(visit_id, selectinload(Visit.responses).selectinload(Response.answers))
    return {answer.item: answer.score for response in visit.responses for answer in response.answers}


@pytest.fixture
def visit_id(people: People) -> UUID:
    return people.plan(people.alva)[0]


def test_an_answer_is_saved_as_it_is_given(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/visits/{visit_id}/answers")
    choose(page, "q-b_sleep", "2")
    expect(page.locator("#save-status")).to_contain_text("Sparat 14.32")
    expect(page.locator("[data-count]")).to_have_text("1 av 14 besvarade")
    page.reload()
    expect(page.locator("input[name='q-b_sleep'][value='2']")).to_be_checked()
    assert answered(people, visit_id) == {"b_sleep": 2}


def test_the_server_is_away_between_two_taps(
    people: People, visit_id: UUID, server: LiveServer, signed_in_page: SignedInPage, watches: list[Watch]
) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/visits/{visit_id}/answers")
    choose(page, "q-b_sleep", "2")
    saved(page)
    watches[0].allowed = ["ERR_CONNECTION_REFUSED"]
    server.stop()
    choose(page, "q-b_mood", "4")
    expect(page.locator("#save-banner")).to_contain_text("Inte sparat än. Det du har skrivit finns kvar här")
    choose(page, "q-b_safe", "5")
    server.start()
    expect(page.locator("#save-banner")).to_be_empty(timeout=15_000)
    saved(page)
    assert answered(people, visit_id) == {"b_sleep": 2, "b_mood": 4, "b_safe": 5}


def test_the_session_ran_out_while_the_tablet_lay_on_the_sofa(
    people: People, visit_id: UUID, signed_in_page: SignedInPage, watches: list[Watch]
) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/visits/{visit_id}/why")
    watches[0].allowed = ["status of 401", "status of 400"]
    people.clock.forward(hours=13)
    page.locator("#child_words").fill("För att mamma var sjuk.")
    expect(page.locator("#save-banner")).to_contain_text("Du har blivit utloggad.")
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Logga in i en ny flik").click()
    other = popup.value
    other.locator("#user_name").fill("maja")
    other.locator("#password").fill(PASSWORD)
    other.locator("#password").press("Enter")
    other.wait_for_url("**/children")
    page.bring_to_front()
    page.get_by_role("button", name="Försök spara igen").click()
    saved(page)
    visit = people.visit(visit_id, selectinload(Visit.placement_check))
    assert visit.placement_check
    assert visit.placement_check.child_words == "För att mamma var sjuk."


def test_a_stale_tab_shows_both_versions_and_both_can_be_kept(
    people: People, visit_id: UUID, signed_in_page: SignedInPage, watches: list[Watch]
) -> None:
    first = signed_in_page(people.maja)
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/visits/{visit_id}/why")
    first.locator("#child_words").fill("För att mamma var sjuk.")
    saved(first)
    watches[0].allowed = ["status of 409"]
    second.locator("#child_words").fill("För att jag var stökig.")
    second.get_by_role("button", name="Jämför versionerna").click()
    versions = second.locator(".pick")
    expect(versions).to_have_text(["För att jag var stökig.", "För att mamma var sjuk."])
    assert [*axe_faults(second), *layout_faults(second)] == []
    second.locator("input[name='pick-child_words'][value=both]").check(force=True)
    second.get_by_role("button", name="Spara mina val").click()
    second.wait_for_url(f"**/visits/{visit_id}/why")
    expect(second.locator("#child_words")).to_have_value("För att mamma var sjuk.\n\nFör att jag var stökig.")


def test_two_tablets_answer_different_questions(people: People, visit_id: UUID, signed_in_page: SignedInPage) -> None:
    tablets = [signed_in_page(people.maja), signed_in_page(people.maja)]
    for tablet in tablets:
        tablet.goto(f"/visits/{visit_id}/answers")
    choose(tablets[0], "q-b_sleep", "2")
    choose(tablets[1], "q-b_mood", "4")
    for tablet in tablets:
        saved(tablet)
    assert answered(people, visit_id) == {"b_sleep": 2, "b_mood": 4}


def test_a_double_click_signs_once_and_going_back_changes_nothing(
    people: People, visit_id: UUID, signed_in_page: SignedInPage
) -> None:
    ready_to_sign(people, visit_id)
    page = signed_in_page(people.maja)
    page.goto(f"/visits/{visit_id}/sign")
    choose(page, "outcome", "agrees")
    page.get_by_role("button", name="Signera och lås besöket").dblclick()
    page.wait_for_url("**/summary")
    assert len(people.rows(Document, Document.visit_id == visit_id)) == 1
    before = people.visit(visit_id, undefer(Visit.summary)).summary
    page.go_back()
    page.wait_for_load_state()
    page.goto(f"/visits/{visit_id}/sign")
    page.wait_for_url("**/summary")
    assert people.visit(visit_id, undefer(Visit.summary)).summary == before


def test_a_signed_visit_in_another_tab_says_so(
    people: People, visit_id: UUID, signed_in_page: SignedInPage, watches: list[Watch]
) -> None:
    ready_to_sign(people, visit_id)
    page = signed_in_page(people.maja)
    late = page.context.new_page()
    late.goto(f"/visits/{visit_id}/why")
    page.goto(f"/visits/{visit_id}/sign")
    choose(page, "outcome", "agrees")
    page.get_by_role("button", name="Signera och lås besöket").click()
    page.wait_for_url("**/summary")
    watches[0].allowed = ["status of 409"]
    late.locator("#told_today").fill("Något till.")
    expect(late.locator("#save-banner .banner")).to_be_visible()
    expect(late.locator("#told_today")).to_have_value("Något till.")


@pytest.mark.parametrize("java_script", [True, False], ids=["scripts", "no scripts"])
def test_urgent_concern_from_every_step(
    people: People, visit_id: UUID, signed_in_page: SignedInPage, *, java_script: bool
) -> None:
    page = signed_in_page(people.maja, java_script_enabled=java_script)
    for step in STEPS:
        page.goto(f"/visits/{visit_id}/{step}")
        page.locator(".actionbar").get_by_role("link", name="Akut oro").click()
        page.wait_for_url("**/urgent?back=*")
        expect(page.get_by_role("link", name="Ring 112")).to_have_attribute("href", "tel:112")
        page.get_by_role("link", name="Tillbaka till besöket").click()
        page.wait_for_url(f"**/visits/{visit_id}/{step}")
    page.goto(f"/visits/{visit_id}/urgent?back=talk")
    page.locator("#words").fill("Han låste in mig i förrådet.")
    page.get_by_role("button", name="Spara och lyft till gruppledaren").click()
    expect(page.get_by_text("Han låste in mig i förrådet.")).to_be_visible()
    (concern,) = people.rows(UrgentConcern, UrgentConcern.visit_id == visit_id)
    assert concern.words == "Han låste in mig i förrådet."


def test_a_visit_that_is_called_off_and_taken_up_again(
    people: People, visit_id: UUID, signed_in_page: SignedInPage
) -> None:
    page = signed_in_page(people.maja)
    page.goto(f"/children/{people.alva.id}")
    page.get_by_role("link", name="Blir inte av").click()
    page.wait_for_url("**/cancel")
    choose(page, "because", "child_ill")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.wait_for_url(f"**/children/{people.alva.id}*")
    assert people.visit(visit_id).state == "cancelled"
    page.get_by_role("button", name="Ångra, besöket blir av").click()
    expect(page.get_by_text("Besöket står kvar som bokat.")).to_be_visible()
    assert people.visit(visit_id).state == "planned"


def test_the_chosen_language_stays(
    people: People, visit_id: UUID, signed_in_page: SignedInPage, open_browser: Callable[..., BrowserContext]
) -> None:
    page = signed_in_page(people.maja)
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="English").click()
    for address in ("/children", f"/children/{people.alva.id}", *(f"/visits/{visit_id}/{step}" for step in STEPS)):
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", "en")
    elsewhere = signed_in_page(people.maja)
    expect(elsewhere.locator("html")).to_have_attribute("lang", "en")
