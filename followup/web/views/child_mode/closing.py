"""After the last question: what else there is to say, what to talk about first, handing in, and thanks."""

from __future__ import annotations

from flask import jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.services.child_mode.child_form import ChildForm, hand_in, open_form, save_answers, save_first_topic
from followup.services.child_mode.drawing import my_drawings
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages, wants_json
from followup.web.steps import translated
from followup.web.views.child_mode import pages as child_mode
from followup.web.views.child_mode.showing import onwards, show, whereabouts

pages: Pages = child_mode

LAST = "last"


@pages.page("/my/closing", needs=Permission.ANSWER, methods=("GET", "POST"))
def closing(uow: UnitOfWork) -> ResponseReturnValue:
    """Ask the closing questions, then hand in. `go`: next | back | hand_in."""
    if request.method == "POST" and wants_json() and "go" not in request.form:
        return _save(uow)
    form = open_form(uow)
    if form.over:
        return onwards(whereabouts(form))
    order = [*(question.id for question in form.form.closing), LAST]
    asked = request.args.get("item", "")
    current = asked if asked in order else order[0]
    if request.method == "GET":
        return _page(uow, form, order, current)
    return _go(uow, form, order, current)


@pages.page("/my/thanks", needs=Permission.ANSWER)
def thanks(uow: UnitOfWork) -> ResponseReturnValue:
    """Say thank you, show one's own answers and nothing else, and lead to giving the tablet back."""
    form = open_form(uow)
    return show("child/thanks.html", form, answers=form.page.fields(), drawings=my_drawings(uow))


def _save(uow: UnitOfWork) -> ResponseReturnValue:
    try:
        if "first_topic" in request.form:
            save_first_topic(uow, request.form["first_topic"])
        else:
            save_answers(uow, request.form)
    except InvalidInput as error:
        return make_response(jsonify(errors=translated(error.problems)), 422)
    return jsonify(saved=True)


def _go(uow: UnitOfWork, form: ChildForm, order: list[str], current: str) -> ResponseReturnValue:
    go, place = request.form.get("go", "next"), order.index(current)
    if go == "hand_in":
        hand_in(uow, request.form.get("first_topic", ""))
        return onwards(url_for("child_mode.thanks"))
    if current != LAST:
        try:
            save_answers(uow, request.form)
        except InvalidInput:
            return _page(uow, form, order, current, wrong=True)
    if go == "back" and not place:
        return onwards(url_for("child_mode.questions", item=form.items[-1].id))
    after = order[place - 1] if go == "back" else next(iter(order[place + 1 :]), LAST)
    return onwards(url_for("child_mode.closing", item=after))


def _page(
    uow: UnitOfWork, form: ChildForm, order: list[str], current: str, *, wrong: bool = False
) -> ResponseReturnValue:
    posted = {name: value for name, value in request.form.items() if wrong and name.startswith("words-")}
    body = show(
        "child/closing.html",
        form,
        order=order,
        current=current,
        values={**form.page.fields(), **posted},
        wrong=wrong,
        drawings=my_drawings(uow),
    )
    return make_response(body, 422 if wrong else 200)
