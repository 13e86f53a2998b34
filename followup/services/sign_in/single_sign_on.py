"""Signing in by the organisation's own provider (OpenID Connect Core 1.0, code and PKCE), and proving again who one is.

Between being sent there and coming back, what must not be forged is kept in the database; the browser has a random
cookie alone. The provider is never asked within a transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select, update

from followup.domain.access import Loan
from followup.domain.claims import ClaimsRefused, person_of, told
from followup.services.sign_in.identity_provider import Provider, ProviderDown, TokenRefused, Vouched
from followup.services.sign_in.sessions import begin_session, end_session, hash_of, note_proved
from followup.services.sign_in.sso_users import Stranger, index_of, user_of
from followup.store.crypto import key_ring
from followup.store.tables import SsoErrand, SsoSession, User, UserSession
from followup.store.unit_of_work import UnitOfWork

Units = Callable[[bool], UnitOfWork]
"""Opens a unit of work for nobody in particular; the argument says whether it only reads."""

PATIENCE: Final = timedelta(minutes=10)
"""So long may somebody stay at the provider."""
_SKEW: Final = timedelta(seconds=60)


class SignInRefused(Exception):
    """Nobody gets in this way. `code` says why, for the page and for the log.

    lost (too late, used before, another browser) | denied | provider | not_asked | no_auth_time | assurance | no_role |
    no_name | no_team | taken | inactive | someone_else
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sent:
    """Where to send somebody, and what the browser keeps meanwhile."""

    address: str
    browser: str


@dataclass(frozen=True)
class Back:
    """Somebody is back: where to go on; a new session's token, or None when a session's user proved again who it is."""

    next: str
    token: str | None = None
    taken_back: Loan | None = None


@dataclass(frozen=True)
class Answer:
    """What came back with somebody: the provider's parameters, our cookie, and the session that was here before."""

    parameters: Mapping[str, str]
    browser: str
    old_token: str
    device: str
    redirect_uri: str


@dataclass(frozen=True)
class _Errand:
    """An errand that has been used up: what is needed of it after its row is gone."""

    nonce: str
    verifier: str
    next: str
    strict: bool
    session_id: UUID | None
    begun: float


def send(
    units: Units, provider: Provider, redirect_uri: str, *, browser: str, next_: str, strict: bool, prove: UUID | None
) -> Sent:
    """Send somebody to the provider. Raises ProviderDown.

    browser: the cookie it has already, so that two tabs don't take each other's. strict: the provider is to ask who it
    is even if it remembers. prove: the session whose user is to prove again who it is.
    """
    asked = provider.ask(redirect_uri, strict=strict)
    browser = browser or secrets.token_urlsafe(32)
    with units(False) as uow:
        uow.execute(delete(SsoErrand).where(SsoErrand.begun_at < uow.now - PATIENCE))
        uow.add(
            SsoErrand(
                state=hash_of(asked.state),
                browser=hash_of(browser),
                nonce=asked.nonce,
                verifier=asked.verifier,
                next=next_,
                strict=strict,
                session_id=prove,
                begun_at=uow.now,
            )
        )
    return Sent(asked.address, browser)


def come_back(units: Units, provider: Provider, answer: Answer) -> Back:
    """Judge what the provider sent back, and begin a session. Raises SignInRefused, ProviderDown.

    Who it is, is the provider's word; what they may do here is the mapping's.
    """
    try:
        errand = _taken(units, answer)
        _heed(provider, answer)
        vouched = _vouched(provider, errand, answer)
        _demand(provider, vouched.claims, errand, lent=_lent(units, answer.old_token))
        return _let_in(units, provider, errand, vouched, answer)
    except (ClaimsRefused, Stranger) as refused:
        _note(units, refused.code)
        raise SignInRefused(refused.code) from None
    except SignInRefused as refused:
        _note(units, refused.code)
        raise


def _taken(units: Units, answer: Answer) -> _Errand:
    """Take the errand away: whatever comes of it, the same answer counts never again."""
    state = hash_of(answer.parameters.get("state", ""))
    with units(False) as uow:
        uow.alone(state)
        found = uow.first(select(SsoErrand).where(SsoErrand.state == state))
        if found:
            uow.delete(found)
        known = found is not None and secrets.compare_digest(found.browser, hash_of(answer.browser))
        if found is None or not known or uow.now - found.begun_at > PATIENCE:
            kept = None
        else:
            kept = _Errand(
                found.nonce,
                found.verifier,
                found.next,
                found.strict,
                found.session_id,
                found.begun_at.timestamp(),
            )
    if kept is None:
        raise SignInRefused("lost")
    return kept


def _heed(provider: Provider, answer: Answer) -> None:
    """Refuse an answer of another provider's (RFC 9207), and one that says no."""
    issuer = answer.parameters.get("iss", "")
    if (issuer or provider.names_itself()) and issuer != provider.settings.issuer:
        raise SignInRefused("provider")
    if answer.parameters.get("error"):
        raise SignInRefused("denied" if answer.parameters["error"] == "access_denied" else "provider")
    if not answer.parameters.get("code"):
        raise SignInRefused("provider")


def _vouched(provider: Provider, errand: _Errand, answer: Answer) -> Vouched:
    try:
        return provider.redeem(answer.parameters["code"], errand.verifier, errand.nonce, answer.redirect_uri)
    except TokenRefused:
        raise SignInRefused("provider") from None


def _lent(units: Units, token: str) -> bool:
    """Whether the browser that came back is a tablet on loan."""
    with units(True) as uow:
        return bool(uow.first(select(UserSession.lent_visit_id).where(UserSession.token_hash == hash_of(token))))


def _demand(provider: Provider, claims: Mapping[str, Any], errand: _Errand, *, lent: bool) -> None:
    """Refuse whom the provider remembered when it was to ask, and a level of assurance that is not enough.

    The parameters that ask for it pass through the browser, where anybody can take them away: only the token counts.
    Of a provider whose tokens never say so, a setting lets that it was asked count, but not on a tablet on loan.
    """
    asked_at = claims.get("auth_time")
    if errand.strict and isinstance(asked_at, int | float):
        if asked_at < errand.begun - _SKEW.total_seconds():
            raise SignInRefused("not_asked")
    elif errand.strict and (lent or not provider.settings.without_auth_time):
        raise SignInRefused("no_auth_time")
    wanted = provider.settings.mapping.acr
    if wanted and told(claims, "acr") not in wanted:
        raise SignInRefused("assurance")


def _let_in(units: Units, provider: Provider, errand: _Errand, vouched: Vouched, answer: Answer) -> Back:
    issuer, claims = provider.settings.issuer, vouched.claims
    person = person_of(claims, provider.settings.mapping)
    with units(False) as uow:
        user = user_of(uow, index_of(issuer, str(claims["sub"])), person, adopt=provider.settings.mapping.adopt)
        if errand.session_id is not None:
            return _proved(uow, user, errand)
        loan = end_session(uow, answer.old_token, user)
        token = begin_session(uow, user, answer.device)
        uow.flush()
        session = uow.one(select(UserSession).where(UserSession.token_hash == hash_of(token)))
        session.proved_at = _asked_at(uow, claims, errand)
        sid = str(claims.get("sid") or "")
        uow.add(
            SsoSession(
                session_id=session.id,
                provider_session=session_index(issuer, sid) if sid else None,
                refresh_token=(vouched.refresh_token or None) if provider.settings.recheck_minutes else None,
                asked_at=uow.now,
            )
        )
        return Back(errand.next, token, loan)


def _proved(uow: UnitOfWork, user: User, errand: _Errand) -> Back:
    session = uow.first(select(UserSession).where(UserSession.id == errand.session_id))
    if session is None or session.user_id != user.id:
        raise Stranger("someone_else")
    note_proved(uow, session.id)
    uow.note("proved", user=str(user.id), by="provider")
    return Back(errand.next)


def _asked_at(uow: UnitOfWork, claims: Mapping[str, Any], errand: _Errand) -> Any:
    """When the provider last asked who it is, which may be long ago; None when nobody knows."""
    told_at = claims.get("auth_time")
    if not isinstance(told_at, int | float):
        return uow.now if errand.strict else None
    return uow.now - max(timedelta(), timedelta(seconds=uow.now.timestamp() - told_at))


def session_index(issuer: str, sid: str) -> bytes:
    """Return what the database keeps of the provider's name for a session."""
    return key_ring().blind_index(f"oidc session:{issuer}:{sid}")


def by_provider(uow: UnitOfWork, session_id: UUID) -> bool:
    """Whether the provider began this session: then it is the provider who asks again."""
    return uow.first(select(SsoSession.id).where(SsoSession.session_id == session_id)) is not None


def may_stay(units: Units, provider: Provider, session_id: UUID) -> bool:
    """Ask the provider, when it is time to, whether a session's user may stay; if not, the session has ended.

    A provider that is down sends nobody away. One request asks at a time: a refresh token that is used twice at once
    ends everything at some providers.
    """
    token = _due(units, provider, session_id)
    if not token:
        return True
    try:
        vouched = provider.refresh(token)
        _stays(units, provider, session_id, vouched)
    except ProviderDown:
        return True
    except (TokenRefused, ClaimsRefused, Stranger):
        with units(False) as uow:
            uow.execute(delete(UserSession).where(UserSession.id == session_id))
            uow.note("provider_ended_session", session=str(session_id))
        return False
    return True


def _due(units: Units, provider: Provider, session_id: UUID) -> str:
    """Return the refresh token if it is time to use it, or ""."""
    with units(False) as uow:
        found = uow.first(select(SsoSession).where(SsoSession.session_id == session_id))
        pause = timedelta(minutes=provider.settings.recheck_minutes)
        if found is None or not found.refresh_token or not pause or uow.now - found.asked_at < pause:
            return ""
        mine = update(SsoSession).where(SsoSession.id == found.id, SsoSession.asked_at == found.asked_at)
        return found.refresh_token if uow.execute(mine.values(asked_at=uow.now)) else ""


def _stays(units: Units, provider: Provider, session_id: UUID, vouched: Vouched) -> None:
    """Keep what the provider said. Raises ClaimsRefused, Stranger when it is nobody who may stay."""
    claims = vouched.claims
    with units(False) as uow:
        kept = uow.first(select(SsoSession).where(SsoSession.session_id == session_id))
        if kept is None:
            return
        kept.refresh_token = vouched.refresh_token
        if claims:
            person = person_of(claims, provider.settings.mapping)
            session = uow.one(select(UserSession).where(UserSession.id == session_id))
            subject = index_of(provider.settings.issuer, str(claims["sub"]))
            if user_of(uow, subject, person, adopt=False).id != session.user_id:
                raise Stranger("someone_else")


def _note(units: Units, code: str) -> None:
    with units(False) as uow:
        uow.note("sign_in_failed", by="provider", reason=code)
