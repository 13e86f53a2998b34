"""The start page: each role's own."""

from __future__ import annotations

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages

pages = Pages("start", __name__)


@pages.page("/", needs=Permission.SIGNED_IN)
def start(_uow: UnitOfWork) -> ResponseReturnValue:
    """Send caseworkers to their children and log reviewers to the log; the others see what their role can do."""
    if g.actor.may(Permission.READ_CASES):
        return redirect(url_for("children.mine"))
    if g.actor.may(Permission.REVIEW_LOG):
        return redirect(url_for("log_review.months"))
    return render_template("start/no_cases.html")
