"""Who is asking: from the cookie's token to an Actor, before any page runs."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, Response, current_app, g, request

from followup.domain.access import NOBODY, Permission
from followup.services.sign_in import sessions
from followup.settings import Settings
from followup.web.units import unit


def watch(app: Flask) -> None:
    """Find out who asks before every request."""
    app.before_request(_identify)


def remember(response: Response, token: str) -> None:
    """Give the browser the session's token; it lasts until the browser closes or the server says no."""
    settings = _settings()
    response.set_cookie(cookie_name(), token, secure=settings.https, httponly=True, samesite="Lax", path="/")


def forget(response: Response) -> None:
    """Take the token back."""
    response.delete_cookie(cookie_name(), secure=_settings().https, httponly=True, samesite="Lax", path="/")


def token() -> str:
    """The token that came with this request, or an empty string."""
    return request.cookies.get(cookie_name(), "")


def signed_in() -> sessions.Identity | None:
    """Whoever has signed in and has the device.

    None while it is on loan, for whose it is, is not for the page to tell; and before the second factor is proved.
    """
    identity: sessions.Identity | None = g.get("identity")
    return identity if identity is not None and identity.actor.may(Permission.SIGNED_IN) else None


def second_factor_required() -> bool:
    """Whether a password is not enough here."""
    return _settings().second_factor


def lifetimes() -> tuple[timedelta, timedelta]:
    """How long a session lasts unused, and at most."""
    settings = _settings()
    return timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours)


def https() -> bool:
    """Whether cookies travel over HTTPS alone."""
    return _settings().https


def _identify() -> None:
    # g.identity is set on loan too: its display is the child's own. The frame of the other pages asks `signed_in`.
    g.actor, g.identity = NOBODY, None
    if request.endpoint == "static" or not token():
        return
    idle, longest = lifetimes()
    with unit(NOBODY, reads=True) as uow:
        identity = sessions.who_is(uow, token(), idle=idle, longest=longest)
    if identity is None:
        return
    g.actor, g.identity = identity.actor, identity
    if identity.touch_due:
        with unit(NOBODY, reads=False) as uow:
            sessions.touch(uow, identity.session_id)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["followup_settings"]
    return settings


def cookie_name() -> str:
    """The name of the cookie that carries the session's token."""
    # The prefix makes browsers refuse the cookie unless it is Secure, for this host alone and for all paths.
    return "__Host-followup" if _settings().https else "followup"
