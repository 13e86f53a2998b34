"""The cookie by which a browser shows that its user has signed in on it before; it opens nothing."""

from __future__ import annotations

from flask import Response, current_app, request

from followup.services.sign_in import known_browsers
from followup.web import identity


def borne() -> str:
    """What the browser bears, or an empty string."""
    return request.cookies.get(_name(), "")


def mark(response: Response, account: str) -> None:
    """Let the browser bear that the account, by name, has signed in on it."""
    today = current_app.extensions["followup_clock"]().date()
    response.set_cookie(
        _name(),
        known_browsers.marked(borne(), account, today),
        max_age=int(known_browsers.LASTS.total_seconds()),
        secure=identity.https(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _name() -> str:
    return "__Host-followup_known" if identity.https() else "followup_known"
