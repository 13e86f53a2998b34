"""What every answer says to the browser: no strangers, no caching of case pages, files for ever by their hash."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

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
    )
)
_A_YEAR = 31_536_000


def harden(app: Flask) -> None:
    """Add the headers to every answer, and the content's hash to every static address."""
    app.after_request(_headers)
    app.url_defaults(_hash_static)


def _headers(response: Response) -> Response:
    headers = response.headers
    headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
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
