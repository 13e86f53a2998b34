"""What every answer says to the browser: no strangers, no caching of case pages, files for ever by their hash."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request

CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002 - one rule a line is what can be read
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",  # no script of ours makes nodes of text ...
        "trusted-types 'none'",  # ... so none may learn to
    )
)
_A_YEAR = 31_536_000
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that don't know frame-ancestors
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": ", ".join(
        f"{power}=()"
        for power in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
    ),
}


def harden(app: Flask) -> None:
    """Add the headers to every answer, and the content's hash to every static address."""
    app.after_request(_headers)
    app.url_defaults(_hash_static)


def _headers(response: Response) -> Response:
    headers = response.headers
    for name, value in _ALWAYS.items():
        headers[name] = value
    headers["X-Request-ID"] = g.get("request_id", "-")
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:  # noqa: PLR2004 - OK
        headers["Cache-Control"] = f"public, max-age={_A_YEAR}, immutable"
    else:
        headers["Cache-Control"] = "no-store"
    if current_app.extensions["followup_settings"].https:
        headers["Strict-Transport-Security"] = f"max-age={_A_YEAR}"
    return response


def _hash_static(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "filename" in values:
        values["v"] = _hash(Path(str(current_app.static_folder), values["filename"]))


@cache
def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"
