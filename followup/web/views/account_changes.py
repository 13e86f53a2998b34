"""Whose account somebody else has changed, for leads, log reviewers and administrators; and the second code."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidTransition, NotFound
from followup.services.installation import account_changes
from followup.store.unit_of_work import UnitOfWork
from followup.web.account_words import change_words
from followup.web.door import Pages

pages = Pages("account_changes", __name__)


@pages.page("/accounts", needs=Permission.VOUCH)
def changes(uow: UnitOfWork) -> ResponseReturnValue:
    """What was changed in the last months, and by whom; who waits for a code."""
    told = account_changes.listed(uow)
    words = {each.row.id: change_words(each) for each in told}
    shown = {"told": told, "words": words, "now": uow.now, "leads": uow.actor.may(Permission.LEAD)}
    return render_template("users/changes.html", **shown, news=account_changes.news(uow))


@pages.page("/accounts/<uuid:user_id>/code", needs=Permission.VOUCH, methods=("POST",), fresh=True)
def code(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Give the second code. It is shown in this answer and never again."""
    try:
        user, given = account_changes.give_code(uow, user_id)
    except InvalidTransition as error:
        flash(_(error.message), "warning")
        return redirect(url_for("account_changes.changes"))
    return render_template("users/code.html", user=user, code=given)


@pages.page("/accounts/seen", needs=Permission.VOUCH, methods=("POST",))
def seen(uow: UnitOfWork) -> ResponseReturnValue:
    """Say that one has seen what the page showed. Posted: `until`, when that was."""
    try:
        until = datetime.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise NotFound from None
    if until.tzinfo is None:
        raise NotFound
    account_changes.see(uow, until)
    flash(_("Noterat."), "success")
    return redirect(url_for("account_changes.changes"))
