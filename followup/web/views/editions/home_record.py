"""The foster home's own record: choosing what stands in it, keeping it, and its PDF."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from uuid import UUID

from flask import current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.pdf.errors import RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.services.record import home_record as service
from followup.store.unit_of_work import UnitOfWork
from followup.web.steps import posted_fields
from followup.web.views.editions import pages


@pages.page("/visits/<uuid:visit_id>/home-record", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def home_record(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Choose what stands in the record, and keep it."""
    if request.method == "POST":
        service.issue_home_record(uow, visit_id, posted_fields())
        flash(_("Familjehemmets anteckning är sparad. Hämta PDF:en och för den till familjehemmets akt."), "success")
        return redirect(url_for("editions.home_record", visit_id=visit_id))
    return _page(uow, visit_id)


@pages.page("/visits/<uuid:visit_id>/home-record.pdf", needs=Permission.READ_CASES)
def home_record_pdf(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """The newest record as PDF, printed from what is kept while somebody waits."""
    record = service.fetch_home_record(uow, visit_id)
    if record is None:
        return redirect(url_for("editions.home_record", visit_id=visit_id))
    try:
        content = current_app.extensions["followup_pressroom"].print_now(PrintJob("home", record.source))
    except RenderingFailed:
        return make_response(_page(uow, visit_id, failed=True), 503)
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    name = f"familjehem-{record.made_at:%Y-%m-%d}-utgava-{record.edition}.pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def _page(uow: UnitOfWork, visit_id: UUID, *, failed: bool = False) -> str:
    draft = service.draft_home_record(uow, visit_id)
    return render_template(
        "documents/home_record.html",
        draft=draft,
        visit=draft.visit,
        home=draft.visit.home_visit.foster_home,
        values=draft.values(),
        groups={
            name: list(parts)
            for name, parts in groupby(sorted(draft.parts, key=attrgetter("group")), attrgetter("group"))
        },
        failed=failed,
    )
