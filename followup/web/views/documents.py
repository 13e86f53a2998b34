"""Documents: fetching a summary as PDF, filing it, and the list of what is signed but not filed."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import current_app, flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, NotFound, Problem
from followup.services.record import editions, filing, filing_folder, handing_out, home_filing, plain_text
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.record_words import document_words
from followup.web.steps import posted_fields, translated
from followup.web.views.visits.sign import summary_page, wake_pressroom

pages = Pages("documents", __name__)


@pages.page("/documents", needs=Permission.READ_CASES)
def unfiled(uow: UnitOfWork) -> ResponseReturnValue:
    """Signed visits whose document is not filed yet, oldest first."""
    listed = filing.unfiled(uow, request.args.get("page", 1, type=int))
    folder = current_app.extensions["followup_settings"].filing_folder
    return render_template(
        "documents/unfiled.html",
        listed=listed,
        homes=home_filing.unfiled_homes(uow),
        folder=folder,
        problems=filing_folder.PROBLEMS,
    )


@pages.page("/visits/<uuid:visit_id>/summary.pdf", needs=Permission.READ_CASES)
def pdf(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """The stored bytes, under a name that tells nothing about the child."""
    return _pdf(*filing.fetch_pdf(uow, visit_id))


@pages.page("/documents/<uuid:document_id>.pdf", needs=Permission.READ_CASES)
def edition(uow: UnitOfWork, document_id: UUID) -> ResponseReturnValue:
    """The stored bytes of one edition: the newest or one before it."""
    taken = filing.take(uow, document_id)
    return _pdf(taken.content, taken.name)


def _pdf(content: bytes, name: str) -> ResponseReturnValue:
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@pages.page("/documents/<uuid:document_id>/handout", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def hand_out(uow: UnitOfWork, document_id: UUID) -> ResponseReturnValue:
    """Note who was given an edition, when and why."""
    page = handing_out.handout_page(uow, document_id)
    if request.method == "GET":
        return _handout(page, page.values(uow.today))
    fields = dict.fromkeys(page.values(uow.today), "") | posted_fields()
    try:
        handing_out.hand_out(uow, document_id, fields)
    except InvalidInput as error:
        return _handout(page, fields, error.problems)
    flash(_("Utlämnandet är antecknat."), "success")
    return redirect(url_for("visits.summary", visit_id=page.visit.id))


def _handout(
    page: handing_out.HandoutPage, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> ResponseReturnValue:
    errors = translated(problems)
    body = render_template(
        "documents/hand_out.html",
        page=page,
        values=values,
        errors=errors,
        lines=[(name, message) for name, found in errors.items() for message in found],
        documents=document_words(),
    )
    return make_response(body, 422 if errors else 200)


@pages.page("/visits/<uuid:visit_id>/text", needs=Permission.READ_CASES)
def text(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """A signed visit as plain text, to paste where the case system takes text. A draft has none: it isn't a record."""
    visit, words, checksum = editions.current_summary(uow, visit_id)
    parts = plain_text.sections(words, checksum)
    uow.note("take_text", child_id=visit.child_id, visit=str(visit.id))
    return render_template("documents/text.html", visit=visit, parts=parts, whole=plain_text.whole(parts))


@pages.page("/visits/<uuid:visit_id>/document", needs=Permission.READ_CASES)
def state(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Whether no PDF of the visit is being made, for the page that waits for it."""
    document = filing.newest_document(uow, visit_id)
    return jsonify(ready=not editions.waits(uow, visit_id), state=document.state)


@pages.page("/visits/<uuid:visit_id>/document/again", needs=Permission.KEEP_VISITS, methods=("POST",))
def again(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Make a PDF that nobody has asked for yet, or try once more when it failed."""
    filing.ask_for(uow, visit_id)
    wake_pressroom()
    return redirect(url_for("visits.summary", visit_id=visit_id))


@pages.page("/visits/<uuid:visit_id>/file", needs=Permission.KEEP_VISITS, methods=("POST",))
def file(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Record where in the case system a document is."""
    reference, filed = request.form.get("reference", ""), request.form.get("document", "")
    try:
        filing.file_document(uow, visit_id, reference, _id(filed) if filed else None)
    except InvalidInput as error:
        return summary_page(uow, visit_id, problems=error.problems, reference=reference, filed=filed)
    flash(_("Antecknat att dokumentet är fört till akt."), "success")
    return redirect(url_for("visits.summary", visit_id=visit_id))


def _id(posted: str) -> UUID:
    try:
        return UUID(posted)
    except ValueError:
        raise NotFound from None
