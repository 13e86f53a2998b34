"""Opening a child in an emergency, closing it again, and the lead's “seen”."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.services.need_to_know import break_glass as glass
from followup.services.need_to_know.warning import pass_sign
from followup.store.unit_of_work import UnitOfWork
from followup.web.frame import clock
from followup.web.steps import posted_fields, translated
from followup.web.views.need_to_know import pages


@pages.page("/break-glass", needs=Permission.READ_CASES)
def opened(uow: UnitOfWork) -> ResponseReturnValue:
    """Say what it means, and ask which child and why."""
    return _page(uow)


@pages.page("/break-glass/open", needs=Permission.READ_CASES, methods=("POST",), fresh=True)
def break_glass(uow: UnitOfWork) -> ResponseReturnValue:
    """Open the child."""
    try:
        row = glass.break_glass(uow, posted_fields())
    except InvalidInput as error:
        return _page(uow, error.problems)
    if row.child_id in uow.reach.protected:
        pass_sign(uow, g.identity.session_id, row.child_id)
    flash(
        _("Barnet är öppet för dig till %(time)s. Gruppledaren och logggranskaren ser det nu.", time=clock(row.ends_at))
    )
    return redirect(url_for("children.child", child_id=row.child_id))


@pages.page("/break-glass/<uuid:glass_id>/close", needs=Permission.READ_CASES, methods=("POST",))
def close(uow: UnitOfWork, glass_id: UUID) -> ResponseReturnValue:
    """Close it again before its time."""
    glass.close(uow, glass_id)
    flash(_("Barnet är stängt för dig igen."), "success")
    return redirect(url_for("need_to_know.opened"))


@pages.page("/break-glass/<uuid:glass_id>/seen", needs=Permission.LEAD, methods=("POST",))
def seen(uow: UnitOfWork, glass_id: UUID) -> ResponseReturnValue:
    """Say that the lead has seen it."""
    glass.see(uow, glass_id)
    flash(_("Noterat att du har sett det. Logggranskaren granskar."), "success")
    return redirect(url_for("need_to_know.overview"))


def _page(uow: UnitOfWork, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    errors = translated(problems)
    body = render_template(
        "access/break_glass.html",
        mine=glass.mine(uow),
        shortest=glass.SHORTEST_REASON,
        values=posted_fields() if problems else {},
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
    )
    return make_response(body, 422 if errors else 200)
