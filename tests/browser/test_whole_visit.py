"""A visit from plan to filed PDF with the keyboard alone, for each age form and for a child too small for any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, TimeoutError, expect  # noqa: A004 - its own name
from sqlalchemy.orm import selectinload

from followup.store.tables import Document, Visit
from tests.support.browser_keys import Keyboard
from tests.support.browser_server import LiveServer
from tests.support.people import People
from tests.support.population import PASSWORD, Kid, Person

READY = 30_000
"""Milliseconds that a PDF may take on a busy machine."""


@dataclass(frozen=True)
class Case:
    """A child by its name in the population, who visits, and what it answers: a score for each of the first items."""

    kid: str
    visitor: str
    answers: list[str] = field(default_factory=list)
    left_unasked: int = 0
    one_by_one: bool = False
    java_script: bool = True


CASES = {
    "2, no form": Case("leo", "maja"),
    "4-7": Case("vide", "maja", ["1", "3", "1", "2", "3", "3", "dont_know", "2"], one_by_one=True),
    "8-12": Case("alva", "maja", ["1", "4", "4", "2", "declined", "5", "4", "5", "5", "2"], left_unasked=4),
    "8-12, no scripts": Case("alva", "maja", ["1", "4"], left_unasked=12, java_script=False),
    "13-20": Case("tor", "sven", ["9", "8", "2", "dont_know", "0", "10", *["8"] * 12]),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_from_plan_to_filed_pdf(
    people: People, printing_server: LiveServer, open_browser: Callable[..., BrowserContext], case: Case
) -> None:
    kid: Kid = getattr(people, case.kid)
    person: Person = getattr(people, case.visitor)
    page = open_browser(width=820, java_script_enabled=case.java_script).new_page()
    visit = _VisitByKeyboard(page, kid, case)
    visit.sign_in(person)
    visit.plan()
    visit.prepare()
    visit.answers()
    visit.talk()
    visit.why()
    visit.agreements()
    visit.sign()
    visit.file()
    assert visit.keys.hidden_stops == []

    (stored,) = people.rows(Visit, Visit.child_id == kid.id, load=[selectinload(Visit.documents)])
    assert stored.state == "filed"
    assert len(people.rows(Document, Document.visit_id == stored.id)) == 1


class _VisitByKeyboard:
    """The person's way through the pages, one method for each."""

    def __init__(self, page: Page, kid: Kid, case: Case) -> None:
        self.page = page
        self.kid = kid
        self.case = case
        self.keys = Keyboard(page)

    @property
    def first_name(self) -> str:
        return self.kid.name.split()[0]

    def sign_in(self, person: Person) -> None:
        self.page.goto("/")
        self.keys.write(self.page.get_by_label("Användarnamn"), person.user_name)
        self.keys.write(self.page.get_by_label("Lösenord", exact=True), PASSWORD)
        self.page.keyboard.press("Enter")
        self._arrive("/children")

    def plan(self) -> None:
        self.keys.press(self._link(self.kid.name).first)
        self._arrive(f"/children/{self.kid.id}")
        self.keys.press(self._link("Boka besök"))
        self._arrive("/plan")
        self.keys.write_date(self.page.get_by_label("Dag"), "2026-11-24")
        self.keys.choose(self._value("kind", "planned"))
        self.keys.press(self._button("Boka besöket"))
        self._arrive(f"/children/{self.kid.id}")
        expect(self.page.get_by_text("Besöket är bokat")).to_be_visible()
        self.keys.press(self._link("Förbered besöket"))
        self._arrive("/prepare")

    def prepare(self) -> None:
        self.keys.write(self.page.get_by_label("Vem är med?"), "Karin Ängsull")
        self._saved()
        self._next("/answers")

    def answers(self) -> None:
        if not self.case.answers:
            expect(self.page.get_by_text("Inget formulär är valt")).to_be_visible()
            self._next("/talk")
        elif self.case.one_by_one:
            self._one_by_one()
        else:
            self._all_on_a_page()

    def talk(self) -> None:
        for card in self.page.locator("article[data-part]:visible").all():
            subject = str(card.get_attribute("id")).removeprefix("s-")
            self.keys.write(self._field(f"words-{subject}"), "Det blir tyst när jag kommer.")
            self.keys.write(self._field(f"agreed-{subject}"), "Maja pratar med skolan.")
            self.keys.choose(self._value(f"outcome-{subject}", "talked"))
        self.keys.press(self._button(f"Lägg till något annat som {self.first_name} tog upp"))
        self.keys.write(self.page.locator("#new"), "Hunden Sixten")
        self._saved()
        self._next("/why")

    def why(self) -> None:
        self.keys.write(self._field("child_words"), "För att mamma var sjuk.")
        self.keys.choose(self._value("understanding", "partly"))
        self.keys.choose(self._value("self_blame", "some"))
        self.keys.tick(self.page.locator("input[type=checkbox][name=always_said]"))
        self.keys.write(self._field("told_today"), "Det är de vuxnas ansvar.")
        self.keys.write(self._field("next_step"), "Maja berättar igen i januari.")
        self._saved()
        self._next("/agreements")

    def agreements(self) -> None:
        what = self.page.locator("textarea[name^='what-']").last
        key = str(what.get_attribute("name")).removeprefix("what-")
        self.keys.write(what, "Ta reda på om hunden får följa med.")
        self.keys.pick(self._field(f"owner-{key}"), "caseworker")
        self.keys.write_date(self._field(f"due-{key}"), "2026-12-04")
        for proposal in self.page.locator("input[name^='due-']").all():
            if not proposal.input_value():
                self.keys.write_date(proposal, "2026-12-11")
        self.keys.choose(self._value("private_talk", "partly"))
        self.keys.write(self._field("private_minutes"), "20")
        self.keys.write(self._field("private_reason"), "Ville sitta i köket.")
        self.keys.choose(self._value("home_seen", "yes"))
        self.keys.choose(self._value("room_seen", "no"))
        self.keys.unfold(self.page.locator("#area-health > summary"))
        note = self.page.locator("#area-health textarea")
        self.keys.write(note, "Piggare än i våras.")
        self.keys.choose(self.page.locator("#area-health input[type=radio][value=observation]"))
        self._saved()
        self._next("/sign")

    def sign(self) -> None:
        expect(self.page.get_by_text("Ta reda på om hunden får följa med.")).to_be_visible()
        unasked = self._button("Anteckna att de inte ställdes")
        assert bool(unasked.count()) == (self.case.left_unasked > 0)
        if unasked.count():
            with self.page.expect_navigation():
                self.keys.press(unasked)
            expect(unasked).to_have_count(0)
            self._leave_for_next_time()
        self.keys.choose(self._value("outcome", "changed"))
        self.keys.write(self._field("words"), "Skriv att Sixten är brun.")
        self._saved()
        self.keys.press(self._button("Signera och lås besöket"))
        self._arrive("/summary")
        expect(self.page.get_by_text("Innehållet är låst.")).to_be_visible()

    def file(self) -> None:
        fetch = self.page.get_by_role("link", name="Hämta PDF", exact=True)  # not the list of editions beneath
        again = self.page.locator("noscript a")
        for _ in range(READY // 1000):
            if self.case.java_script or fetch.count():
                break
            self.page.wait_for_timeout(1000)
            with self.page.expect_navigation():
                self.keys.press(again)
        expect(fetch).to_be_visible(timeout=READY)
        summary = self.page.url
        with self.page.expect_response("**/summary.pdf") as shown:
            self.keys.press(fetch)
        assert shown.value.headers["content-type"] == "application/pdf"
        assert self.first_name not in shown.value.headers["content-disposition"]
        assert self.page.context.request.get(shown.value.url).body().startswith(b"%PDF-1.7")
        self.page.wait_for_url("**/summary.pdf", wait_until="commit")
        self.page.goto(summary)  # the browser's own viewer of PDFs has taken the keyboard
        self.keys.write(self.page.get_by_label("Referens i verksamhetssystemet"), "SN 2026-88 handling 4")
        self.keys.press(self._button("Förd till akt"))
        expect(self.page.get_by_text("Förd till akt 24 november 2026 klockan 14.32.")).to_be_visible()
        expect(self.page.get_by_role("region", name="Förd till akt")).to_contain_text("SN 2026-88 handling 4")

    def _all_on_a_page(self) -> None:
        self.keys.tick(self._value("earshot", "nobody"))
        questions = self.page.locator("[data-questions] fieldset.qrow")
        for place, answer in enumerate(self.case.answers):
            item = str(questions.nth(place).get_attribute("id"))
            self.keys.choose(self._value(f"q-{item}", answer))
            if place == 0:
                self.keys.tick(self._value(f"talk-{item}", "1"))
                self.keys.unfold(questions.nth(0).locator("summary", has_text="Egna ord"))
                self.keys.write(self._field(f"words-{item}"), "Ibland får jag inte vara med.")
        if self.case.java_script:
            all_items = questions.count()
            expect(self.page.locator("[data-count]")).to_have_text(f"{len(self.case.answers)} av {all_items} besvarade")
        self._saved()
        self._next("/talk")

    def _one_by_one(self) -> None:
        self.keys.press(self._link("En fråga i taget"))
        self.page.wait_for_url("**/answers?item=practice")
        for group, value in (("practice-p_play", "3"), ("practice-p_toe", "1")):
            self.keys.choose(self._value(group, value))
        self.keys.press(self.page.locator("button[name=go][value=next]"))
        for place, answer in enumerate(self.case.answers, start=1):
            expect(self.page.get_by_text(f"Fråga {place} av {len(self.case.answers)}")).to_be_visible()
            item = str(self.page.locator("fieldset.qrow").get_attribute("id"))
            self.keys.choose(self._value(f"q-{item}", answer))
            self.keys.press(self.page.locator("button[name=go][value=next]"))
        expect(self.page.get_by_role("heading", name="Till sist")).to_be_visible()
        self.keys.press(self.page.locator("button[name=go][value=next]"))
        self._arrive("/talk")

    def _leave_for_next_time(self) -> None:
        """Go back to the conversations if what was not asked has raised some: each needs a word."""
        way_back = self.page.locator("main li a[href*='/talk']", has_text="Gå dit")
        if not way_back.count():
            return
        self.keys.press(way_back)
        self._arrive("/talk")
        for fold in self.page.locator("form details > summary", has_text="samtal till").all():
            self.keys.unfold(fold)
        for card in self.page.locator("article[data-part]:visible").all():
            subject = str(card.get_attribute("id")).removeprefix("s-")
            if not card.locator("input[type=radio]:checked").count():
                self.keys.choose(self._value(f"outcome-{subject}", "later"))
        for ending in ("/why", "/agreements", "/sign"):
            self._next(ending)

    def _next(self, ending: str) -> None:
        self.keys.press(self.page.locator("button[name=go][value=next]"))
        self._arrive(ending)

    def _saved(self) -> None:
        if self.case.java_script:
            expect(self.page.locator("#save-status")).to_contain_text("Sparat 14.32")

    def _arrive(self, ending: str) -> None:
        try:
            self.page.wait_for_url(lambda url: urlsplit(url).path.endswith(ending))
        except TimeoutError:
            pytest.fail(f"never came to {ending}, but: {self.page.locator('main').inner_text()[-1500:]}")
        self.page.locator("h1").wait_for()

    def _link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name)

    def _button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def _field(self, name: str) -> Locator:
        return self.page.locator(f"[name='{name}']:not([type=hidden])")

    def _value(self, name: str, value: str) -> Locator:
        return self.page.locator(f"input[name='{name}'][value='{value}']:not([type=hidden])")
