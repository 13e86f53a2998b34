"""One line in the log for each request, and figures for whoever watches the server. No address, no id, no name."""

from __future__ import annotations

import logging
import time
from typing import Final

from flask import Flask, Response, current_app, g, request

from followup.domain.access import NOBODY
from followup.web.metrics import Figures

log = logging.getLogger("followup")

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_UNTOLD: Final = frozenset({"static", "health.alive", "health.ready", "health.figures"})


def tell(app: Flask) -> None:
    """Tell of every request once it is answered: which page (not which child's), how it went, how long it took.

    The page is called by its name in the program, since addresses hold ids, and what strangers try can hold anything.
    """
    app.before_request(_begin)
    app.after_request(_tell)


def _begin() -> None:
    g.began = time.perf_counter()


def _tell(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("began", time.perf_counter())
    page = request.endpoint or "-"
    method = request.method if request.method in _METHODS else "other"
    figures: Figures | None = current_app.extensions.get("followup_figures")
    if figures:
        figures.count(page, method, response.status_code, seconds)
    if page not in _UNTOLD:
        fields = {
            "request_id": g.get("request_id", "-"),
            "method": method,
            "page": page,
            "status": response.status_code,
            "ms": round(seconds * 1000),
            "role": g.get("actor", NOBODY).role.value,
        }
        log.info("request", extra={"fields": fields})
    return response
