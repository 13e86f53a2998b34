"""Deputies and heads: named by a lead or by command, from a day to a day, and what they may while it lasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from followup.domain.errors import InvalidInput, NotFound
from followup.domain.flag_life import Act
from followup.services.flags.flag_page import flag_page
from followup.services.installation import mandates
from followup.store.tables import Mandate
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import TODAY, Person
from tests.support.queries import log_lines

Clients = Callable[[Person], LintingClient]
A_WEEK = TODAY + timedelta(days=6)


def name(
    people: People,
    who: Person,
    *,
    by: Person | None = None,
    team: UUID | None = None,
    first: date = TODAY,
    last: date = A_WEEK,
) -> Mandate:
    with people.unit(by or people.birgitta) as uow:
        return mandates.name_deputy(uow, team or people.team_a, who.id, first, last)


def test_a_lead_names_a_deputy_who_leads_until_the_last_day(people: People, client_for: Clients) -> None:
    sven = client_for(people.sven)
    assert sven.get("/desk/deputies").status_code == 403
    name(people, people.sven)
    assert sven.get("/desk/deputies").status_code == 200
    assert sven.get(f"/children/{people.alva.id}", lint=False).status_code == 200  # not one of his on other days
    assert sven.get(f"/children/{people.samira.id}").status_code == 404, "protected"
    people.clock.forward(days=7)
    assert browser(people, people.sven).get("/desk/deputies").status_code == 403
    (line,) = [line for line in log_lines(people.store) if line.action == "give_mandate"]
    assert (line.actor_id, line.fields["user"]) == (people.birgitta.id, str(people.sven.id))


def test_it_ends_at_once_when_the_lead_says_so(people: People, client_for: Clients) -> None:
    dag = client_for(people.dag)
    assert dag.get("/desk/deputies").status_code == 200
    birgitta = client_for(people.birgitta)
    page = birgitta.get("/desk/deputies").text
    assert people.dag.name in page
    (mandate,) = [each for each in given(people) if each.who.id == people.dag.id]
    assert birgitta.submit(f"/desk/deputies/{mandate.mandate.id}/end").status_code == 302
    assert dag.get("/desk/deputies").status_code == 403
    assert dag.get(f"/children/{people.alva.id}").status_code == 404


def given(people: People) -> list[mandates.Given]:
    with people.as_program() as uow:
        return list(mandates.given_for(uow))


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        (TODAY - timedelta(days=1), A_WEEK, "past"),
        (TODAY, TODAY - timedelta(days=1), "before_first"),
        (TODAY, TODAY + timedelta(days=400), "too_long"),
    ],
)
def test_days_that_cant_be(people: People, first: date, last: date, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        name(people, people.sven, first=first, last=last)
    assert code in {problem.code for problem in refusal.value.problems}


def test_people_who_cant_be(people: People) -> None:
    for who in (people.ada, people.lovisa, people.birgitta):
        with pytest.raises(InvalidInput):
            name(people, who)
    with pytest.raises(InvalidInput) as refusal:
        name(people, people.dag, first=TODAY + timedelta(days=13), last=TODAY + timedelta(days=20))
    assert [problem.code for problem in refusal.value.problems] == ["overlap"]
    name(people, people.dag, first=TODAY + timedelta(days=14), last=TODAY + timedelta(days=20))
    with pytest.raises(InvalidInput):
        name(people, people.gunnel, by=people.hedda, team=people.team_b)  # leads it already


def test_only_ones_own_teams_are_given(people: People) -> None:
    for by in (people.gunnel, people.dag, people.maja):
        with pytest.raises(NotFound):
            name(people, people.idris, by=by)
    name(people, people.idris, by=people.hedda)
    (mine,) = [each for each in given(people) if each.who.id == people.idris.id]
    for by in (people.gunnel, people.dag):
        with pytest.raises(NotFound), people.unit(by) as uow:
            mandates.end(uow, mine.mandate.id)
    with pytest.raises(NotFound), people.unit(people.birgitta) as uow:
        mandates.end(uow, uuid4())


def test_a_head_is_given_and_ended_by_command_only(people: People) -> None:
    (head, _) = [each for each in given(people) if each.who.id == people.hedda.id]
    with pytest.raises(NotFound), people.unit(people.birgitta) as uow:
        mandates.end(uow, head.mandate.id)
    with people.as_program() as uow:
        assert mandates.end_by_name(uow, "hedda", "Team Åsen") == 1
        assert mandates.end_by_name(uow, "hedda", "Team Åsen") == 0
        mandates.give(uow, "Gunnel", "Team Gläntan", "head", TODAY, None, "ada")
        with pytest.raises(InvalidInput):
            mandates.give(uow, "ada", "Team Gläntan", "head", TODAY, None, "ada")
        with pytest.raises(InvalidInput):
            mandates.give(uow, "sven", "Team Gläntan", "deputy", TODAY, None, "ada")
        with pytest.raises(NotFound):
            mandates.give(uow, "sven", "Team Ingenstans", "head", TODAY, None, "ada")
    kinds = {(each.who.user_name, each.team.name): each.mandate.kind for each in given(people)}
    assert kinds == {
        ("dag", "Team Gläntan"): "deputy",
        ("hedda", "Team Gläntan"): "head",
        ("gunnel", "Team Gläntan"): "head",
    }


def test_a_deputy_is_no_lead_of_the_children_that_it_follows_itself(people: People) -> None:
    """What was raised with the lead is closed by a lead: not by the caseworker, deputy elsewhere or not."""
    people.mandate(people.sven, people.team_a)
    kids = people.alva, people.tor
    flags = {kid.name: raise_flag(people, people.sign(kid), kid, "c_safe", "escalate") for kid in kids}
    deputy = replace(people.sven.actor, mandated=True)
    with people.store.unit(deputy, now=people.clock(), reads=True, request_id="test") as uow:
        acts = {child: flag_page(uow, flag).acts for child, flag in flags.items()}
    assert Act.CLOSE in acts[people.alva.name]
    assert Act.CLOSE not in acts[people.tor.name]


def test_the_page_refuses_with_words_and_keeps_what_was_chosen(people: People, client_for: Clients) -> None:
    birgitta = client_for(people.birgitta)
    fields = {
        "team": str(people.team_a),
        "user": str(people.sven.id),
        "first": "2026-01-01",
        "last": A_WEEK.isoformat(),
    }

    def send(**changed: str) -> TestResponse:
        return birgitta.submit("/desk/deputies", **dict[str, Any]({**fields, **changed}))

    refused = send()
    assert refused.status_code == 422
    assert "tidigast i dag" in refused.text
    assert A_WEEK.isoformat() in refused.text
    assert send(first=TODAY.isoformat()).status_code == 302
    assert send(last="").status_code == 422
    assert send(team=str(people.team_b)).status_code == 404


def test_a_head_sees_the_lists_of_all_her_teams(people: People, client_for: Clients) -> None:
    page = client_for(people.hedda).get("/children").text
    assert people.alva.name in page
    assert people.tor.name in page
