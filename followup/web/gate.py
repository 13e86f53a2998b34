"""The gate, before the door: for which host a request is meant, which site made it, and how many there have been.

It judges the request alone and knows nothing of children. What it refuses never reaches a page, or the database.
Fetch metadata: https://www.w3.org/TR/fetch-metadata/ ; browsers without it are held by the token in every form.
"""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from flask import Flask, Response, current_app, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from followup.settings import Settings
from followup.web.errors import answer_error

WATCHED: Final = frozenset({"health.alive", "health.ready"})
"""What a load balancer asks by the machine's number, again and again; nothing about anybody is in the answers."""

_OWN_SITES: Final = frozenset({"same-origin", "none"})
_MOST_KEPT: Final = 10_000
_MINUTE: Final = 60.0


def stand_before(app: Flask, settings: Settings) -> None:
    """Judge every request before anybody asks who makes it. `settings.proxies`: how many servers stand in front."""
    if settings.proxies:  # what they say of who asks is believed; their Host is the one that the first was asked for
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # the documented way to wrap it
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0, x_port=0, x_prefix=0
        )
    app.before_request(_pin_host)
    app.before_request(_refuse_other_sites)


def slow_down(app: Flask) -> None:
    """Count requests, once it is known whose they are: for each session, and for strangers by address."""
    app.extensions["followup_pace"] = Pace(time.monotonic)
    app.before_request(_keep_pace)


def _pin_host() -> Response | None:
    settings: Settings = current_app.extensions["followup_settings"]
    if request.endpoint in WATCHED or is_ours(request.host, settings.hosts):
        return None
    return answer_error(421)


def is_ours(host: str, hosts: tuple[str, ...]) -> bool:
    """Say whether a Host header names this installation: a name in the list, with a port or for any.

    Without a list: this machine's own names, and addresses by number. A name that somebody else owns can be turned to
    point here (DNS rebinding), a number can't.
    """
    host = host.lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if hosts:
        return host in hosts or name in hosts
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _refuse_other_sites() -> Response | None:
    """Let another site lead a person here by a link, and do nothing else: no posts, no frames, no data, no pictures."""
    if request.headers.get("Sec-Fetch-Site", "none") in _OWN_SITES:
        return None
    headers = request.headers
    follows_link = (
        headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest", "document") == "document"
    )
    if follows_link and request.method in {"GET", "HEAD"}:
        return None
    g.from_elsewhere = True
    return answer_error(403)


class Pace:
    """Who may ask how often: a bucket for each key, filled evenly, so that a burst is let through and a flood isn't.

    In the memory of this process alone: with several, each has its own. clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, key: str, per_minute: int) -> float:
        """Take one request from the key's bucket; return 0, or how many seconds to wait until one is there."""
        with self._lock:
            now = self._clock()
            left, at = self._buckets.pop(key, (float(per_minute), now))
            left = min(float(per_minute), left + (now - at) * per_minute / _MINUTE)
            self._buckets[key] = (max(0.0, left - 1), now)
            while len(self._buckets) > _MOST_KEPT:
                self._buckets.popitem(last=False)
            return 0 if left >= 1 else (1 - left) * _MINUTE / per_minute


def _keep_pace() -> Response | None:
    if request.endpoint == "static":
        return None
    settings: Settings = current_app.extensions["followup_settings"]
    pace: Pace = current_app.extensions["followup_pace"]
    identity = g.get("identity")
    key = f"session {identity.session_id}" if identity else f"address {request.remote_addr}"
    wait = pace.wait(key, settings.requests_per_minute)
    if not wait:
        return None
    answer = answer_error(429)
    answer.headers["Retry-After"] = str(int(wait) + 1)
    return answer
