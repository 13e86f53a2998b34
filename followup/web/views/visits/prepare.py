"""Step 1: prepare the visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.domain.standing import Standing
from followup.questionnaires import load_all
from followup.services.visit.briefing import briefing
from followup.services.visit.preparing import LastTime, Preparation, open_preparation, promises_by_id, save_prepare
from followup.services.visit.sheets import CHILD
from followup.services.visit.steps import Stale
from followup.store.unit_of_work import UnitOfWork
from followup.web.answer_words import language_name
from followup.web.door import Pages
from followup.web.prompt_lines import prompt_lines
from followup.web.steps import answer_save, posted_fields, posted_revision, refuse_save, render_step
from followup.web.views.visits import pages as visits
from followup.web.views.visits.talk import topic_of

pages: Pages = visits


@pages.page("/visits/<uuid:visit_id>/prepare", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def prepare(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Show what was said and promised; save which form, who is there, and what came of the promises."""
    if request.method == "GET":
        return _page(uow, visit_id)
    try:
        saved = save_prepare(uow, visit_id, posted_revision(), posted_fields())
    except InvalidInput as error:
        return refuse_save(error, partial(_page, uow, visit_id, problems=error.problems))
    promises = promises_by_id(uow, visit_id) if isinstance(saved, Stale) else {}
    return answer_save(saved, visit_id, "prepare", partial(_label, promises), _show)


def _page(uow: UnitOfWork, visit_id: UUID, *, problems: Sequence[Problem] = ()) -> ResponseReturnValue:
    page = open_preparation(uow, visit_id)
    library = load_all()
    last_form = page.last.form if page.last else None
    return render_step(
        "visits/prepare.html",
        page.visit,
        "prepare",
        problems=problems,
        page=page,
        values={**page.fields(), **(posted_fields() if problems else {})},
        forms=[form for form in library.forms.values() if form.respondent == CHILD],
        last_form=last_form,
        wording=library.wording(_language()),
        check=library.placement_check,
        brief=briefing(uow, page),
        occasions=library.placement_check.retell_when,
        prompts=prompt_lines(page.prompts, library.wording(_language())),
        not_again=_not_again(page.last),
        silent=_to_ask(page),
        spoken=language_name(page.visit.child.language),
        states=_states(),
        today=uow.today,
        me=uow.actor.id,
    )


def _not_again(last: LastTime | None) -> list[str]:
    return [topic or topic_of(subject) for subject, topic in last.not_again] if last else []


def _to_ask(page: Preparation) -> list[Standing]:
    """What went unanswered, without what the child asked to be left alone with: not both on the same page."""
    left_alone = {subject for subject, _topic in page.last.not_again} if page.last else set()
    return [each for each in page.silent if each.item.id not in left_alone]


def _states() -> dict[str, str]:
    return {"done": _("Gjort"), "open": _("Pågår"), "not_done": _("Blev inte av")}


def _label(promises: Mapping[str, str], name: str) -> str:
    labels = {
        "questionnaire": _("Formulär"),
        "present": _("Vem är med?"),
        "interpreter": _("Tolk"),
        "note": _("Att tänka på i dag"),
    }
    kinds = {"state": _("Hur gick det?"), "outcome": _("Vad hände?"), "told": _("Jag har berättat det")}
    kind, _dash, action_id = name.partition("-")
    return labels.get(name) or f"{promises.get(action_id, '')} {kinds.get(kind, name)}".strip()


def _show(name: str, value: str) -> str:
    if name == "questionnaire":
        form = load_all().forms.get(value)
        return form.title.get(_language()) if form else _("Inget formulär")
    if name.startswith("state-"):
        return _states().get(value, value)
    if name.startswith("told-"):
        return _("Ja") if value else _("Nej")
    return value


def _language() -> str:
    return str(get_locale() or "sv")[:2]
