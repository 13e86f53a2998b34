"""Passkeys (WebAuthn): a device or security key that signs a challenge, once, after its user has unlocked it.

The challenge stands with the session on the server and is spent by the first answer, right or wrong.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from sqlalchemy import select, update
from webauthn.helpers import base64url_to_bytes, options_to_json, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from followup.domain.errors import InvalidInput, Problem
from followup.domain.text import clean_text
from followup.store.tables import Passkey, User, UserSession
from followup.store.unit_of_work import UnitOfWork

MOST = 10
_NAME = 60
_LONGEST_ANSWER = 20_000
_REQUIRED = UserVerificationRequirement.REQUIRED
_BROKEN = (WebAuthnException, ValueError, KeyError, TypeError, IndexError)
"""What the library raises for answers that are no answers."""


@dataclass(frozen=True)
class Site:
    """Where the browser thinks that it is: the host without its port, and the origin."""

    host: str
    origin: str


def passkeys_of(uow: UnitOfWork, user_id: UUID | None) -> Sequence[Passkey]:
    """Return the user's passkeys, oldest first."""
    return uow.all(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.created_at))


def options_to_add(uow: UnitOfWork, session_id: UUID, site: Site) -> str:
    """Return as JSON what the browser needs to make a passkey for the user."""
    user = uow.one(select(User).where(User.id == uow.actor.id))
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Followup",
        user_id=user.id.bytes,
        user_name=user.user_name,
        user_display_name=user.name,
        challenge=_new_challenge(uow, session_id),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=_REQUIRED
        ),
        exclude_credentials=_descriptors(passkeys_of(uow, user.id)),
    )
    return options_to_json(options)


def add(uow: UnitOfWork, session_id: UUID, site: Site, answer: str, name: str) -> None:
    """Keep the passkey that the browser has made. Raises InvalidInput (passkey)."""
    challenge = _spend_challenge(uow, session_id)
    refused = InvalidInput([Problem("passkey", "Nyckeln gick inte att lägga till. Försök igen.", "refused")])
    if challenge is None or len(answer) > _LONGEST_ANSWER or len(passkeys_of(uow, uow.actor.id)) >= MOST:
        raise refused
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except _BROKEN:
        raise refused from None
    if uow.first(select(Passkey.id).where(Passkey.credential_id == made.credential_id)):
        raise refused
    uow.add(
        Passkey(
            user_id=uow.actor.id,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=clean_text(name, _NAME),
            created_at=uow.now,
        )
    )
    uow.note("passkey_added")


def options_to_prove(uow: UnitOfWork, session_id: UUID, site: Site) -> str:
    """Return as JSON what the browser needs to let one of the user's passkeys sign."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=_new_challenge(uow, session_id),
        allow_credentials=_descriptors(passkeys_of(uow, uow.actor.id)),
        user_verification=_REQUIRED,
    )
    return options_to_json(options)


def take(uow: UnitOfWork, user_id: UUID, session_id: UUID, site: Site, answer: str) -> bool:
    """Say whether one of the user's passkeys has signed the session's challenge, and spend that.

    A counter that has not grown means a copy of the key: refused. Somebody else's passkey is not even looked at.
    """
    challenge = _spend_challenge(uow, session_id)
    if challenge is None or len(answer) > _LONGEST_ANSWER:
        return False
    try:
        credential_id = base64url_to_bytes(parse_authentication_credential_json(answer).id)
    except _BROKEN:
        return False
    mine = select(Passkey).where(Passkey.user_id == user_id, Passkey.credential_id == credential_id)
    passkey = uow.first(mine.with_for_update())
    if passkey is None:
        return False
    try:
        signed = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except _BROKEN:
        return False
    passkey.sign_count, passkey.last_used_at = signed.new_sign_count, uow.now
    return True


def remove(uow: UnitOfWork, passkey_id: UUID) -> None:
    """Forget one of the user's passkeys. Raises NotFound."""
    uow.delete(uow.one(select(Passkey).where(Passkey.user_id == uow.actor.id, Passkey.id == passkey_id)))
    uow.note("passkey_removed")


def _new_challenge(uow: UnitOfWork, session_id: UUID) -> bytes:
    challenge = secrets.token_bytes(32)
    uow.execute(update(UserSession).where(UserSession.id == session_id).values(challenge=challenge))
    return challenge


def _spend_challenge(uow: UnitOfWork, session_id: UUID) -> bytes | None:
    challenge = uow.first(select(UserSession.challenge).where(UserSession.id == session_id))
    spent: Any = update(UserSession).where(UserSession.id == session_id, UserSession.challenge == challenge)
    return challenge if challenge and uow.execute(spent.values(challenge=None)) == 1 else None


def _descriptors(passkeys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys]
