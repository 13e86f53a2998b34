"""The store and units of work, as a request gets them."""

from __future__ import annotations

from flask import current_app, g, request

from followup.domain.access import Actor
from followup.store.opening import Store
from followup.store.unit_of_work import UnitOfWork


def store() -> Store:
    """The store of this program."""
    opened: Store = current_app.extensions["followup_store"]
    return opened


def unit(actor: Actor, *, reads: bool) -> UnitOfWork:
    """Begin a unit of work in this request."""
    return store().unit(actor, now=current_app.extensions["followup_clock"](), reads=reads, request_id=g.request_id)


def wants_json() -> bool:
    """Whether a script asks, rather than a person's browser."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"
