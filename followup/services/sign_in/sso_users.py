"""The users whom a provider vouches for: made when they first come, kept up with the provider each time they come."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select

from followup.domain.claims import Person
from followup.services.sign_in.by_password import account_name
from followup.services.sign_in.passwords import hash_password
from followup.store.crypto import key_ring
from followup.store.tables import Organisation, SsoIdentity, Team, User, UserSession
from followup.store.unit_of_work import UnitOfWork


class Stranger(Exception):
    """Nobody who may come in. `code`: no_team | taken | inactive | someone_else."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def index_of(issuer: str, subject: str) -> bytes:
    """Return what the database keeps of a provider's name for somebody: it may be a personal number."""
    return key_ring().blind_index(f"oidc subject:{issuer}:{subject}")


def user_of(uow: UnitOfWork, subject: bytes, person: Person, *, adopt: bool) -> User:
    """Return the user whom the provider means, with today's name, title, role and team. Raises Stranger.

    It is known by issuer and subject and nothing else: user names are handed on when somebody leaves. adopt: a local
    account that has the name, and that no provider has vouched for yet, becomes this one's.
    """
    uow.alone(subject)
    known = uow.first(
        select(User).join(SsoIdentity, SsoIdentity.user_id == User.id).where(SsoIdentity.subject == subject)
    )
    user = known or _new(uow, subject, person, adopt=adopt)
    if not user.active:
        raise Stranger("inactive")
    _keep_up(uow, user, person)
    return user


def _new(uow: UnitOfWork, subject: bytes, person: Person, *, adopt: bool) -> User:
    name = account_name(person.user_name)
    user = uow.first(select(User).where(User.user_name == name))
    if user is not None:
        linked = uow.first(select(SsoIdentity.id).where(SsoIdentity.user_id == user.id))
        if linked or not adopt:
            raise Stranger("taken")
        if not user.active:
            raise Stranger("inactive")
        # From now on there is one way in: an old password must not outlive the account at the provider.
        user.password_hash = hash_password(secrets.token_urlsafe(32))
        uow.execute(delete(UserSession).where(UserSession.user_id == user.id))
    else:
        user = User(
            organisation_id=uow.one(select(Organisation.id)),
            role=person.role,
            user_name=name,
            name=person.name,
            title=person.title or "",
            password_hash=hash_password(secrets.token_urlsafe(32)),
            active=True,
            created_at=uow.now,
        )
        uow.add(user)
        uow.flush()
    uow.add(SsoIdentity(user_id=user.id, subject=subject, linked_at=uow.now))
    uow.note("link_user" if user.created_at != uow.now else "add_user", user=str(user.id), by="provider")
    return user


def _keep_up(uow: UnitOfWork, user: User, person: Person) -> None:
    wanted = {"name": person.name, "role": person.role, "title": person.title, "team_id": _team(uow, user, person)}
    changed = [field for field, value in wanted.items() if value is not None and value != getattr(user, field)]
    if person.team == "" and user.team_id is not None:
        changed.append("team_id")
    for field in changed:
        setattr(user, field, wanted[field])
    if changed:
        uow.note("change_user", user=str(user.id), fields=changed, by="provider")


def _team(uow: UnitOfWork, user: User, person: Person) -> object:
    if not person.team:
        return None
    team = uow.first(select(Team.id).where(Team.name == person.team, Team.organisation_id == user.organisation_id))
    if team is None:
        raise Stranger("no_team")
    return team
