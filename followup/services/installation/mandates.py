"""Dated mandates: who leads a team beside its own lead, from when, until when.

A lead gives her own team a deputy for a while, and a head her teams; the administrator gives any mandate by command.
Nobody gives one backwards: what was seen before it began would have been seen without leave. A deputy gives none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from followup.domain.access import DEPUTY, HEAD, Role
from followup.domain.errors import InvalidInput, NotAllowed, NotFound, Problem, translatable
from followup.services.sign_in.by_password import account_name
from followup.store.tables import Mandate, Team, User
from followup.store.unit_of_work import UnitOfWork

KINDS = (DEPUTY, HEAD)
LONGEST_DEPUTY = timedelta(days=366)
_LEADERS = (Role.CASEWORKER.value, Role.TEAM_LEAD.value)


@dataclass(frozen=True)
class Given:
    """A mandate with the names that go with it. `last`: the last day it holds, None without an end."""

    mandate: Mandate
    who: User
    team: Team
    by: str

    @property
    def last(self) -> date | None:
        """The last day on which it holds."""
        return self.mandate.end - timedelta(days=1) if self.mandate.end else None


def given_for(uow: UnitOfWork, team_ids: frozenset[UUID] | None = None) -> Sequence[Given]:
    """List mandates that hold or will hold, by team and first day. team_ids: of these teams; None for all."""
    giver = aliased(User)
    rows = uow.rows(
        select(Mandate, User, Team, giver.name)
        .join(User, User.id == Mandate.user_id)
        .join(Team, Team.id == Mandate.team_id)
        .join(giver, giver.id == Mandate.given_by)
        .where(
            or_(Mandate.end.is_(None), and_(Mandate.end > uow.today, Mandate.end > Mandate.start)),
            *(() if team_ids is None else (Mandate.team_id.in_(team_ids),)),
        )
        .order_by(Team.name, Mandate.start, User.name)
    )
    return [Given(*row) for row in rows]


def teams_to_give(uow: UnitOfWork) -> Sequence[Team]:
    """The teams for which the actor may name a deputy: its own as lead, and those it is head of."""
    if uow.actor.role is not Role.TEAM_LEAD:
        return []
    ids = {team_id for team_id, reason in uow.reach.led if reason != DEPUTY}
    return uow.all(select(Team).where(Team.id.in_(ids)).order_by(Team.name))


def possible_deputies(uow: UnitOfWork) -> Sequence[User]:
    """Who may be named: active caseworkers and leads of the organisation, others than the actor, by name."""
    return uow.all(
        select(User)
        .where(
            User.organisation_id == uow.actor.organisation_id,
            User.role.in_(_LEADERS),
            User.active,
            User.id != uow.actor.id,
        )
        .order_by(User.name)
    )


def name_deputy(uow: UnitOfWork, team_id: UUID, user_id: UUID, first: date, last: date) -> Mandate:
    """Let a user stand in as lead of a team from the first day to the last, both included.

    Raises NotFound for a team that isn't the actor's to give, InvalidInput for what can't be.
    """
    if team_id not in {team.id for team in teams_to_give(uow)}:
        raise NotFound
    user = next((each for each in possible_deputies(uow) if each.id == user_id), None)
    if user is None:
        raise InvalidInput([Problem("user", "Välj en handläggare eller gruppledare.", "unknown_user")])
    return _give(uow, user, team_id, DEPUTY, (first, last), _actor_id(uow))


def give(uow: UnitOfWork, user_name: str, team: str, kind: str, first: date, last: date | None, by: str) -> Mandate:
    """Give any mandate, as the administrator does by command. by: user name of the one who decided.

    Raises InvalidInput; NotFound for a name that nobody has.
    """
    decided = uow.one(select(User).where(User.user_name == account_name(by), User.active))
    user = uow.one(select(User).where(User.user_name == account_name(user_name), User.active))
    found = uow.one(select(Team).where(Team.name == team, Team.organisation_id == user.organisation_id))
    if user.role not in _LEADERS:
        message = translatable("Bara handläggare och gruppledare kan få ett mandat. Andra roller läser inga ärenden.")
        raise InvalidInput([Problem("user", message, "role")])
    return _give(uow, user, found.id, kind, (first, last), decided.id)


def end(uow: UnitOfWork, mandate_id: UUID) -> Mandate:
    """End a deputy's mandate now; one that has not begun never begins. Raises NotFound when it isn't the actor's."""
    mandate = uow.one(select(Mandate).where(Mandate.id == mandate_id, Mandate.kind == DEPUTY).with_for_update())
    if mandate.team_id not in {team.id for team in teams_to_give(uow)}:
        raise NotFound
    return _end(uow, mandate)


def end_by_name(uow: UnitOfWork, user_name: str, team: str) -> int:
    """End all mandates of a user for a team, as the administrator does by command; returns how many there were."""
    found = [
        each.mandate
        for each in given_for(uow)
        if each.who.user_name == account_name(user_name) and each.team.name == team
    ]
    for mandate in found:
        _end(uow, mandate)
    return len(found)


def end_all_of(uow: UnitOfWork, user_id: UUID) -> None:
    """End whatever a user leads besides, as the administrator does who switches the account off."""
    lasting = or_(Mandate.end.is_(None), and_(Mandate.end > uow.today, Mandate.end > Mandate.start))
    for mandate in uow.all(select(Mandate).where(Mandate.user_id == user_id, lasting)):
        _end(uow, mandate)


def _give(uow: UnitOfWork, user: User, team_id: UUID, kind: str, days: tuple[date, date | None], by: UUID) -> Mandate:
    first, last = days
    problems = []
    if kind not in KINDS:
        problems.append(Problem("kind", "Mandatet är antingen deputy eller head.", "unknown_kind"))
    if first < uow.today:
        message = translatable("Mandatet kan börja tidigast i dag. Det går inte att ge bakåt i tiden.")
        problems.append(Problem("first", message, "past"))
    if last is not None and last < first:
        problems.append(Problem("last", "Sista dagen är före den första.", "before_first"))
    if kind == DEPUTY and (last is None or last - first > LONGEST_DEPUTY):
        problems.append(Problem("last", "Välj en sista dag, högst ett år fram.", "too_long"))
    if user.team_id == team_id and user.role == Role.TEAM_LEAD.value:
        problems.append(Problem("user", "Personen leder redan teamet.", "leads_already"))
    stop = last + timedelta(days=1) if last else None
    overlapping = select(Mandate.id).where(
        Mandate.user_id == user.id,
        Mandate.team_id == team_id,
        or_(Mandate.end.is_(None), Mandate.end > first),
        *((Mandate.start < stop,) if stop else ()),
    )
    if not problems and uow.rows(overlapping):
        problems.append(Problem("user", "Personen har redan ett mandat för teamet de dagarna.", "overlap"))
    if problems:
        raise InvalidInput(problems)
    mandate = Mandate(user_id=user.id, team_id=team_id, kind=kind, start=first, end=stop, given_by=by)
    uow.add(mandate)
    uow.flush()
    uow.note("give_mandate", mandate=str(mandate.id), user=str(user.id), team=str(team_id), kind=kind)
    return mandate


def _actor_id(uow: UnitOfWork) -> UUID:
    if uow.actor.id is None:
        raise NotAllowed
    return uow.actor.id


def _end(uow: UnitOfWork, mandate: Mandate) -> Mandate:
    mandate.end = max(mandate.start, uow.today)
    uow.note("end_mandate", mandate=str(mandate.id), user=str(mandate.user_id), team=str(mandate.team_id))
    return mandate
