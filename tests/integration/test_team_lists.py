"""Beside the lead's queue: numbers, and the list that each of them opens."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest

from followup.domain.errors import NotFound
from followup.services.overview import team
from followup.services.overview.team import ListPage, TeamPage
from followup.services.overview.team_found import LISTS
from followup.store.tables import PlacementCheck, Visit
from tests.support.crowd import busy_crowd
from tests.support.flags import raise_flag
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import counted

ClientFor = Callable[[Person], LintingClient]


def visited(people: People, kid: Kid, days: int, by: Person | None = None, **facts: str | None) -> UUID:
    """A signed visit; facts: private_talk, understanding, self_blame, next_step."""
    (visit_id,) = people.plan(kid, days=days, by=by)
    check = {name: facts.pop(name) for name in ("understanding", "self_blame", "next_step") if name in facts}
    with people.as_program() as uow:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        for name, value in facts.items():
            setattr(visit, name, value)
        if check:
            uow.add(PlacementCheck(visit_id=visit_id, child_id=kid.id, **check))
    people.freeze(visit_id)
    return visit_id


def listed(people: People, code: str, who: Person | None = None) -> ListPage:
    with people.unit(who or people.birgitta, reads=True) as uow:
        return team.team_list(uow, code)


def numbers(people: People) -> TeamPage:
    with people.unit(people.birgitta, reads=True) as uow:
        return team.team_page(uow)


def names(page: ListPage) -> list[str]:
    return [line.child.name.split()[0] for line in page.lines]


def test_overdue_visits_the_longest_first(people: People) -> None:
    visited(people, people.alva, -120)
    visited(people, people.vide, -100)
    visited(people, people.leo, -10)
    people.plan(people.alva, days=5)
    found = {line.child.name.split()[0]: line.found for line in listed(people, "overdue").lines}
    assert {"Alva", "Vide"} <= found.keys()
    assert "Leo" not in found
    assert found["Alva"].number == 120 - 91
    assert found["Alva"].next_on == TODAY + timedelta(days=5)
    assert found["Vide"].next_on is None


def test_why_since_when_and_what_is_planned(people: People) -> None:
    visited(people, people.alva, -300, understanding="own_words", self_blame="no_sign")
    visited(people, people.alva, -200, understanding="partly", self_blame="no_sign")
    visited(people, people.alva, -100, understanding="own_words", self_blame="clear", next_step="Läsa igen.")
    visited(people, people.vide, -100, understanding="own_words", self_blame="no_sign")
    page = listed(people, "why")
    alva = next(line for line in page.lines if line.child.id == people.alva.id)
    assert (alva.found.number, alva.found.on, alva.words) == (2, TODAY - timedelta(days=200), "Läsa igen.")
    assert alva.responsible
    assert alva.responsible.id == people.maja.id
    assert "Vide" not in names(page)
    assert "Leo" in names(page)  # never talked about


def test_no_private_talk_last_time(people: People) -> None:
    visited(people, people.alva, -200, private_talk="no")
    visited(people, people.alva, -100, private_talk="yes")
    visited(people, people.vide, -100, private_talk="no", private_reason="Karin ville vara med.")
    page = listed(people, "private")
    assert names(page) == ["Vide"]
    assert page.lines[0].words == "Karin ville vara med."


def test_promises_overdue(people: People) -> None:
    people.promise(people.alva, "Ringa skolan", due=TODAY - timedelta(days=3))
    people.promise(people.alva, "Ringa mamma", due=TODAY)
    people.promise(people.vide, "Fråga", due=TODAY - timedelta(days=30), state="done")
    people.promise(people.vide, "Utreda", due=TODAY - timedelta(days=30), kind="action")
    page = listed(people, "promises")
    assert [(line.words, line.found.number) for line in page.lines] == [("Ringa skolan", 3)]


def test_signed_but_not_filed(people: People) -> None:
    visited(people, people.alva, -20)
    filed = visited(people, people.vide, -20)
    with people.as_program() as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == filed)).state = "filed"
    assert names(listed(people, "unfiled")) == ["Alva"]


def test_a_new_caseworker_since_the_last_visit(people: People) -> None:
    visited(people, people.moa, -30, by=people.maja)  # Idris follows Moa from today
    visited(people, people.alva, -30)
    assert names(listed(people, "new")) == ["Moa"]
    visited(people, people.moa, 0, by=people.idris)
    assert names(listed(people, "new")) == []


def test_several_children_with_low_answers_in_one_home(people: People) -> None:
    for kid in (people.alva, people.vide, people.samira):
        raise_flag(people, visited(people, kid, -10), kid, "b_sleep", "talk")
    page = listed(people, "siblings")
    assert [(line.home, {line.child.id, *(each.id for each in line.others)}) for line in page.lines] == [
        (people.angsull.name, {people.alva.id, people.vide.id})
    ]
    visited(people, people.vide, -5)
    assert listed(people, "siblings").lines == []


def test_the_numbers_are_those_of_the_lists(people: People) -> None:
    visited(people, people.alva, -200, private_talk="no", understanding="partly")
    people.promise(people.alva, "Ringa", due=date(2026, 11, 1))
    page = numbers(people)
    assert page.numbers == {code: listed(people, code).total for code in LISTS}
    assert page.children == len(people.reached_by(people.birgitta))
    loads = {load.name: load.children for load in page.loads}
    assert loads == {people.maja.name: 3, people.idris.name: 2}


def test_each_list_is_a_page(people: People, client_for: ClientFor) -> None:
    visited(people, people.alva, -200, private_talk="no", understanding="partly")
    visited(people, people.moa, -30, by=people.maja)
    people.promise(people.alva, "Ringa", due=date(2026, 11, 1))
    lead = client_for(people.birgitta)
    links = re.findall(r'class="panel figure" href="([^"]+)"', lead.get("/desk/team").text)
    assert len(links) == len(LISTS)
    for link in links:
        with counted(people.store) as statements:
            assert lead.get(link).status_code == 200
        assert len(statements) <= 15, (link, statements)
    assert lead.get("/desk/list?of=nothing").status_code == 404
    assert people.alva.name in lead.get("/desk/list?of=promises").text
    assert people.alva.name not in client_for(people.gunnel).get("/desk/list?of=promises").text


def test_each_number_of_the_caseload_opens_its_list(people: People, client_for: ClientFor) -> None:
    visited(people, people.alva, -200)
    visited(people, people.elliot, -20)
    lead = client_for(people.birgitta)
    page = lead.get("/desk/team").text
    links = re.findall(r'href="(/desk/list\?of=(\w+)&amp;caseworker=([0-9a-f-]+))">(\d+)<', page)
    assert {code for _url, code, _who, _number in links} >= {"children", "overdue", "unfiled"}
    for url, code, who, number in links:
        with people.unit(people.birgitta, reads=True) as uow:
            found = team.team_list(uow, code, caseworker=UUID(who))
        assert found.total == int(number), (code, number)
        assert {line.responsible.id for line in found.lines if line.responsible} == {UUID(who)}
        assert "är ansvarig för" in lead.get(url.replace("&amp;", "&")).text
    assert lead.get(f"/desk/list?of=children&caseworker={people.gunnel.id}").status_code == 404
    assert lead.get("/desk/list?of=children&caseworker=x").status_code == 200


def test_a_promise_that_is_late_leads_to_the_childs_ledger(people: People, client_for: ClientFor) -> None:
    people.promise(people.alva, "Ringa skolan", due=TODAY - timedelta(days=3))
    page = client_for(people.birgitta).get("/desk/list?of=promises").text
    assert f'href="/children/{people.alva.id}/promises?only=overdue#a-' in page


def test_a_list_that_is_none(people: People) -> None:
    with pytest.raises(NotFound):
        listed(people, "everything")


def test_as_many_statements_for_few_as_for_many(people: People, client_for: ClientFor) -> None:
    lead = client_for(people.birgitta)
    busy_crowd(people, 5)
    with counted(people.store) as few:
        lead.get("/desk/team")
    busy_crowd(people, 100)
    with counted(people.store) as many:
        lead.get("/desk/team")
    assert len(many) == len(few) <= 15, many
