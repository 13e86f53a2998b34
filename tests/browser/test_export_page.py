"""Asking for everything about one child in a browser, waiting for it, and fetching it; each page looked at."""

from __future__ import annotations

from pathlib import Path

from followup.services.record import bag_check
from tests.browser.conftest import SignedInPage
from tests.support.browser import faults
from tests.support.people import People


def test_from_asking_to_an_archive_that_opens(people: People, signed_in_page: SignedInPage, tmp_path: Path) -> None:
    people.sign(people.alva)
    page = signed_in_page(people.birgitta)
    page.goto(f"/children/{people.alva.id}")
    page.get_by_role("link", name="Exportera allt").click()
    found = [*faults(page, "export")]
    passphrase = page.get_by_label("Lösenfras").input_value()
    page.get_by_role("radio", name="Tillsynen begär uppgifterna").check()
    page.get_by_label("Varför?").fill("Tillsyn, dnr 8.1-238/2026")
    page.get_by_role("button", name="Exportera").click()
    page.get_by_role("heading", name="Arkivet är klart").wait_for(timeout=60_000)
    found += faults(page, "export, ready")
    with page.expect_download() as fetching:
        page.get_by_role("button", name="Hämta arkivet").click()
    fetching.value.save_as(tmp_path / "export.zip")
    assert bag_check.check(tmp_path / "export.zip", passphrase)
    page.get_by_text("Arkivet är hämtat,").wait_for(timeout=20_000)
    found += faults(page, "export, fetched")
    assert found == []
