"""Whom an actor sees: by role, assignment, team and grant, on the day in question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from followup.domain.access import NOBODY
from followup.domain.errors import NotFound
from followup.store.tables import Action, Child, Explanation, FosterHome, HomeVisit, Placement, Visit
from tests.support.people import People
from tests.support.population import TODAY, Kid, Person
from tests.support.queries import log_lines


def seen(people: People, person: Person) -> set[str]:
    """The names of the children whom the person reaches now."""
    with people.unit(person, reads=True) as uow:
        return {child.name for child in uow.all(uow.reachable(Child))}


def names(*kids: Kid) -> set[str]:
    return {kid.name for kid in kids}


def test_an_assignment_counts_from_its_first_day_to_the_day_before_its_end(people: People) -> None:
    assert people.moa.name not in seen(people, people.maja), "it ended today"
    assert people.moa.name in seen(people, people.idris), "it began today"
    people.clock.forward(days=-1)
    assert people.moa.name in seen(people, people.maja)
    assert people.moa.name not in seen(people, people.idris)
    people.clock.forward(days=2)
    assert people.vide.name in seen(people, people.idris), "tomorrow's assignment, tomorrow"


def test_the_day_is_the_organisations(people: People) -> None:
    people.end_assignment(people.maja, people.alva, TODAY + timedelta(days=1))
    people.clock.forward(hours=9, minutes=27)  # 23.59 in Sweden
    assert people.alva.name in seen(people, people.maja)
    people.clock.forward(minutes=2)  # past midnight in Sweden, an hour before it in UTC
    assert people.alva.name not in seen(people, people.maja)


def test_a_protected_child_is_seen_by_grant_only(people: People) -> None:
    everybody = [person for person in people.staff if person is not people.maja]
    assert people.samira.name in seen(people, people.maja)
    for person in everybody:
        assert not names(people.samira, people.nour) & seen(people, person), person.user_name
    assert people.nour.name not in seen(people, people.idris), "an assignment is not enough"
    people.grant(people.idris, people.nour)
    assert people.nour.name in seen(people, people.idris)


def test_a_grant_ends(people: People) -> None:
    people.grant(people.sven, people.samira, TODAY - timedelta(days=3), TODAY)
    assert people.samira.name not in seen(people, people.sven)
    people.grant(people.sven, people.elliot, TODAY, TODAY + timedelta(days=1))
    assert people.elliot.name in seen(people, people.sven)
    people.clock.forward(days=1)
    assert people.elliot.name not in seen(people, people.sven)


def test_a_grant_gives_nothing_to_a_role_that_reads_no_cases(people: People) -> None:
    for person in (people.ada, people.lovisa, people.stig):
        people.grant(person, people.alva)
        assert not seen(people, person)


def test_an_admin_in_a_team_still_sees_nobody(people: People) -> None:
    people.change(people.ada, team_id=people.team_a)
    assert not seen(people, people.ada)


def test_nobody_sees_nobody(people: People) -> None:
    with people.store.unit(NOBODY, now=people.clock(), reads=True) as uow:
        assert not uow.all(uow.reachable(Child))


def test_a_lead_follows_the_team_not_the_assignment(people: People) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.tor.id)).team_id = people.team_a
    assert people.tor.name in seen(people, people.birgitta)
    assert people.tor.name not in seen(people, people.gunnel)


def test_what_hangs_on_a_child_is_reached_with_it(people: People) -> None:
    (alvas,) = people.plan(people.alva, days=-1)
    (tors,) = people.plan(people.tor, days=-1)
    people.promise(people.alva, "ringa mormor", visit_id=alvas)
    people.promise(people.tor, "laga cykeln", visit_id=tors)
    with people.unit(people.maja, reads=True) as uow:
        assert [visit.id for visit in uow.all(uow.reachable(Visit))] == [alvas]
        assert [action.what for action in uow.all(uow.reachable(Action))] == ["ringa mormor"]
        assert len(uow.all(uow.reachable(HomeVisit))) == 1
        assert {explanation.child_id for explanation in uow.all(uow.reachable(Explanation))} == {people.alva.id}
        homes = {home.name for home in uow.all(uow.reachable(FosterHome))}
        assert homes == {people.angsull.name, people.havtorn.name, people.hemlig.name}
        with pytest.raises(NotFound):
            uow.one(uow.reachable(Visit).where(Visit.id == tors))


def test_a_lead_reaches_what_hangs_on_the_teams_children(people: People) -> None:
    visits = people.plan(people.alva, people.vide, days=-1)
    (samiras,) = people.plan(people.samira, days=-1)
    people.plan(people.tor, days=-1)
    with people.unit(people.birgitta, reads=True) as uow:
        assert {visit.id for visit in uow.all(uow.reachable(Visit))} == set(visits)
        homes = {home.name for home in uow.all(uow.reachable(FosterHome))}
        assert people.hemlig.name not in homes, "the home of a protected child tells where it is"
        placed = {placement.child_id for placement in uow.all(uow.reachable(Placement))}
        assert placed == {kid.id for kid in people.reached_by(people.birgitta)}
    assert samiras not in visits


def why(people: People, person: Person, *kids: Kid) -> dict[str, str]:
    """The reasons that the log gives for the person's look at some children."""
    with people.unit(person, reads=True) as uow:
        uow.all(uow.reachable(Child).where(Child.id.in_([kid.id for kid in kids])))
    line = log_lines(people.store)[-1]
    return {kid.name: dict(line.children)[kid.id] for kid in kids}


def test_a_mandate_counts_from_its_first_day_to_the_day_before_its_end(people: People) -> None:
    team_a = names(*people.reached_by(people.birgitta))
    assert seen(people, people.dag) == team_a
    people.clock.forward(days=13)
    assert seen(people, people.dag) == team_a
    people.clock.forward(hours=9, minutes=27)  # 23.59 in Sweden
    assert seen(people, people.dag) == team_a
    people.clock.forward(minutes=2)
    assert not seen(people, people.dag)


def test_a_mandate_to_come_opens_nothing_yet(people: People) -> None:
    people.clock.forward(days=-1)
    assert not seen(people, people.dag)


def test_the_log_says_why_a_team_was_open(people: People) -> None:
    assert why(people, people.dag, people.alva) == {people.alva.name: "deputy"}
    assert why(people, people.hedda, people.alva, people.tor) == {people.alva.name: "head", people.tor.name: "head"}
    people.mandate(people.gunnel, people.team_a)
    reasons = why(people, people.gunnel, people.alva, people.tor)
    assert reasons == {people.alva.name: "deputy", people.tor.name: "team"}


def test_a_mandate_opens_no_protected_child(people: People) -> None:
    for person in (people.dag, people.hedda):
        assert not names(people.samira, people.nour) & seen(people, person)
    people.grant(people.hedda, people.nour)
    assert people.nour.name in seen(people, people.hedda)


def test_a_mandate_gives_an_admin_nothing(people: People) -> None:
    people.mandate(people.ada, people.team_a)
    assert not seen(people, people.ada)


def test_a_child_that_a_leads_team_does_not_open_is_outside(people: People) -> None:
    """What is only noted, such as that she saw who broke the glass, opens nothing."""
    for kid, reason in ((people.nour, "outside"), (people.tor, "outside"), (people.alva, "team")):
        with people.unit(people.birgitta) as uow:
            uow.note("see_glass", child_id=kid.id)
        assert dict(log_lines(people.store)[-1].children) == {kid.id: reason}
