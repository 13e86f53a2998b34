"""Chromium (CHROMIUM, as ./dev found it), the program behind a real address, and people's browsers."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from followup.settings import Settings
from tests.support.browser import ARGUMENTS, HEIGHTS, Watch
from tests.support.browser_server import LentPress, LiveServer, serving
from tests.support.people import People
from tests.support.population import PASSWORD, Person
from tests.support.stores import sqlite_settings

SignedInPage = Callable[..., Page]

PATIENCE = 15_000
"""Milliseconds that something may take on a machine that does other things besides."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path, keys_file: Path) -> Settings:
    """SQLite only: what a browser sees does not depend on the engine, and the integration tests run on both."""
    return sqlite_settings(tmp_path, sqlite_template, keys_file)


@pytest.fixture(scope="session")
def base_url() -> str:
    """Return nothing: each test knows its own server, and the plug-in's own fixture warns in pytest 9."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    # Chromium takes the order of year, month and day in date fields from here
    environment = {**os.environ, "LANGUAGE": "sv_SE", "LANG": "sv_SE.UTF-8"}
    return {**browser_type_launch_args, "executable_path": found, "args": list(ARGUMENTS), "env": environment}


@pytest.fixture(scope="session")
def press() -> Iterator[LentPress]:
    """One warm printing process for all browser tests."""
    press = LentPress()
    yield press
    press.end()


@pytest.fixture
def server(people: People) -> Iterator[LiveServer]:
    """The program on the population's store."""
    with serving(people.app) as server:
        yield server


@pytest.fixture
def printing_server(people: People, press: LentPress) -> Iterator[LiveServer]:
    """The program on the population's store, with a pressroom at work."""
    with serving(people.app, press) as server:
        yield server


@pytest.fixture
def watches() -> Iterator[list[Watch]]:
    """What goes on in the browsers of a test; afterwards none of them may have a fault."""
    watches: list[Watch] = []
    yield watches
    assert [fault for watch in watches for fault in watch.faults] == []


@pytest.fixture
def open_browser(
    browser: Browser, request: pytest.FixtureRequest, watches: list[Watch]
) -> Iterator[Callable[..., BrowserContext]]:
    """Open browsers of their own: `open_browser(width=390, scheme="dark", java_script_enabled=False)`."""
    name = "printing_server" if "printing_server" in request.fixturenames else "server"
    server: LiveServer = request.getfixturevalue(name)
    opened: list[BrowserContext] = []

    def open_browser(width: int = 820, scheme: Literal["light", "dark"] = "light", **more: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=server.address,
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=scheme,
            locale="sv-SE",
            reduced_motion="reduce",
            **more,
        )
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        watches.append(Watch(context, server.address))
        return context

    yield open_browser
    for context in opened:
        context.close()


@pytest.fixture
def signed_in_page(open_browser: Callable[..., BrowserContext]) -> SignedInPage:
    """Pages of people who have signed in: `signed_in_page(people.maja, width=390, scheme="dark")`."""

    def signed_in_page(person: Person, **how: Any) -> Page:
        page = open_browser(**how).new_page()
        page.goto("/sign-in")
        page.locator("#user_name").fill(person.user_name)
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return signed_in_page
