"""Signing in, signing out, and the choice of language."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from flask import g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from followup.domain.access import NOBODY, Permission
from followup.services.installation import sign_in as signing
from followup.store.unit_of_work import UnitOfWork
from followup.web import identity
from followup.web.door import Pages, unit
from followup.web.forms.account import SignInForm
from followup.web.languages import COOKIE, LOCALES

pages = Pages("account", __name__)

_A_YEAR_IN_SECONDS = 31_536_000


@pages.page("/sign-in", needs=Permission.PUBLIC, methods=("GET", "POST"))
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    if g.actor is not NOBODY and request.method == "GET":
        return redirect(url_for("start.start"))
    form = SignInForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        return render_template("account/sign_in.html", form=form, problem="")
    outcome = signing.sign_in(
        lambda reads: unit(NOBODY, reads=reads),
        form.user_name.data or "",
        form.password.data or "",
        request.remote_addr or "",
        old_token=identity.token(),
    )
    if outcome.token is None:
        status = 429 if outcome.wait else 401
        return render_template("account/sign_in.html", form=form, problem=_refusal(outcome.wait)), status
    session.clear()  # nothing from before signing in is trusted after it
    response = make_response(redirect(_own_address(form.next.data or "")))
    identity.remember(response, outcome.token)
    return response


@pages.page("/sign-out", needs=Permission.SIGNED_IN, methods=("POST",))
def sign_out(uow: UnitOfWork) -> ResponseReturnValue:
    """End the session."""
    signing.sign_out(uow, identity.token())
    session.clear()
    response = make_response(redirect(url_for("account.sign_in")))
    identity.forget(response)
    return response


@pages.page("/language", needs=Permission.PUBLIC, methods=("POST",))
def language() -> ResponseReturnValue:
    """Keep the choice of language: with the user, and in this browser for the sign-in page."""
    chosen = request.form.get("language", "")
    response = make_response(redirect(_own_address(request.form.get("next", ""))))
    if chosen in LOCALES:
        response.set_cookie(
            COOKIE, chosen, max_age=_A_YEAR_IN_SECONDS, secure=identity.https(), httponly=True, samesite="Lax"
        )
        if g.actor is not NOBODY:
            with unit(g.actor, reads=False) as uow:
                signing.choose_locale(uow, chosen)
    return response


def _refusal(wait: timedelta) -> str:
    if not wait:
        return _(
            "Användarnamnet eller lösenordet stämmer inte. Försök igen, eller be administratören om ett nytt lösenord."
        )
    minutes = math.ceil(wait.total_seconds() / 60)
    return ngettext(
        "För många försök. Vänta en minut och försök igen.",
        "För många försök. Vänta %(num)s minuter och försök igen.",
        minutes,
    )


# A path on this host. Browsers drop tabs and line feeds from addresses and read \ as /, so neither is let through.
_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")


def _own_address(address: str) -> str:
    """Follow an address only when it stays with us."""
    return address if _PATH.fullmatch(address) else url_for("start.start")
