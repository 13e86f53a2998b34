"""Child mode on a tablet of the middle range: from a tap to the next question.

The processor is slowed four times and the network is Chromium's “Fast 3G”. The time is what the browser itself says,
from the finger to the next frame that shows (Event Timing, in steps of 8 ms): ask on a machine that does nothing else.
"""

from __future__ import annotations

import os
import shutil
import statistics
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from followup.settings import Settings
from tests.support.browser import ARGUMENTS
from tests.support.browser_server import serving
from tests.support.people import People
from tests.support.tablet import Tablet, lend, take_along

GOAL = 100
"""Milliseconds from a tap to the next question's paint."""

SLOWER = 4
TAPS = 7
REST = 700
"""Milliseconds after a tap: longer than any is allowed to take."""

FIRST = {"vide": "y_friends", "alva": "b_friends", "elliot": "u_friends"}
"""The first question of each child."""

FAST_3G = {"offline": False, "latency": 562.5, "downloadThroughput": 1.44e6 / 8, "uploadThroughput": 675e3 / 8}
TABLET: Any = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}

LISTEN = """() => {
  window.taps = [];
  new PerformanceObserver(list => window.taps.push(...list.getEntries()
    .filter(entry => entry.name === 'click' && entry.target?.closest?.('[data-next], .opt'))
    .map(entry => [entry.target.closest('.opt') ? 'answer' : 'next', entry.duration]))
  ).observe({type: 'event', durationThreshold: 16, buffered: true});
}"""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    return {**browser_type_launch_args, "executable_path": found, "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Return nothing: each test knows its own server."""
    return ""


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("child", "lang"), [("vide", "sv"), ("alva", "sv"), ("elliot", "sv"), ("elliot", "ar")])
def test_the_next_question_is_there_within_a_tenth_of_a_second(
    people: People, settings: Settings, browser: Browser, child: str, lang: str
) -> None:
    assert settings.database_url.startswith("sqlite")
    kid = getattr(people, child)
    (visit_id,) = people.plan(kid)
    with serving(people.app) as server:
        context = browser.new_context(base_url=server.address, **TABLET)
        take_along(lend(people, visit_id, kid, language=lang), context, server.address)
        page = context.new_page()
        page.goto(f"/my/questions?item={FIRST[child]}")
        tablet = Tablet(people, visit_id, page)
        devtools = context.new_cdp_session(page)
        devtools.send("Network.emulateNetworkConditions", FAST_3G)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.evaluate(LISTEN)
        for _ in range(TAPS):
            finger(page, tablet.screen.locator("label:has(input[value=dont_know])"))
            tablet.saved()
            finger(page, page.locator("[data-next]"))
        measured: list[tuple[str, float]] = page.evaluate("window.taps")
        expect(page.locator("#saving")).to_be_empty()
        context.close()
    for kind in ("answer", "next"):
        times = [time for name, time in measured if name == kind]
        assert times
        median, worst = statistics.median(times), max(times)
        print(f"\n{child}, {lang}: {kind}: {median:.0f} ms, at worst {worst:.0f} ms (goal {GOAL})")


def finger(page: Page, target: Locator) -> None:
    """Touch it, and ask the page for nothing while it is at work: what asks would be measured too."""
    box = target.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(REST)
