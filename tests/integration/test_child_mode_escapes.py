"""Getting out of the child's pages, tried by somebody who has the tablet, its cookie, and every address there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from followup.domain.access import Permission
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Kid
from tests.support.queries import contents, log_lines

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
COOKIE = "followup"
JSON = {"Accept": "application/json"}
_EACH_TIME = re.compile(r"(Felkod: )\w+|(name=\"csrf[-_]token\" (?:content|value)=\")[^\"]+")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OF_THE_ANSWER = (
    "Location",
    "Content-Type",
    "Cache-Control",
    "Allow",
    "Content-Disposition",
    "Content-Security-Policy",
)


class Break:
    """A tablet on loan for Alva's visit, a stranger's browser, and everything there is to ask for."""

    def __init__(self, people: People, form: str) -> None:
        self.people = people
        self.ids = list(self._everything(people))
        self.tablet, self.stranger = browser(people, people.maja), browser(people)
        self.old_cookie = cookie(self.tablet)
        self.old_token = self.tablet.csrf()
        (self.visit_id,) = people.plan(people.alva, days=2)
        people.answer(self.visit_id, {"carer_cope": 1} if form == "child" else {"c_friends": 1}, respondent=other(form))
        self.ids.append(self.visit_id)
        assert self.tablet.hand_over(self.visit_id, form=form).location == "/my"

    def _everything(self, people: People) -> Iterator[UUID]:
        kids: tuple[Kid, ...] = (people.alva, people.elliot)
        for kid in kids:
            yield kid.id
            yield people.sign(kid)
            yield people.plan(kid, days=1)[0]
            yield people.promise(kid, "ringa")
        yield from (people.maja.id, people.organisation_id, uuid4())

    def addresses(self) -> list[tuple[Rule, str]]:
        """Return every address of the program that isn't the child's own, with every id that there is."""
        found = []
        for rule in self.people.app.url_map.iter_rules():
            if self.needs(rule) is Permission.ANSWER or rule.endpoint in {"static", "account.sign_in"}:
                continue
            for values in product(self.ids, repeat=len(rule.arguments)):
                built = rule.build(dict(zip(sorted(rule.arguments), values, strict=True)))
                assert built, rule
                found.append((rule, built[1]))
        return found

    def needs(self, rule: Rule) -> Permission:
        """What the door asks for."""
        needed: Permission = vars(self.people.app.view_functions[rule.endpoint])["needs"]
        return needed

    def both(self, method: str, path: str, **more: Any) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        """Ask with the tablet and as a stranger; returns what each is told, without what differs each time."""
        return self.hears(self.tablet, method, path, **more), self.hears(self.stranger, method, path, **more)

    def hears(self, client: LintingClient, method: str, path: str, **more: Any) -> tuple[Any, ...]:
        """Ask with one of them; returns what it is told, without what differs each time and the ids asked for."""
        client._token_page = "/my/give-back" if client is self.tablet else "/sign-in"
        data = {"csrf_token": client.csrf(), **more.get("data", {})} if method == "POST" else None
        found = told(client.open(path, method=method, **{**more, "data": data}, lint=False))
        return tuple(_ID.sub("ID", each) if isinstance(each, str) else each for each in found)


def other(form: str) -> str:
    return "carer" if form == "child" else "child"


def cookie(client: LintingClient) -> str:
    found = client.get_cookie(COOKIE)
    assert found
    return found.value


def told(answer: TestResponse) -> tuple[Any, ...]:
    headers = tuple(answer.headers.get(name) for name in _OF_THE_ANSWER)
    body = _EACH_TIME.sub(lambda match: match[1] or match[2], answer.text)
    return answer.status_code, *headers, body


@pytest.fixture(params=["child", "carer"])
def locked(people: People, request: pytest.FixtureRequest) -> Break:
    return Break(people, request.param)


@pytest.mark.parametrize(
    ("settings", "locked", "every_id"),
    [("sqlite", "child", True), ("postgresql", "carer", False)],
    indirect=["settings", "locked"],
)
def test_every_other_address_answers_as_to_a_stranger(locked: Break, *, every_id: bool) -> None:
    """Whichever id stands in an address, the tablet hears what the stranger hears at the first of them."""
    differing = []
    heard: dict[tuple[str, str], tuple[Any, ...]] = {}
    for rule, path in locked.addresses():
        newest = str(locked.ids[-1]) in path or not rule.arguments
        if not (every_id or newest):
            continue
        methods = METHODS if rule.arguments or locked.needs(rule) is Permission.PUBLIC else METHODS[:4]
        for method in methods if newest else ("GET", "POST"):
            if (rule.endpoint, method) not in heard:
                heard[rule.endpoint, method] = locked.hears(locked.stranger, method, path)
            ours, theirs = locked.hears(locked.tablet, method, path), heard[rule.endpoint, method]
            if ours != theirs:
                differing.append(f"{method} {path}: {ours[:2]}, a stranger {theirs[:2]}")
    assert not differing, "\n".join(differing)


def test_scripts_and_filled_in_forms_hear_the_same(locked: Break) -> None:
    fields = {"revision": "0", "q-c_friends": "5", "shown": "c_friends", "words": "jag var här", "go": "sign"}
    differing = []
    for rule, path in locked.addresses():
        if rule.arguments and not path.count(str(locked.visit_id)):
            continue
        for method, more in (("GET", {"headers": JSON}), ("POST", {"headers": JSON}), ("POST", {"data": fields})):
            if method not in (rule.methods or set()):
                continue
            ours, theirs = locked.both(method, path, **more)
            if ours != theirs:
                differing.append(f"{method} {path}: {ours[:2]}, a stranger {theirs[:2]}")
    assert not differing, "\n".join(differing)


def test_nothing_was_changed_by_trying(locked: Break) -> None:
    before = contents(locked.people.store)
    for _rule, path in locked.addresses():
        if str(locked.visit_id) in path or str(locked.people.alva.id) in path:
            locked.tablet.submit(path, {"revision": "0", "go": "sign", "because": "child_ill"}, lint=False)
    after = contents(locked.people.store)
    assert {name for name in after if after[name] != before[name]} <= {"access_log", "access_log_child"}


def test_each_try_is_in_the_log(locked: Break) -> None:
    locked.tablet.get(f"/visits/{locked.visit_id}/talk")
    line = log_lines(locked.people.store)[-1]
    assert (line.action, line.role, line.actor_id) == ("denied", "respondent", locked.people.maja.id)
    assert line.fields == {"page": "visits.talk", "arguments": {"visit_id": str(locked.visit_id)}}


def test_addresses_that_do_not_exist_tell_nothing_either(locked: Break) -> None:
    for path in ("/no-such-page", "/my/../children", "/my/secrets", "/static/../followup.sqlite3", "/visits/1/talk"):
        ours, theirs = locked.both("GET", path)
        assert ours == theirs, path
        assert "Maja" not in ours[-1], path
        assert "dina barn" not in ours[-1], path


def test_the_old_cookie_is_dead_and_opens_nothing(locked: Break) -> None:
    """A tab that was asked for before, a page from the browser's memory, a copy somebody kept: all have the old one."""
    tablet = locked.people.app.test_client()
    tablet.set_cookie(COOKIE, locked.old_cookie)
    for path in ("/children", f"/visits/{locked.visit_id}/talk", "/my", "/my/give-back"):
        assert tablet.get(path).location.startswith("/sign-in"), path
    assert tablet.get(f"/visits/{locked.visit_id}/answers", headers=JSON).status_code == 401


def test_the_old_form_token_is_dead(locked: Break) -> None:
    for path in ("/my/give-back", f"/visits/{locked.visit_id}/talk", "/sign-out"):
        assert locked.tablet.post(path, data={"csrf_token": locked.old_token}).status_code == 400


def test_the_childs_cookie_is_dead_once_the_tablet_is_back(locked: Break) -> None:
    childs = cookie(locked.tablet)
    locked.tablet.take_back()
    assert cookie(locked.tablet) not in {childs, locked.old_cookie}
    other_tablet = locked.people.app.test_client()
    other_tablet.set_cookie(COOKIE, childs)
    assert other_tablet.get("/my/give-back").location.startswith("/sign-in")


def test_another_tab_of_the_same_browser_is_locked_too(locked: Break) -> None:
    tab = locked.people.app.test_client()
    tab.set_cookie(COOKIE, cookie(locked.tablet))
    assert tab.get(f"/children/{locked.people.alva.id}").location.startswith("/sign-in")
    assert tab.get("/sign-in").location == "/my"


def test_the_caseworkers_other_devices_are_not_locked(locked: Break) -> None:
    phone = browser(locked.people, locked.people.maja)
    assert phone.get(f"/visits/{locked.visit_id}/talk").status_code == 200
    assert locked.tablet.get(f"/visits/{locked.visit_id}/talk").location.startswith("/sign-in")


def test_a_loan_can_not_be_lent_on(locked: Break) -> None:
    fields = {"earshot": "nobody", "language": "sv"}
    for visit_id in locked.ids:
        answer = locked.tablet.submit(f"/visits/{visit_id}/hand-over", fields)
        assert answer.status_code == 401, "as a stranger hears who has written something"


def test_signing_out_is_no_way_out(locked: Break) -> None:
    assert locked.tablet.submit("/sign-out").location == "/sign-in?next=/"
    assert locked.tablet.get("/my/give-back").status_code == 200


def test_the_childs_own_pages_name_nobody_else(locked: Break) -> None:
    """Neither other children, nor homes and case numbers, nor what the other form says."""
    kids = [kid for kid in locked.people.children if kid is not locked.people.alva]
    words = {word for kid in kids for word in kid.canaries} | locked.people.alva.canaries - {"Alva"}
    words |= {str(each) for each in locked.ids} | {"carer_cope", "Granbarr"}
    for rule in locked.people.app.url_map.iter_rules():
        if locked.needs(rule) is Permission.ANSWER and "GET" in (rule.methods or set()) and not rule.arguments:
            page = locked.tablet.get(rule.rule, follow_redirects=True)
            found = {word for word in words if re.search(rf"\b{word}\b", page.text)}
            assert not found, rule.rule
