"""“Kopiera till verksamhetssystemet”: the signed summary as text on a page."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import log_lines

Clients = Callable[[Person], LintingClient]


def test_a_signed_visit_is_shown_as_text_and_the_log_says_so(people: People, client_for: Clients) -> None:
    visit = people.sign(people.alva)
    maja = client_for(people.maja)
    assert f"/visits/{visit}/text" in maja.get(f"/visits/{visit}/summary").text
    page = maja.get(f"/visits/{visit}/text").text
    assert "BESÖKET\n" in page
    assert f"Barn: {people.alva.name}" in page
    assert page.count("<textarea") > 2
    taken = [line for line in log_lines(people.store) if line.action == "take_text"]
    assert [(line.actor_id, line.fields) for line in taken] == [(people.maja.id, {"visit": str(visit)})]


def test_a_draft_has_no_text_to_take(people: People, client_for: Clients) -> None:
    (visit,) = people.plan(people.alva)
    people.answer(visit, {"b_sleep": 2})
    assert client_for(people.maja).get(f"/visits/{visit}/text").status_code == 404
