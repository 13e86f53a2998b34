"""Is the log whole, and who has looked in it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.services.log_review import chain as service
from followup.store.unit_of_work import UnitOfWork
from followup.web import log_words
from followup.web.views.log_review.area import asked_number, pages


@pages.page("/log/chain", needs=Permission.REVIEW_LOG, methods=("GET", "POST"))
def chain(uow: UnitOfWork) -> ResponseReturnValue:
    """What is known of the chain; posted, the newest part of it is verified."""
    if request.method == "GET":
        return render_template("log/chain.html", found=service.load_chain(uow), because=log_words.anew_words())
    check = service.check_newest(uow)
    if not check.sound:
        flash(_("Loggen stämmer inte. Läs vidare här under."), "error")
    elif service.health(uow).bad:
        flash(_("De senaste raderna stämmer. Det som syntes tidigare står kvar."), "warning")
    else:
        flash(_("Det som kontrollerades stämmer."), "success")
    return redirect(url_for("log_review.chain"))


@pages.page("/log/looks", needs=Permission.REVIEW_LOG)
def looks(uow: UnitOfWork) -> ResponseReturnValue:
    """The log of those who looked in the log."""
    before = asked_number("before")
    found, older = service.looks(uow, before)
    return render_template("log/looks.html", looks=found, older=older, before=before, what=log_words.look_words())
