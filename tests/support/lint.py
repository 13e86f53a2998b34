"""What every page must be, whatever it says: one function from an answer to its faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
from werkzeug.test import TestResponse

import followup.web
from followup.questionnaires.languages import LANGUAGES

_INPUTS = frozenset({"input", "select", "textarea"})
_NEED_NO_LABEL = frozenset({"hidden", "submit", "button", "reset", "image"})
_REQUESTS = {"src", "srcset", "poster", "data", "action", "formaction", "ping"}
_HEADINGS = re.compile("h[1-6]")
_TOKEN_VALUE = re.compile(r'(name="csrf[-_]token"[^>]*?(?:content|value)=")[^"]+')
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_REQUEST = re.compile(r"(Felkod: |Error code: )\w+")
_STATIC = Path(followup.web.__file__).parent / "static"
_HEAVIEST = 60_000  # bytes, unpacked
_LANGUAGES = frozenset(language.html_lang for language in LANGUAGES.values())


def faults(response: TestResponse, forbidden: frozenset[str] = frozenset(), *, markup: bool = True) -> list[str]:
    """List what is wrong with an answer: headers of any, and the content of a page, its markup unless told not to."""
    found = list(_headers(response))
    if response.mimetype == "text/html" and response.status_code not in range(300, 400):
        text = response.get_data(as_text=True)
        found += _out_of_reach(text, forbidden)
        found += _page_faults(_alike(text)) if markup else ()
    elif response.mimetype == "application/json":
        found += _out_of_reach(response.get_data(as_text=True), forbidden)
    return found


def _out_of_reach(text: str, forbidden: frozenset[str]) -> Iterator[str]:
    for word in _any_of(forbidden).findall(text) if forbidden else ():
        yield f"a name out of reach: {word}"


@cache
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(words)))})\b")


def _alike(text: str) -> str:
    """Take out what differs each time that a page is made, so that it is judged once.

    An id keeps its place among the page's ids: what was the same on the page still is, and what was not is not.
    """
    numbers: dict[str, str] = {}
    text = _ID.sub(lambda found: numbers.setdefault(found[0], f"id-{len(numbers)}"), text)
    return _REQUEST.sub(r"\1x", _TOKEN_VALUE.sub(r"\1x", text))


@lru_cache(maxsize=4096)  # the same page is shown again and again, and to parse it takes longer than to make it
def _page_faults(text: str) -> tuple[str, ...]:
    return tuple(_page(text))


def _headers(response: TestResponse) -> Iterator[str]:
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or "*" in policy or "http" in policy:
        yield f"a Content-Security-Policy that lets strangers in: {policy!r}"
    if response.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no X-Content-Type-Options: nosniff"
    if not response.request.path.startswith("/static/") and response.headers.get("Cache-Control") != "no-store":
        yield "may be kept in a cache: Cache-Control is not no-store"


def _page(text: str) -> Iterator[str]:
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    page = parser.parse(text)
    for (line, _column), code, values in parser.errors:
        yield f"invalid HTML, line {line}: {code} {values}"
    elements = [element for element in page.iter() if isinstance(element.tag, str)]
    yield from _frame(page, elements)
    yield from _ids(elements)
    yield from _labels(page, elements)
    yield from _code(elements)
    yield from _addresses(elements)
    yield from _posts(elements)
    yield from _weight(elements)


def _weight(elements: list[Element]) -> Iterator[str]:
    """A page's styles and scripts, fonts aside. The child's pages have a measure of their own, fonts included."""
    addresses = [element.get("href" if element.tag == "link" else "src") or "" for element in elements]
    files = {address.partition("?")[0] for address in addresses if re.search(r"^/static/(css|js)/", address)}
    weight = sum((_STATIC / file.removeprefix("/static/")).stat().st_size for file in files)
    if weight > _HEAVIEST and "/static/css/child.css" not in files:
        yield f"styles and scripts of {weight} bytes, more than {_HEAVIEST}"


def _frame(page: Element, elements: list[Element]) -> Iterator[str]:
    headings = [element for element in elements if element.tag == "h1"]
    if len(headings) != 1:
        yield f"{len(headings)} h1, not one"
    if any(not _text(heading) for heading in headings):
        yield "an empty h1"
    title = page.find("head/title")
    if title is None or not _text(title).removesuffix("Followup").strip(" –"):
        yield "no title"
    if page.get("lang") not in _LANGUAGES:
        yield f"lang is {page.get('lang')!r}"
    if page.get("dir") not in {"ltr", "rtl"}:
        yield f"dir is {page.get('dir')!r}"
    if len([element for element in elements if element.tag == "main"]) != 1:
        yield "not one main"
    levels = [int(element.tag[1]) for element in elements if _HEADINGS.fullmatch(element.tag)]
    for above, below in pairwise(levels):
        if below > above + 1:
            yield f"a heading jumps from h{above} to h{below}"


def _ids(elements: list[Element]) -> Iterator[str]:
    ids = Counter(element.get("id") for element in elements if element.get("id") is not None)
    yield from (f"id {name!r} {times} times" for name, times in ids.items() if times > 1)
    if "" in ids:
        yield "an empty id"
    for element in elements:
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list"):
            yield from (
                f"{element.tag} {attribute}={name!r} names nothing on the page"
                for name in element.get(attribute, "").split()
                if name not in ids
            )
        target = element.get("href", "")
        if element.tag == "a" and target.startswith("#") and target[1:] not in ids:
            yield f"a link to {target}, which is not on the page"


def _labels(page: Element, elements: list[Element]) -> Iterator[str]:
    named = {element.get("for") for element in elements if element.tag == "label" and _text(element)}
    inside = {id(each) for label in page.iter("label") if _text(label) for each in label.iter()}
    for element in elements:
        if element.tag not in _INPUTS or element.get("type") in _NEED_NO_LABEL or "hidden" in element.attrib:
            continue
        labelled = element.get("aria-label") or element.get("aria-labelledby")
        if not labelled and element.get("id") not in named and id(element) not in inside:
            yield f"{element.tag} {element.get('name')!r} has no label"
    for element in elements:
        if element.tag in {"button", "a", "summary"} and not _name(element):
            yield f"{element.tag} {element.get('href') or element.get('name') or ''} has no text"
        if element.tag == "fieldset" and not (_legend(element) or element.keys() & {"aria-label", "aria-labelledby"}):
            yield "a fieldset without a legend"
        if element.tag == "img" and element.get("alt") is None:
            yield "an img without alt"
    yield from _lone_radios(page)


def _legend(fieldset: Element) -> bool:
    return any(_text(legend) for legend in fieldset.findall("legend"))


def _lone_radios(page: Element) -> Iterator[str]:
    grouped = {id(each) for fieldset in page.iter("fieldset") for each in fieldset.iter("input")}
    for element in page.iter("input"):
        if element.get("type") == "radio" and id(element) not in grouped:
            yield f"radio {element.get('name')!r} stands outside a fieldset"


def _code(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if element.tag == "style" or "style" in element.attrib:
            yield f"inline style on {element.tag}"
        if element.tag == "script" and (not element.get("src") or (element.text or "").strip()):
            yield "an inline script"
        for name, value in element.attrib.items():
            if str(name).lower().startswith("on"):
                yield f"an inline handler: {name}"
            if str(value).strip().lower().startswith("javascript:"):
                yield f"a javascript: address in {name}"


def _addresses(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        for name, value in element.attrib.items():
            asked_for = name in _REQUESTS or (name == "href" and element.tag != "a")
            elsewhere = re.match(r"\s*([a-z][a-z0-9+.-]*:|//)", value, re.IGNORECASE)
            if asked_for and elsewhere and not value.startswith("#"):
                yield f"{element.tag} asks {value} for something"


def _posts(elements: list[Element]) -> Iterator[str]:
    for form in elements:
        posts = form.tag == "form" and form.get("method", "get").lower() == "post"
        if posts and not any(field.get("name") == "csrf_token" and field.get("value") for field in form.iter("input")):
            yield f"a form to {form.get('action')!r} without a CSRF token"


def _text(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _name(element: Element) -> str:
    pictures = (each.get("alt") or each.get("aria-label") or "" for each in element.iter())
    return _text(element) + "".join(pictures)
