"""Step 4: does the child know why it lives there."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.domain.placement_check import BLAMING
from followup.domain.questionnaire import Text
from followup.questionnaires import load_all
from followup.services.visit.explaining import drafting, open_why, overtaken, save_why, why_fields
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages, wants_json
from followup.web.languages import language
from followup.web.steps import answer_save, posted_fields, posted_revision, refuse_save, render_step
from followup.web.views.visits import pages as visits

pages: Pages = visits


@pages.page("/visits/<uuid:visit_id>/why", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def why(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Show what to ask and say; save what the child knows. A script's save never makes a version of the explanation."""
    if request.method == "GET":
        return _page(uow, visit_id)
    try:
        saved = save_why(uow, visit_id, posted_revision(), posted_fields(), publish=not wants_json())
    except InvalidInput as error:
        problem = error
        return refuse_save(error, lambda: _page(uow, visit_id, error=problem))
    return answer_save(saved, visit_id, "why", _label, _show)


def _page(uow: UnitOfWork, visit_id: UUID, *, error: InvalidInput | None = None) -> ResponseReturnValue:
    page = open_why(uow, visit_id)
    form = load_all().placement_check
    values = {**why_fields(page.visit), **(posted_fields() if error else {})}
    row = page.visit.placement_check
    return render_step(
        "visits/why.html",
        page.visit,
        "why",
        problems=error.problems if error else (),
        page=page,
        values=values,
        drafting=bool(row and drafting(row)),
        overtaken=overtaken(page.visit),
        understanding=_choices(form.understanding),
        self_blame=_choices(form.self_blame),
        reasons=_choices(form.reasons),
        texts=form,
        blamed_before=bool(page.before and page.before.self_blame in BLAMING),
        zone=uow.zone,
    )


def _choices(texts: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [(code, text.get(language())) for code, text in texts.items()]


def _label(name: str) -> str:
    form = load_all().placement_check
    labels = {
        "understanding": _("Vet varför"),
        "understanding_reason": _("Varför det inte togs upp (vet varför)"),
        "self_blame": _("Skuld"),
        "self_blame_reason": _("Varför det inte togs upp (skuld)"),
        "reason_note": _("Annat skäl"),
        "always_said": _("Jag har sagt det"),
        "explanation": _("Därför bor jag här"),
        "agreed_with": _("Vilka är överens om texten?"),
    }
    return labels.get(name) or (form.fields[name].get(language()) if name in form.fields else name)


def _show(name: str, value: str) -> str:
    form = load_all().placement_check
    codes = {
        "understanding": form.understanding,
        "self_blame": form.self_blame,
        "understanding_reason": form.reasons,
        "self_blame_reason": form.reasons,
    }.get(name, {})
    if value in codes:
        return codes[value].get(language())
    if name == "always_said":
        return _("Ja") if value else _("Nej")
    return value
