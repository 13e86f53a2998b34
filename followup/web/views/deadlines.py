"""Deadlines: what presses for all one's children, one child's whole list, and recording what has happened."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.deadlines import rule_book
from followup.domain.access import Permission
from followup.domain.deadlines import Deadline
from followup.domain.errors import InvalidInput, Problem
from followup.questionnaires import load_all
from followup.services.overview import deadlines as dues
from followup.services.overview.deadline_lists import pressing_page
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.steps import translated

pages = Pages("deadlines", __name__)

_FIELDS = ("kind", "on", "note")


@pages.page("/deadlines", needs=Permission.READ_CASES)
def everybody(uow: UnitOfWork) -> ResponseReturnValue:
    """What presses for all children within reach."""
    listed = pressing_page(uow, request.args.get("page", 1, type=int))
    occasions = load_all().placement_check.retell_when
    return render_template("deadlines/everybody.html", listed=listed, occasions=occasions)


@pages.page("/children/<uuid:child_id>/deadlines", needs=Permission.READ_CASES)
def child(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """One child's deadlines. `?kind=`: what the form begins with."""
    return _page(uow, child_id, {"kind": request.args.get("kind", ""), "on": "", "note": ""})


@pages.page("/children/<uuid:child_id>/milestones", needs=Permission.KEEP_VISITS, methods=("POST",))
def record(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Record that something has happened."""
    posted = {name: request.form.get(name, "") for name in _FIELDS}
    try:
        dues.record_milestone(uow, child_id, posted["kind"], posted["on"], posted["note"])
    except InvalidInput as error:
        return _page(uow, child_id, posted, error.problems)
    flash(_("Inskrivet. Tidsfristerna är räknade om."), "success")
    return redirect(url_for("deadlines.child", child_id=child_id))


@pages.page("/milestones/<uuid:milestone_id>/withdraw", needs=Permission.KEEP_VISITS, methods=("POST",))
def withdraw(uow: UnitOfWork, milestone_id: UUID) -> ResponseReturnValue:
    """Take back what was recorded by mistake."""
    row = dues.withdraw_milestone(uow, milestone_id)
    flash(_("Taget tillbaka. Det står kvar, men räknas inte."), "success")
    return redirect(url_for("deadlines.child", child_id=row.child_id, _anchor="h-recorded"))


def _page(
    uow: UnitOfWork, child_id: UUID, posted: dict[str, str], problems: tuple[Problem, ...] = ()
) -> ResponseReturnValue:
    errors = translated(problems)
    whose = dues.child_of(uow, child_id)
    found = dues.deadlines(uow, child_id)
    body = render_template(
        "deadlines/child.html",
        child=whose,
        deadlines=shown(found),
        kinds=_kinds(found),
        recorded=dues.recorded(uow, child_id),
        today=uow.today,
        posted=posted,
        errors=errors,
        milestones=rule_book().milestones,
        occasions=load_all().placement_check.retell_when,
    )
    return make_response(body, 422 if errors else 200)


def shown(found: tuple[Deadline, ...]) -> list[Deadline]:
    """Leave out what does not concern the child."""
    return [each for each in found if each.state != "not_applicable"]


def _kinds(found: tuple[Deadline, ...]) -> list[str]:
    """Order what can be recorded: what is asked for now comes first, then the rest as in the rules."""
    asked = [code for each in shown(found) for code in (*each.rule.met_by, *each.rule.starts)]
    return list(dict.fromkeys((*asked, *rule_book().milestones)))
