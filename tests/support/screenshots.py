"""Pictures of every page, for people to look at.

python -m tests.support.screenshots FOLDER [PART-OF-A-NAME]

Three widths, light and dark, of the test municipality; a page is taken whole, with what is folded left folded.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright

from followup.services.installation.publishing import publish_shipped
from followup.settings import Settings
from followup.store import schema
from followup.store.crypto import new_key_ring, use_key_ring, write_key_ring
from followup.store.engine import make_engine
from followup.store.opening import open_store
from tests.support.browser import ARGUMENTS, HEIGHTS
from tests.support.browser_pages import CASE_PAGES, VISIT_PAGES
from tests.support.browser_server import serving
from tests.support.browser_story import tell
from tests.support.people import People
from tests.support.population import PASSWORD
from tests.support.stores import NOW

WIDTHS = (390, 820, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


def main(folder: Path, part: str = "") -> None:
    """Take the pictures of the pages whose name holds `part`."""
    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with municipality() as people, sync_playwright() as playwright:
        story = tell(people)
        pages = {"sign in": "/sign-in"}
        pages |= {name: address(people, story) for name, address in (CASE_PAGES | VISIT_PAGES).items()}
        with serving(people.app) as server:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
            wanted = {name: server.address + address for name, address in pages.items() if part in name}
            photograph(browser, wanted, folder, server.address)
            browser.close()


def photograph(browser: Browser, pages: dict[str, str], folder: Path, address: str) -> None:
    """Take pictures of the pages: `folder/NAME-WIDTH-SCHEME.png`."""
    for width in WIDTHS:
        size = {"width": width, "height": HEIGHTS[width]}
        context = browser.new_context(viewport=size, locale="sv-SE", reduced_motion="reduce")  # type: ignore[arg-type] # a dictionary is what it takes
        page = context.new_page()
        if "sign in" in pages:
            page.goto(pages["sign in"])
            page.screenshot(path=folder / f"sign-in-{width}-light.png", full_page=True)
        page.goto(f"{address}/sign-in")
        page.locator("#user_name").fill("maja")
        page.locator("#password").fill(PASSWORD)
        page.locator("#password").press("Enter")
        page.wait_for_url("**/children")
        for name, url in pages.items():
            if name == "sign in":
                continue
            page.goto(url)
            page.evaluate("document.fonts.ready")
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                plain = re.sub(r"\W+", "-", name)
                page.screenshot(path=folder / f"{plain}-{width}-{scheme}.png", full_page=True)
        context.close()


@contextmanager
def municipality() -> Iterator[People]:
    """The test municipality in a SQLite database of its own, which is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="followup-pictures-"))
    ring = new_key_ring()
    write_key_ring(ring, folder / "keys.json")
    use_key_ring(ring)
    settings = Settings.from_env({"FOLLOWUP_INSTANCE": str(folder)})
    engine = make_engine(settings.database_url)
    schema.upgrade(engine)
    engine.dispose()
    store = open_store(settings)
    publish_shipped(store, NOW)
    people = People(store, settings)
    yield people
    people.close()
    store.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
