"""A form that was stopped midway: not called done, and said where it is talked about."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from followup.questionnaires import load_all
from tests.support.handing_in import hand_in, save
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

ITEMS = [item.id for item in load_all().forms["barn-8-12"].items]

Browsers = Callable[[Person], LintingClient]


@pytest.fixture
def visit(people: People) -> UUID:
    (planned,) = people.plan(people.alva)
    return planned


def given(*items: str, value: str = "4") -> dict[str, str]:
    return {"shown": " ".join(items), **{f"q-{item}": value for item in items}}


def ticked(page: str) -> bool:
    """Whether the child's form is ticked off in the row of steps."""
    (step,) = re.findall(r"<li( data-done)?><a href=[^>]*/answers\"[^>]*>", page)
    return bool(step)


def test_a_form_stopped_midway_is_begun_and_not_done(people: People, client_for: Browsers, visit: UUID) -> None:
    maja = client_for(people.maja)
    talk, why = f"/visits/{visit}/talk", f"/visits/{visit}/why"
    assert not ticked(maja.get(talk).text)
    save(people, visit, given(*ITEMS[:3]))
    page = maja.get(talk).text
    assert not ticked(page)
    assert "(påbörjat)" in page
    assert "Elva frågor i formuläret är inte besvarade." in page
    assert "i formuläret är inte" not in maja.get(why).text
    save(people, visit, given(*ITEMS[3:-1], value="declined"))
    assert "En fråga i formuläret är inte besvarad." in maja.get(talk).text
    save(people, visit, given(ITEMS[-1], value="not_asked"))
    page = maja.get(talk).text
    assert ticked(page)
    assert "i formuläret är inte" not in page


def test_a_visit_that_was_only_leafed_through_has_not_begun(people: People, client_for: Browsers, visit: UUID) -> None:
    maja, row = client_for(people.maja), uuid4()
    shown = {
        "answers": {"shown": " ".join(ITEMS), "mode": "together", "language": "sv"},
        "talk": {},
        "why": {"understanding": "", "always_said": "", "next_step": ""},
        "agreements": {f"what-{row}": "", f"kind-{row}": "promise", f"owner-{row}": "caseworker", "private_reason": ""},
        "sign": {"words": ""},
    }
    for step, fields in shown.items():
        assert maja.submit(f"/visits/{visit}/{step}", {"revision": 0, "go": "next", **fields}).status_code == 302
    assert "<li data-done>" not in maja.get(f"/visits/{visit}/prepare").text
    assert people.visit(visit).state == "planned"


def test_what_was_handed_in_with_questions_passed_over_is_not_done_either(
    people: People, client_for: Browsers, visit: UUID
) -> None:
    save(people, visit, given(*ITEMS[:3]) | {"mode": "alone"})
    hand_in(people, visit)
    assert not ticked(client_for(people.maja).get(f"/visits/{visit}/talk").text)


def test_it_costs_one_statement_and_opens_no_answer(people: People, client_for: Browsers, visit: UUID) -> None:
    maja = client_for(people.maja)
    save(people, visit, given(*ITEMS[:3]) | {f"words-{ITEMS[0]}": "Ibland."})
    with counted(people.store) as sent:
        maja.get(f"/visits/{visit}/why")
    (statement,) = (sql for sql in sent.sql if "FROM response" in sql)
    assert "words" not in statement
