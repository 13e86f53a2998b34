"""The months: what has been reviewed, and a new sample; one review with its occasions; the signature."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, NotFound, Problem
from followup.services.log_review import reviewing, selecting
from followup.services.log_review.standing import standing
from followup.store.unit_of_work import UnitOfWork
from followup.web import log_words
from followup.web.steps import translated
from followup.web.views.log_review.area import judged_before, page_number, pages


@pages.page("/log", needs=Permission.REVIEW_LOG)
def months(uow: UnitOfWork) -> ResponseReturnValue:
    """The last twelve months and how far each has come."""
    return render_template("log/months.html", standing=standing(uow))


@pages.page("/log/months", needs=Permission.REVIEW_LOG, methods=("POST",))
def select(uow: UnitOfWork) -> ResponseReturnValue:
    """Draw a month's sample. Posted: `month`, its first day."""
    try:
        first = date.fromisoformat(request.form.get("month", ""))
    except ValueError:
        raise NotFound from None
    review = selecting.select_month(uow, first)
    flash(_("Urvalet är gjort. Det ändras inte."), "success")
    return redirect(url_for("log_review.review", review_id=review.id))


@pages.page("/log/reviews/<uuid:review_id>", needs=Permission.REVIEW_LOG)
def review(uow: UnitOfWork, review_id: UUID) -> ResponseReturnValue:
    """A month's occasions, those first that are left to judge."""
    return _review(uow, review_id)


@pages.page("/log/reviews/<uuid:review_id>/sign", needs=Permission.REVIEW_LOG, methods=("POST",), fresh="post")
def sign(uow: UnitOfWork, review_id: UUID) -> ResponseReturnValue:
    """Sign the month."""
    try:
        reviewing.sign(uow, review_id, request.form.get("words", ""))
    except InvalidInput as error:
        return _review(uow, review_id, error.problems)
    flash(_("Månaden är signerad."), "success")
    return redirect(url_for("log_review.months"))


def _review(uow: UnitOfWork, review_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    show = request.args.get("show", "all")
    found = reviewing.load_review(uow, review_id, show, page_number())
    errors = translated(problems)
    body = render_template(
        "log/review.html",
        found=found,
        values=request.form,
        before=judged_before(),
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        judgements=log_words.judgement_words(),
        rules=log_words.rule_words(),
        why=log_words.why_words(),
    )
    return make_response(body, 422 if errors else 200)
