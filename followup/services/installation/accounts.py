"""Users and their passwords, as the administrator keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from followup.domain.access import SIGN_IN_ROLES
from followup.domain.errors import InvalidInput, Problem, translatable
from followup.services.installation.passwords import hash_password
from followup.services.installation.sign_in import account_name
from followup.store.tables import Organisation, Team, User, UserSession
from followup.store.unit_of_work import UnitOfWork

SHORTEST_PASSWORD = 12
ROLES = tuple(role.value for role in SIGN_IN_ROLES)


def add_user(
    uow: UnitOfWork, *, user_name: str, name: str, title: str, role: str, team: str | None, password: str
) -> User:
    """Add a user. Raises InvalidInput with every problem: a taken name, an unknown role or team, a short password."""
    problems = list(_password_problems(password))
    user_name = account_name(user_name)
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
        created_at=uow.now,
    )
    uow.add(user)
    uow.flush()
    uow.note("add_user", user=str(user.id))
    return user


def set_password(uow: UnitOfWork, user_name: str, password: str) -> None:
    """Give a user a new password, end its sessions and its calendar feed. Raises NotFound, InvalidInput."""
    problems = list(_password_problems(password))
    if problems:
        raise InvalidInput(problems)
    user = uow.one(select(User).where(User.user_name == account_name(user_name)))
    user.password_hash, user.calendar_hash = hash_password(password), None
    for session in uow.all(select(UserSession).where(UserSession.user_id == user.id)):
        uow.delete(session)
    uow.note("set_password", user=str(user.id))


def list_users(uow: UnitOfWork) -> Sequence[User]:
    """All users with their teams, by user name."""
    return uow.all(select(User).options(joinedload(User.team)).order_by(User.user_name))


def _password_problems(password: str) -> list[Problem]:
    if len(password) >= SHORTEST_PASSWORD:
        return []
    message = translatable("Lösenordet är för kort. Använd minst %(least)s tecken.")
    return [Problem("password", message, "too_short", {"least": SHORTEST_PASSWORD})]
