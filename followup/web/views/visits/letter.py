"""The letter to the child before the visit: what is to stand in it, and the PDF. Nothing of it is kept."""

from __future__ import annotations

from uuid import UUID

from flask import current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.pdf.errors import RenderingFailed
from followup.pdf.letter import job_of
from followup.questionnaires.child_texts import letter_texts
from followup.questionnaires.languages import words
from followup.services.visit import letter as letters
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.views.visits import pages as visits

pages: Pages = visits


@pages.page("/visits/<uuid:visit_id>/letter", needs=Permission.READ_CASES)
def letter(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Choose language and topics."""
    return _page(uow, visit_id)


@pages.page("/visits/<uuid:visit_id>/letter.pdf", needs=Permission.READ_CASES)
def letter_pdf(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """The letter, printed while somebody waits. `?language=…&topic=…`."""
    draft = letters.draft_letter(uow, visit_id)
    written = letters.write_letter(
        uow, visit_id, request.args.get("language", draft.language), request.args.getlist("topic")
    )
    try:
        content = current_app.extensions["followup_pressroom"].print_now(job_of(written))
    except RenderingFailed:
        return make_response(_page(uow, visit_id, failed=True), 503)
    letters.note_letter(uow, visit_id, draft.visit.child_id)
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="brev.pdf"'
    return response


def _page(uow: UnitOfWork, visit_id: UUID, *, failed: bool = False) -> str:
    draft = letters.draft_letter(uow, visit_id)
    texts, swedish = letter_texts(), words("sv")
    return render_template(
        "visits/letter.html",
        draft=draft,
        visit=draft.visit,
        child=draft.visit.child,
        topics=[(code, swedish.say(texts[f"topics.{code}"])) for code in draft.topics],
        me=uow.actor.id,
        failed=failed,
    )
