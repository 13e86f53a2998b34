"""A child gets another caseworker: the lead's decision, and the sheet that goes along."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.age import age_on
from followup.domain.errors import Conflict, InvalidInput, Problem
from followup.questionnaires import load_all
from followup.services.flags.people_around import leads
from followup.services.overview import child_file as files
from followup.services.overview import handing_over_child as handing
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.frame import day
from followup.web.languages import language
from followup.web.prompt_lines import prompt_lines
from followup.web.steps import posted_fields, translated

pages = Pages("handovers", __name__)


@pages.page("/children/<uuid:child_id>/change-caseworker", needs=Permission.LEAD, methods=("GET", "POST"), fresh="post")
def change(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Who is to be the child's caseworker, and from which day."""
    if request.method == "GET":
        return _change_page(uow, child_id)
    try:
        handover = handing.change_caseworker(uow, child_id, posted_fields())
    except InvalidInput as error:
        return _change_page(uow, child_id, error.problems)
    if handover is None:
        flash(_("Barnet har en ansvarig handläggare."), "success")
        return redirect(url_for("children.child", child_id=child_id))
    flash(_("Bytet är bestämt: %(day)s.", day=day(handover.on)), "success")
    return redirect(url_for("handovers.sheet", child_id=child_id))


@pages.page("/children/<uuid:child_id>/handover", needs=Permission.READ_CASES)
def sheet(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """One page for the next caseworker, in the child's own words."""
    return _sheet(uow, child_id)


@pages.page("/children/<uuid:child_id>/handover/record", needs=Permission.KEEP_VISITS, methods=("POST",))
def record(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Write down what helps, whom to know, and when the child was told goodbye and hello."""
    try:
        handing.record_handover(uow, child_id, posted_fields())
    except InvalidInput as error:
        return _sheet(uow, child_id, error.problems)
    except Conflict as conflict:
        flash(_(conflict.message), "warning")
        return redirect(url_for("handovers.sheet", child_id=child_id))
    flash(_("Sparat."), "success")
    return redirect(url_for("handovers.sheet", child_id=child_id))


def _change_page(uow: UnitOfWork, child_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    page = handing.open_change(uow, child_id)
    errors = translated(problems)
    body = render_template(
        "handovers/change.html",
        page=page,
        child=page.child,
        choices=[(str(user.id), f"{user.name}, {user.title}") for user in page.people],
        values=posted_fields() if problems else {},
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        today=uow.today,
    )
    return make_response(body, 422 if errors else 200)


def _sheet(uow: UnitOfWork, child_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    file = files.child_file(uow, child_id, with_others=False)
    library = load_all()
    errors = translated(problems)
    body = render_template(
        "handovers/sheet.html",
        file=file,
        child=file.child,
        age=age_on(file.child.birth_date, uow.today),
        handed=handing.latest_handover(uow, child_id),
        said=handing.last_said(uow, child_id),
        told=handing.last_told(uow, child_id),
        prompts=prompt_lines(file.prompts, library.wording(language())),
        check_texts=library.placement_check,
        may_change=leads(uow, child_id),
        values=posted_fields() if problems else {},
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        today=uow.today,
    )
    return make_response(body, 422 if errors else 200)
