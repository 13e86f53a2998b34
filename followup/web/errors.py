"""From what went wrong to a page that says what happened, what is left and what to do. Never a trace, never a name."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from followup.domain.errors import InvalidTransition, NotAllowed, NotFound, StoreUnavailable
from followup.web.door import wants_json

log = logging.getLogger("followup")

_RETRIABLE = frozenset({400, 500, 503, 507})
_NOT_REPEATED = frozenset({"csrf_token", "password"})


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says: a heading, what happened, and what to do now."""

    status: int
    title: str
    happened: str
    do_now: str


def explain(app: Flask) -> None:
    """Handle every kind of error."""
    app.log_exception = lambda _info: None  # type: ignore[method-assign] # Flask's own would log the error's message
    app.register_error_handler(NotFound, lambda _error: _answer(404))
    app.register_error_handler(NotAllowed, lambda _error: _answer(403))
    app.register_error_handler(InvalidTransition, lambda _error: _answer(409))
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(CSRFError, lambda _error: _answer(400))
    app.register_error_handler(HTTPException, lambda error: _answer(error.code or 500))
    app.register_error_handler(Exception, _unexpected)


def _store_unavailable(error: StoreUnavailable) -> Response:
    log.error("the store is unavailable: %s", error.reason)
    return _answer(507 if error.reason == "full" else 503)


def _unexpected(error: Exception) -> Response:
    # Only the kind of error and the place: its message may hold what somebody said.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    log.error("unexpected %s at %s, request %s", type(error).__name__, place, g.get("request_id", "-"))
    return _answer(500)


def _answer(status: int) -> Response:
    page = _page(status)
    if wants_json():
        return make_response(jsonify(error=page.title, happened=page.happened, do_now=page.do_now), page.status)
    retry = _posted() if page.status in _RETRIABLE and request.method == "POST" else []
    body = render_template("errors/error.html", page=page, retry=retry, retry_url=request.full_path.rstrip("?"))
    return make_response(body, page.status)


def _posted() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_REPEATED]


def _page(status: int) -> ErrorPage:
    known = {
        400: ErrorPage(
            400,
            _("Sidan hade blivit för gammal"),
            _("Vi kunde inte ta emot det du skickade, för sidan låg öppen för länge eller i ett annat fönster."),
            _("Försök igen. Det du skrev finns kvar här."),
        ),
        401: ErrorPage(
            401, _("Du har blivit utloggad"), _("Det har gått för lång tid sedan du gjorde något."), _("Logga in igen.")
        ),
        403: ErrorPage(
            403,
            _("Det här får du inte göra"),
            _("Din roll har inte rätt till den här sidan. Försöket har loggats."),
            _("Be din administratör om hjälp om du tror att det är fel."),
        ),
        404: ErrorPage(
            404,
            _("Sidan finns inte"),
            _("Den finns inte, eller så har du inte tillgång till den."),
            _("Gå till startsidan och leta därifrån."),
        ),
        405: ErrorPage(
            405, _("Så går det inte att göra"), _("Adressen går inte att använda så."), _("Gå till startsidan.")
        ),
        409: ErrorPage(
            409,
            _("Det går inte längre att ändra"),
            _("Besöket är signerat, inställt eller avslutat, så det går inte att ändra. Inget har försvunnit."),
            _("Öppna besöket på nytt för att se hur det ser ut nu."),
        ),
        413: ErrorPage(
            413,
            _("För mycket på en gång"),
            _("Det du skickade är större än vad som går att ta emot. Inget har sparats."),
            _("Gå tillbaka i webbläsaren, där texten finns kvar, och korta den."),
        ),
        429: ErrorPage(429, _("För många försök"), _("Vi har stoppat för en stund."), _("Vänta en stund och försök igen.")),
        503: ErrorPage(
            503,
            _("Vi kunde inte spara på servern"),
            _("Databasen är upptagen eller borta just nu. Det du har sparat tidigare finns kvar."),
            _("Försök igen om en stund. Det du skrev finns kvar här."),
        ),
        507: ErrorPage(
            507,
            _("Det finns inget utrymme kvar på servern"),
            _("Disken är full, så inget mer kan sparas just nu. Det du har sparat tidigare finns kvar."),
            _("Säg till den som sköter servern. Försök sedan igen. Det du skrev finns kvar här."),
        ),
    }
    return known.get(status) or ErrorPage(
        500,
        _("Något gick fel hos oss"),
        _("Felet är inte ditt. Det du har sparat tidigare finns kvar."),
        _("Försök igen om en stund. Läs upp felkoden för supporten om det inte hjälper; den innehåller inget om barnet."),
    )
