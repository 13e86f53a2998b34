"""“Vem har läst”: for the child's lead, for the log reviewer, and as CSV or PDF for the child or guardian."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import NotFound
from followup.domain.log_readers import Readers, to_csv, to_json
from followup.domain.neutral_names import plain
from followup.pdf.errors import RenderingFailed
from followup.pdf.readers import job_of
from followup.services.log_review import readers as service
from followup.store.unit_of_work import UnitOfWork
from followup.web import log_words
from followup.web.views.log_review.area import page_number, pages


@pages.page("/log/children", needs=Permission.REVIEW_LOG, methods=("GET", "POST"))
def find(uow: UnitOfWork) -> ResponseReturnValue:
    """Find a child by its case number. The number is posted, so that it stands in no address."""
    asked = request.form.get("case", "")
    if request.method == "GET":
        return render_template("log/find.html", asked="", missing=False)
    try:
        child_id = service.find_case(uow, asked)
    except NotFound:
        return make_response(render_template("log/find.html", asked=asked, missing=True), 422)
    return redirect(url_for("log_review.readers", child_id=child_id))


@pages.page("/log/children/<uuid:child_id>", needs=Permission.REVIEW_LOG)
def readers(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Who has read about a child, for the reviewer."""
    found = service.for_reviewer(uow, child_id, page_number())
    return _page(found, "log_review.readers", "log_review.readers_file", url_for("log_review.find"))


@pages.page("/log/children/<uuid:child_id>/file", needs=Permission.REVIEW_LOG, fresh=True)
def readers_file(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """The same as a file: `?kind=pdf`, or CSV."""
    found = service.to_give_out(uow, child_id, reviews=True)
    return _file(found, url_for("log_review.readers", child_id=child_id))


@pages.page("/children/<uuid:child_id>/readers", needs=Permission.LEAD)
def for_lead(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Who has read about a child, for those who lead its team."""
    found = service.for_lead(uow, child_id, page_number())
    back = url_for("children.child", child_id=child_id)
    return _page(found, "log_review.for_lead", "log_review.for_lead_file", back)


@pages.page("/children/<uuid:child_id>/readers/file", needs=Permission.LEAD, fresh=True)
def for_lead_file(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """The same as a file: `?kind=pdf`, or CSV."""
    found = service.to_give_out(uow, child_id, reviews=False)
    return _file(found, url_for("log_review.for_lead", child_id=child_id))


def _page(found: service.ReadersPage, page: str, file: str, back: str) -> str:
    return render_template(
        "log/readers.html",
        found=found,
        page=page,
        file=file,
        back=back,
        why=log_words.why_words(),
        did_words=log_words.did_words,
    )


def _file(found: Readers, back: str) -> ResponseReturnValue:
    kind = "pdf" if request.args.get("kind") == "pdf" else "csv"
    name = f"{plain(found.case_number)}-vem-har-last-{found.until.isoformat()}.{kind}"
    if kind == "csv":
        answer = Response(to_csv(found), mimetype="text/csv")
    else:
        try:
            content = current_app.extensions["followup_pressroom"].print_now(job_of(to_json(found)))
        except RenderingFailed:
            flash(_("Listan kunde inte skrivas ut. Försök igen, eller säg till den som sköter servern."), "warning")
            return redirect(back)
        answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
