"""The pages of a day with ten children in the database and with a thousand: statements, and time as a ratio."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from tests.support.crowd import busy_crowd
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import counted

ROUNDS = 7
MOST_STATEMENTS = 15
FEW, MANY = 6, 990


def measure(people: People, client: LintingClient, path: str) -> tuple[int, float]:
    """The statements that a page sends, and its median time in milliseconds."""
    with counted(people.store) as statements:
        assert client.get(path, lint=False).status_code == 200
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        client.get(path, lint=False)
        times.append((time.perf_counter() - start) * 1000)
    return len(statements), statistics.median(times)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_a_thousand_children_cost_no_more_statements_than_ten(
    people: People, client_for: Callable[[Person], LintingClient]
) -> None:
    client = client_for(people.maja)
    (visit_id,) = people.plan(people.alva)
    pages = {
        "Mina barn": "/children",
        "child page": f"/children/{people.alva.id}",
        "form page": f"/visits/{visit_id}/answers",
    }
    busy_crowd(people, FEW)
    few = {name: measure(people, client, path) for name, path in pages.items()}
    busy_crowd(people, MANY, whose=people.idris)
    many = {name: measure(people, client, path) for name, path in pages.items()}
    for name in pages:
        (statements, before), (after_statements, after) = few[name], many[name]
        ratio = after / before
        print(f"\n{name}: {statements} statements; with 1,000 children {after_statements}, time x {ratio:.2f}")
        assert after_statements == statements <= MOST_STATEMENTS
