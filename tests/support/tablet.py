"""A tablet that has been handed over: a browser's page locked to one form, and somebody who answers on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from playwright.sync_api import BrowserContext, Locator, Page, expect
from sqlalchemy.orm import selectinload

from followup.domain.access import Actor, Loan, Role
from followup.store.tables import Response
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Kid

COOKIE = "followup"

OpenBrowser = Callable[..., BrowserContext]


def lend(people: People, visit_id: UUID, kid: Kid, **how: Any) -> LintingClient:
    """Hand a tablet over, as a caseworker does; returns its browser, without a screen."""
    client = browser(people, people.follows(kid))
    answer = client.hand_over(visit_id, **how)
    assert answer.status_code == 302, answer.text
    return client


def tap(client: LintingClient, item: str, value: str, **more: str) -> int:
    """Answer one question of the lent form, as its page's script does; returns the status."""
    fields = {"shown": item, f"q-{item}": value, **more}
    return client.autosave(f"/my/questions?item={item}", fields).status_code


def respondent(people: People, kid: Kid, visit_id: UUID, form: str = "child") -> Actor:
    """Whoever has the tablet, as units of work know them."""
    return replace(people.follows(kid).actor, role=Role.RESPONDENT, loan=Loan(visit_id, kid.id, form))


def take_along(client: LintingClient, context: BrowserContext, address: str) -> None:
    """Give the browser with a screen the session of the one without."""
    cookie = client.get_cookie(COOKIE)
    assert cookie
    context.add_cookies([{"name": COOKIE, "value": cookie.value, "url": address}])


class Tablet:
    """What a child does on a page. `touch`: with a finger instead of a mouse; the context must have been made so."""

    def __init__(self, people: People, visit_id: UUID, page: Page, *, respondent: str = "child") -> None:
        self.people = people
        self.visit_id = visit_id
        self.page = page
        self.respondent = respondent

    @property
    def screen(self) -> Locator:
        """The screen that is shown."""
        return self.page.locator("[data-screen]:not([hidden])")

    @property
    def item(self) -> str:
        """What is asked on it."""
        return str(self.screen.get_attribute("data-screen"))

    def tap(self, target: Locator) -> None:
        """Touch it where a finger would; wait until it can be touched."""
        expect(self.page.locator("[data-screen]:not([hidden]) [data-choices][inert]")).to_have_count(0)
        if self.page.evaluate("navigator.maxTouchPoints"):
            target.tap()
        else:
            target.click()

    def radio(self, value: int | str) -> Locator:
        """One of the answers."""
        return self.screen.locator(f"input[type=radio][value='{value}']")

    def choose(self, value: int | str) -> None:
        """Touch an answer."""
        self.tap(self.screen.locator(f"label:has(input[type=radio][value='{value}'])"))
        expect(self.radio(value)).to_be_checked()

    def forwards(self) -> None:
        """Touch “Nästa” and see that something else is asked."""
        before = self.item
        self.tap(self.page.locator("[data-next]"))
        expect(self.page.locator(f"[data-screen='{before}']:not([hidden])")).to_have_count(0)

    def saved(self) -> None:
        """See that it is saved."""
        expect(self.page.locator("#saved")).to_be_visible()

    def sheet(self) -> Response:
        """What is stored."""
        conditions = Response.visit_id == self.visit_id, Response.respondent == self.respondent
        (found,) = self.people.rows(Response, *conditions, load=[selectinload(Response.answers)])
        return found

    def answers(self) -> dict[str, int | str | None]:
        """What is stored of answers: a score, or the code of why there is none."""
        return {row.item: row.status if row.score is None else row.score for row in self.sheet().answers}


def open_tablet(
    people: People,
    kid: Kid,
    open_browser: OpenBrowser,
    address: str,
    *,
    lang: str = "sv",
    form: str = "child",
    two_step: bool = False,
    visit_id: UUID | None = None,
    **how: Any,
) -> Tablet:
    """Plan a visit, hand its form over, and open it in a browser of its own (`how`: width, scheme, has_touch …)."""
    planned = visit_id or people.plan(kid)[0]
    fields = {"language": lang, "two_step": "1" if two_step else ""}
    client = lend(people, planned, kid, form=form, **fields)
    context = open_browser(**how)
    take_along(client, context, address)
    page = context.new_page()
    page.goto("/my")
    return Tablet(people, planned, page, respondent=form)
