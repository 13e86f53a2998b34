"""Giving the tablet back: the adult's PIN, or else a password."""

from __future__ import annotations

from flask import g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.questionnaires.languages import words
from followup.services.child_mode.handing_over import TRIES, take_back, tries_left
from followup.services.child_mode.on_loan import sheet_on_loan
from followup.store.unit_of_work import UnitOfWork
from followup.web import identity
from followup.web.door import Pages
from followup.web.lent import lead_back
from followup.web.views.child_mode import pages as child_mode

pages: Pages = child_mode

_WRONG = "wrong_pin"


@pages.page("/my/give-back", needs=Permission.ANSWER, methods=("GET", "POST"))
def give_back(uow: UnitOfWork) -> ResponseReturnValue:
    """Ask for the PIN of whoever handed the tablet over; the right one unlocks it."""
    if request.method == "GET":
        return _page(uow)
    loan = g.actor.loan
    token = take_back(uow, g.identity.session_id, request.form.get("pin", "")).token
    if token is None:
        # said once: whoever comes back later meets an empty field, and how many tries are left
        session[_WRONG] = request.form.get("pin", "") != ""
        return redirect(url_for("child_mode.give_back"))  # a page asked for again must not cost another try
    session.clear()  # nothing from the child's pages is trusted after them
    response = make_response(lead_back(loan))
    identity.remember(response, token)
    return response


def _page(uow: UnitOfWork) -> str:
    sheet, left = sheet_on_loan(uow), tries_left(uow, g.identity.session_id)
    return render_template(
        "child/give_back.html",
        words=words(sheet.language),
        handed_in=sheet.handed_in_at is not None,
        display=g.identity.display,
        name=g.actor.name,
        left=left,
        wrong=session.pop(_WRONG, False) and left < TRIES,
        tried=left < TRIES,
    )
