"""From what went wrong to a page that says what happened, what is left and what to do. Never a trace, never a name."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from markupsafe import Markup
from werkzeug.exceptions import HTTPException

from followup.domain.access import Permission
from followup.domain.errors import InvalidTransition, NotAllowed, NotFound, StoreUnavailable
from followup.domain.text import without_controls
from followup.services.visit.posted import WAS
from followup.web import proof
from followup.web.door import wants_json
from followup.web.identity import signed_in, token

log = logging.getLogger("followup")

_RETRIABLE = frozenset({400, 401, 429, 500, 503, 507})
_UNREADABLE = frozenset({413})
_CODE = re.compile(r"[a-z0-9_:-]*")  # codes, ids, days and figures: chosen or counted, not written
_NOT_REPEATED = frozenset({"csrf_token", "password"}) | proof.FIELDS


@dataclass(frozen=True)
class ErrorPage:
    """What an error page says: a heading, what happened, and what to do now."""

    status: int
    title: str
    happened: str
    do_now: str


def explain(app: Flask) -> None:
    """Handle every kind of error."""
    app.log_exception = lambda _info: None  # type: ignore[assignment, method-assign] # Flask's own would log the error's message
    app.register_error_handler(NotFound, lambda _error: answer_error(404))
    app.register_error_handler(NotAllowed, lambda _error: answer_error(403))
    app.register_error_handler(InvalidTransition, lambda _error: answer_error(409))
    app.register_error_handler(StoreUnavailable, _store_unavailable)
    app.register_error_handler(CSRFError, lambda _error: answer_error(_stale()))
    app.register_error_handler(HTTPException, lambda error: answer_error(error.code or 500))
    app.register_error_handler(Exception, _unexpected)


def _store_unavailable(error: StoreUnavailable) -> Response:
    log.error("the store is unavailable: %s", error.reason)
    return answer_error(507 if error.reason == "full" else 503)


def _stale() -> int:
    """Say 401 when the page is stale because its reader has signed out, in another tab too; else 400."""
    needs = getattr(current_app.view_functions.get(request.endpoint or ""), "needs", Permission.PUBLIC)
    return 401 if not token() and needs is not Permission.PUBLIC else 400


def _unexpected(error: Exception) -> Response:
    _log_kind(error)
    return answer_error(500)


def _log_kind(error: Exception) -> None:
    # Only the kind of error and the place: its message may hold what somebody said.
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    place = f"{frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}" if frame else "?"
    request_id = g.get("request_id", "-")
    fields = {"error": type(error).__name__, "place": place, "request_id": request_id}
    log.error("unexpected %s at %s, request %s", type(error).__name__, place, request_id, extra={"fields": fields})


def answer_error(status: int) -> Response:
    """Answer with the page for a status; a script gets its words as JSON."""
    page = _page(status)
    if wants_json():
        return make_response(jsonify(error=page.title, happened=page.happened, do_now=page.do_now), page.status)
    try:
        body = _full_page(page)
    except Exception as error:  # noqa: BLE001 - whatever it is: were it let out, the server would log its message
        _log_kind(error)
        body = _PLAIN.format(lang=get_locale(), title=page.title, happened=page.happened, do_now=page.do_now)
    return make_response(body, page.status)


_PLAIN = Markup(
    '<!doctype html><html lang="{lang}" dir="ltr"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body><main><h1>{title}</h1><p>{happened}</p><p>{do_now}</p></main></body></html>"
)
"""For when the frame of every page is what fails."""


def _full_page(page: ErrorPage) -> str:
    posted = _posted() if request.method == "POST" and page.status not in _UNREADABLE and _from_our_pages() else []
    return render_template(
        "errors/error.html",
        page=page,
        retry=posted if page.status in _RETRIABLE else [],
        typed=[value for name, value in posted if not name.endswith(WAS) and not _CODE.fullmatch(value)],
        retry_url=request.full_path.rstrip("?"),
        request_id=g.get("request_id"),
    )


def _from_our_pages() -> bool:
    # What another site posted is never handed on with a token of ours: one click would let the forgery through.
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is None and origin is not None:  # a browser from before fetch metadata
        return origin.partition("://")[2] == request.host
    return site in {None, "same-origin", "none"}


def _posted() -> list[tuple[str, str]]:
    fields = request.form.items(multi=True)
    return [(name, without_controls(value)) for name, value in fields if name not in _NOT_REPEATED]


def _too_large() -> ErrorPage:
    if request.endpoint == "portrait.mine":
        return ErrorPage(
            413,
            _("Bilden är för stor"),
            _("Den är mycket större än 3 MB. Bilden du hade förut finns kvar."),
            _("Gå tillbaka och välj en mindre bild."),
        )
    return ErrorPage(
        413,
        _("Texten är för lång"),
        _("Det du skickade är större än vad som går att spara. Det som sparats tidigare finns kvar."),
        _("Gå tillbaka, korta texten och spara igen."),
    )


def _from_elsewhere() -> ErrorPage:
    return ErrorPage(
        403,
        _("Det går inte från en annan webbplats"),
        _("En annan webbplats försökte använda Followup i din webbläsare. Inget har ändrats."),
        _("Öppna Followup själv och börja om därifrån."),
    )


def _page(status: int) -> ErrorPage:
    known = {
        400: ErrorPage(
            400,
            _("Sidan hade blivit för gammal"),
            _("Formuläret gick inte att läsa, ofta för att sidan har legat öppen länge. Inget har ändrats."),
            _("Öppna sidan igen och gör om det sista du gjorde."),
        ),
        401: ErrorPage(
            401,
            _("Du har blivit utloggad"),
            _("Det har gått för lång tid sedan du gjorde något."),
            _("Logga in i en ny flik. Kom sedan tillbaka hit och försök igen."),
        ),
        403: _from_elsewhere()
        if g.get("from_elsewhere")
        else ErrorPage(
            403,
            _("Du har inte behörighet till den här sidan"),
            _("Din roll ger inte tillgång hit. Inget har ändrats, men försöket har loggats."),
            _("Fråga din gruppledare om du behöver komma åt sidan."),
        ),
        404: ErrorPage(
            404,
            _("Sidan finns inte"),
            # A stranger, or a child with a tablet on loan, has no children to look among.
            _("Antingen är adressen fel eller så finns det du söker inte bland dina barn.")
            if signed_in()
            else _("Adressen leder ingenstans."),
            _("Börja om från startsidan."),
        ),
        405: ErrorPage(
            405,
            _("Så går det inte att göra"),
            _("Adressen går inte att använda så. Inget har ändrats."),
            _("Börja om från startsidan."),
        ),
        409: ErrorPage(
            409,
            _("Det går inte längre att ändra"),
            _("Besöket är signerat, inställt eller avslutat. Inget har försvunnit."),
            _("Öppna besöket igen och se hur det ser ut nu."),
        ),
        413: _too_large(),
        421: ErrorPage(
            421,
            _("Fel adress"),
            _("Followup svarar inte under det namnet."),
            _("Skriv adressen som du fått av din organisation. Den som sköter servern ser namnen i FOLLOWUP_HOSTS."),
        ),
        429: ErrorPage(
            429,
            _("För många försök"),
            _("Vi tar emot ett begränsat antal försök åt gången. Inget har ändrats."),
            _("Vänta några minuter och försök igen."),
        ),
        503: ErrorPage(
            503,
            _("Vi kunde inte spara just nu"),
            _("Databasen är upptagen. Det som sparats tidigare finns kvar."),
            _("Vänta en liten stund och försök igen."),
        ),
        507: ErrorPage(
            507,
            _("Det finns inget utrymme kvar på servern"),
            _("Inget mer går att spara förrän det finns plats. Det som sparats tidigare finns kvar."),
            _("Ring supporten och låt den här sidan stå öppen."),
        ),
    }
    return known.get(status) or ErrorPage(
        500,
        _("Något gick fel hos oss"),
        _("Felet är vårt, inte ditt. Det som sparats tidigare finns kvar."),
        _("Försök igen. Hjälper det inte, ring supporten."),
    )
