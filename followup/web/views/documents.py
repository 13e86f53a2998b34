"""Documents: fetching a summary as PDF, filing it, and the list of what is signed but not filed."""

from __future__ import annotations

from uuid import UUID

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.services.record import filing, plain_text, signing
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.views.visits.sign import summary_page, wake_pressroom

pages = Pages("documents", __name__)


@pages.page("/documents", needs=Permission.READ_CASES)
def unfiled(uow: UnitOfWork) -> ResponseReturnValue:
    """Signed visits whose document is not filed yet, oldest first."""
    listed = filing.unfiled(uow, request.args.get("page", 1, type=int))
    return render_template("documents/unfiled.html", listed=listed)


@pages.page("/visits/<uuid:visit_id>/summary.pdf", needs=Permission.READ_CASES)
def pdf(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """The stored bytes, under a name that tells nothing about the child."""
    content, name = filing.fetch_pdf(uow, visit_id)
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@pages.page("/visits/<uuid:visit_id>/text", needs=Permission.READ_CASES)
def text(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """A signed visit as plain text, to paste where the case system takes text. A draft has none: it isn't a record."""
    visit, words = signing.signed_summary(uow, visit_id)
    parts = plain_text.sections(words, visit.summary_sha256 or "")
    uow.note("take_text", child_id=visit.child_id, visit=str(visit.id))
    return render_template("documents/text.html", visit=visit, parts=parts, whole=plain_text.whole(parts))


@pages.page("/visits/<uuid:visit_id>/document", needs=Permission.READ_CASES)
def state(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Whether the PDF is ready, for the page that waits for it."""
    document = filing.newest_document(uow, visit_id)
    return jsonify(ready=document.state != "waiting", state=document.state)


@pages.page("/visits/<uuid:visit_id>/document/again", needs=Permission.KEEP_VISITS, methods=("POST",))
def again(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Make a PDF that nobody has asked for yet, or try once more when it failed."""
    filing.ask_for(uow, visit_id)
    wake_pressroom()
    return redirect(url_for("visits.summary", visit_id=visit_id))


@pages.page("/visits/<uuid:visit_id>/file", needs=Permission.KEEP_VISITS, methods=("POST",))
def file(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Record where in the case system the document is."""
    reference = request.form.get("reference", "")
    try:
        filing.file_document(uow, visit_id, reference)
    except InvalidInput as error:
        return summary_page(uow, visit_id, problems=error.problems, reference=reference)
    flash(_("Besöket är fört till akt."), "success")
    return redirect(url_for("visits.summary", visit_id=visit_id))
