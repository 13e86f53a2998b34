"""A child draws: with the mouse, which the browser tells of as of a finger; and what becomes of it."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from playwright.sync_api import Page, Route, expect

from followup.domain.drawings import Drawn, dump_strokes
from followup.services.child_mode.drawing import drawings_of
from followup.store.tables import Drawing
from tests.browser.conftest import SignedInPage
from tests.support.browser import Watch, axe_faults, layout_faults
from tests.support.linting_client import PIN
from tests.support.people import People

Line = list[tuple[float, float]]

ROOF: Line = [(0.2, 0.5), (0.4, 0.2), (0.6, 0.5)]
WALL: Line = [(0.2, 0.5), (0.2, 0.9)]


@pytest.fixture
def visit(people: People) -> UUID:
    return people.plan(people.alva)[0]


def hand_over(page: Page, visit: UUID, *, language: str = "sv", item: str = "b_sleep", two_step: bool = False) -> None:
    """Give the tablet to the child, and open one question."""
    page.goto(f"/visits/{visit}/hand-over")
    page.locator("input[name=earshot][value=nobody]").check(force=True)  # the tile lies over it
    page.locator("#language").select_option(language)
    if two_step:
        page.locator("input[name=two_step][value='1']").check(force=True)
    page.locator("#pin").fill(PIN)
    page.locator("#pin_again").fill(PIN)
    page.locator("#pin_again").press("Enter")
    page.wait_for_url("**/my/start")
    page.goto(f"/my/questions?item={item}")


class Place:
    """The place to draw of one question."""

    def __init__(self, page: Page, item: str = "b_sleep") -> None:
        self.page = page
        self.root = page.locator(f"[data-drawing={item}]")
        self.dialog = self.root.locator("dialog")
        self.paper = self.root.locator("[data-paper]")
        self.lines = self.paper.locator("path")
        self.kept = self.root.locator("[data-drawn]")

    def open(self) -> None:
        self.root.locator("[data-draw-open]").click()
        expect(self.dialog).to_be_visible()

    def press(self, what: str) -> None:
        self.root.locator(f"[data-draw-{what}]").click()

    def draw(self, line: Line) -> None:
        sheet = self.paper.bounding_box()
        assert sheet
        at = [(sheet["x"] + x * sheet["width"], sheet["y"] + y * sheet["height"]) for x, y in line]
        self.page.mouse.move(*at[0])
        self.page.mouse.down()
        for x, y in at[1:]:
            self.page.mouse.move(x, y, steps=8)
        self.page.mouse.up()

    def count(self) -> int:
        return (self.lines.get_attribute("d") or "").count("M")


def drawn(people: People, visit: UUID) -> dict[str, Drawn]:
    with people.unit(people.maja, reads=True) as uow:
        return drawings_of(uow, visit)


def test_what_is_drawn_is_there_after_a_reload_and_can_be_undone_and_removed(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit)
    place = Place(page)
    expect(place.kept).to_be_hidden()
    place.open()
    with page.expect_response("**/my/drawings/b_sleep"):
        place.draw(ROOF)
    with page.expect_response("**/my/drawings/b_sleep"):
        place.draw(WALL)
    (first, second) = drawn(people, visit)["b_sleep"].strokes
    assert first[0] == pytest.approx((200, 350), abs=3)
    assert first[-1] == pytest.approx((600, 350), abs=3)
    assert any(abs(x - 400) < 5 and abs(y - 140) < 5 for x, y in first)
    assert len(first) < 12, "points on a straight line are left out"
    assert second[-1] == pytest.approx((200, 630), abs=3)

    page.reload()
    expect(place.kept).to_be_visible()
    place.open()
    assert place.count() == 2
    with page.expect_response("**/my/drawings/b_sleep"):
        place.draw([(0.8, 0.1)])
    assert place.count() == 3
    with page.expect_response("**/my/drawings/b_sleep"):
        place.press("undo")
    assert len(drawn(people, visit)["b_sleep"].strokes) == 2
    with page.expect_response("**/my/drawings/b_sleep"):
        place.press("remove")
    assert drawn(people, visit) == {}
    with page.expect_response("**/my/drawings/b_sleep"):
        place.press("undo")
    assert len(drawn(people, visit)["b_sleep"].strokes) == 2, "what was removed comes back too"
    with page.expect_response("**/my/drawings/b_sleep"):
        place.press("remove")
    place.press("done")
    expect(place.dialog).to_be_hidden()
    expect(place.kept).to_be_hidden()


def test_the_picture_goes_along_only_when_the_child_says_yes(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja, width=390)
    hand_over(page, visit)
    place = Place(page)
    place.open()
    place.draw(ROOF)
    with page.expect_response("**/my/drawings/b_sleep"):
        place.press("done")
    expect(place.dialog.get_by_role("radio", checked=True)).to_have_count(0)
    place.press("close")
    assert drawn(people, visit)["b_sleep"].in_summary is False
    place.open()
    place.press("done")
    with page.expect_response("**/my/drawings/b_sleep"):
        place.dialog.get_by_role("radio", name="Ja").check(force=True)
    place.press("close")
    assert drawn(people, visit)["b_sleep"].in_summary is True
    assert page.url.endswith("item=b_sleep") or page.url.endswith("#b_sleep"), "the question's own form is not sent"


def test_a_lost_network_is_told_of_calmly_and_nothing_is_lost(
    people: People, signed_in_page: SignedInPage, visit: UUID, watches: list[Watch]
) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit)
    watches[0].allowed.append("ERR_INTERNET_DISCONNECTED")
    place = Place(page)
    place.open()
    page.context.set_offline(True)
    place.draw(ROOF)
    expect(page.locator("#saving")).not_to_be_empty()
    place.draw(WALL)
    with page.expect_response("**/my/drawings/b_sleep"):
        page.context.set_offline(False)
    expect(page.locator("#saving")).to_be_empty()
    assert len(drawn(people, visit)["b_sleep"].strokes) == 2


def test_leaving_at_once_keeps_the_last_stroke(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit)
    place = Place(page)
    place.open()
    with page.expect_response("**/my/drawings/b_sleep"):
        place.draw(ROOF)
    place.draw(WALL)
    page.goto("/my/closing")
    expect(page.locator("h2.question").first).to_be_visible()
    assert len(drawn(people, visit)["b_sleep"].strokes) == 2


def test_a_drawing_on_its_way_is_waited_for(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    """The yes to having it in the summary comes last, while the lines are still being sent."""
    page = signed_in_page(people.maja)
    hand_over(page, visit)
    held: list[Route] = []
    page.route("**/my/drawings/*", lambda route: route.continue_() if held else held.append(route))
    place = Place(page)
    place.open()
    place.draw(ROOF)
    place.press("done")
    place.dialog.get_by_role("radio", name="Ja").check(force=True)
    place.press("close")
    page.locator(".kid-top button[name=go]").click()
    page.wait_for_timeout(300)
    assert "/my/questions" in page.url
    held[0].continue_()
    page.wait_for_url("**/my/pause")
    assert drawn(people, visit)["b_sleep"].in_summary is True


def test_the_keyboard_passes_by_and_gets_out(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit)
    place = Place(page)
    opener = place.root.locator("[data-draw-open]")
    opener.focus()
    page.keyboard.press("Tab")
    expect(opener).not_to_be_focused()
    opener.press("Enter")
    expect(place.dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(place.dialog).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "light", "sv"), (820, "dark", "ar")])
def test_the_place_to_draw_is_sound(
    people: People, signed_in_page: SignedInPage, visit: UUID, width: int, scheme: str, language: str
) -> None:
    page = signed_in_page(people.maja, width=width, scheme=scheme)
    hand_over(page, visit, language=language)
    place = Place(page)
    place.open()
    place.draw(ROOF)
    for step in ("done", "close"):
        assert [*axe_faults(page), *layout_faults(page)] == []
        place.press(step)
    expect(place.kept).to_be_visible()
    assert [*axe_faults(page), *layout_faults(page)] == []


def test_without_scripts_the_picture_is_there_and_the_pen_is_not(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja, java_script_enabled=False)
    hand_over(page, visit)
    with people.as_program() as uow:
        lines = dump_strokes((((100, 100), (500, 500)),))
        uow.add(Drawing(visit_id=visit, child_id=people.alva.id, item="b_sleep", strokes=lines, drawn_at=uow.now))
    page.reload()
    expect(page.locator("[data-drawing=b_sleep] .paper")).to_be_visible()
    assert page.locator("[data-draw-open]").count() == 0


def test_a_scribble_without_end_stops_at_what_can_be_kept(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja)
    hand_over(page, visit)
    place = Place(page)
    strokes = json.dumps([[[1, 1]] * 66 for _ in range(300)])
    page.route(
        "**/my/questions*",
        lambda route: route.fulfill(
            body=route.fetch().text().replace('data-strokes="[]"', f'data-strokes="{strokes}"'),
            content_type="text/html; charset=utf-8",
        ),
    )
    page.reload()
    place.open()
    place.draw(ROOF)
    assert place.count() == 300
