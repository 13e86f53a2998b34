"""Figures for Prometheus: how many requests, how they went, how long they took. By page and status, of nobody."""

from __future__ import annotations

import hmac
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from followup.settings import Settings, SettingsError

_SHORTEST_TOKEN: Final = 20
_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Figures:
    """The figures of this process. token: what whoever fetches them must know."""

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        library: Any = import_module("prometheus_client")  # an extra, asked for by a setting
        self._write = library.generate_latest
        self.content_type: str = library.CONTENT_TYPE_PLAIN_0_0_4
        self._registry = library.CollectorRegistry()
        self._requests = library.Counter(
            "followup_requests", "Requests answered.", ("page", "method", "status"), registry=self._registry
        )
        self._seconds = library.Histogram(
            "followup_request_seconds", "Time to answer.", ("page",), buckets=_SECONDS, registry=self._registry
        )

    def count(self, page: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request. page: a page's name in the program, never an address."""
        self._requests.labels(page, method, str(status)).inc()
        self._seconds.labels(page).observe(seconds)

    def may_be_read_by(self, authorization: str) -> bool:
        """Say whether a request's Authorization header holds the token."""
        kind, _, token = authorization.partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token)

    def written(self) -> bytes:
        """The figures in Prometheus' text format."""
        text: bytes = self._write(self._registry)
        return text


def figures(settings: Settings) -> Figures | None:
    """The figures, if the settings ask for them. Raises SettingsError when they can't be had."""
    if settings.metrics_token_file is None:
        return None
    try:
        return Figures(_token(settings.metrics_token_file))
    except ImportError:
        raise SettingsError(["FOLLOWUP_METRICS_TOKEN_FILE: needs the extra followup[metrics]; install it."]) from None


def _token(file: Path) -> str:
    try:
        lines = file.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"FOLLOWUP_METRICS_TOKEN_FILE: {file} can't be read ({type(error).__name__})."]) from None
    if not lines or len(lines[0]) < _SHORTEST_TOKEN:
        raise SettingsError(
            [f"FOLLOWUP_METRICS_TOKEN_FILE: write a token of at least {_SHORTEST_TOKEN} characters in {file}."]
        )
    return lines[0]
