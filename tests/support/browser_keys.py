"""A person with a keyboard and nothing else: Tab, arrows, Space, Enter and letters. No element is clicked or filled.

After every Tab the focus is looked at: it must be visible, have a ring, and not lie under the sticky bar.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

MOST_TABS = 260
"""More stops than any page has: what isn't reached by then can't be reached."""


class Keyboard:
    """Keys pressed on a page. Raises AssertionError when something can't be reached, or focus can't be seen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hidden_stops: list[str] = []
        self._orders: tuple[tuple[str, ...], ...] = (
            ("year", "month", "day"),
            ("month", "day", "year"),
            ("day", "month", "year"),
        )

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus; for a radio, until any of its group has."""
        handle = target.element_handle()
        assert handle is not None
        for _ in range(MOST_TABS):
            stop: dict[str, Any] = self.page.evaluate(_STOP, handle)
            if stop["wrong"]:
                self.hidden_stops.append(f"{self.page.url}: {stop['name']} {stop['wrong']}")
            if stop["there"]:
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Go to a link, a button or a fold and press a key on it."""
        self.tab_to(target)
        self.page.keyboard.press(key)

    def choose(self, radio: Locator) -> None:
        """Choose one of a group of radios with the arrow keys, or with Space where the focus lands on it."""
        self.tab_to(radio)
        for _ in range(20):
            if radio.evaluate("radio => radio === document.activeElement"):
                break
            self.page.keyboard.press("ArrowDown")
        else:
            raise AssertionError(f"the arrow keys never reach {radio}")
        if not radio.is_checked():
            self.page.keyboard.press("Space")
        assert radio.is_checked()

    def tick(self, box: Locator) -> None:
        """Tick a box."""
        self.tab_to(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")
        assert box.is_checked()

    def write(self, field: Locator, text: str) -> None:
        """Write in a text field, in the place of what it holds."""
        self.tab_to(field)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)

    def write_date(self, field: Locator, day: str) -> None:
        """Write a date (YYYY-MM-DD) in a date field, part by part, in the order that this machine's browser shows."""
        self.tab_to(field)
        year, month, date = day.split("-")
        for order in self._orders:
            for place, part in enumerate(order):
                for key in ["ArrowLeft"] * len(order) + ["ArrowRight"] * place:
                    self.page.keyboard.press(key)
                self.page.keyboard.type({"year": year, "month": month, "day": date}[part])
            if field.input_value() == day:
                self._orders = (order,)
                return
        raise AssertionError(f"the date field says {field.input_value()!r}")

    def pick(self, select: Locator, value: str) -> None:
        """Pick an option of a drop-down list with the arrow keys."""
        self.tab_to(select)
        for _ in range(select.locator("option").count()):
            if select.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        assert select.input_value() == value

    def unfold(self, summary: Locator) -> None:
        """Open a fold."""
        if not summary.evaluate("summary => summary.parentElement.open"):
            self.press(summary)
        assert summary.evaluate("summary => summary.parentElement.open")


# The ring may be drawn by the element that stands for an invisible input (an answer tile).
_STOP = """target => {
  const at = document.activeElement;
  if (!at || at === document.body) return {name: '', wrong: '', there: false};
  const sibling = target.type === 'radio' && at.type === 'radio' && at.name === target.name && at.form === target.form;
  const name = at.tagName.toLowerCase() + (at.id ? '#' + at.id : '') + (at.name ? '[' + at.name + ']' : '');
  const tile = /^(radio|checkbox)$/.test(at.type) ? at.closest('label') || at : at;
  const box = tile.getBoundingClientRect();
  const bar = document.querySelector('.actionbar');
  const ring = [at, tile, ...tile.querySelectorAll('*')].some(e => {
    const style = getComputedStyle(e);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  });
  const top = bar && !bar.contains(at) && !at.closest('header') ? bar.getBoundingClientRect().top : innerHeight;
  let wrong = '';
  if (!box.width || !box.height) wrong = 'has no size';
  else if (box.top < -1 && box.bottom < 20 || box.top > innerHeight - 4) wrong = `is out of view (${box.top})`;
  else if (box.bottom > top + 1 && box.height < top) wrong = `lies under the bar (${box.bottom} > ${top})`;
  else if (!ring) wrong = 'has no ring';
  return {name, wrong, there: at === target || sibling};
}"""
