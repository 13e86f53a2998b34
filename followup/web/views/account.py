"""Signing in, signing out, and the choice of language."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import NOBODY, Permission
from followup.domain.errors import InvalidInput
from followup.services.child_mode.handing_over import choose_pin
from followup.services.sign_in import by_password as signing
from followup.services.sign_in import sessions
from followup.store.unit_of_work import UnitOfWork
from followup.web import identity, known_browser, proof, provider
from followup.web.addresses import own_address
from followup.web.devices import device_of
from followup.web.door import Pages, unit
from followup.web.forms.account import SignInForm
from followup.web.languages import COOKIE, LOCALES
from followup.web.lent import CHILDS_PLACE, lead_back
from followup.web.steps import translated

pages = Pages("account", __name__)

_A_YEAR_IN_SECONDS = 31_536_000


@pages.page("/sign-in", needs=Permission.PUBLIC, methods=("GET", "POST"))
def sign_in() -> ResponseReturnValue:
    """Ask for name and password. `?adult=1`: for whoever wants a tablet on loan back and has no PIN that works."""
    elsewhere = _already_somewhere() if request.method == "GET" else ""
    if elsewhere:
        return redirect(elsewhere)
    form = SignInForm(next=request.args.get("next", ""))
    if not form.validate_on_submit() or not provider.local_accounts():
        return _sign_in_page(form)
    outcome = signing.sign_in(
        lambda reads: unit(NOBODY, reads=reads),
        form.user_name.data or "",
        form.password.data or "",
        request.remote_addr or "",
        old_token=identity.token(),
        device=device_of(request.user_agent.string),
        borne=known_browser.borne(),
        required=identity.second_factor_required(),
    )
    if outcome.token is None:
        return proof.throttled(_sign_in_page(form, _refusal(outcome.wait)), outcome.wait, 401)
    return let_in(outcome, form.next.data or "")


@pages.page("/account/prove", needs=Permission.SIGNED_IN, methods=("POST",), fresh=True)
def prove(_uow: UnitOfWork) -> ResponseReturnValue:
    """Prove again who one is, for a page that is only read, and go back to it."""
    return redirect(own_address(request.form.get("next", "")))


@pages.page("/sign-out", needs=Permission.SIGNED_IN, methods=("POST",))
def sign_out(uow: UnitOfWork) -> ResponseReturnValue:
    """End the session. Whom the provider let in may be signed in there still."""
    to = "sso.signed_out" if provider.asks_again() else "account.sign_in"
    sessions.sign_out(uow, identity.token())
    session.clear()
    response = make_response(redirect(url_for(to)))
    identity.forget(response)
    return response


@pages.page("/language", needs=Permission.PUBLIC, methods=("POST",))
def language() -> ResponseReturnValue:
    """Keep the choice of language: with the user, and in this browser for the sign-in page."""
    chosen = request.form.get("language", "")
    response = make_response(redirect(own_address(request.form.get("next", ""))))
    if chosen in LOCALES:
        response.set_cookie(
            COOKIE, chosen, max_age=_A_YEAR_IN_SECONDS, secure=identity.https(), httponly=True, samesite="Lax"
        )
        if g.actor.may(Permission.SIGNED_IN):
            with unit(g.actor, reads=False) as uow:
                signing.choose_locale(uow, chosen)
    return response


@pages.page("/account/pin", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def pin(uow: UnitOfWork) -> ResponseReturnValue:
    """Choose the PIN that takes the tablet back from a child."""
    if request.method == "GET":
        return render_template("account/pin.html", errors={})
    try:
        choose_pin(uow, request.form.get("pin", ""), request.form.get("pin_again", ""))
    except InvalidInput as error:
        return make_response(render_template("account/pin.html", errors=translated(error.problems)), 422)
    flash(_("PIN-koden är sparad."), "success")
    return redirect(url_for("start.start"))


def let_in(outcome: signing.SignedIn, asked: str) -> ResponseReturnValue:
    """Give the browser the session that has begun, and lead to the page that was asked for, or to what lacks."""
    loan = outcome.taken_back
    if outcome.token and not outcome.whole:
        response = make_response(redirect(url_for("security.second", next=own_address(asked))))
    else:
        response = make_response(lead_back(loan) if loan else redirect(own_address(asked)))
    if outcome.token:
        session.clear()  # nothing from before signing in is trusted after it
        identity.remember(response, outcome.token)
        if outcome.account:
            known_browser.mark(response, outcome.account)
    return response


def _already_somewhere() -> str:
    """Return where whoever need not sign in belongs, or ""."""
    if g.actor.loan:
        return "" if request.args.get("adult") == "1" else CHILDS_PLACE
    return url_for("start.start") if g.actor.may(Permission.SIGNED_IN) else ""


def _sign_in_page(form: SignInForm, problem: str = "") -> str:
    ended = str(form.next.data or "").startswith(CHILDS_PLACE) and g.actor is NOBODY
    return render_template("account/sign_in.html", form=form, problem=problem, on_loan=bool(g.actor.loan), ended=ended)


def _refusal(wait: timedelta) -> str:
    if not wait:
        return _(
            "Användarnamnet eller lösenordet stämmer inte. Försök igen, eller be administratören om ett nytt lösenord."
        )
    return proof.too_many(wait)
