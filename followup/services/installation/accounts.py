"""Users and their passwords, as the administrator keeps them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, true
from sqlalchemy.orm import joinedload

from followup.domain.access import SIGN_IN_ROLES
from followup.domain.errors import InvalidInput, InvalidTransition, Problem, translatable
from followup.domain.password import SHORTEST, judge_password
from followup.services.installation import second_factor
from followup.services.installation.passwords import hash_password
from followup.services.installation.sessions import end_all
from followup.services.installation.sign_in import account_name
from followup.store.tables import Organisation, SsoIdentity, Team, User
from followup.store.unit_of_work import UnitOfWork

SHORTEST_PASSWORD = SHORTEST
_GIVEN_LASTS = timedelta(days=7)
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another when it is read out: i l o 0 1
ROLES = tuple(role.value for role in SIGN_IN_ROLES)


def add_user(
    uow: UnitOfWork, *, user_name: str, name: str, title: str, role: str, team: str | None, password: str
) -> User:
    """Add a user. Raises InvalidInput with every problem: a taken name, an unknown role or team, a short password."""
    user_name = account_name(user_name)
    problems = list(_password_problems(password, user_name, name))
    if not user_name:
        problems.append(Problem("user_name", "Skriv ett användarnamn.", "missing"))
    if uow.first(select(User.id).where(User.user_name == user_name)):
        problems.append(Problem("user_name", "Användarnamnet är upptaget. Välj ett annat.", "taken"))
    if role not in ROLES:
        problems.append(
            Problem("role", "Rollen finns inte. Välj en av %(roles)s.", "unknown", {"roles": ", ".join(ROLES)})
        )
    organisation = uow.first(select(Organisation))
    if organisation is None:
        problems.append(Problem("", "Det finns ingen organisation än. Kör followup demo.", "empty"))
    found_team = uow.first(select(Team).where(Team.name == team)) if team else None
    if team and found_team is None:
        problems.append(Problem("team", "Det finns inget team som heter så.", "unknown"))
    if problems or organisation is None:
        raise InvalidInput(problems)
    user = User(
        organisation_id=organisation.id,
        team_id=found_team.id if found_team else None,
        role=role,
        user_name=user_name,
        name=name,
        title=title,
        password_hash=hash_password(password),
        password_expires_at=uow.now + _GIVEN_LASTS,
        created_at=uow.now,
    )
    uow.add(user)
    uow.flush()
    uow.note("add_user", user=str(user.id))
    return user


def set_password(uow: UnitOfWork, user_name: str, password: str) -> None:
    """Give a user a password, good for a week, to choose another; end its sessions and its calendar feed.

    Raises NotFound, InvalidInput.
    """
    problems = list(_password_problems(password, user_name))
    if problems:
        raise InvalidInput(problems)
    user = uow.one(select(User).where(User.user_name == account_name(user_name)))
    _give(uow, user, password)
    uow.note("set_password", user=str(user.id))


def reset_sign_in(uow: UnitOfWork, user_id: UUID) -> str:
    """Let a user begin anew who has lost what it signs in with; returns a password, good for a week, to give to it.

    Its second factors are forgotten and its sessions end. What it had, nobody is told. Raises NotFound.
    """
    mine = User.organisation_id == uow.actor.organisation_id if uow.actor.organisation_id else true()
    user = uow.one(select(User).where(User.id == user_id, mine))
    password = "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
    second_factor.forget_all(uow, user.id)
    _give(uow, user, password)
    uow.note("reset_sign_in", user=str(user.id))
    return password


def reset_by_name(uow: UnitOfWork, user_name: str) -> str:
    """Do the same for the user of this name. Raises NotFound."""
    return reset_sign_in(uow, uow.one(select(User).where(User.user_name == account_name(user_name))).id)


def _give(uow: UnitOfWork, user: User, password: str) -> None:
    if not kept_here(uow, user.id):
        raise InvalidTransition(translatable("Användaren loggar in med organisationens konto. Hjälp finns där."))
    user.password_hash, user.calendar_hash = hash_password(password), None
    user.password_expires_at = uow.now + _GIVEN_LASTS
    end_all(uow, user.id)


def kept_here(uow: UnitOfWork, user_id: UUID) -> bool:
    """Whether a user signs in with what is kept here, and not by the organisation's own provider."""
    return uow.first(select(SsoIdentity.id).where(SsoIdentity.user_id == user_id)) is None


def list_users(uow: UnitOfWork) -> Sequence[User]:
    """All users with their teams, by user name."""
    return uow.all(select(User).options(joinedload(User.team)).order_by(User.user_name))


@dataclass(frozen=True)
class Listed:
    """A user, and with what it signs in: whether it has a second factor."""

    user: User
    has_factor: bool


def overview(uow: UnitOfWork) -> list[Listed]:
    """All users of the actor's organisation, by name."""
    mine = select(User).where(User.organisation_id == uow.actor.organisation_id).options(joinedload(User.team))
    proving = second_factor.users_with_factor(uow)
    return [Listed(user, user.id in proving) for user in uow.all(mine.order_by(User.name))]


def user_of(uow: UnitOfWork, user_id: UUID) -> User:
    """Return a user of the actor's organisation. Raises NotFound."""
    return uow.one(select(User).where(User.id == user_id, User.organisation_id == uow.actor.organisation_id))


def _password_problems(password: str, *about: str) -> list[Problem]:
    problem = judge_password(password, about)
    return [problem] if problem else []
