"""Step 2: the child's form, together and one question at a time or all on a page; and the carers' form beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.answers import Status
from followup.domain.errors import InvalidInput, Problem
from followup.questionnaires import load_all
from followup.questionnaires.languages import words
from followup.services.child_mode.drawing import drawings_of
from followup.services.visit.answer_sheet import AnswerPage, open_page
from followup.services.visit.answering import STEP_OF, record_answers
from followup.services.visit.as_shown import shown_language
from followup.services.visit.handed_in import Earlier, earlier_answers, hurry
from followup.services.visit.moving import booked_for_another_day
from followup.services.visit.sheets import CARER, CHILD
from followup.services.visit.steps import Saved
from followup.store.tables import Answer, EarlierAnswer
from followup.store.unit_of_work import UnitOfWork
from followup.web.answer_words import label_of, language_choices, language_in_a_sentence, show_value
from followup.web.conflicts import resolved
from followup.web.door import Pages, wants_json
from followup.web.steps import answer_save, posted_fields, posted_revision, refuse_save, render_step
from followup.web.views.visits import pages as visits

pages: Pages = visits

PRACTICE, CLOSING = "practice", "closing"
_ONE = ("q-", "words-", "talk-")


@pages.page("/visits/<uuid:visit_id>/answers", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def answers(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Ask the child; save what it answers. `?item=`: one question at a time."""
    return _questions(uow, visit_id, CHILD)


@pages.page("/visits/<uuid:visit_id>/carer", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def carer(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Ask the foster carers, apart from the child; save what they answer."""
    return _questions(uow, visit_id, CARER)


def _questions(uow: UnitOfWork, visit_id: UUID, respondent: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _page(uow, open_page(uow, visit_id, respondent))
    try:
        saved = record_answers(uow, visit_id, respondent, posted_revision(), _posted())
    except InvalidInput as error:
        page = open_page(uow, visit_id, respondent)
        return refuse_save(error, partial(_page, uow, page, problems=error.problems))
    if isinstance(saved, Saved) and not wants_json():
        place = _leads_to(open_page(uow, visit_id, respondent))
        if place:
            return redirect(place)
    return answer_save(saved, visit_id, STEP_OF[respondent], label_of, show_value)


def _posted() -> dict[str, str]:
    """Return the fields as the service takes them: names that come more than once are joined by spaces."""
    fields, form = posted_fields(), resolved(request.form)
    for name in ("shown", "earshot"):
        if name in form:
            fields[name] = " ".join(form.getlist(name)).strip()
    return fields


def _page(uow: UnitOfWork, page: AnswerPage, *, problems: Sequence[Problem] = ()) -> ResponseReturnValue:
    values = {**page.fields(), **(_posted() if problems else {})}
    lang = shown_language(page.form, values["language"]) if page.form else "sv"
    earlier = earlier_answers(uow, [page.response]) if page.response else {}
    order = _order(page)
    one = request.args.get("item", "")
    return render_step(
        f"visits/{STEP_OF[page.respondent]}.html",
        page.visit,
        "answers",
        revision_of=STEP_OF[page.respondent],
        problems=problems,
        page=page,
        form=page.form,
        values=values,
        given={item: _given(values, item) for item in order},
        wrong=[(_anchor(page, problem.field), _(problem.message, **problem.values)) for problem in problems],
        one=one if one in order else "",
        order=order,
        lang=lang,
        language=language_in_a_sentence(lang),
        unread=any(words(lang).unread(item.text) for item in page.items),
        first=_first(page, earlier),
        drawings=drawings_of(uow, page.visit.id) if page.respondent == CHILD else {},
        hurry=hurry(page.response, page.form, earlier) if page.response and page.form else None,
        common=load_all().common,
        languages=language_choices(values["language"]),
        booked_for=booked_for_another_day(uow, page),
    )


def _first(page: AnswerPage, earlier: Earlier) -> dict[str, list[dict[str, Any]]]:
    """Word what was handed in and changed afterwards, by question."""
    return {
        answer.item: [_worded(answer, row) for row in earlier[answer.id]]
        for answer in (page.response.answers if page.response else ())
        if answer.id in earlier
    }


def _worded(answer: Answer, before: EarlierAnswer) -> dict[str, Any]:
    scored = before.score is not None or before.status != Status.ANSWERED  # a closing question has words alone
    value = before.status if before.score is None else str(before.score)
    changed = scored and (before.status, before.score) != (answer.status, answer.score)
    return {
        "word": show_value(f"q-{answer.item}", value) if changed else "",
        "words": before.words if before.words != answer.words else "",
        "at": before.answered_at,
    }


def _order(page: AnswerPage) -> list[str]:
    """List what is asked one at a time: practice, the questions, and the closing ones together."""
    if page.form is None:
        return []
    practice = [PRACTICE] if page.form.practice else []
    return [*practice, *(item.id for item in page.items), *([CLOSING] if page.form.closing else [])]


def _given(values: dict[str, str], item: str) -> dict[str, Any]:
    return {
        "value": values.get(f"q-{item}", ""),
        "words": values.get(f"words-{item}", ""),
        "wants_to_talk": values.get(f"talk-{item}") == "1",
    }


def _anchor(page: AnswerPage, field: str) -> str:
    item = field.split("-", 1)[1] if field.startswith(_ONE) else ""
    if page.form and (page.form.item(item) or item in {question.id for question in page.form.closing}):
        return item
    return field if field in {"mode", "language", "earshot", "comprehension"} else "step-form"


def _leads_to(page: AnswerPage) -> str:
    """Return where a pressed button leads within the step, or "" when it is the frame's to say."""
    visit_id, go = page.visit.id, request.form.get("go", "stay")
    if page.respondent == CARER:
        return url_for("visits.answers", visit_id=visit_id) if go in {"back", "next"} else ""
    order, one = _order(page), request.args.get("item", "")
    if one not in order or go not in {"back", "next"}:
        return ""
    place = order.index(one) + (1 if go == "next" else -1)
    if place == len(order):
        return ""
    return url_for("visits.answers", visit_id=visit_id, item=order[place] if place >= 0 else None)
