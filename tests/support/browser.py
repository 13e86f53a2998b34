"""A person's browser: signed in, watched, and looked at with the eyes of axe.

Everything a page asks for must come from this program, nothing may be refused by the Content-Security-Policy, and the
console stays silent. `Watch` collects what happened in a browser; fixtures assert that it is nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.metadata import files
from typing import Any, Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError

ARGUMENTS = (
    "--no-sandbox",  # as root, which bare machines and containers are, Chromium starts only without its sandbox
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=sv-SE",
)
"""How Chromium is started: in Swedish, and asking nobody for anything by itself."""

HEIGHTS = {320: 700, 390: 844, 640: 450, 820: 1180, 1180: 820, 1280: 900}
"""The height in CSS pixels that goes with a width: phone, phone, 1280 at 200 %, tablet, tablet lying down, desk."""

WIDTHS = (390, 640, 820, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

_OWN_SCHEMES = (
    "data:",
    "blob:",
    "about:",
    "chrome-error:",
    "chrome:",
    "chrome-extension:",
)  # the last two: the viewer of PDFs


class Watch:
    """What a browser did that it shouldn't have: `faults`, one line each.

    allowed: parts of console messages that a test expects (an answer 409, a server that is away).
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.faults: list[str] = []
        self.allowed: list[str] = []
        self._address = address
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self._address}/", *_OWN_SCHEMES)):
            self.faults.append(f"asks elsewhere: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        expected = any(part in message.text for part in self.allowed)
        expected = expected or where.endswith("/favicon.ico")  # the viewer of PDFs asks for one; pages have an SVG
        if message.type in {"error", "warning"} and not expected:
            self.faults.append(f"console {message.type}: {message.text} ({where})")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"script error: {error.error}")


def faults(page: Page, name: str) -> Iterator[str]:
    """Look at the page that is open at every size, with everything unfolded.

    What fits is measured at every width. Width shows and hides things and changes nothing else that axe judges: it
    looks at all of a page anew where other elements are shown than before, and at their colours, in both schemes, where
    they come in. 640 pixels are a window of 1280 at 200 % zoom (WCAG 1.4.4 and 1.4.10).
    """
    unfold(page)
    page.evaluate("window.lookedAt = undefined")
    for width in (320, *WIDTHS):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        yield from (f"{name}, {width} px: {fault}" for fault in layout_faults(page))
        others, newcomers = page.evaluate(_NEW_HERE) if width not in {320, 640} else (False, 0)
        if others:
            yield from (f"{name}, {width} px: {fault}" for fault in axe_faults(page, "the rest"))
        for scheme in SCHEMES if newcomers else ():
            page.emulate_media(color_scheme=scheme)
            yield from (f"{name}, {width} px, {scheme}: {fault}" for fault in axe_faults(page, "colours"))


_NEW_HERE = """() => {
  const looked = window.lookedAt ||= {seen: new WeakSet(), sets: new Set()};
  const all = [...document.querySelectorAll('body, body *')];
  const shown = all.map(e => e.checkVisibility({checkVisibilityCSS: true}));
  const set = shown.map(Number).join('');
  const others = !looked.sets.has(set);
  looked.sets.add(set);
  const fresh = new Set(all.filter((e, place) => shown[place] && !looked.seen.has(e)));
  fresh.forEach(e => looked.seen.add(e));
  looked.fresh = [...fresh].filter(e => !fresh.has(e.parentElement));
  return [others, looked.fresh.length];
}"""


def axe_faults(page: Page, part: Literal["all", "colours", "the rest"] = "all") -> Iterator[str]:
    """Yield what axe finds on the page as it stands, one line for each rule that is broken.

    colours: the contrast alone, which takes longer than all the rest, of what `faults` has found newly shown.
    """
    page.evaluate("axe => { if (!window.axe) (0, eval)(axe); }", _axe())
    options: dict[str, Any] = {"runOnly": list(AXE_TAGS), "resultTypes": ["violations"]}
    if part == "colours":
        options["runOnly"] = ["color-contrast"]
    elif part == "the rest":
        options["rules"] = {"color-contrast": {"enabled": False}}
    where = "{include: window.lookedAt.fresh}" if part == "colours" else "document"
    result: dict[str, Any] = page.evaluate(f"options => axe.run({where}, options)", options)
    for broken in result["violations"]:
        first = broken["nodes"][0]
        told = " ".join(first["failureSummary"].split())[:300]
        yield f"axe {broken['id']} ({broken['impact']}), {len(broken['nodes'])} × e.g. {first['target']}: {told}"


def unfold(page: Page) -> None:
    """Open everything that is folded."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")


def layout_faults(page: Page) -> Iterator[str]:
    """Yield what doesn't fit: parts that stick out sideways, targets smaller than our 44 px."""
    yield from page.evaluate(_LAYOUT)


_LAYOUT = """() => {
  const found = [];
  const name = e => [e.tagName.toLowerCase() + (e.id ? '#' + e.id : ''), ...e.classList].join('.');
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) {
    const out = [...document.querySelectorAll('body *')].filter(e => {
      const r = e.getBoundingClientRect();
      return r.width && (r.right > innerWidth + 1 || r.left < -1) && !e.closest('.vh, .skip-link, .table-scroll');
    }).slice(0, 3).map(name);
    found.push(`${wide} px too wide: ${out.join(', ')}`);
  }
  for (const e of document.querySelectorAll('a, button, input, select, textarea, summary')) {
    const control = /^(checkbox|radio)$/.test(e.type) ? e.closest('label') || e : e;
    const r = control.getBoundingClientRect();
    if (!r.width || !e.checkVisibility({checkVisibilityCSS: true}) || e.closest('.vh, .skip-link')) continue;
    const inText = e.closest('p, li, td, th, h1, h2, h3, cite, span, dd');
    if (e.tagName === 'A' && inText && !e.matches('.btn, .crumb, .brand')) continue;
    if (r.height < 43.5 || r.width < 43.5)
      found.push(`small target: ${name(e)} ${r.width} × ${r.height} “${(e.textContent || e.name || '').trim()}”`);
  }
  return found.slice(0, 8);
}"""


@cache
def _axe() -> str:
    found = next(file for file in files("axe-playwright-python") or () if file.name == "axe.min.js")
    return found.read_text(encoding="utf-8")
