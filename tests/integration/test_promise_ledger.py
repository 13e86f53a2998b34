"""The ledger: everything promised to a child, how it went, and when the child was told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from followup.domain.errors import InvalidInput, NotFound
from followup.services.overview.my_children import overview
from followup.services.overview.promise_ledger import PAGE_SIZE, Ledger, ledger, settle
from followup.store.tables import Action
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Person
from tests.support.queries import counted

Clients = Callable[[Person], LintingClient]


def read(people: People, only: str = "", page: int = 1, *, who: Person | None = None) -> Ledger:
    with people.unit(who or people.maja, reads=True) as uow:
        return ledger(uow, people.alva.id, only, page)


def stored(people: People, action_id: UUID) -> Action:
    return people.rows(Action, Action.id == action_id)[0]


def mark(people: People, action_id: UUID) -> str:
    return next(entry.mark for entry in read(people).entries if entry.action.id == action_id)


def write(people: People, action_id: UUID, seen: str | None = None, **fields: str) -> None:
    seen = mark(people, action_id) if seen is None else seen
    with people.unit(people.maja) as uow:
        settle(uow, action_id, fields, seen)


def test_what_is_late_comes_first_and_each_standing_is_counted(people: People) -> None:
    people.promise(people.alva, "klart", state="done", done_on=TODAY - timedelta(days=3))
    people.promise(people.alva, "snart", due=TODAY)
    people.promise(people.alva, "sent", due=TODAY - timedelta(days=1))
    people.promise(people.alva, "någon gång")
    people.promise(
        people.alva, "nej", state="not_done", done_on=TODAY - timedelta(days=1), told_child_at=people.clock()
    )
    people.promise(people.vide, "syskonets")
    found = read(people)
    assert [entry.action.what for entry in found.entries] == ["sent", "snart", "någon gång", "nej", "klart"]
    assert found.counts == {"overdue": 1, "open": 2, "done": 1, "not_done": 1, "untold": 1}
    assert [entry.action.what for entry in read(people, "overdue").entries] == ["sent"]
    assert [entry.action.what for entry in read(people, "untold").entries] == ["klart"]


def test_it_is_paged_and_a_page_past_the_last_is_the_last(people: People) -> None:
    for number in range(PAGE_SIZE + 1):
        people.promise(people.alva, f"löfte {number}")
    first, last = read(people), read(people, page=9)
    assert (len(first.entries), first.pages, last.page, len(last.entries)) == (PAGE_SIZE, 2, 2, 1)
    assert not {each.action.id for each in first.entries} & {each.action.id for each in last.entries}


def test_how_it_went_is_written_down_between_visits(people: People) -> None:
    promise = people.promise(people.alva, "ringa mamma")
    yesterday = TODAY - timedelta(days=1)
    write(people, promise, state="not_done", outcome="Mamma svarade inte.", told_on=yesterday.isoformat())
    action = stored(people, promise)
    assert (action.state, action.done_on, action.outcome) == ("not_done", TODAY, "Mamma svarade inte.")
    (entry,) = read(people).entries
    assert entry.told_on == yesterday
    write(people, promise, state="open", told_on="")
    action = stored(people, promise)
    assert (action.state, action.done_on, action.told_child_at) == ("open", None, None)


def test_it_lives_on_when_the_visit_is_signed(people: People) -> None:
    (visit,) = people.plan(people.alva, days=-7)
    promise = people.promise(people.alva, "ringa", visit_id=visit)
    people.freeze(visit)
    write(people, promise, state="done", outcome="Ringde.", told_on=TODAY.isoformat())
    (entry,) = read(people).entries
    assert (entry.standing, entry.agreed_on, entry.told_on) == ("done", TODAY - timedelta(days=7), TODAY)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": "kept"}, "unknown_code"),
        ({"told_on": (TODAY + timedelta(days=1)).isoformat()}, "date_out_of_range"),
        ({"done_on": "i går"}, "not_a_date"),
        ({"outcome": "x" * 10_001}, "too_long"),
    ],
)
def test_what_cant_be_kept_is_refused(people: People, fields: dict[str, str], code: str) -> None:
    promise = people.promise(people.alva, "ringa")
    with pytest.raises(InvalidInput) as refusal:
        write(people, promise, **fields)
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert stored(people, promise).state == "open"


def test_nobody_writes_over_what_somebody_else_wrote_meanwhile(people: People) -> None:
    promise = people.promise(people.alva, "ringa")
    seen = mark(people, promise)
    write(people, promise, state="done", outcome="Ringde.")
    with pytest.raises(InvalidInput) as refusal:
        write(people, promise, seen, state="not_done", outcome="Hann inte.")
    assert [problem.code for problem in refusal.value.problems] == ["changed_meanwhile"]
    write(people, promise, seen, state="done", outcome="Ringde.")  # a double click
    assert stored(people, promise).outcome == "Ringde."


def test_somebody_elses_child_has_no_ledger(people: People) -> None:
    promise = people.promise(people.alva, "ringa")
    with pytest.raises(NotFound):
        read(people, who=people.idris)
    with pytest.raises(NotFound), people.unit(people.idris) as uow:
        settle(uow, promise, {"state": "done"}, "")
    with pytest.raises(NotFound):
        read(people, "everything")


def test_the_page_keeps_what_was_written_when_it_is_refused(people: People, client_for: Clients) -> None:
    promise = people.promise(people.alva, "ringa mamma", due=date(2026, 11, 20))
    maja = client_for(people.maja)
    page = f"/children/{people.alva.id}/promises"
    assert "ringa mamma" in maja.get(page).text
    seen = mark(people, promise)
    refused = maja.submit(
        f"/promises/{promise}/outcome", state="done", told_on="2031-01-01", outcome="Gick.", mark=seen
    )
    assert refused.status_code == 422
    assert "Gick." in refused.text
    kept = maja.submit(f"/promises/{promise}/outcome", state="done", told_on="", outcome="Gick.", mark=seen)
    assert kept.status_code == 302
    assert "Inte än. Berätta det vid nästa besök." in maja.get(page).text
    assert client_for(people.birgitta).get(page).status_code == 200


def test_late_promises_of_others_show_for_the_childs_caseworker(people: People) -> None:
    late = TODAY - timedelta(days=1)
    people.promise(people.alva, "ringa", due=late, owner_id=people.idris.id, who=people.idris.name)
    people.promise(people.alva, "skriva", due=TODAY, owner_id=None, who="Karin")
    people.promise(people.alva, "mejla", due=TODAY)
    with people.unit(people.maja, reads=True) as uow:
        shown = {each.action.what: each.mine for each in overview(uow).promises}
    assert shown == {"ringa": False, "mejla": True}
    with people.unit(people.birgitta, reads=True) as uow:
        assert not overview(uow).promises


def test_the_ledger_costs_the_same_for_many_promises(people: People, client_for: Clients) -> None:
    people.promise(people.alva, "ringa")
    page, maja = f"/children/{people.alva.id}/promises", client_for(people.maja)
    with counted(people.store) as few:
        maja.get(page)
    for number in range(30):
        people.promise(people.alva, f"löfte {number}")
    with counted(people.store) as many:
        maja.get(page)
    assert len(many) == len(few) <= 15
