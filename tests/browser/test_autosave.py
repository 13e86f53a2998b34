from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.step_server import StepServer, serving

WAITING = "Inte sparat än. Det du har skrivit finns kvar här, vi försöker igen."


@pytest.fixture
def server() -> Iterator[StepServer]:
    with serving() as server:
        yield server


@pytest.fixture
def step(page: Page, server: StepServer) -> Page:
    page.goto(server.address)
    return page


def until(page: Page, condition: Callable[[], bool], seconds: float = 6) -> None:
    """Wait for something on the server's side while the browser goes on."""
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        page.wait_for_timeout(50)
    pytest.fail("it did not happen in time")


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name='{name}'][value='{value}']").check(force=True)


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Nästa").click()


def test_a_choice_is_saved_at_once_with_the_part_it_belongs_to(step: Page, server: StepServer) -> None:
    choose(step, "q-school", "5")
    expect(step.locator("#save-status")).to_contain_text("Sparat 14.32")
    assert len(server.saves) == 1
    assert server.saves[0]["shown"] == ["school"]
    assert server.saves[0]["q-school"] == ["5"]
    expect(step.locator("input[name=revision]")).to_have_value("2")


def test_typing_is_saved_once_after_a_pause(step: Page, server: StepServer) -> None:
    step.locator("#words").press_sequentially("Jag sover", delay=20)
    assert server.saves == []
    until(step, lambda: len(server.saves) == 1)
    assert server.saves[0]["words"] == ["Jag sover"]
    assert "shown" not in server.saves[0]


def test_what_a_shared_field_was_filled_in_with_follows_what_is_saved(step: Page, server: StepServer) -> None:
    step.evaluate("document.querySelector('#words').insertAdjacentHTML('afterend', '<input hidden name=words-was>')")
    step.locator("#words").fill("Karin")
    until(step, lambda: len(server.saves) == 1)
    assert (server.saves[0]["words"], server.saves[0]["words-was"]) == (["Karin"], [""])
    expect(step.locator("[name=words-was]")).to_have_value("Karin")
    step.locator("#words").fill("")
    until(step, lambda: len(server.saves) == 2)
    assert server.saves[1]["words-was"] == ["Karin"]


def test_one_request_at_a_time_and_the_last_text_wins(step: Page, server: StepServer) -> None:
    server.gate.clear()
    choose(step, "q-sleep", "1")
    until(step, lambda: server.asked == 1)
    step.locator("#words").fill("mitt i")
    step.wait_for_timeout(900)
    assert server.asked == 1
    server.gate.set()
    until(step, lambda: len(server.saves) == 2)
    assert [save["revision"] for save in server.saves] == [["1"], ["2"]]
    assert server.saves[1]["words"] == ["mitt i"]


def test_without_a_network_nothing_is_lost_and_it_is_said_calmly(step: Page, server: StepServer) -> None:
    step.context.set_offline(True)
    step.locator("#words").fill("på landet")
    expect(step.locator("#save-banner")).to_have_text(WAITING)
    step.context.set_offline(False)
    until(step, lambda: len(server.saves) >= 1)
    assert server.saves[-1]["words"] == ["på landet"]
    expect(step.locator("#save-banner")).to_be_empty()


def test_going_on_stays_on_the_page_while_the_server_is_away(step: Page, server: StepServer) -> None:
    server.answer = 503
    step.locator("#words").fill("upptagen")
    go_on(step)
    expect(step.locator("#save-banner")).to_have_text(WAITING)
    expect(step.locator("#words")).to_have_value("upptagen")
    assert server.posts == []
    server.answer = 200
    go_on(step)
    until(step, lambda: len(server.posts) == 1)
    assert server.posts[0]["go"] == ["next"]


def test_going_on_waits_for_what_is_on_its_way(step: Page, server: StepServer) -> None:
    step.locator("#words").fill("snabbt")
    go_on(step)
    until(step, lambda: len(server.posts) == 1)
    assert server.posts[0]["words"] == ["snabbt"]
    assert server.posts[0]["revision"] == ["2"]


def test_one_click_goes_on_when_there_is_nothing_to_save(step: Page, server: StepServer) -> None:
    go_on(step)
    expect(step.get_by_role("heading")).to_have_text("Mottaget")
    assert len(server.posts) == 1


def test_a_double_click_goes_on_once(step: Page, server: StepServer) -> None:
    step.get_by_role("button", name="Nästa").dblclick()
    expect(step.get_by_role("heading")).to_have_text("Mottaget")
    assert len(server.posts) == 1


def test_leaving_by_a_link_saves_on_the_way_out(step: Page, server: StepServer) -> None:
    step.locator("#words").fill("på väg")
    step.locator("a.brand").click()
    until(step, lambda: any(save["words"] == ["på väg"] for save in server.saves))


def test_enter_in_a_field_saves_and_stays(step: Page, server: StepServer) -> None:
    step.locator("#who").fill("Karin")
    step.locator("#who").press("Enter")
    until(step, lambda: len(server.saves) == 1)
    assert server.posts == []


def test_a_change_made_elsewhere_leads_to_the_page_with_both_versions(step: Page, server: StepServer) -> None:
    server.answer = 409
    choose(step, "q-sleep", "1")
    step.get_by_role("button", name="Jämför versionerna").click()
    until(step, lambda: len(server.posts) == 1)
    assert server.posts[0]["q-sleep"] == ["1"]


@pytest.mark.parametrize("button", ["Försök spara igen", "Spara och stäng"])
def test_signed_out_the_text_stays_and_is_saved_after_signing_in(step: Page, server: StepServer, button: str) -> None:
    server.answer = 401
    step.locator("#words").fill("finns kvar")
    expect(step.locator("#save-banner")).to_contain_text("Du har blivit utloggad.")
    expect(step.get_by_role("link", name="Logga in i en ny flik")).to_have_attribute("target", "_blank")
    server.answer = 200
    step.get_by_role("button", name=button).click()
    until(step, lambda: len(server.saves) == 2)
    assert server.saves[1]["words"] == ["finns kvar"]


def test_what_is_refused_is_told_at_its_field_until_it_is_mended(step: Page, server: StepServer) -> None:
    server.answer = 422
    step.locator("#words").fill("för långt")
    words = step.locator("#words")
    expect(words).to_have_attribute("aria-invalid", "true")
    expect(step.locator("#saving-words")).to_have_text("Texten är för lång.")
    expect(words).to_have_attribute("aria-describedby", "saving-words")
    server.answer = 200
    words.fill("kort")
    expect(step.locator("#saving-words")).to_have_count(0)
    expect(words).not_to_have_attribute("aria-invalid", "true")
    until(step, lambda: server.saves[-1]["words"] == ["kort"])
