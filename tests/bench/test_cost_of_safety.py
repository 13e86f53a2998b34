"""What safety costs: pages as they are, against the same pages without gate, headers, guard and access log.

Nothing in the program switches these off; it is done here, from outside, by taking its functions away. Reach and sealed
columns stay: without them the pages would not be the same.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from followup.store import audit, guard
from tests.support.crowd import busy_crowd
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person

ROUNDS = 25
MOST = 1.25

GUARD = ("_refuse_unscoped", "_refuse_strays", "_note_read", "_note_writes")
GATE = ("_pin_host", "_refuse_other_sites", "_refuse_swarms", "_keep_pace")
AFTER = ("_headers", "_tell")


def _nothing(*_arguments: Any, **_more: Any) -> None:
    return None


@contextmanager
def unsafe(app: Flask) -> Iterator[None]:
    """The program of a bench: nobody is kept out of anything by the gate or the guard, and nothing is logged."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GUARD:  # SQLAlchemy holds these very functions, so they are emptied where they are
            patch.setattr(getattr(guard, name), "__code__", _nothing.__code__)
        patch.setattr(audit, "entries_of", lambda *_: [])
        patch.setattr(audit, "write_entries", _nothing)
        before, after = app.before_request_funcs[None], app.after_request_funcs[None]
        assert {each.__name__ for each in (*before, *after)} >= {*GATE, *AFTER}, "these are what is measured"
        patch.setitem(app.before_request_funcs, None, [each for each in before if each.__name__ not in GATE])
        patch.setitem(app.after_request_funcs, None, [each for each in after if each.__name__ not in AFTER])
        yield


def taken(ask: Callable[[], Any]) -> float:
    """The time that asking takes, in milliseconds."""
    start = time.perf_counter()
    ask()
    return (time.perf_counter() - start) * 1000


@pytest.mark.parametrize("settings", ["sqlite", "postgresql"], indirect=True)
def test_safety_costs_a_page_a_quarter_at_most(people: People, client_for: Callable[[Person], LintingClient]) -> None:
    client = client_for(people.maja)
    (visit_id,) = people.plan(people.alva)
    busy_crowd(people, 6)
    client.csrf()
    revision = [0]

    def get(path: str) -> Callable[[], Any]:
        def ask() -> None:
            assert client.get(path, lint=False).status_code == 200

        return ask

    def save() -> None:
        fields = {"revision": str(revision[0]), "shown": "b_friends", "q-b_friends": str(1 + revision[0] % 5)}
        data, script = {"csrf_token": client.csrf(), **fields}, {"Accept": "application/json"}
        answer = client.post(f"/visits/{visit_id}/answers", data=data, headers=script, lint=False)
        assert answer.status_code == 200, answer.text
        revision[0] = (answer.json or {})["revision"]

    pages: dict[str, Callable[[], Any]] = {
        "Mina barn": get("/children"),
        "child page": get(f"/children/{people.alva.id}"),
        "form page": get(f"/visits/{visit_id}/answers"),
        "one answer saved": save,
    }
    ratios = {}
    for name, ask in pages.items():
        safe, bare = [], []
        for _warm_up in range(3):
            ask()
        for _round in range(ROUNDS):  # in turns, so that whatever else the machine does meets both alike
            safe.append(taken(ask))
            with unsafe(people.app):
                bare.append(taken(ask))
        ratios[name] = statistics.median(safe) / statistics.median(bare)
        print(
            f"\n{name}: {statistics.median(safe):.1f} ms, bare {statistics.median(bare):.1f} ms, x {ratios[name]:.2f}",
            end="",
        )
    print()
    assert {name: ratio for name, ratio in ratios.items() if ratio > MOST} == {}
