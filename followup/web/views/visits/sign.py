"""Step 6: the summary as it will be filed, read back with the child, and signed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from flask import (
    Response,
    after_this_request,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import Conflict, InvalidInput, InvalidTransition, Problem
from followup.questionnaires.languages import code_of
from followup.services.record import amending, editions, filing, signing, summarising
from followup.services.visit import answering
from followup.services.visit.steps import OPEN_STATES, Stale
from followup.store.unit_of_work import UnitOfWork
from followup.web import proof
from followup.web.answer_words import language_name
from followup.web.record_words import amendment_words, document_words, section_words
from followup.web.steps import (
    answer_save,
    posted_fields,
    posted_revision,
    refuse_save,
    render_step,
    step_labels,
    translated,
)
from followup.web.views.visits import pages


@pages.page("/visits/<uuid:visit_id>/sign", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), fresh="inline")
def sign(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Show the summary; save what the child said about it; sign."""
    if request.method == "GET":
        return _page(uow, visit_id)
    if request.form.get("go") == "not_asked":
        answering.note_not_asked(uow, visit_id)
    try:
        saved = signing.save_read_back(uow, visit_id, posted_revision(), posted_fields())
    except InvalidInput as error:
        return refuse_save(error, partial(_page, uow, visit_id, error=error))
    except InvalidTransition:
        if request.form.get("go") == "sign" and signing.said_when_signed(uow, visit_id, posted_fields()):
            return redirect(url_for("visits.summary", visit_id=visit_id))  # a browser shows what the last click got
        raise
    if request.form.get("go") != "sign" or isinstance(saved, Stale):
        return answer_save(saved, visit_id, "sign", _label)
    if not proof.fresh():
        return proof.throttled(
            _page(uow, visit_id, notice=proof.problem() or _("Bekräfta att det är du, och signera sedan.")),
            proof.waits(),
            422,
        )
    return _sign(uow, visit_id)


@pages.page("/visits/<uuid:visit_id>/summary", needs=Permission.READ_CASES)
def summary(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """A signed visit, as it was signed."""
    return summary_page(uow, visit_id)


def summary_page(
    uow: UnitOfWork, visit_id: UUID, *, problems: Iterable[Problem] = (), reference: str = "", filed: str = ""
) -> ResponseReturnValue:
    """The page of a signed visit.

    `problems`, `reference` and `filed` (a document's id): when what was written for filing can't be used.
    """
    visit, words, checksum = editions.current_summary(uow, visit_id)
    errors, made = translated(problems), editions.editions_of(uow, visit_id)
    body = render_template(
        "visits/summary.html",
        visit=visit,
        summary=words,
        checksum=checksum,
        document=filing.newest_document(uow, visit_id),
        editions=made,
        made_before=editions.made_before(made),
        spoken={each.language: language_name(code_of(each.language)) for each in made},
        amendments=amending.amendments_of(uow, visit_id),
        kinds=amendment_words(),
        sections=section_words(),
        documents=document_words(),
        errors=errors,
        reference=reference,
        filed=filed,
    )
    return make_response(body, 422 if errors else 200)


def wake_pressroom() -> None:
    """Tell the press that a document waits, once this request's work is committed: before that nobody can see it."""

    @after_this_request
    def _wake(response: Response) -> Response:
        current_app.extensions["followup_pressroom"].wake()
        return response


def _sign(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    try:
        signing.sign_visit(uow, visit_id, request.form.get("seen", ""))
    except InvalidInput as error:
        return _page(uow, visit_id, error=error)
    except Conflict as error:
        return _page(uow, visit_id, notice=_(error.message))
    wake_pressroom()
    flash(_("Besöket är signerat och låst."), "success")
    return redirect(url_for("visits.summary", visit_id=visit_id))


def _page(
    uow: UnitOfWork, visit_id: UUID, *, error: InvalidInput | None = None, notice: str = ""
) -> ResponseReturnValue:
    visit = summarising.load_for_summary(uow, visit_id)
    if visit.state not in OPEN_STATES:
        return redirect(url_for("visits.summary", visit_id=visit_id))
    labels = step_labels()
    stored, shown = signing.read_back_fields(visit), summarising.summarise(uow, visit)
    return render_step(
        "visits/sign.html",
        visit,
        "sign",
        problems=error.problems if error else (),
        values={**stored, **(posted_fields() if error else {})},
        summary=shown,
        seen=signing.mark_of(shown),
        lacks=[(lack, labels[lack.step]) for lack in signing.lacks(uow, visit)],
        notice=notice,
    )


def _label(name: str) -> str:
    return {"outcome": _("Vad barnet sa om sammanfattningen"), "words": _("Barnets ord")}.get(name, name)
