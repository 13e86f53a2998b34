"""The lead's morning by keyboard: open, read, ask, plan, close; and the desk's pages looked at by axe and by ruler."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from playwright.sync_api import Page, expect
from sqlalchemy.orm import selectinload

from followup.store.tables import Flag
from tests.browser.conftest import SignedInPage
from tests.support.browser import Watch, faults
from tests.support.browser_keys import Keyboard
from tests.support.flags import raise_flag
from tests.support.people import People


def morning(people: People) -> dict[str, UUID]:
    """A signed visit with flags of every kind; returns them by subject."""
    (visit_id,) = people.plan(people.alva, days=-3)
    words = {"b_safe": "Jag vill inte säga det här inne."}
    people.answer(visit_id, {"b_sleep": 2, "b_safe": 1, "b_mood": 3}, words=words)
    people.freeze(visit_id)
    found = {
        subject: raise_flag(people, visit_id, people.alva, subject, level, days=days)
        for subject, level, days in (
            ("b_safe", "escalate", -4),
            ("b_sleep", "follow_up", -2),
            ("b_mood", "talk", -3),
            ("b_body", "talk", -3),
            ("b_friends", "info", -3),
        )
    }
    worry: dict[str, Any] = {"respondent": "caseworker", "text": "Han slog mig."}
    found["urgent"] = raise_flag(people, visit_id, people.alva, f"urgent:{uuid4()}", "escalate", **worry)
    people.promise(people.alva, "Ringa skolan", due=people.clock().date().replace(day=1))
    return found


def status(people: People, flag_id: UUID) -> tuple[str, list[str]]:
    (flag,) = people.rows(Flag, Flag.id == flag_id, load=[selectinload(Flag.events)])
    return flag.status, [event.kind for event in flag.events]


def test_the_leads_morning_by_keyboard(people: People, signed_in_page: SignedInPage) -> None:
    flags = morning(people)
    page = signed_in_page(people.birgitta, width=1280)
    keys, press = Keyboard(page), page.keyboard.press
    keys.press(page.get_by_role("link", name="Att granska"))
    expect(page.get_by_role("heading", name="Akut oro (1)")).to_be_visible()
    press("k")  # from nowhere: the last
    press("j")
    for _ in range(8):
        press("k")
    press("j")  # the second from the top
    press("Enter")
    page.wait_for_url(f"**/flags/{flags['b_safe']}")
    expect(page.locator("main")).to_contain_text("Jag vill inte säga det här inne.")

    press("f")
    page.keyboard.type("Har du pratat med Alva? jk fps")  # in a field the keys are letters
    press("Tab")
    people.clock.forward(minutes=1)
    press("Enter")
    expect(page.get_by_text("Frågan är skickad.")).to_be_visible()

    press("p")
    page.keyboard.type("Extra besök på skolan")
    keys.write_date(page.locator("#due"), "2026-11-27")
    people.clock.forward(minutes=1)
    keys.press(page.get_by_role("button", name="Spara åtgärden"))
    expect(page.get_by_text("Åtgärden är planerad till fredag 27 november.")).to_be_visible()

    press("s")
    keys.pick(page.locator("#reason"), "acted")
    people.clock.forward(minutes=1)
    keys.press(page.get_by_role("button", name="Avsluta flaggan"))
    page.wait_for_url("**/desk")
    expect(page.get_by_text("Flaggan är avslutad.")).to_be_visible()
    assert status(people, flags["b_safe"]) == ("closed", ["raised", "asked", "planned", "closed"])

    press("j")
    press("a")
    expect(page.get_by_text("Kvitterad. Handläggaren ser att du har läst.")).to_be_visible()
    assert status(people, flags["urgent"])[0] == "acknowledged"

    keys.press(page.get_by_role("button", name="Markera alla på sidan"))
    keys.press(page.get_by_role("button", name="Kvittera de markerade"))
    expect(page.get_by_text("2 flaggor är kvitterade.")).to_be_visible()
    assert {status(people, flags[each])[0] for each in ("b_mood", "b_body")} == {"acknowledged"}
    assert keys.hidden_stops == []


def test_keys_can_be_turned_off(people: People, signed_in_page: SignedInPage) -> None:
    morning(people)
    page = signed_in_page(people.birgitta)
    page.goto("/desk")
    page.keyboard.press("?")
    toggle = page.get_by_label("Använd kortkommandon")
    expect(toggle).to_be_visible()
    toggle.uncheck()
    page.reload()
    page.keyboard.press("j")
    assert not in_card(page)
    page.keyboard.press("?")
    expect(toggle).not_to_be_visible()
    page.locator("[data-keys] > summary").click()
    toggle.check()
    page.reload()
    page.keyboard.press("j")
    assert in_card(page)


def test_what_was_written_is_kept_when_somebody_else_was_quicker(
    people: People, signed_in_page: SignedInPage, watches: list[Watch]
) -> None:
    flags = morning(people)
    page, other = signed_in_page(people.birgitta), signed_in_page(people.birgitta)
    watches[0].allowed = ["status of 409"]
    address = f"/flags/{flags['b_safe']}"
    page.goto(address)
    other.goto(address)
    page.locator("#what").fill("Extra besök på skolan")
    page.locator("#due").fill("2026-11-27")
    people.clock.forward(minutes=1)
    other.locator("#reason").select_option("mistake")
    other.get_by_role("button", name="Avsluta flaggan").click()
    other.wait_for_url("**/desk")
    page.get_by_role("button", name="Spara åtgärden").click()
    expect(page.get_by_role("heading", name="Din åtgärd finns kvar")).to_be_visible()
    expect(page.locator("#what")).to_have_value("Extra besök på skolan")
    assert list(faults(page, "overtaken")) == []
    page.get_by_role("button", name="Spara åtgärden ändå").click()
    expect(page.get_by_text("Åtgärden är planerad till fredag 27 november.")).to_be_visible()
    assert status(people, flags["b_safe"])[0] == "closed"


def test_the_desks_pages(people: People, signed_in_page: SignedInPage, watches: list[Watch]) -> None:
    flags = morning(people)
    page = signed_in_page(people.birgitta)
    watches[0].allowed = ["status of 422"]
    found: list[str] = []
    for name, address in (
        ("queue", "/desk"),
        ("flag", f"/flags/{flags['b_safe']}"),
        ("urgent", f"/flags/{flags['urgent']}"),
        ("team", "/desk/team"),
        ("list", "/desk/list?of=promises"),
        ("empty list", "/desk/list?of=siblings"),
    ):
        answer = page.goto(address)
        assert answer
        assert answer.status == 200, name
        found += faults(page, name)
    page.goto(f"/flags/{flags['b_safe']}")
    page.get_by_role("button", name="Spara åtgärden").click()
    page.locator(".error").first.wait_for()
    found += faults(page, "refused")
    assert found == []


def in_card(page: Page) -> bool:
    return bool(page.evaluate("document.activeElement.closest('[data-card]') !== null"))
