"""The provider says that somebody has signed out, or was signed out (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select

from followup.services.sign_in.identity_provider import Provider
from followup.services.sign_in.single_sign_on import Units, session_index
from followup.services.sign_in.sso_users import index_of
from followup.store.crypto import key_ring
from followup.store.tables import SsoIdentity, SsoSession, SsoSpent, UserSession
from followup.store.unit_of_work import UnitOfWork


def heed_logout(units: Units, provider: Provider, token: str) -> int:
    """End the sessions that a logout token names; returns how many. Raises TokenRefused, ProviderDown.

    A token counts once: whoever picks it up must not end what the user has begun since.
    """
    claims = provider.logout_of(token)
    issuer = provider.settings.issuer
    with units(False) as uow:
        if not _first_time(uow, issuer, claims):
            return 0
        ended = uow.execute(delete(UserSession).where(_named(issuer, claims)))
        uow.note("provider_ended_sessions", count=ended)
    return ended


def _named(issuer: str, claims: Mapping[str, Any]) -> Any:
    """The session that the provider names, or all that it began for a user."""
    began = select(SsoSession.session_id)
    if claims.get("sid"):
        return UserSession.id.in_(began.where(SsoSession.provider_session == session_index(issuer, str(claims["sid"]))))
    whose = select(SsoIdentity.user_id).where(SsoIdentity.subject == index_of(issuer, str(claims["sub"])))
    return UserSession.user_id.in_(whose) & UserSession.id.in_(began)


def _first_time(uow: UnitOfWork, issuer: str, claims: Mapping[str, Any]) -> bool:
    mark = key_ring().blind_index(f"oidc logout:{issuer}:{claims['jti']}")
    uow.alone(mark)
    uow.execute(delete(SsoSpent).where(SsoSpent.until < uow.now))
    if uow.first(select(SsoSpent.id).where(SsoSpent.token == mark)):
        return False
    # a little longer than it holds, since clocks differ
    uow.add(SsoSpent(token=mark, until=datetime.fromtimestamp(float(claims["exp"]) + 300, UTC)))
    return True
