"""Akut oro: a page that opens from every step, whatever is or isn't saved there."""

from __future__ import annotations

import uuid
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.questionnaires import load_all
from followup.services.visit.raising_alarm import open_alarm, raise_alarm
from followup.services.visit.steps import STEPS
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.frame import short_day
from followup.web.steps import posted_fields, translated
from followup.web.views.visits import pages as visits

pages: Pages = visits

_PLACES = frozenset({*STEPS, "carer"})
_FIELDS = ("concern", "words", "question", "told", "told_on", "told_time")


@pages.page("/visits/<uuid:visit_id>/urgent", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def urgent(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Show whom to call; write down an urgent concern, or who was told of one."""
    if request.method == "GET":
        return _page(uow, visit_id)
    concern_id = _concern_id()
    try:
        concern = raise_alarm(uow, visit_id, concern_id, posted_fields())
    except InvalidInput as error:
        return _page(uow, visit_id, error=error)
    flash(_("Sparat. Din gruppledare ser det i systemet, men ring ändå."), "success")
    return redirect(url_for("visits.urgent", visit_id=visit_id, back=_back(), _anchor=f"concern-{concern.id}"))


def _page(uow: UnitOfWork, visit_id: UUID, *, error: InvalidInput | None = None) -> ResponseReturnValue:
    alarm = open_alarm(uow, visit_id)
    visit = alarm.visit
    posted = {**dict.fromkeys(_FIELDS, ""), **(posted_fields() if error else {})}
    body = render_template(
        "visits/urgent.html",
        visit=visit,
        child=visit.child,
        visit_label=_("Besök %(day)s", day=short_day(uow.day_of(visit.planned_at))),
        back=_back(),
        back_url=url_for(f"visits.{_back()}", visit_id=visit_id),
        alarm=alarm,
        guidance=load_all().common.disclosure_guidance,
        concern_id=_concern_id() if error else uuid.uuid4(),
        today=uow.today.isoformat(),
        zone=uow.zone,
        posted=posted,
        errors=translated(error.problems) if error else {},
    )
    return make_response(body, 422 if error else 200)


def _back() -> str:
    step = request.args.get("back", "")
    return step if step in _PLACES else "talk"


def _concern_id() -> UUID:
    try:
        return UUID(request.form.get("concern", ""))
    except ValueError:
        return uuid.uuid4()
