"""Looking up the child of each row lets in the same rows as listing all children first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from followup.domain.access import NOBODY, SYSTEM, Actor
from followup.store.tables import Assignment, Flag, OfChild, Placement, Visit
from tests.support.flags import raise_flag
from tests.support.people import People
from tests.support.population import Person


def actors(people: People) -> list[Actor]:
    staff = [each for each in vars(people).values() if isinstance(each, Person)]
    led_besides = (people.dag, people.hedda)
    return [SYSTEM, NOBODY, *(replace(each.actor, mandated=each in led_besides) for each in staff)]


@pytest.mark.parametrize("entity", [Assignment, Flag, Placement, Visit])
def test_few_and_many_see_the_same(people: People, entity: type[OfChild]) -> None:
    people.grant(people.birgitta, people.nour)
    for kid in (people.alva, people.nour, people.tor):
        raise_flag(people, people.plan(kid, days=-3, state="draft", by=people.maja)[0], kid, "b_safe", "escalate")
    seen = set()
    for actor in actors(people):
        with people.store.unit(actor, now=people.clock(), reads=True) as uow:
            many = {row.id for row in uow.all(uow.reachable(entity))}
            few = {row.id for row in uow.all(uow.reachable(entity, few=True))}
        assert few == many, actor
        seen.add(len(many))
    assert len(seen) > 2, "some see all, some nothing, some a part"
