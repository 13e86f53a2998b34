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
from tests.support.browser_server import LiveServer, serving
from tests.support.people import People
from tests.support.people import browser as browser_of
from tests.support.population import Person
from tests.support.presses import LentPress
from tests.support.stores import sqlite_settings
from tests.support.tablet import take_along

SignedInPage = Callable[..., Page]

PATIENCE = 15_000
"""Milliseconds that something may take on a machine that does other things besides."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture
def settings(tmp_path: Path, sqlite_town: Path, keys_file: Path) -> Settings:
    """SQLite only: what a browser sees does not depend on the engine, and the integration tests run on both."""
    return sqlite_settings(tmp_path, sqlite_town, keys_file)


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


@pytest.fixture
def server(people: People) -> Iterator[LiveServer]:
    """The program on the population's store, its own: a late request must not meet another test's."""
    with serving(people.app_of_its_own()) as server:
        yield server


@pytest.fixture
def printing_server(people: People, press: LentPress) -> Iterator[LiveServer]:
    """The program on the population's store, with a pressroom at work."""
    with serving(people.app_of_its_own(), press) as server:
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
    server = _served(request)
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
def signed_in_page(
    people: People, open_browser: Callable[..., BrowserContext], request: pytest.FixtureRequest
) -> SignedInPage:
    """Start pages of people who have signed in: `signed_in_page(people.maja, width=390, scheme="dark")`."""

    def signed_in_page(person: Person, **how: Any) -> Page:
        context = open_browser(**how)
        take_along(browser_of(people, person), context, _served(request).address)
        page = context.new_page()
        page.goto("/")
        return page

    return signed_in_page


def _served(request: pytest.FixtureRequest) -> LiveServer:
    name = "printing_server" if "printing_server" in request.fixturenames else "server"
    server: LiveServer = request.getfixturevalue(name)
    return server
