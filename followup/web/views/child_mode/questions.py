"""The questions, one to a screen: all in one page, of which a script shows one at a time; without scripts, `?item=`."""

from __future__ import annotations

from dataclasses import dataclass

from flask import jsonify, make_response, request, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.domain.questionnaire import Item, Practice
from followup.services.child_mode.child_form import ChildForm, open_form, save_answers
from followup.services.child_mode.drawing import my_drawings
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages, wants_json
from followup.web.steps import translated
from followup.web.views.child_mode import pages as child_mode
from followup.web.views.child_mode.showing import onwards, show, whereabouts

pages: Pages = child_mode

INTRO = "intro"


@dataclass(frozen=True)
class Screen:
    """One screen: how to answer (INTRO), a practice item, or a question. number: among its likes, from 1."""

    id: str
    number: int
    question: Item | Practice | None = None

    @property
    def kind(self) -> str:
        """Which of the three: intro, practice or item."""
        if self.question is None:
            return INTRO
        return "item" if isinstance(self.question, Item) else "practice"

    @property
    def field(self) -> str:
        """The name of its radio buttons."""
        return f"{'q' if self.kind == 'item' else 'practice'}-{self.id}"


@pages.page("/my/questions", needs=Permission.ANSWER, methods=("GET", "POST"))
def questions(uow: UnitOfWork) -> ResponseReturnValue:
    """Show the questions; save a screen. `go`: next | back, for a person without scripts."""
    if request.method == "POST" and wants_json():
        return _save_tap(uow)
    form = open_form(uow)
    if form.over:
        return onwards(whereabouts(form))
    screens = screens_of(form)
    asked = request.args.get("item", "")
    current = asked if asked in {screen.id for screen in screens} else _first(form, screens)
    if request.method == "GET":
        return _page(uow, form, screens, current)
    return _save_screen(uow, form, screens, current)


def screens_of(form: ChildForm) -> list[Screen]:
    """List the screens: how to answer and the practice items while they are needed, then the questions."""
    intro = [Screen(INTRO, 0)] if form.practice else []
    practice = [Screen(each.id, number, each) for number, each in enumerate(form.practice, 1)]
    return [*intro, *practice, *(Screen(item.id, number, item) for number, item in enumerate(form.items, 1))]


def _first(form: ChildForm, screens: list[Screen]) -> str:
    return (form.first_open or screens[-1].id) if form.begun else screens[0].id


def _save_tap(uow: UnitOfWork) -> ResponseReturnValue:
    try:
        save_answers(uow, request.form)
    except InvalidInput as error:
        return make_response(jsonify(errors=translated(error.problems)), 422)
    return jsonify(saved=True)


def _save_screen(uow: UnitOfWork, form: ChildForm, screens: list[Screen], current: str) -> ResponseReturnValue:
    """Save what a person without scripts posted from one screen, and lead on."""
    place, go = [screen.id for screen in screens].index(current), request.form.get("go", "next")
    screen = screens[place]
    beside = next(iter(screens[place + 1 :] if go == "next" else screens[:place][::-1]), None)
    unanswered = bool(screen.question) and not request.form.get(screen.field)
    if beside and _practises(screen) and _practises(beside) and not (go == "next" and unanswered):
        if any(name.startswith("practice-") for name in request.form):
            return _page(uow, form, screens, beside.id)  # not led there: practice is stored nowhere until it is whole
        return onwards(_address(beside.id))
    try:
        save_answers(uow, request.form)
    except InvalidInput:
        return _page(uow, form, screens, current, wrong=True)
    if go == "back":
        return onwards(_address(beside.id) if beside else url_for("child_mode.start"))
    if unanswered:
        return _page(uow, form, screens, current, wrong=True)
    return onwards(_address(beside.id) if beside else url_for("child_mode.closing"))


def _practises(screen: Screen) -> bool:
    return screen.kind in {INTRO, "practice"}


def _address(item: str) -> str:
    return url_for("child_mode.questions", item=item)


def _page(
    uow: UnitOfWork, form: ChildForm, screens: list[Screen], current: str, *, wrong: bool = False
) -> ResponseReturnValue:
    """Render the page. wrong: what was posted can't be saved, or nothing was chosen; the page holds it still."""
    practised = {name: value for name, value in request.form.items() if name.startswith("practice-")}
    posted = {name: value for name, value in request.form.items() if wrong and name != "csrf_token"}
    body = show(
        "child/questions.html",
        form,
        screens=screens,
        current=next(screen for screen in screens if screen.id == current),
        values={**form.page.fields(), **practised, **posted},
        practised=practised,
        wrong=wrong,
        drawings=my_drawings(uow),
        marks=form.childs,
    )
    return make_response(body, 422 if wrong else 200)
