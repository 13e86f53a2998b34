"""What machines ask: does the program live, can it work, and how is it doing. Nothing about anybody."""

from __future__ import annotations

from flask import abort, current_app, jsonify, make_response, request
from flask.typing import ResponseReturnValue

from followup.domain.access import NOBODY, Permission
from followup.domain.errors import StoreUnavailable
from followup.services.installation.readiness import look_up
from followup.web.door import Pages, unit
from followup.web.metrics import Figures

pages = Pages("health", __name__)


@pages.page("/health", needs=Permission.PUBLIC)
def alive() -> ResponseReturnValue:
    """The process answers. Whoever starts it anew when it doesn't asks this; the database is another's affair."""
    return jsonify(status="ok")


@pages.page("/ready", needs=Permission.PUBLIC)
def ready() -> ResponseReturnValue:
    """The database answers too: pages can be shown. What is wrong stands in the log, not here."""
    try:
        with unit(NOBODY, reads=True) as uow:
            look_up(uow)
    except StoreUnavailable:
        return make_response(jsonify(status="unavailable"), 503)
    return jsonify(status="ok")


@pages.page("/metrics", needs=Permission.PUBLIC)
def figures() -> ResponseReturnValue:
    """Figures for Prometheus, for whoever has the token; else this address leads nowhere."""
    figures: Figures | None = current_app.extensions["followup_figures"]
    if figures is None or not figures.may_be_read_by(request.headers.get("Authorization", "")):
        abort(404)
    response = make_response(figures.written())
    response.headers["Content-Type"] = figures.content_type
    return response
