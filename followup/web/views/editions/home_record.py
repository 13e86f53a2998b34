"""The foster home's own record: choosing what stands in it, keeping it, its PDF, and where it is filed."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.services.record import home_filing
from followup.services.record import home_record as service
from followup.store.unit_of_work import UnitOfWork
from followup.web.steps import posted_fields, translated
from followup.web.views.editions import pages
from followup.web.views.visits.sign import wake_pressroom


@pages.page("/visits/<uuid:visit_id>/home-record", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), fresh="post")
def home_record(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Choose what stands in the record, and keep it."""
    if request.method == "POST":
        fields = posted_fields()
        try:
            service.issue_home_record(uow, visit_id, fields)
        except InvalidInput as error:
            return _page(uow, visit_id, problems=error.problems, chosen=fields)
        wake_pressroom()
        flash(_("Familjehemmets anteckning är sparad. Hämta PDF:en och för den till familjehemmets akt."), "success")
        return redirect(url_for("editions.home_record", visit_id=visit_id))
    return _page(uow, visit_id)


@pages.page("/visits/<uuid:visit_id>/home-record.pdf", needs=Permission.READ_CASES)
def home_record_pdf(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """The stored bytes of an edition, `?edition=`; of the newest without it."""
    taken = home_filing.take_home_record(uow, visit_id, request.args.get("edition", type=int))
    if taken is None:
        return redirect(url_for("editions.home_record", visit_id=visit_id))
    content, name = taken
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@pages.page("/visits/<uuid:visit_id>/home-record/state", needs=Permission.READ_CASES)
def home_record_state(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Whether no PDF of the home's record is being made, for the page that waits for it."""
    return jsonify(ready=not home_filing.waits(uow, visit_id))


@pages.page("/visits/<uuid:visit_id>/home-record/file", needs=Permission.KEEP_VISITS, methods=("POST",))
def file_home_record(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Record where in the home's file an edition is."""
    edition, reference = request.form.get("edition", 0, type=int), request.form.get("reference", "")
    try:
        home_filing.file_home_record(uow, visit_id, edition, reference)
    except InvalidInput as error:
        return _page(uow, visit_id, problems=error.problems, reference=reference, filed=edition)
    flash(_("Antecknat att dokumentet är fört till akt."), "success")
    return redirect(url_for("editions.home_record", visit_id=visit_id))


def _page(
    uow: UnitOfWork,
    visit_id: UUID,
    *,
    problems: tuple[Problem, ...] = (),
    reference: str = "",
    filed: int = 0,
    chosen: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    draft, errors = service.draft_home_record(uow, visit_id), translated(problems)
    body = render_template(
        "documents/home_record.html",
        draft=draft,
        visit=draft.visit,
        home=draft.visit.home_visit.foster_home,
        values=draft.values() if chosen is None else chosen,
        unread=draft.unread(chosen) if chosen else (),
        groups={
            name: list(parts)
            for name, parts in groupby(sorted(draft.parts, key=attrgetter("group")), attrgetter("group"))
        },
        states={record.id: home_filing.state_of(record) for record in draft.made},
        errors=errors,
        reference=reference,
        filed=filed,
    )
    return make_response(body, 422 if errors else 200)
