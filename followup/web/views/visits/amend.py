"""Writing about a signed visit: an addendum, a correction, or that somebody thinks something is wrong."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.deadlines.citations import cited
from followup.domain.access import Permission
from followup.domain.errors import Conflict, InvalidInput
from followup.services.record import amending
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.names import first_name
from followup.web.record_words import amendment_words, section_words, whose_words
from followup.web.steps import translated
from followup.web.views.visits import pages as visits
from followup.web.views.visits.sign import wake_pressroom

pages: Pages = visits


@pages.page("/visits/<uuid:visit_id>/amend", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), fresh="post")
def amend(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Write about a signed visit; the next edition of its document shows it."""
    if request.method == "GET":
        return _page(uow, visit_id)
    try:
        row = amending.amend(uow, visit_id, _key(), request.form)
    except InvalidInput as error:
        return _page(uow, visit_id, key=_key(), error=error)
    except Conflict as error:
        return _page(uow, visit_id, notice=_(error.message))
    wake_pressroom()
    flash(_("Sparat. Utgåva %(number)s görs nu. Den ersätter inte de tidigare.", number=row.edition), "success")
    return redirect(url_for("visits.summary", visit_id=visit_id, _anchor="h-editions"))


def _key() -> UUID:
    """The form's own key; a new one where it can't be read."""
    try:
        return UUID(request.form.get("key", ""))
    except ValueError:
        return uuid4()


def _page(
    uow: UnitOfWork, visit_id: UUID, *, key: UUID | None = None, error: InvalidInput | None = None, notice: str = ""
) -> ResponseReturnValue:
    page = amending.amendable(uow, visit_id)
    errors = translated(error.problems) if error else {}
    sections = section_words()
    body = render_template(
        "visits/amend.html",
        page=page,
        visit=page.visit,
        summary=page.summary,
        key=key or uuid4(),
        values={name: request.form.get(name, "") for name in amending.FIELDS},
        kinds=amendment_words(),
        sections=[(code, sections[code]) for code in page.sections],
        whose=list(whose_words(first_name(page.visit.child.name)).items()),
        law=cited("disputed", uow.today),
        today=uow.today,
        me=uow.actor,
        errors=errors,
        problems=[(name, message) for name, messages in errors.items() for message in messages],
        notice=notice,
    )
    return make_response(body, 422 if errors else 409 if notice else 200)
