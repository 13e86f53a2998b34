"""The start page: each role's own."""

from __future__ import annotations

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import PERMISSIONS, Permission
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages

pages = Pages("start", __name__)


@pages.page("/", needs=Permission.SIGNED_IN)
def start(_uow: UnitOfWork) -> ResponseReturnValue:
    """Send each to what waits: leads to their desk, caseworkers to their children, log reviewers to the log.

    The others see what their role can do. Who leads by a dated mandate alone has children of their own first.
    """
    if Permission.LEAD in PERMISSIONS[g.actor.role]:
        return redirect(url_for("desk.queue"))
    if g.actor.may(Permission.READ_CASES):
        return redirect(url_for("children.mine"))
    if g.actor.may(Permission.MANAGE_USERS):
        return redirect(url_for("users.users"))
    if g.actor.may(Permission.REVIEW_LOG):
        return redirect(url_for("log_review.months"))
    return render_template("start/no_cases.html")
