"""How one signs in: the second factor at sign-in, and one's own app, passkeys, codes on paper, password and devices."""

from __future__ import annotations

import io
import json
from uuid import UUID

import segno
from flask import Response, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import NOBODY, Permission, Role
from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.services.installation import account_changes
from followup.services.sign_in import (
    app_codes,
    passkeys,
    recovery_codes,
    second_factor,
    sessions,
    set_up,
)
from followup.services.sign_in import by_password as signing
from followup.services.sign_in.second_factor import Shown
from followup.store.unit_of_work import UnitOfWork
from followup.web import identity, known_browser, proof
from followup.web.account_words import changes_told
from followup.web.door import Pages, unit
from followup.web.steps import translated
from followup.web.views.account import let_in

pages = Pages("security", __name__)


@pages.page("/sign-in/second", needs=Permission.PUBLIC, methods=("GET", "POST"))
def second() -> ResponseReturnValue:
    """Ask whoever has given the right password for the second factor. It opens its own units: tries must count."""
    asked = request.values.get("next", "")
    if g.actor.role is Role.NEWCOMER:
        return redirect(url_for("security.mine"))
    if g.actor.role is not Role.HALFWAY:
        return redirect(url_for("account.sign_in", next=asked or None))
    if request.method == "GET":
        return _second_page(asked)
    code, passkey = request.form.get("code", ""), request.form.get("proof_passkey", "")
    shown = Shown(proof.site(), code=code, passkey=passkey, borne=known_browser.borne())
    outcome = signing.prove_second(
        lambda reads: unit(NOBODY, reads=reads),
        g.actor,
        g.identity.session_id,
        shown,
        required=identity.second_factor_required(),
    )
    if outcome.token or not outcome.whole:
        return let_in(outcome, asked)
    problem = proof.too_many(outcome.wait) if outcome.wait else _("Koden stämmer inte, eller är redan använd.")
    return proof.throttled(_second_page(asked, problem), outcome.wait, 401)


@pages.page("/account/passkey-options", needs=Permission.PROVE, methods=("POST",))
def passkey_options(uow: UnitOfWork) -> ResponseReturnValue:
    """What a browser needs to let a passkey sign."""
    return jsonify(json.loads(passkeys.options_to_prove(uow, g.identity.session_id, proof.site())))


@pages.page("/account/security", needs=Permission.SET_UP)
def mine(uow: UnitOfWork) -> ResponseReturnValue:
    """Show how one signs in and where; a newcomer what lacks."""
    newcomer = g.actor.role is Role.NEWCOMER
    if newcomer and set_up.needs_password(uow):
        return redirect(url_for("security.password"))
    return render_template(
        "account/security.html",
        newcomer=newcomer,
        factors=second_factor.factors_of(uow, uow.actor.id),
        required=identity.second_factor_required(),
        sessions=() if newcomer else sessions.sessions_of(uow, *identity.lifetimes()),
        here=g.identity.session_id,
        changed=changes_told(account_changes.of_user(uow, uow.actor.id, untold=newcomer)),
    )


@pages.page("/account/security/app", needs=Permission.SET_UP, methods=("GET", "POST"), fresh=True)
def app(uow: UnitOfWork) -> ResponseReturnValue:
    """Set up an app: begin, show its secret, and take it into use with the first code."""
    if request.form.get("do") == "begin":
        app_codes.begin(uow)
        return redirect(url_for("security.app"))
    if request.method == "GET":
        return _app_page(uow)
    try:
        codes = set_up.confirm_app(uow, g.identity.session_id, request.form.get("code", ""))
    except InvalidInput as error:
        return _app_page(uow, error)
    flash(_("Appen är kopplad. Från och med nu frågar vi efter dess kod."), "success")
    return _added(uow, codes)


@pages.page("/account/security/app.svg", needs=Permission.SET_UP)
def qr(uow: UnitOfWork) -> ResponseReturnValue:
    """The secret of an app that is being set up, as a picture for its camera."""
    pending = app_codes.pending(uow)
    if pending is None:
        raise NotFound
    picture = io.BytesIO()
    segno.make(pending.address, error="m").save(picture, kind="svg", scale=6, border=4, light="#fff", svgclass=None)
    return Response(picture.getvalue(), mimetype="image/svg+xml")


@pages.page("/account/security/app/remove", needs=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def remove_app(uow: UnitOfWork) -> ResponseReturnValue:
    """Forget the app."""
    try:
        second_factor.remove_app(uow, required=identity.second_factor_required())
    except InvalidTransition:
        return _keep_one()
    flash(_("Appen är bortkopplad."), "success")
    return redirect(url_for("security.mine"))


@pages.page("/account/security/passkey", needs=Permission.SET_UP, methods=("GET", "POST"), fresh=True)
def passkey(uow: UnitOfWork) -> ResponseReturnValue:
    """Add a passkey. `do=options`: what the browser needs to make it, for the page's script."""
    if request.form.get("do") == "options":
        return jsonify(json.loads(passkeys.options_to_add(uow, g.identity.session_id, proof.site())))
    if request.method == "GET":
        return render_template("account/passkey.html", errors={})
    answer, name = request.form.get("passkey", ""), request.form.get("name", "")
    try:
        codes = set_up.add_passkey(uow, g.identity.session_id, proof.site(), answer, name)
    except InvalidInput as error:
        return make_response(render_template("account/passkey.html", errors=translated(error.problems)), 422)
    flash(_("Nyckeln är tillagd."), "success")
    return _added(uow, codes)


@pages.page(
    "/account/security/passkeys/<uuid:passkey_id>/remove", needs=Permission.SIGNED_IN, methods=("POST",), fresh=True
)
def remove_passkey(uow: UnitOfWork, passkey_id: UUID) -> ResponseReturnValue:
    """Forget a passkey."""
    try:
        second_factor.remove_passkey(uow, passkey_id, required=identity.second_factor_required())
    except InvalidTransition:
        return _keep_one()
    flash(_("Nyckeln är borttagen."), "success")
    return redirect(url_for("security.mine"))


@pages.page("/account/security/codes", needs=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def codes(uow: UnitOfWork) -> ResponseReturnValue:
    """Make new codes for paper. They are shown in this answer and never again."""
    return render_template("account/codes.html", codes=recovery_codes.renew(uow))


@pages.page("/account/security/password", needs=Permission.SET_UP, methods=("GET", "POST"), fresh=True)
def password(uow: UnitOfWork) -> ResponseReturnValue:
    """Choose another password."""
    given = set_up.needs_password(uow)
    told = {"given": given, "changed": changes_told(account_changes.of_user(uow, uow.actor.id, untold=True))}
    if request.method == "GET":
        return render_template("account/password.html", **told, errors={})
    form = request.form
    try:
        set_up.choose_password(uow, g.identity.session_id, form.get("password", ""), form.get("again", ""))
    except InvalidInput as error:
        page = render_template("account/password.html", **told, errors=translated(error.problems))
        return make_response(page, 422)
    flash(_("Lösenordet är bytt. Du är utloggad på alla andra enheter."), "success")
    return _went_on(uow) or redirect(url_for("security.mine"))


@pages.page("/account/security/sessions/<uuid:session_id>/end", needs=Permission.SIGNED_IN, methods=("POST",))
def end_session(uow: UnitOfWork, session_id: UUID) -> ResponseReturnValue:
    """Sign out on another device."""
    sessions.end_mine(uow, session_id)
    flash(_("Enheten är utloggad."), "success")
    return redirect(url_for("security.mine"))


@pages.page("/account/security/sessions/end-others", needs=Permission.SIGNED_IN, methods=("POST",))
def end_others(uow: UnitOfWork) -> ResponseReturnValue:
    """Sign out on all other devices."""
    sessions.end_all(uow, uow.actor.id, but=g.identity.session_id)
    uow.note("sessions_ended")
    flash(_("Du är utloggad på alla andra enheter."), "success")
    return redirect(url_for("security.mine"))


def _second_page(asked: str, problem: str = "") -> str:
    with unit(g.actor, reads=True) as uow:
        factors, kind = second_factor.factors_of(uow, g.actor.id), account_changes.asked(uow, g.actor.id)
    return render_template("account/second.html", factors=factors, asked=kind, next=asked, problem=problem)


def _app_page(uow: UnitOfWork, error: InvalidInput | None = None) -> ResponseReturnValue:
    errors = translated(error.problems) if error else {}
    body = render_template("account/app.html", pending=app_codes.pending(uow), errors=errors)
    return make_response(body, 422 if errors else 200)


def _added(uow: UnitOfWork, codes: tuple[str, ...]) -> ResponseReturnValue:
    """Answer when a factor was added: with the first codes for paper, or the page of what one has."""
    if not codes:
        return _went_on(uow) or redirect(url_for("security.mine"))
    page = make_response(render_template("account/codes.html", codes=codes))
    return _went_on(uow, page) or page


def _went_on(uow: UnitOfWork, page: Response | None = None) -> ResponseReturnValue | None:
    """Let a newcomer in who lacks nothing any more, with the page or the start page; None for everybody else."""
    if g.actor.role is not Role.NEWCOMER:
        return None
    outcome = signing.go_on(uow, g.identity.session_id, required=identity.second_factor_required())
    if outcome.token is None:
        return None
    if page is None:
        return let_in(outcome, "")
    identity.remember(page, outcome.token)
    known_browser.mark(page, outcome.account)
    return page


def _keep_one() -> ResponseReturnValue:
    flash(_("Lägg till en annan app eller nyckel först: du behöver minst en."), "warning")
    return redirect(url_for("security.mine"))
