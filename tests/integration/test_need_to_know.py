"""Grants, assignments and bars: who decides, from when, and what follows at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from followup.domain.errors import InvalidInput, NotAllowed, NotFound
from followup.services.need_to_know import barring, deciding
from followup.services.overview.handing_over_child import change_caseworker
from followup.services.record.export_by_command import _may_export
from followup.store.tables import AccessGrant, Assignment, Barring, Child, User
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import log_lines, raw

Clients = Callable[[Person], LintingClient]


def give(people: People, by: Person, to: Person, kid: Kid, **more: Any) -> AccessGrant:
    fields = {"user": str(to.id), "first": TODAY.isoformat(), "why": "Hon tar över ärendet.", **more}
    with people.unit(by) as uow:
        return deciding.give(uow, kid.id, fields)


def bar(people: People, by: Person, who: Person, kid: Kid, **more: Any) -> Barring:
    with people.unit(by) as uow:
        return barring.bar(uow, kid.id, {"barred": str(who.id), "kind": "relative", **more})


def reached(people: People, person: Person, kid: Kid) -> bool:
    with people.unit(person, reads=True) as uow:
        return uow.first(uow.reachable(Child).where(Child.id == kid.id)) is not None


def codes(refusal: pytest.ExceptionInfo[InvalidInput]) -> set[str]:
    return {problem.code for problem in refusal.value.problems}


def test_a_lead_opens_a_child_of_her_team_from_a_day_to_a_day(people: People) -> None:
    grant = give(people, people.birgitta, people.sven, people.alva, last=(TODAY + timedelta(days=2)).isoformat())
    assert reached(people, people.sven, people.alva)
    people.clock.forward(days=2)
    assert reached(people, people.sven, people.alva)
    people.clock.forward(days=1)
    assert not reached(people, people.sven, people.alva)
    (line,) = [line for line in log_lines(people.store) if line.action == "give_access"]
    assert line.fields == {"user": str(people.sven.id), "grant": str(grant.id), "protected": False}
    assert line.children == {people.alva.id: "team"}


@pytest.mark.parametrize("by", ["maja", "gunnel", "ada", "lovisa"])
def test_nobody_else_decides(people: People, by: str) -> None:
    with pytest.raises(NotFound):
        give(people, getattr(people, by), people.sven, people.alva)


def test_a_protected_child_is_opened_by_its_head_who_does_not_see_it_or_a_lead_who_does(people: People) -> None:
    for by in (people.birgitta, people.dag, people.maja):
        with pytest.raises(NotFound):
            give(people, by, people.sven, people.nour)
    give(people, people.hedda, people.birgitta, people.nour)
    assert not reached(people, people.hedda, people.nour)
    give(people, people.birgitta, people.idris, people.nour)
    assert reached(people, people.idris, people.nour)


def test_nobody_opens_a_child_to_herself(people: People) -> None:
    with pytest.raises(InvalidInput) as refusal:
        give(people, people.hedda, people.hedda, people.nour)
    assert codes(refusal) == {"oneself"}


def test_a_grant_needs_a_reason_a_person_and_days_that_can_be(people: People) -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    for more, code in (
        ({"why": " "}, "missing"),
        ({"user": ""}, "unknown_user"),
        ({"user": str(people.ada.id)}, "unknown_user"),
        ({"first": yesterday}, "date_out_of_range"),
        ({"first": (TODAY + timedelta(days=3)).isoformat(), "last": TODAY.isoformat()}, "before_first"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            give(people, people.birgitta, people.sven, people.alva, **more)
        assert code in codes(refusal)
    give(people, people.birgitta, people.sven, people.alva)
    with pytest.raises(InvalidInput) as refusal:
        give(people, people.birgitta, people.sven, people.alva)
    assert codes(refusal) == {"overlap"}


def test_a_grant_ends_at_once_and_its_decision_stays(people: People) -> None:
    grant = give(people, people.birgitta, people.sven, people.alva)
    with pytest.raises(NotFound), people.unit(people.gunnel) as uow:
        deciding.end_grant(uow, grant.id)
    with people.unit(people.birgitta) as uow:
        deciding.end_grant(uow, grant.id)
    assert not reached(people, people.sven, people.alva)
    (row,) = people.rows(AccessGrant, AccessGrant.id == grant.id)
    assert (row.given_by, row.ended_by, row.reason) == (people.birgitta.id, people.birgitta.id, "Hon tar över ärendet.")
    for change in ("DELETE FROM access_grant", "UPDATE access_grant SET given_by = NULL"):
        with pytest.raises(DatabaseError):
            raw(people.store.engine, change)


def test_an_assignment_beside_the_responsible_one(people: People) -> None:
    fields = {"worker": str(people.sven.id), "from": TODAY.isoformat()}
    with people.unit(people.birgitta) as uow:
        row = deciding.assign(uow, people.alva.id, fields)
    assert reached(people, people.sven, people.alva)
    with pytest.raises(InvalidInput) as refusal, people.unit(people.birgitta) as uow:
        deciding.assign(uow, people.alva.id, fields)
    assert codes(refusal) == {"overlap"}
    with people.unit(people.birgitta) as uow:
        deciding.end_assignment(uow, row.id)
    assert not reached(people, people.sven, people.alva)
    (responsible,) = people.rows(Assignment, Assignment.child_id == people.alva.id, Assignment.role == "responsible")
    with pytest.raises(NotAllowed), people.unit(people.birgitta) as uow:
        deciding.end_assignment(uow, responsible.id)


def test_a_protected_child_is_not_opened_by_an_assignment(people: People) -> None:
    fields = {"worker": str(people.sven.id), "from": TODAY.isoformat()}
    with pytest.raises(InvalidInput) as refusal, people.unit(people.hedda) as uow:
        deciding.assign(uow, people.nour.id, fields)
    assert codes(refusal) == {"protected"}


@pytest.mark.parametrize("way", ["assigned", "team", "deputy", "head", "grant", "break_glass"])
def test_a_bar_wins_over_every_way_in(people: People, way: str) -> None:
    ways = {"assigned": people.maja, "team": people.birgitta, "deputy": people.dag, "head": people.hedda}
    who, kid = ways.get(way, people.sven), people.alva
    if way == "grant":
        people.grant(who, kid)
    if way == "break_glass":
        people.break_glass(who, kid)
    (visit,) = people.plan(kid)
    assert reached(people, who, kid)
    bar(people, people.hedda if who is people.birgitta else people.birgitta, who, kid)
    client = browser(people, who)
    for path in (f"/children/{kid.id}", f"/visits/{visit}/prepare", f"/children/{kid.id}/access"):
        assert client.get(path, forbidden={"Alva", "Granbarr", kid.case_number}).status_code in {403, 404}, path
    for path in ("/children", "/documents", "/deadlines"):
        assert client.get(path, forbidden={"Alva", "Granbarr", kid.case_number}).status_code == 200, path


def test_a_bar_does_not_close_other_children(people: People) -> None:
    bar(people, people.birgitta, people.maja, people.alva)
    assert reached(people, people.maja, people.vide)
    assert reached(people, people.birgitta, people.alva)


def test_whoever_bars_herself_can_not_lift_it(people: People) -> None:
    row = bar(people, people.birgitta, people.birgitta, people.alva)
    assert not reached(people, people.birgitta, people.alva)
    with pytest.raises(NotFound), people.unit(people.birgitta) as uow:
        barring.lift(uow, row.id)
    with people.unit(people.dag) as uow:
        barring.lift(uow, row.id)
    assert reached(people, people.birgitta, people.alva)
    (stored,) = people.rows(Barring, Barring.id == row.id)
    assert (stored.decided_by, stored.lifted_by) == (people.birgitta.id, people.dag.id)


def test_a_bar_needs_a_kind_and_words_where_the_kind_says_nothing(people: People) -> None:
    for more, code in (({"kind": ""}, "missing"), ({"kind": "other"}, "missing"), ({"kind": "x"}, "unknown_code")):
        with pytest.raises(InvalidInput) as refusal:
            bar(people, people.birgitta, people.maja, people.alva, **more)
        assert code in codes(refusal)


def test_nobody_is_let_in_who_is_barred(people: People) -> None:
    bar(people, people.birgitta, people.idris, people.alva)
    with pytest.raises(InvalidInput) as refusal:
        give(people, people.birgitta, people.idris, people.alva)
    assert codes(refusal) == {"barred"}
    with pytest.raises(InvalidInput) as refusal, people.unit(people.birgitta) as uow:
        change_caseworker(uow, people.alva.id, {"to": str(people.idris.id), "on": TODAY.isoformat()})
    assert "barred" in codes(refusal)


def test_a_barred_lead_exports_nothing_by_command_either(people: People) -> None:
    with people.as_program() as uow:
        child = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        lead = uow.one(_user(people.birgitta.id))
        assert _may_export(uow, lead, child)
    bar(people, people.dag, people.birgitta, people.alva)
    with people.as_program() as uow:
        assert not _may_export(uow, uow.one(_user(people.birgitta.id)), child)


def _user(user_id: UUID) -> Any:
    return select(User).where(User.id == user_id)


def test_a_tablet_on_loan_is_shut_when_its_user_is_barred(people: People) -> None:
    tablet = browser(people, people.maja)
    tablet.hand_over(people.plan(people.alva)[0])
    assert tablet.get("/my/give-back").status_code == 200
    bar(people, people.birgitta, people.maja, people.alva)
    assert tablet.get("/my/give-back").location.startswith("/sign-in")


def test_the_page_says_who_may_and_lets_a_lead_decide(people: People, client_for: Clients) -> None:
    lead, path = client_for(people.birgitta), f"/children/{people.alva.id}/access"
    assert f'href="{path}"' in lead.get(f"/children/{people.alva.id}").text
    assert people.maja.name in lead.get(path).text
    refused = lead.submit(f"{path}/give", {"user": str(people.sven.id), "first": TODAY.isoformat()})
    assert refused.status_code == 422
    assert "Skriv varför" in refused.text
    fields = {"user": str(people.sven.id), "first": TODAY.isoformat(), "why": "Ersätter Maja i veckan."}
    assert lead.submit(f"{path}/give", fields).location == path
    page = lead.get(path).text
    assert "Ersätter Maja i veckan." in page
    assert f"Beslutat av {people.birgitta.name}" in page
    bars = {"barred": str(people.maja.id), "kind": "neighbour"}
    assert lead.submit(f"{path}/bar", bars).location == path
    page = lead.get(path).text
    assert "är ansvarig för barnet men spärrad" in page
    assert lead.submit(f"{path}/bar", {"barred": str(people.birgitta.id), "kind": "relative"}).location == "/access"


def test_the_head_sees_the_case_number_and_nothing_more(people: People, client_for: Clients) -> None:
    head = client_for(people.hedda)  # her browser looks for Nour's name on every page
    head.canaries = {"hedda": head.canaries["hedda"] - {people.nour.case_number, people.samira.case_number}}
    page = head.get("/access").text
    assert people.nour.case_number in page
    assert "Ingen når barnet" in page
    path = f"/children/{people.nour.id}/access"
    assert head.get(path).status_code == 200
    fields = {"user": str(people.birgitta.id), "first": TODAY.isoformat(), "why": "Leder teamet."}
    assert head.submit(f"{path}/give", fields).location == path
    assert head.get(f"/children/{people.nour.id}").status_code == 404


def test_whoever_is_shut_out_opens_no_protected_child_for_anybody(people: People, client_for: Clients) -> None:
    head = client_for(people.hedda)
    head.canaries = {"hedda": head.canaries["hedda"] - {people.nour.case_number, people.samira.case_number}}
    people.grant(people.birgitta, people.nour)
    before = head.get("/access").text.count("Ingen når barnet")
    people.change(people.birgitta, active=False)
    assert head.get("/access").text.count("Ingen når barnet") == before + 1
