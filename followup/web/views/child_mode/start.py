"""Before the first question: who reads, what one may do, and how one wants it."""

from __future__ import annotations

from flask import g, request, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.services.child_mode.child_form import begin_pause, end_pause, open_form, save_display
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.views.child_mode import pages as child_mode
from followup.web.views.child_mode.showing import onwards, show, whereabouts

pages: Pages = child_mode

_BACK = {"start": "child_mode.start", "pause": "child_mode.pause"}


@pages.page("/my", needs=Permission.ANSWER)
def here(uow: UnitOfWork) -> ResponseReturnValue:
    """Lead to where the form was left."""
    return onwards(whereabouts(open_form(uow)))


@pages.page("/my/start", needs=Permission.ANSWER, methods=("GET", "POST"))
def start(uow: UnitOfWork) -> ResponseReturnValue:
    """Say hello, and begin."""
    form = open_form(uow)
    if form.over:
        return onwards(whereabouts(form))
    if request.method == "POST":
        return onwards(url_for("child_mode.questions"))
    return show("child/start.html", form)


@pages.page("/my/display", needs=Permission.ANSWER, methods=("POST",))
def display(uow: UnitOfWork) -> ResponseReturnValue:
    """Keep a choice of language, text size, colours or reading aloud. `back`: start | pause."""
    save_display(uow, g.identity.session_id, request.form)
    endpoint = _BACK.get(request.form.get("back", ""), "child_mode.start")
    # while resting the choices are folded away: one that was just made leaves them open for the next
    return onwards(url_for(endpoint, choosing=1 if endpoint == "child_mode.pause" else None))


@pages.page("/my/pause", needs=Permission.ANSWER, methods=("GET", "POST"))
def pause(uow: UnitOfWork) -> ResponseReturnValue:
    """Rest. `go`: begin | end | stop, the last of which leads to giving back, the sheet not handed in."""
    if request.method == "GET":
        form = open_form(uow)
        return onwards(whereabouts(form)) if form.over else show("child/pause.html", form)
    go = request.form.get("go", "begin")
    if go == "begin":
        begin_pause(uow)
        return onwards(url_for("child_mode.pause"))
    end_pause(uow)
    return onwards(url_for("child_mode.thanks") if go == "stop" else whereabouts(open_form(uow)))
