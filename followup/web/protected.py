"""The sign before a protected child stands before every page that is about one, wherever the link was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.urls import iri_to_uri

from followup.services.need_to_know.warning import pass_sign, unpassed
from followup.store.unit_of_work import UnitOfWork
from followup.web import proof
from followup.web.units import wants_json

SIGN = "need_to_know.sign"
PASSED = "sign_passed"
"""The field by which what was posted goes on from the sign. It holds the child's id."""


def sign_before(uow: UnitOfWork, arguments: Mapping[str, Any]) -> ResponseReturnValue | None:
    """Lead to the sign when a page about a protected child is asked for whose sign has not been passed; else None.

    What is posted changes nothing before that either, and its answer shows as much as a page does. It is kept on the
    sign, and goes on from there: a session that ended over a half-written page must not cost what was written.
    """
    if request.endpoint == SIGN or g.identity is None:
        return None
    child_id = unpassed(uow, g.identity.warned, arguments)
    if child_id is None:
        return None
    if request.method == "GET":
        return redirect(url_for(SIGN, child_id=child_id, next=iri_to_uri(request.full_path.rstrip("?"))))
    if request.form.get(PASSED) == str(child_id):
        pass_sign(uow, g.identity.session_id, child_id)
        return None
    return _hold(child_id)


def _hold(child_id: UUID) -> ResponseReturnValue:
    if wants_json():
        abort(403)  # the script says that it was not saved; pressing the button leads to the sign
    ours = proof.FIELDS | {PASSED, "csrf_token"}
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in ours]
    here = request.full_path.rstrip("?")
    return make_response(render_template("access/sign.html", child_id=child_id, here=here, kept=kept), 403)
