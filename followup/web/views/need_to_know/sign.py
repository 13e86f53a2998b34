"""The sign before a child with a protected identity."""

from __future__ import annotations

from uuid import UUID

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.domain.errors import NotFound
from followup.services.need_to_know.warning import pass_sign
from followup.store.unit_of_work import UnitOfWork
from followup.web.addresses import own_address
from followup.web.views.need_to_know import pages


@pages.page("/children/<uuid:child_id>/protected", needs=Permission.READ_CASES, methods=("GET", "POST"))
def sign(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """Say what a protected identity means, before anything of the child is read; `?next=` is where to go on to."""
    on = own_address(request.values.get("next", ""), url_for("children.child", child_id=child_id))
    if child_id not in uow.reach.protected:
        raise NotFound
    if request.method == "GET":
        return render_template("access/sign.html", child_id=child_id, on=on)
    pass_sign(uow, g.identity.session_id, child_id)
    return redirect(on)
