"""Users, for their administrator: who there is, how they sign in, and a new beginning for who has lost that."""

from __future__ import annotations

from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.services.installation import accounts
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages

pages = Pages("users", __name__)


@pages.page("/users", needs=Permission.MANAGE_USERS)
def users(uow: UnitOfWork) -> ResponseReturnValue:
    """Everybody who can sign in."""
    return render_template("users/list.html", users=accounts.overview(uow))


@pages.page("/users/<uuid:user_id>/reset", needs=Permission.MANAGE_USERS)
def reset(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Ask before somebody's sign-in is begun anew."""
    user = accounts.user_of(uow, user_id)
    return render_template("users/reset.html", user=user, password="", elsewhere=not accounts.kept_here(uow, user_id))


@pages.page("/users/<uuid:user_id>/reset/do", needs=Permission.MANAGE_USERS, methods=("POST",), fresh=True)
def do_reset(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Begin it anew. The password to hand over is shown in this answer and never again."""
    password = accounts.reset_sign_in(uow, user_id)
    return render_template("users/reset.html", user=accounts.user_of(uow, user_id), password=password)
