"""Who may open a child: the lead's overview, and a child's own page of decisions."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from followup.services.need_to_know import barring, break_glass, deciding
from followup.store.unit_of_work import UnitOfWork
from followup.web.steps import posted_fields, translated
from followup.web.views.need_to_know import pages
from followup.web.views.need_to_know.review import finding_words

Deed = Callable[[UnitOfWork, UUID], str]


def kind_words() -> dict[str, str]:
    """Why somebody is barred, in words, by code."""
    return {
        "relative": _("Släkt eller familj"),
        "neighbour": _("Granne"),
        "acquaintance": _("Vän eller bekant"),
        "own_case": _("Egen inblandning i ärendet"),
        "other": _("Annat"),
    }


@pages.page("/access", needs=Permission.LEAD)
def overview(uow: UnitOfWork) -> ResponseReturnValue:
    """What was opened in an emergency, and who may open the protected children of the actor's teams."""
    return render_template(
        "access/overview.html",
        glasses=break_glass.for_lead(uow),
        finding_words=finding_words(),
        guarded=deciding.guarded_children(uow),
        now=uow.now,
    )


@pages.page("/children/<uuid:child_id>/access", needs=Permission.LEAD)
def child(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Who may open the child, and who is barred from it."""
    return _page(uow, child_id)


@pages.page("/children/<uuid:child_id>/access/give", needs=Permission.LEAD, methods=("POST",), fresh=True)
def give(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Open the child to somebody."""

    def deed(uow: UnitOfWork, child_id: UUID) -> str:
        deciding.give(uow, child_id, posted_fields())
        return _("Åtkomsten är given.")

    return _do(uow, child_id, deed)


@pages.page("/children/<uuid:child_id>/access/assign", needs=Permission.LEAD, methods=("POST",), fresh=True)
def assign(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Let somebody follow the child beside the responsible one."""

    def deed(uow: UnitOfWork, child_id: UUID) -> str:
        deciding.assign(uow, child_id, posted_fields())
        return _("Uppdraget är givet.")

    return _do(uow, child_id, deed)


@pages.page("/children/<uuid:child_id>/access/bar", needs=Permission.LEAD, methods=("POST",), fresh=True)
def bar(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Bar somebody from the child."""

    def deed(uow: UnitOfWork, child_id: UUID) -> str:
        barring.bar(uow, child_id, posted_fields())
        return _("Spärren gäller från och med nu.")

    return _do(uow, child_id, deed)


@pages.page("/access/grants/<uuid:grant_id>/end", needs=Permission.LEAD, methods=("POST",), fresh=True)
def end_grant(uow: UnitOfWork, grant_id: UUID) -> ResponseReturnValue:
    """End a grant now."""
    return _ended(uow, deciding.end_grant(uow, grant_id).child_id, _("Åtkomsten är avslutad."))


@pages.page("/access/assignments/<uuid:assignment_id>/end", needs=Permission.LEAD, methods=("POST",), fresh=True)
def end_assignment(uow: UnitOfWork, assignment_id: UUID) -> ResponseReturnValue:
    """End an assignment beside the responsible one."""
    return _ended(uow, deciding.end_assignment(uow, assignment_id).child_id, _("Uppdraget är avslutat."))


@pages.page("/access/bars/<uuid:barring_id>/lift", needs=Permission.LEAD, methods=("POST",), fresh=True)
def lift(uow: UnitOfWork, barring_id: UUID) -> ResponseReturnValue:
    """Let somebody in again who was barred."""
    return _ended(uow, barring.lift(uow, barring_id).child_id, _("Spärren är hävd."))


def _do(uow: UnitOfWork, child_id: UUID, deed: Deed) -> ResponseReturnValue:
    try:
        said = deed(uow, child_id)
    except InvalidInput as error:
        return _page(uow, child_id, error.problems)
    flash(said, "success")
    oneself = request.form.get("barred") == str(uow.actor.id)  # whoever bars herself has no page of the child any more
    return redirect(url_for("need_to_know.overview") if oneself else url_for("need_to_know.child", child_id=child_id))


def _ended(uow: UnitOfWork, child_id: UUID, said: str) -> ResponseReturnValue:
    flash(said, "success")
    try:
        deciding.about(uow, child_id)
    except (NotFound, NotAllowed):  # whoever ends her own grant
        return redirect(url_for("need_to_know.overview"))
    return redirect(url_for("need_to_know.child", child_id=child_id))


def _page(uow: UnitOfWork, child_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    page = deciding.access_page(uow, child_id)
    errors = translated(problems)
    choices = [(str(user.id), f"{user.name}, {user.title}") for user in page.people]
    others = [choice for choice in choices if choice[0] != str(uow.actor.id)]
    body = render_template(
        "access/child.html",
        page=page,
        child=page.child,
        choices=choices,
        others=others,
        kinds=list(kind_words().items()),
        kind_words=kind_words(),
        values=posted_fields() if problems else {},
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        today=uow.today,
        now=uow.now,
    )
    return make_response(body, 422 if errors else 200)
