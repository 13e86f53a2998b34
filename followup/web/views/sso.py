"""Signing in by the organisation's own provider. Without one none of these addresses is there.

Nobody is sent to the provider by a form: browsers that keep to `form-action` refuse to follow a form elsewhere.
"""

from __future__ import annotations

from flask import (
    Response,
    abort,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.services.sign_in import single_sign_on
from followup.services.sign_in.identity_provider import Provider, ProviderDown, TokenRefused
from followup.services.sign_in.single_sign_on import PATIENCE, Answer, Back, SignInRefused
from followup.services.sign_in.sso_logout import heed_logout
from followup.settings import Settings
from followup.web import identity
from followup.web.addresses import own_address
from followup.web.devices import device_of
from followup.web.door import Pages
from followup.web.lent import lead_back
from followup.web.provider import provider, units

pages = Pages("sso", __name__)

_LONGEST_TOKEN = 20_000


@pages.page("/sso/sign-in", needs=Permission.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Lead to the provider.

    A browser that has been signed in here before may be a child's by now, on loan or forgotten: then the provider must
    ask, and not remember.
    """
    return _lead_there(request.args.get("next", ""), strict=bool(identity.token()))


@pages.page("/sso/prove", needs=Permission.PUBLIC)
def prove() -> ResponseReturnValue:
    """Lead to the provider to prove again who one is, and back to the page that asked for it.

    It judges for itself whether somebody is signed in: no unit of work is to be open while the provider is asked.
    """
    _provider()
    if g.identity is None or not g.actor.may(Permission.SIGNED_IN):
        return redirect(url_for("account.sign_in"))
    next_ = request.args.get("next") or url_for("sso.proved")
    return _lead_there(next_, strict=True, prove=True)


@pages.page("/sso/back", needs=Permission.PUBLIC)
def back() -> ResponseReturnValue:
    """Take in whoever comes back from the provider."""
    asked = _provider()
    answer = Answer(
        {name: value for name, value in request.args.items() if len(value) <= _LONGEST_TOKEN},
        request.cookies.get(_cookie(), ""),
        identity.token(),
        device_of(request.user_agent.string),
        _address("sso.back"),
    )
    try:
        return _go_on(single_sign_on.come_back(units, asked, answer))
    except SignInRefused as refused:
        return make_response(_refusal_page(refused.code), 403)
    except ProviderDown:
        return make_response(_refusal_page("down"), 503)


@pages.page("/sso/proved", needs=Permission.PUBLIC)
def proved() -> ResponseReturnValue:
    """Say that one has proved who one is, in a tab that was opened for that."""
    _provider()
    return render_template("account/sso_proved.html")


@pages.page("/sso/signed-out", needs=Permission.PUBLIC)
def signed_out() -> ResponseReturnValue:
    """Say that one has signed out here, and offer to do so at the provider."""
    _provider()
    return render_template("account/sso_signed_out.html")


@pages.page("/sso/leave", needs=Permission.PUBLIC)
def leave() -> ResponseReturnValue:
    """Lead to where one signs out at the provider (OpenID Connect RP-Initiated Logout 1.0)."""
    try:
        address = _provider().sign_out_address(_address("account.sign_in"))
    except (ProviderDown, TokenRefused):
        return make_response(_refusal_page("down"), 503)
    return redirect(address or url_for("account.sign_in"))


@pages.page("/sso/logged-out", needs=Permission.PUBLIC, methods=("POST",))
def logged_out() -> ResponseReturnValue:
    """Heed the provider, which says that somebody has signed out (Back-Channel Logout 1.0). No browser comes here."""
    token = request.form.get("logout_token", "")
    asked = _provider()
    try:
        heed_logout(units, asked, token[:_LONGEST_TOKEN])
    except TokenRefused:
        return make_response(jsonify(error="invalid_request"), 400)
    except ProviderDown:
        return make_response(jsonify(error="temporarily_unavailable"), 503)
    return Response("", 200, mimetype="text/plain")


def _provider() -> Provider:
    return provider() or abort(404)


def _lead_there(next_: str, *, strict: bool, prove: bool = False) -> ResponseReturnValue:
    try:
        sent = single_sign_on.send(
            units,
            _provider(),
            _address("sso.back"),
            browser=request.cookies.get(_cookie(), ""),
            next_=own_address(next_),
            strict=strict,
            prove=g.identity.session_id if prove else None,
        )
    except (ProviderDown, TokenRefused):
        return make_response(_refusal_page("down"), 503)
    response = make_response(redirect(sent.address))
    response.set_cookie(
        _cookie(),
        sent.browser,
        max_age=int(PATIENCE.total_seconds()),
        secure=identity.https(),
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def _go_on(came: Back) -> ResponseReturnValue:
    if came.token is None:
        return redirect(came.next)
    session.clear()  # nothing from before signing in is trusted after it
    response = make_response(lead_back(came.taken_back) if came.taken_back else redirect(came.next))
    identity.remember(response, came.token)
    response.delete_cookie(_cookie(), secure=identity.https(), httponly=True, samesite="Lax", path="/")
    return response


def _cookie() -> str:
    return "__Host-followup_sso" if identity.https() else "followup_sso"


def _address(endpoint: str) -> str:
    """Return an address of ours as the provider knows it. The host is one that the gate lets through."""
    settings: Settings = current_app.extensions["followup_settings"]
    return url_for(endpoint, _external=True, _scheme="https" if settings.https else "http")


def _refusal_page(code: str) -> str:
    return render_template(
        "account/sso_refused.html", problem=_sentence(code), again=code in {"lost", "denied", "down", "not_asked"}
    )


def _sentence(code: str) -> str:
    sentences = {
        "lost": _("Inloggningen tog för lång tid, eller fortsatte i en annan webbläsare. Försök igen."),
        "denied": _("Inloggningen avbröts. Försök igen när du vill."),
        "down": _(
            "Inloggningstjänsten svarar inte just nu. Försök igen om en stund, eller be administratören om hjälp."
        ),
        "not_asked": _(
            "Inloggningstjänsten kom ihåg dig i stället för att fråga vem du är. Försök igen och svara på dess fråga."
        ),
        "no_auth_time": _(
            "Inloggningstjänsten säger inte när den frågade vem du är (uppgiften auth_time saknas). "
            "Be den som sköter inloggningen att lägga till den."
        ),
        "assurance": _("Du behöver logga in på ett säkrare sätt, till exempel med tjänstekort eller e-legitimation."),
        "no_role": _("Du har ett konto hos organisationen men ingen roll i Followup. Be din chef ordna det."),
        "no_name": _("Inloggningstjänsten säger inte vad du heter. Be administratören om hjälp."),
        "no_team": _("Ditt team finns inte i Followup. Be administratören om hjälp."),
        "taken": _("Någon annan i Followup har redan ditt användarnamn. Be administratören om hjälp."),
        "inactive": _("Ditt konto i Followup är avstängt. Be administratören om hjälp."),
        "someone_else": _("Det var någon annan som bekräftade. Bekräfta med det konto som du är inloggad med."),
    }
    return sentences.get(code) or _("Inloggningstjänstens svar stämmer inte. Be administratören om hjälp.")
