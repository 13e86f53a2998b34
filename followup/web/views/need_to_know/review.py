"""The log reviewer's page of what was opened in an emergency."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.services.need_to_know import break_glass as glass
from followup.store.unit_of_work import UnitOfWork
from followup.web.steps import posted_fields, translated
from followup.web.views.need_to_know import pages


def finding_words() -> dict[str, str]:
    """What a review found, in words, by code."""
    return {
        "justified": _("Befogad"),
        "unclear": _("Oklar, måste följas upp"),
        "unjustified": _("Inte befogad"),
    }


@pages.page("/break-glass/reviews", needs=Permission.REVIEW_LOG)
def reviews(uow: UnitOfWork) -> ResponseReturnValue:
    """Who opened what, when, why and what the log says was done; nothing about the child but its case number."""
    return _page(uow)


@pages.page("/break-glass/<uuid:glass_id>/review", needs=Permission.REVIEW_LOG, methods=("POST",), fresh=True)
def review(uow: UnitOfWork, glass_id: UUID) -> ResponseReturnValue:
    """Judge one."""
    try:
        glass.review(uow, glass_id, posted_fields())
    except InvalidInput as error:
        return _page(uow, glass_id, error.problems)
    flash(_("Granskningen är sparad."), "success")
    return redirect(url_for("need_to_know.reviews"))


def _page(uow: UnitOfWork, about: UUID | None = None, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    errors = translated(problems)
    body = render_template(
        "access/reviews.html",
        glasses=glass.for_review(uow),
        about=about,
        findings=list(finding_words().items()),
        finding_words=finding_words(),
        values=posted_fields() if problems else {},
        errors=errors,
        me=uow.actor.id,
        now=uow.now,
    )
    return make_response(body, 422 if errors else 200)
