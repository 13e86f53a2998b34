"""Storing the municipality: organisation, teams, users, homes, and children with their placements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from followup.services.demo.people import Cast, Home, Kid, Staff, made_id
from followup.services.demo.portraits import portrait
from followup.services.demo.stories import Stories
from followup.services.visit.raising_alarm import ON_CALL
from followup.store.crypto import key_ring
from followup.store.tables import (
    AccessGrant,
    Assignment,
    Child,
    FosterHome,
    Organisation,
    Placement,
    Setting,
    Team,
    User,
)
from followup.store.unit_of_work import UnitOfWork

_WHY_GRANTED = "Handlägger ärendet. Skyddade personuppgifter: beslut av enhetschefen."


def found(uow: UnitOfWork, stories: Stories, people: Cast, hashes: Mapping[str, str], mark: Setting) -> None:
    """Add organisation, settings, teams and users. hashes: user name -> password hash. mark: says that it is a demo."""
    organisation = Organisation(id=people.organisation_id, **stories.organisation)
    uow.add(organisation)
    uow.flush()
    on_call = [dict(each) for each in stories.on_call]
    uow.add(mark, _setting(people, ON_CALL, on_call, uow.today))
    uow.add(
        *(Team(id=people.teams[key], organisation_id=organisation.id, name=name) for key, name in stories.teams.items())
    )
    uow.flush()
    told = {story.caseworker for story in stories.children if not story.plain}  # nobody reads the crowd's letters
    for person in people.staff.values():
        user = _user(person, hashes[person.user_name], uow.now)
        user.picture = portrait(person.actor.name) if person.user_name in told else None
        uow.add(user)
    uow.flush()


def move_in(uow: UnitOfWork, homes: Iterable[Home], kids: Iterable[Kid]) -> None:
    """Add foster homes and children, placed and assigned since the first day. A protected child opens to two alone."""
    kids = list(kids)
    organisation_id = kids[0].worker.actor.organisation_id
    uow.add(
        *(
            FosterHome(
                id=home.id,
                organisation_id=organisation_id,
                kind=home.kind,
                name=home.name,
                place=home.place,
                address=home.address,
                phone=home.phone,
            )
            for home in homes
        )
    )
    uow.add(*(_child(kid) for kid in kids))
    uow.flush()
    uow.add(*(row for kid in kids for row in _ties(kid)))


def _setting(people: Cast, key: str, value: object, since: date) -> Setting:
    return Setting(
        organisation_id=people.organisation_id, key=key, value=value, valid_from=since, set_by="followup demo"
    )


def _user(person: Staff, password_hash: str, now: datetime) -> User:
    actor = person.actor
    return User(
        id=actor.id,
        organisation_id=actor.organisation_id,
        team_id=actor.team_id,
        role=actor.role.value,
        user_name=person.user_name,
        name=actor.name,
        title=actor.title,
        phone=person.phone,
        password_hash=password_hash,
        created_at=now,
    )


def _child(kid: Kid) -> Child:
    story = kid.story
    return Child(
        id=kid.id,
        organisation_id=kid.worker.actor.organisation_id,
        team_id=kid.worker.actor.team_id,
        case_number=kid.case_number,
        name=story.name,
        birth_date=kid.born,
        personal_number=kid.number,
        personal_number_index=key_ring().blind_index(kid.number) if kid.number else None,
        protected_identity=story.protected,
        language=story.language,
        communication_needs=story.communication_needs,
        wishes=story.wishes,
    )


def _ties(kid: Kid) -> Iterator[Placement | Assignment | AccessGrant]:
    yield Placement(
        id=made_id(0, "placement", kid.id),
        child_id=kid.id,
        foster_home_id=kid.home.id,
        start=kid.placed,
        legal_basis=kid.story.legal_basis,
    )
    yield Assignment(child_id=kid.id, user_id=kid.worker.actor.id, start=kid.placed)
    if kid.story.protected:
        for person in (kid.worker, kid.lead):
            yield AccessGrant(child_id=kid.id, user_id=person.actor.id, reason=_WHY_GRANTED, start=kid.placed)
