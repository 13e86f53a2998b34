"""“Min sammanfattning”: the page where a child and its caseworker choose together what may stand in it."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.questionnaires.child_texts import copy_texts, letter_texts
from followup.questionnaires.languages import words
from followup.services.record import child_copy as service
from followup.store.unit_of_work import UnitOfWork
from followup.web.steps import posted_fields, translated
from followup.web.views.editions import pages
from followup.web.views.visits.sign import wake_pressroom


@pages.page("/visits/<uuid:visit_id>/child-copy", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), fresh="post")
def child_copy(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Choose together, and make the page."""
    page = service.choosable(uow, visit_id)
    if request.method == "GET":
        return _page(page, page.values())
    fields = posted_fields()
    try:
        if not page.signed:
            service.save_choices(uow, visit_id, fields)
            flash(_("Sparat. Sidan görs när besöket är signerat."), "success")
            return redirect(url_for("visits.sign", visit_id=visit_id))
        service.issue_child_copy(uow, visit_id, fields)
    except InvalidInput as error:
        return _page(page, fields, error)
    wake_pressroom()
    flash(_("Min sammanfattning görs nu. Skriv ut den och ge den till barnet."), "success")
    return redirect(url_for("visits.summary", visit_id=visit_id))


def _page(page: service.Choosable, values: dict[str, str], error: InvalidInput | None = None) -> ResponseReturnValue:
    errors = translated(error.problems if error else ())
    swedish = words("sv")
    headings = {**copy_texts(), "copy.why": letter_texts()["topics.why"]}
    body = render_template(
        "documents/child_copy.html",
        page=page,
        visit=page.visit,
        values=values,
        sections=[
            (code, swedish.say(headings[f"copy.{code}"]), list(options))
            for code, options in groupby(page.options, attrgetter("section"))
        ],
        errors=errors,
        lines=[(name, message) for name, found in errors.items() for message in found],
    )
    return make_response(body, 422 if errors else 200)
