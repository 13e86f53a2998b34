"""What a finger drew, on its way in: after each stroke from the script, or by an ordinary post."""

from __future__ import annotations

from flask import abort, jsonify, make_response, redirect, request
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.domain.drawings import parse_strokes
from followup.domain.errors import InvalidInput
from followup.services.child_mode.drawing import save_drawing
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages, wants_json
from followup.web.frame import clock
from followup.web.steps import translated
from followup.web.views.child_mode import pages as child_mode

pages: Pages = child_mode

YES = "yes"


@pages.page("/my/drawings/<item>", needs=Permission.ANSWER, methods=("POST",))
def drawing(uow: UnitOfWork, item: str) -> ResponseReturnValue:
    """Keep the drawing to a question. Posts strokes (JSON, [] takes it away) and in_summary ("yes", else no)."""
    try:
        strokes = parse_strokes(request.form.get("strokes", ""))
    except InvalidInput as error:
        if wants_json():
            return make_response(jsonify(errors=translated(error.problems)), 422)
        abort(400)
    saved = save_drawing(uow, item, strokes, in_summary=request.form.get("in_summary") == YES)
    if wants_json():
        return jsonify(saved_at=clock(saved.at))
    return redirect("/my")
