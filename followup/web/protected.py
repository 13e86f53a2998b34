"""The sign before a protected child stands before every page that is about one, wherever the link was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.urls import iri_to_uri

from followup.services.need_to_know.warning import unpassed
from followup.store.unit_of_work import UnitOfWork

SIGN = "need_to_know.sign"


def sign_before(uow: UnitOfWork, arguments: Mapping[str, Any]) -> ResponseReturnValue | None:
    """Lead to the sign when a page about a protected child is to be read whose sign has not been passed; else None.

    What is posted goes through: it shows nothing, and comes from a page that was let in.
    """
    if request.method != "GET" or request.endpoint == SIGN or g.identity is None:
        return None
    child_id = unpassed(uow, g.identity.warned, arguments)
    if child_id is None:
        return None
    return redirect(url_for(SIGN, child_id=child_id, next=iri_to_uri(request.full_path.rstrip("?"))))
