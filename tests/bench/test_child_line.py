"""A child's pages with two years of quarterly visits and with ten: statements, and time as a ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from followup.questionnaires import load_all
from followup.store.tables import PlacementCheck
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import counted

ROUNDS = 15
MOST_STATEMENTS = 15
MOST_RATIO = 1.5


def years(people: People, kid: Kid, quarters: int, *, since: int = 0) -> None:
    """Add a filed visit for each quarter, the newest of them `since` quarters ago."""
    items = [item.id for item in load_all().forms["ung-13-20"].items]
    for quarter in range(since, since + quarters):
        (visit_id,) = people.plan(kid, days=-91 * (quarter + 1), form="ung-13-20")
        scores: dict[str, int | str] = {item: (quarter + place) % 9 + 1 for place, item in enumerate(items)}
        scores[items[quarter % len(items)]] = "declined"
        people.answer(visit_id, scores, words=dict.fromkeys(items[:4], "Det är som det är."))
        done = people.clock().date() - timedelta(days=91 * quarter + 30)
        people.promise(kid, "Ringa mormor", visit_id=visit_id, state="done", done_on=done)
        with people.as_program() as uow:
            check = {"understanding": "partly", "self_blame": "some", "child_words": "Mamma var trött."}
            uow.add(PlacementCheck(visit_id=visit_id, child_id=kid.id, told_today="Att mamma var sjuk.", **check))
        people.freeze(visit_id, state="filed")


def measure(people: People, client: LintingClient, path: str) -> tuple[int, float]:
    """The statements that a page sends, and its median time of the processor in milliseconds."""
    with counted(people.store) as statements:
        assert client.get(path, lint=False).status_code == 200
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()  # what others do on the machine is not the page's
        client.get(path, lint=False)
        times.append((time.process_time() - start) * 1000)
    return len(statements), statistics.median(times)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_ten_years_cost_little_more_than_two(people: People, client_for: Callable[[Person], LintingClient]) -> None:
    kid, client = people.elliot, client_for(people.idris)
    pages = {"child page": "", "whole line": "/line", "side by side": "/voices", "story": "/story"}
    years(people, kid, 8)
    two = {name: measure(people, client, f"/children/{kid.id}{path}") for name, path in pages.items()}
    years(people, kid, 32, since=8)
    for name, path in pages.items():
        statements, before = two[name]
        after_statements, after = measure(people, client, f"/children/{kid.id}{path}")
        ratio = after / before
        print(f"\n{name}: {statements} statements, {before:.0f} ms; ten years {after_statements}, time x {ratio:.2f}")
        assert after_statements == statements <= MOST_STATEMENTS
        if name == "child page":
            assert ratio <= MOST_RATIO
