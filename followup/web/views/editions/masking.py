"""Choosing what is masked before a document is given out, seeing how it becomes, and issuing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import Conflict, InvalidInput, Problem
from followup.domain.suggesting import KINDS
from followup.domain.summary import VisitSummary
from followup.domain.summary_blocks import Block
from followup.services.record import masking as service
from followup.store.unit_of_work import UnitOfWork
from followup.web import proof
from followup.web.steps import posted_fields, translated
from followup.web.views.editions import pages
from followup.web.views.visits.sign import wake_pressroom


@pages.page("/visits/<uuid:visit_id>/mask", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), fresh="inline")
def mask(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Choose what to mask. `go=preview` shows how it becomes; anything else issues it, and asks who it is."""
    page = service.maskable(uow, visit_id)
    if request.method == "GET":
        return _page(page, page.values())
    fields = {**posted_fields(), "go": request.form.get("go", "")}
    try:
        if fields["go"] == "preview":
            return _page(page, fields, shown=service.masked_as_chosen(uow, page, fields))
        if not proof.fresh():
            return proof.ask()
        service.issue_masked(uow, visit_id, fields)
    except InvalidInput as error:
        return _page(page, fields, problems=error.problems)
    except Conflict as error:
        return make_response(_page(page, page.values(), notice=_(error.message)), 409)
    wake_pressroom()
    flash(_("Den maskade utgåvan görs nu. Läs igenom den innan du lämnar ut den."), "success")
    return redirect(url_for("visits.summary", visit_id=visit_id))


def _page(
    page: service.Maskable,
    values: dict[str, str],
    *,
    shown: VisitSummary | None = None,
    problems: Iterable[Problem] = (),
    notice: str = "",
) -> ResponseReturnValue:
    errors = translated(problems)
    body = render_template(
        "documents/mask.html",
        page=page,
        visit=page.visit,
        values=values,
        grounds=_grounds(page),
        sections=[_section(name, list(blocks), values) for name, blocks in groupby(page.blocks, attrgetter("section"))],
        kinds=KINDS,
        shown=shown,
        errors=errors,
        lines=[(name, message) for name, found in errors.items() for message in found],
        notice=notice,
    )
    return make_response(body, 422 if errors else 200)


def _grounds(page: service.Maskable) -> list[tuple[str, str]]:
    lang = str(get_locale())
    return [(code, f"{ground.text.get(lang)} ({ground.short})") for code, ground in page.grounds.items()]


def _section(name: str, blocks: Sequence[Block], values: Mapping[str, str]) -> tuple[str, Sequence[Block], bool]:
    """A heading, its blocks, and whether something under it is chosen."""
    return name, blocks, any(values.get(f"b-{block.path}") for block in blocks)
