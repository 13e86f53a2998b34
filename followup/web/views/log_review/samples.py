"""One occasion: who, when, which child, why. It is judged here, and what came of it is written here."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.services.log_review import reviewing
from followup.store.unit_of_work import UnitOfWork
from followup.web import log_words
from followup.web.steps import translated
from followup.web.views.log_review.area import judged_before, page_number, pages


@pages.page("/log/occasions/<uuid:sample_id>", needs=Permission.REVIEW_LOG, methods=("GET", "POST"))
def sample(uow: UnitOfWork, sample_id: UUID) -> ResponseReturnValue:
    """Look at an occasion; posted, judge it and go on to the next."""
    if request.method == "GET":
        return _page(uow, sample_id)
    form = request.form
    try:
        judged = reviewing.judge(uow, sample_id, form.get("judgement", ""), form.get("words", ""))
    except InvalidInput as error:
        return _page(uow, sample_id, error.problems)
    if form.get("back") == "list":
        return redirect(url_for("log_review.review", review_id=judged.review_id, show="open", judged=sample_id))
    following = reviewing.next_after(uow, judged)
    if following:
        return redirect(url_for("log_review.sample", sample_id=following, judged=sample_id))
    return redirect(url_for("log_review.review", review_id=judged.review_id, judged=sample_id))


@pages.page("/log/occasions/<uuid:sample_id>/undo", needs=Permission.REVIEW_LOG, methods=("POST",))
def undo(uow: UnitOfWork, sample_id: UUID) -> ResponseReturnValue:
    """Take the judgement back."""
    reviewing.take_back(uow, sample_id)
    flash(_("Bedömningen är tillbakatagen."), "success")
    return redirect(url_for("log_review.sample", sample_id=sample_id))


@pages.page("/log/occasions/<uuid:sample_id>/outcome", needs=Permission.REVIEW_LOG, methods=("POST",))
def outcome(uow: UnitOfWork, sample_id: UUID) -> ResponseReturnValue:
    """Write what came of a finding."""
    try:
        reviewing.add_outcome(uow, sample_id, request.form.get("outcome", ""), closes=request.form.get("closes") == "1")
    except InvalidInput as error:
        return _page(uow, sample_id, error.problems)
    flash(_("Sparat."), "success")
    return redirect(url_for("log_review.sample", sample_id=sample_id))


def _page(uow: UnitOfWork, sample_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    errors = translated(problems)
    body = render_template(
        "log/sample.html",
        found=reviewing.load_sample(uow, sample_id, page_number()),
        values=request.form,
        before=judged_before(),
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        judgements=log_words.judgement_words(),
        rules=log_words.rule_words(),
        why=log_words.why_words(),
        action_words=log_words.action_words,
        table_words=log_words.table_words,
    )
    return make_response(body, 422 if errors else 200)
