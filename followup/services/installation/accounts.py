"""Users and how they get in, as the administrator keeps them: made, changed, begun anew, switched off and on.

What is done is told to the user, the lead of the team and the log reviewers (account_changes.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, true

from followup.domain.access import SIGN_IN_ROLES, Role
from followup.domain.errors import InvalidInput, InvalidTransition, Problem, translatable
from followup.domain.password import SHORTEST, judge_password
from followup.domain.text import clean_text
from followup.services.installation import account_changes, mandates
from followup.services.installation.account_changes import BOTH, CHANGED, NEW, OFF, ON, PASSWORD, SECOND
from followup.services.sign_in import second_factor
from followup.services.sign_in.by_password import account_name
from followup.services.sign_in.passwords import hash_password
from followup.services.sign_in.sessions import end_all
from followup.store.tables import Organisation, SsoIdentity, Team, User
from followup.store.unit_of_work import UnitOfWork

SHORTEST_PASSWORD = SHORTEST
NEW_LASTS = timedelta(days=7)
"""So long lets a first password its user in, to choose another: accounts are made before the first day."""
RESET_LASTS = timedelta(hours=24)
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for another when it is read out: i l o 0 1
_LONGEST_NAME = 100
ROLES = tuple(role.value for role in SIGN_IN_ROLES)
IN_A_TEAM = frozenset({Role.CASEWORKER.value, Role.TEAM_LEAD.value})
RESETS = (PASSWORD, SECOND, BOTH)


@dataclass(frozen=True)
class About:
    """What an administrator writes about a user. team: None for none."""

    name: str
    title: str
    role: str
    team: UUID | None


@dataclass(frozen=True)
class Begun:
    """What a user is handed to begin anew with; "" for what it doesn't need. kind: of account_changes.

    password: instead of its own. code: instead of the second step, when it may come from the same person.
    """

    kind: str
    password: str = ""
    code: str = ""


def add_user(
    uow: UnitOfWork, *, user_name: str, name: str, title: str, role: str, team: str | None, password: str
) -> User:
    """Add a user by command. Raises InvalidInput with every problem: a taken name, an unknown role or team."""
    found = uow.first(select(Team.id).where(Team.name == team)) if team else None
    problems = list(_password_problems(password, account_name(user_name), name))
    if team and found is None:
        problems.append(Problem("team", "Det finns inget team som heter så.", "unknown"))
    return _add(uow, user_name, About(name, title, role, found), password, problems)


def add_by_page(uow: UnitOfWork, user_name: str, about: About) -> tuple[User, str]:
    """Add a user and return it with the password to hand over. It opens nothing before somebody else gives a code.

    Raises InvalidInput.
    """
    password = given_password()
    problems = _problems(about, _teams(uow))
    return _add(uow, user_name, about, password, problems), password


def change_user(uow: UnitOfWork, user_id: UUID, about: About) -> User:
    """Change name, title, role or team. Raises NotFound, InvalidInput, InvalidTransition for the provider's users."""
    user = _held(uow, user_id)
    if not kept_here(uow, user.id):
        raise InvalidTransition(translatable("Uppgifterna kommer från organisationens konto och ändras där."))
    problems = _problems(about, _teams(uow))
    wanted = {"name": _clean(about.name, "name"), "title": _clean(about.title, "title")}
    values = {**wanted, "role": about.role, "team_id": about.team}
    changed = sorted(field for field, value in values.items() if getattr(user, field) != value)
    if user.id == uow.actor.id and "role" in changed:
        problems.append(Problem("role", "Du kan inte ändra din egen roll. Be en annan administratör.", "oneself"))
    elif user.role == Role.ADMIN and "role" in changed and not _others_who_administer(uow, user):
        problems.append(Problem("role", "Det här är den enda administratören. Gör någon annan till det först.", "last"))
    if problems:
        raise InvalidInput(problems)
    for field in changed:
        setattr(user, field, values[field])
    if changed:
        uow.note("change_user", user=str(user.id), fields=changed)
    if {"role", "team_id"} & set(changed):
        account_changes.record(uow, user.id, CHANGED)
    return user


def switch_off(uow: UnitOfWork, user_id: UUID) -> User:
    """Shut a user out, at once: sessions and tablets on loan end, so do calendar, codes and what it leads besides.

    What was saved stays. Raises NotFound, InvalidTransition for oneself and for the last administrator.
    """
    user = _held(uow, user_id)
    if user.id == uow.actor.id:
        raise InvalidTransition(translatable("Du kan inte stänga av dig själv. Be en annan administratör."))
    if user.role == Role.ADMIN and not _others_who_administer(uow, user):
        raise InvalidTransition(translatable("Det här är den enda administratören. Gör någon annan till det först."))
    if user.active:
        user.active, user.calendar_hash = False, None
        end_all(uow, user.id)
        account_changes.forget_code(uow, user.id)
        mandates.end_all_of(uow, user.id)
        account_changes.record(uow, user.id, OFF)
        uow.note("switch_off", user=str(user.id))
    return user


def switch_on(uow: UnitOfWork, user_id: UUID) -> User:
    """Let a user in again, with the password and second step that it had. Raises NotFound."""
    user = _held(uow, user_id)
    if not user.active:
        user.active = True
        account_changes.record(uow, user.id, ON)
        uow.note("switch_on", user=str(user.id))
    return user


def set_password(uow: UnitOfWork, user_name: str, password: str) -> None:
    """Give a user a password by command, good for a week, to choose another; end its sessions and its calendar feed.

    Raises NotFound, InvalidInput.
    """
    problems = list(_password_problems(password, user_name))
    if problems:
        raise InvalidInput(problems)
    user = by_name(uow, user_name)
    _refuse_elsewhere(uow, user)
    _give(uow, user, password, NEW_LASTS)
    account_changes.record(uow, user.id, PASSWORD)
    uow.note("set_password", user=str(user.id))


def reset_sign_in(uow: UnitOfWork, user_id: UUID, what: str) -> Begun:
    """Let a user begin anew who has lost what it signs in with. what: of RESETS.

    The password alone, and the second step stays; the second step alone, and the password stays; or both, and then a
    code must come from somebody else (`account_changes.give_code`). Where one of them lacks already, it is both.
    Sessions, tablets on loan and the calendar feed end. Raises NotFound, InvalidTransition.
    """
    user = _held(uow, user_id)
    _refuse_elsewhere(uow, user)
    if user.id == uow.actor.id:
        raise InvalidTransition(translatable("Din egen inloggning ändrar du under ditt namn."))
    second_lacks = not second_factor.has_factor(uow, user.id)
    if (what == PASSWORD and second_lacks) or (what == SECOND and user.password_expires_at):
        what = BOTH
    password = given_password() if what in {PASSWORD, BOTH} else ""
    if what in {SECOND, BOTH}:
        second_factor.forget_all(uow, user.id)
    _give(uow, user, password, RESET_LASTS)
    row = account_changes.record(uow, user.id, what, asks=what != PASSWORD)
    uow.note("reset_sign_in", user=str(user.id), kind=what)
    return Begun(what, password, account_changes.code_for(uow, row) if what == SECOND else "")


def reset_by_name(uow: UnitOfWork, user_name: str) -> str:
    """Begin a sign-in anew by command: whoever runs the server needs nobody else. Returns the password to hand over.

    Raises NotFound, InvalidTransition.
    """
    user = by_name(uow, user_name)
    _refuse_elsewhere(uow, user)
    password = given_password()
    second_factor.forget_all(uow, user.id)
    _give(uow, user, password, NEW_LASTS)
    account_changes.record(uow, user.id, BOTH)
    uow.note("reset_sign_in", user=str(user.id), kind=BOTH)
    return password


def given_password() -> str:
    """Make a password that can be read out."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))


def kept_here(uow: UnitOfWork, user_id: UUID) -> bool:
    """Whether a user signs in with what is kept here, and not by the organisation's own provider."""
    return uow.first(select(SsoIdentity.id).where(SsoIdentity.user_id == user_id)) is None


def by_name(uow: UnitOfWork, user_name: str) -> User:
    """Return the user of this name. Raises NotFound."""
    return uow.one(select(User).where(User.user_name == account_name(user_name)))


def _held(uow: UnitOfWork, user_id: UUID) -> User:
    """Return a user to be changed, and let two administrators change users one after the other. Raises NotFound."""
    mine = User.organisation_id == uow.actor.organisation_id if uow.actor.organisation_id else true()
    uow.all(select(User.id).where(User.role == Role.ADMIN.value, mine).order_by(User.id).with_for_update())
    return uow.one(select(User).where(User.id == user_id, mine).with_for_update())


def _others_who_administer(uow: UnitOfWork, user: User) -> int:
    others = User.organisation_id == user.organisation_id, User.id != user.id, User.active
    counted = select(func.count()).select_from(User).where(User.role == Role.ADMIN.value, *others)
    return int(uow.rows(counted)[0][0])


def _add(uow: UnitOfWork, user_name: str, about: About, password: str, problems: list[Problem]) -> User:
    user_name = account_name(user_name)
    if not user_name or any(sign.isspace() for sign in user_name):
        problems.insert(0, Problem("user_name", "Skriv ett användarnamn utan mellanslag.", "missing"))
    if uow.first(select(User.id).where(User.user_name == user_name)):
        problems.append(Problem("user_name", "Användarnamnet är upptaget. Välj ett annat.", "taken"))
    if about.role not in ROLES and not any(problem.field == "role" for problem in problems):
        told = translatable("Rollen finns inte. Välj en av %(roles)s.")
        problems.append(Problem("role", told, "unknown", {"roles": ", ".join(ROLES)}))
    organisation = uow.actor.organisation_id or uow.first(select(Organisation.id))
    if organisation is None:
        problems.append(Problem("", "Det finns ingen organisation än. Kör followup demo.", "empty"))
    if problems or organisation is None:
        raise InvalidInput(problems)
    user = User(
        organisation_id=organisation,
        team_id=about.team,
        role=about.role,
        user_name=user_name,
        name=_clean(about.name, "name"),
        title=_clean(about.title, "title"),
        password_hash=hash_password(password),
        password_expires_at=uow.now + NEW_LASTS,
        created_at=uow.now,
    )
    uow.add(user)
    uow.flush()
    account_changes.record(uow, user.id, NEW, asks=uow.actor.id is not None)
    uow.note("add_user", user=str(user.id))
    return user


def _give(uow: UnitOfWork, user: User, password: str, lasts: timedelta) -> None:
    """Give another password, if any, and end whatever the user is signed in with."""
    if password:
        user.password_hash, user.password_expires_at = hash_password(password), uow.now + lasts
    user.calendar_hash = None
    end_all(uow, user.id)


def _refuse_elsewhere(uow: UnitOfWork, user: User) -> None:
    if not kept_here(uow, user.id):
        raise InvalidTransition(translatable("Användaren loggar in med organisationens konto. Hjälp finns där."))


def _clean(text: str, field: str) -> str:
    return " ".join(clean_text(text, _LONGEST_NAME, field=field).split())


def _teams(uow: UnitOfWork) -> Collection[UUID]:
    return uow.all(select(Team.id).where(Team.organisation_id == uow.actor.organisation_id))


def _problems(about: About, teams: Collection[UUID]) -> list[Problem]:
    problems = []
    if not about.name.strip():
        problems.append(Problem("name", "Skriv personens namn.", "missing"))
    if about.role not in ROLES:
        problems.append(Problem("role", "Välj en roll.", "unknown"))
    if about.role in IN_A_TEAM and about.team is None:
        problems.append(Problem("team", "Välj ett team: handläggare och gruppledare hör till ett.", "missing"))
    if about.team is not None and about.team not in teams:
        problems.append(Problem("team", "Det finns inget team som heter så.", "unknown"))
    return problems


def _password_problems(password: str, *about: str) -> Sequence[Problem]:
    problem = judge_password(password, about)
    return [problem] if problem else []
