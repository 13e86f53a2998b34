"""Planning a visit, calling it off, and opening it where it was left."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, NotFound
from followup.services.overview.due import DONE
from followup.services.visit import planning
from followup.services.visit.moving import move_to_today
from followup.store.tables import Visit
from followup.store.unit_of_work import UnitOfWork
from followup.web.agenda import cancel_reasons
from followup.web.door import Pages
from followup.web.forms.planning import CancelForm, PlanForm, show_problems
from followup.web.frame import clock, weekday
from followup.web.views.visits import pages as visits

pages: Pages = visits

_BACK = {
    "answers": ("answers",),
    "carer": ("carer",),
    "hand_over": ("hand_over",),
    "hand_over_carer": ("hand_over", "carer"),
}


@pages.page("/children/<uuid:child_id>/plan", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def plan(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Book a visit, for one child or for several in the same home."""
    page = planning.plan_page(uow, child_id)
    form = PlanForm(on=page.suggested, at=page.suggested_time, kind="planned", together_with=[])
    if form.validate_on_submit() and form.on.data and form.at.data:
        try:
            visit = planning.plan_visit(
                uow,
                child_id,
                on=form.on.data,
                at=form.at.data,
                kind=form.kind.data or "",
                together_with=_ids(form.together_with.data),
            )
        except InvalidInput as error:
            show_problems(form, error.problems)
        else:
            day, time = weekday(visit.planned_at), clock(visit.planned_at)
            flash(_("Besöket är bokat %(day)s %(time)s.", day=day, time=time), "success")
            if form.on.data < uow.today:
                flash(_("Dagen har redan varit. Besöket står som försenat tills du börjar på det."), "message")
            return redirect(url_for("children.child", child_id=child_id, _anchor="h-visits"))
    body = render_template("visits/plan.html", page=page, child=page.child, form=form)
    return make_response(body, 422 if form.errors else 200)


@pages.page("/visits/<uuid:visit_id>/cancel", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def cancel(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Write down why a visit is not made, and when it is made instead."""
    page = planning.cancel_page(uow, visit_id)
    child_page = url_for("children.child", child_id=page.visit.child_id, _anchor="h-visits")
    form = CancelForm()
    form.because.choices = list(cancel_reasons().items())
    if form.validate_on_submit():
        try:
            made_up = planning.cancel_visit(
                uow,
                visit_id,
                because=form.because.data or "",
                note=form.note.data or "",
                new=(form.new_on.data, form.new_at.data) if form.new_on.data and form.new_at.data else None,
                also=_ids(form.also.data),
            )
        except InvalidInput as error:
            show_problems(form, error.problems)
        else:
            flash(_said(made_up), "success")
            return redirect(child_page)
    elif page.visit.state == "cancelled" and not form.is_submitted():
        return redirect(child_page)
    body = render_template("visits/cancel.html", page=page, visit=page.visit, child=page.visit.child, form=form)
    return make_response(body, 422 if form.errors else 200)


@pages.page("/visits/<uuid:visit_id>/reopen", needs=Permission.KEEP_VISITS, methods=("POST",))
def reopen(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Take back that a visit was called off."""
    visit = planning.reopen_visit(uow, visit_id)
    flash(_("Besöket står kvar som bokat."), "success")
    return redirect(url_for("children.child", child_id=visit.child_id, _anchor="h-visits"))


@pages.page("/visits/<uuid:visit_id>/today", needs=Permission.KEEP_VISITS, methods=("POST",))
def today(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Let a visit that was booked for another day be of today. `back`: a key of _BACK."""
    move_to_today(uow, visit_id)
    flash(_("Besöket är flyttat till i dag."), "success")
    page, *form = _BACK.get(request.args.get("back", ""), _BACK["answers"])
    return redirect(url_for(f"visits.{page}", visit_id=visit_id, form=next(iter(form), None)))


@pages.page("/visits/<uuid:visit_id>", needs=Permission.READ_CASES)
def resume(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Open a visit where it was left: its step, its summary, or its place in the child's timeline."""
    place = planning.place_of(uow, visit_id)
    if place.state in DONE:
        return redirect(url_for("visits.summary", visit_id=visit_id))
    if place.state == "cancelled":
        return redirect(url_for("children.child", child_id=place.child_id, _anchor=f"visit-{visit_id}"))
    return redirect(url_for(f"visits.{place.step}", visit_id=visit_id))


def _said(made_up: Visit | None) -> str:
    if made_up is None:
        return _("Antecknat att besöket inte blir av.")
    day, time = weekday(made_up.planned_at), clock(made_up.planned_at)
    return _("Antecknat att besöket inte blir av. Ett nytt är bokat %(day)s %(time)s.", day=day, time=time)


def _ids(posted: Iterable[str] | None) -> list[UUID]:
    try:
        return [UUID(each) for each in posted or ()]
    except ValueError:
        raise NotFound from None
