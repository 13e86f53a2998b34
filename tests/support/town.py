"""The rows of the municipality that tests live in (see population.py), as they stand when everybody has moved in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from followup.services.sign_in.passwords import hash_password
from followup.store.crypto import key_ring
from followup.store.tables import (
    AccessGrant,
    Assignment,
    Child,
    FosterHome,
    Mandate,
    Organisation,
    Placement,
    Team,
    User,
)
from followup.store.unit_of_work import UnitOfWork
from tests.support.population import PASSWORD, Kid, Person, Population


def move_in(uow: UnitOfWork, people: Population) -> None:
    """Add everybody's rows to an empty store."""
    uow.add(Organisation(id=people.organisation_id, name="Blåbärsby kommun", unit="Socialförvaltningen"))
    uow.flush()
    uow.add(Team(id=people.team_a, organisation_id=people.organisation_id, name="Team Gläntan"))
    uow.add(Team(id=people.team_b, organisation_id=people.organisation_id, name="Team Åsen"))
    uow.flush()
    uow.add(*(_user(people, person, uow.now) for person in people.staff))
    uow.flush()
    uow.add(*_mandate_rows(people))
    uow.add(*_home_rows(people))
    uow.flush()
    uow.add(*(_child(people, kid) for kid in people.children))
    uow.flush()
    uow.add(*_ties(people))


def _user(people: Population, person: Person, now: datetime) -> User:
    return User(
        id=person.id,
        organisation_id=people.organisation_id,
        team_id=person.team_id,
        role=person.role.value,
        user_name=person.user_name,
        name=person.name,
        title=person.title,
        password_hash=_hash(PASSWORD),
        created_at=now,
    )


def _mandate_rows(people: Population) -> Iterator[Mandate]:
    for person, team, kind, start, end in people.mandates:
        yield Mandate(user_id=person.id, team_id=team, kind=kind, start=start, end=end, given_by=people.ada.id)


def _home_rows(people: Population) -> Iterator[FosterHome]:
    for home in people.homes:
        yield FosterHome(
            id=home.id,
            organisation_id=people.organisation_id,
            kind=home.kind,
            name=home.name,
            address=f"{home.place} 1",
            place=home.place,
            phone="070-174 06 05",
        )


def _child(people: Population, kid: Kid) -> Child:
    number = kid.personal_number
    return Child(
        id=kid.id,
        organisation_id=people.organisation_id,
        team_id=kid.team_id,
        case_number=kid.case_number,
        name=kid.name,
        birth_date=kid.born,
        personal_number=number,
        personal_number_index=key_ring().blind_index(number) if number else None,
        protected_identity=kid.protected,
    )


def _ties(people: Population) -> Iterator[Placement | Assignment | AccessGrant]:
    for kid in people.children:
        yield Placement(
            id=kid.placement_id,
            child_id=kid.id,
            foster_home_id=kid.home.id,
            start=kid.placed,
            legal_basis=kid.legal_basis,
        )
    for person, kid, start, end in people.assignments:
        yield Assignment(child_id=kid.id, user_id=person.id, start=start, end=end)
    for person, kid, start, end in people.grants:
        yield AccessGrant(child_id=kid.id, user_id=person.id, start=start, end=end, reason="beslut")


@cache
def _hash(password: str) -> str:
    return hash_password(password)  # 30 ms: once for everybody
