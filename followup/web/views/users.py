"""Users, for their administrator: who there is, and how each gets in. What is done about them is told elsewhere too."""

from __future__ import annotations

from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, InvalidTransition, NotFound, Problem
from followup.services.installation import account_changes, accounts, staff_list
from followup.services.installation.accounts import About
from followup.store.unit_of_work import UnitOfWork
from followup.web.account_words import role_words
from followup.web.door import Pages
from followup.web.steps import translated

pages = Pages("users", __name__)


@pages.page("/users", needs=Permission.MANAGE_USERS)
def users(uow: UnitOfWork) -> ResponseReturnValue:
    """Everybody who can sign in."""
    return render_template("users/list.html", users=staff_list.overview(uow), roles=role_words())


@pages.page("/users/new", needs=Permission.MANAGE_USERS, methods=("GET", "POST"), fresh="post")
def new(uow: UnitOfWork) -> ResponseReturnValue:
    """Make an account. The password to hand over is shown in the answer and never again."""
    if request.method == "GET":
        return _new_page(uow)
    try:
        user, password = accounts.add_by_page(uow, request.form.get("user_name", ""), _about())
    except InvalidInput as error:
        return _new_page(uow, error.problems)
    begun = accounts.Begun(account_changes.NEW, password)
    return render_template("users/begun.html", user=user, begun=begun, others=account_changes.who_may_give(uow, user))


@pages.page("/users/<uuid:user_id>", needs=Permission.MANAGE_USERS)
def user(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """One user: what it is, how it gets in, and what can be done about that."""
    return _page(uow, user_id)


@pages.page("/users/<uuid:user_id>/change", needs=Permission.MANAGE_USERS, methods=("POST",), fresh=True)
def change(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Change name, title, role or team."""
    try:
        accounts.change_user(uow, user_id, _about())
    except InvalidInput as error:
        return _page(uow, user_id, error.problems)
    flash(_("Sparat."), "success")
    return redirect(url_for("users.user", user_id=user_id))


@pages.page("/users/<uuid:user_id>/off", needs=Permission.MANAGE_USERS, methods=("POST",), fresh=True)
def off(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Shut a user out, at once."""
    try:
        accounts.switch_off(uow, user_id)
    except InvalidTransition as error:
        flash(_(error.message), "warning")
    else:
        flash(_("Kontot är avstängt. Personen är utloggad överallt."), "success")
    return redirect(url_for("users.user", user_id=user_id))


@pages.page("/users/<uuid:user_id>/on", needs=Permission.MANAGE_USERS, methods=("POST",), fresh=True)
def on(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Let a user in again."""
    accounts.switch_on(uow, user_id)
    flash(_("Kontot är öppet igen."), "success")
    return redirect(url_for("users.user", user_id=user_id))


@pages.page("/users/<uuid:user_id>/reset", needs=Permission.MANAGE_USERS)
def reset(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Ask what somebody has lost before its sign-in is begun anew."""
    return render_template("users/reset.html", one=staff_list.one_user(uow, user_id))


@pages.page("/users/<uuid:user_id>/reset/do", needs=Permission.MANAGE_USERS, methods=("POST",), fresh=True)
def do_reset(uow: UnitOfWork, user_id: UUID) -> ResponseReturnValue:
    """Begin it anew: `what` was lost. What is to be handed over is shown in this answer and never again."""
    what = request.form.get("what", "")
    if what not in accounts.RESETS:
        raise NotFound
    begun = accounts.reset_sign_in(uow, user_id, what)
    one = staff_list.one_user(uow, user_id)
    return render_template("users/begun.html", user=one.user, begun=begun, others=one.may_give)


def _about() -> About:
    form = request.form
    try:
        team = UUID(form.get("team", ""))
    except ValueError:
        team = None
    return About(form.get("name", ""), form.get("title", ""), form.get("role", ""), team)


def _new_page(uow: UnitOfWork, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    errors = translated(problems)
    body = render_template("users/new.html", values=request.form, errors=errors, **_choices(uow))
    return make_response(body, 422 if errors else 200)


def _page(uow: UnitOfWork, user_id: UUID, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    one, errors = staff_list.one_user(uow, user_id), translated(problems)
    found = one.user
    stored = {"name": found.name, "title": found.title, "role": found.role, "team": str(found.team_id or "")}
    values = request.form if errors else stored
    body = render_template("users/user.html", one=one, values=values, errors=errors, **_choices(uow))
    return make_response(body, 422 if errors else 200)


def _choices(uow: UnitOfWork) -> dict[str, object]:
    return {
        "roles": list(role_words().items()),
        "teams": [(str(team.id), team.name) for team in staff_list.teams(uow)],
    }
