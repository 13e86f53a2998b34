"""A crawler over every page: markup, template code, SQL and paths in every field and every address; old tokens.

It knows only what the program says of itself: its addresses, and the forms on its pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from followup.domain.access import Role
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.queries import contents

MARK = "zq7"
"""Stands in everything that is sent, so that it is found again in what comes back."""

PAYLOADS = (
    f"<script>{MARK}</script>",
    f"\"'><img src=x onerror={MARK}>",
    f"{{{{ 7919 * 7927 }}}} {MARK} ${{7919*7927}} {{% raw %}} %(name)s %s {{0}}",
    f"'; DROP TABLE visit; -- {MARK}",
    f"{MARK}' OR '1'='1",
    f"../../../../etc/passwd\0{MARK}",
    f"{MARK}\r\nSet-Cookie: planted=1",
    f"javascript:alert('{MARK}')",
    f"\u202e\ufeff\U0001f600{MARK}",
)
MOST_ALONE = 4

LIVE = re.compile(rf"<script>{MARK}|<img[^>]*onerror=[\"']?{MARK}|href=[\"']?javascript:alert", re.IGNORECASE)
TOLD = re.compile(r"Traceback|sqlalchemy|sqlite3|psycopg|jinja2|OperationalError|SyntaxError|root:x:0", re.IGNORECASE)


@dataclass
class Form:
    """A form on a page: where it is posted, and its fields with what they hold."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class Reader(HTMLParser):
    """Gathers a page's links and forms."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.links: set[str] = set()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, a form or a field."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in told:
            self.links.add(urljoin(self.page, told["href"]))
        elif tag == "form":
            self.forms.append(
                Form(urljoin(self.page, told.get("action") or self.page), told.get("method", "get").lower())
            )
        elif tag in {"input", "textarea", "select", "button"} and self.forms and told.get("name"):
            self.forms[-1].fields.append((told["name"], told.get("value", "x")))


def crawl(client: LintingClient, start: str) -> tuple[set[str], list[Form]]:
    """Follow every link from a page; return the pages, and one form of each shape."""
    waiting, seen, forms = [start], set[str](), dict[tuple[str, ...], Form]()
    while waiting:
        path = waiting.pop()
        shape = _shape(path)
        if shape in seen or not path.startswith("/"):
            continue
        seen.add(shape)
        answer = client.get(path, lint=False)
        assert answer.status_code < 500, path
        if "html" not in answer.content_type:
            continue
        reader = Reader(path)
        reader.feed(answer.text)
        waiting += [urlsplit(link)._replace(fragment="", scheme="", netloc="").geturl() for link in reader.links]
        for form in reader.forms:
            forms.setdefault((_shape(form.action), form.method, *sorted({name for name, _ in form.fields})), form)
    return seen, list(forms.values())


def _shape(path: str) -> str:
    return re.sub(r"[0-9a-f-]{36}", "ID", path.partition("?")[0])


def attacks(form: Form) -> Iterator[dict[str, str]]:
    """Yield what to post: every field with something nasty, each time another thing; then some of them one by one.

    What is wrong in a field often stops the others from being looked at.
    """
    whole = {name: value for name, value in form.fields if name != "csrf_token"}
    nasty = cycle(PAYLOADS)
    for _round in range(2):
        yield {name: next(nasty) for name in whole}
    for name in list(whole)[:: max(1, len(whole) // MOST_ALONE)]:
        yield {**whole, name: next(nasty)}


def judge(answer: Any, what: str) -> None:
    """Refuse an answer in which something that was sent came to life, or that tells of the inside."""
    text = answer.text if "text" in answer.content_type or "json" in answer.content_type else ""
    assert answer.status_code < 500, what
    assert not LIVE.search(text), what
    assert str(7919 * 7927) not in text, f"{what}: a template worked it out"
    assert not TOLD.search(text), what
    assert "planted" not in str(answer.headers.getlist("Set-Cookie")), what
    place = answer.headers.get("Location", "/")
    assert place.startswith("/"), what
    assert not place.startswith("//"), what


@pytest.mark.parametrize("who", [Role.TEAM_LEAD, Role.ADMIN], ids=str)
def test_nothing_comes_to_life_in_any_field(people: People, who: Role) -> None:
    people.sign(people.alva)
    people.plan(people.alva)
    people.promise(people.alva, "ringa")
    client = browser(people, next(each for each in people.staff if each.role is who))
    pages, forms = crawl(client, "/")
    assert len(pages) > (2 if who is Role.ADMIN else 15)
    assert forms
    leaving = {"/sign-out"}
    for form in forms:
        if form.action in leaving:
            continue
        for fields in attacks(form):
            if form.method == "post":
                answer = client.submit(form.action, fields, lint=False)
            else:
                answer = client.get(form.action, query_string=fields, lint=False)
            judge(answer, f"{form.method} {form.action} {fields}")
    for path in sorted(crawl(client, "/")[0]):
        if "ID" not in path:
            judge(client.get(path, lint=False), path)


def test_nothing_comes_to_life_in_any_address(people: People) -> None:
    maja, stranger = browser(people, people.maja), browser(people)
    before, nasty = kept(people), cycle(PAYLOADS)
    for rule in people.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        for client in (maja, stranger):
            written = quote(next(nasty), safe="")
            path = re.sub(r"<[^>]+>", written, rule.rule)
            judge(client.get(path, lint=False), path)
            judge(client.get(f"{path}?next={written}&form={written}&{written}={written}", lint=False), path)
    assert kept(people) == before


def kept(people: People) -> dict[str, Any]:
    """Everything in the database but what counts and logs."""
    return {name: rows for name, rows in contents(people.store).items() if not re.search("log|attempt|sign_on", name)}


def test_a_childs_token_opens_nothing_when_the_tablet_is_back(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    tablet = browser(people, people.maja)
    before = tablet.get_cookie("followup")
    tablet.hand_over(visit_id)
    lent = tablet.get_cookie("followup")
    tablet.take_back()
    assert before is not None
    assert lent is not None
    for old in (before.value, lent.value):
        replay = browser(people)
        replay.set_cookie("followup", old)
        for path in ("/my", "/children", f"/children/{people.alva.id}"):
            answer = replay.get(path, lint=False)
            assert answer.status_code in {302, 404}, path
            assert people.alva.name not in answer.text
