"""Asking again who one is: before what matters most, unless it was proved on this device within ten minutes.

Nothing is lost by it. A page that is read is come back to; what was posted is kept in the page that asks, and goes on
to where it was going together with the proof.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from flask import Response, abort, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from followup.domain.access import NOBODY
from followup.services.sign_in import app_codes, second_factor
from followup.services.sign_in import by_password as sign_in
from followup.services.sign_in.passkeys import Site
from followup.services.sign_in.second_factor import Shown
from followup.web import known_browser
from followup.web.units import unit, wants_json

FRESH_FOR = timedelta(minutes=10)
FIELDS = frozenset({"proof_password", "proof_passkey"})
"""What a proof is posted as. No service and no page gets to see them."""


def fresh() -> bool:
    """Whether who it is was proved on this device within the last ten minutes."""
    proved_at = g.identity.proved_at if g.identity else None
    return g.get("proved", False) or bool(proved_at and _now() - proved_at <= FRESH_FOR)


def judge() -> None:
    """Judge the proof that came with a form, if any. What is wrong with it is in `problem`."""
    shows = shown()
    if not shows.anything or g.identity is None or fresh():
        return
    tried = sign_in.prove(lambda reads: unit(NOBODY, reads=reads), g.actor, g.identity.session_id, shows)
    g.proved = tried.right
    g.proof_problem = "" if tried.right else _refusal(tried.wait)
    g.proof_wait = tried.wait


def shown() -> Shown:
    """What was posted to prove who one is. Six figures are the app's code: no password is that short."""
    typed = request.form.get("proof_password", "")
    digits = "".join(typed.split())
    is_code = len(digits) == app_codes.DIGITS and digits.isdecimal()
    password, code = ("", digits) if is_code else (typed, "")
    return Shown(site(), password, code, request.form.get("proof_passkey", ""), known_browser.borne())


def site() -> Site:
    """Where the browser thinks that it is, as passkeys know it."""
    return Site(request.host.rsplit(":", 1)[0], request.host_url.rstrip("/"))


def kinds() -> frozenset[str]:
    """What the user can prove itself by beside the password: app, passkey. The rest needs no field."""
    uow = g.get("unit")
    if uow:
        return second_factor.kinds_of(uow, g.actor.id)
    with unit(g.actor, reads=True) as own:
        return second_factor.kinds_of(own, g.actor.id)


def problem() -> str:
    """What is wrong with the proof that was posted, as a sentence; "" when none was."""
    return str(g.get("proof_problem", ""))


def waits() -> timedelta:
    """How long to wait before the next try is heard."""
    wait: timedelta = g.get("proof_wait", timedelta())
    return wait


def ask() -> ResponseReturnValue:
    """Answer with the page that asks, holding all that was posted. Its status says that nothing has been done yet."""
    if wants_json():
        abort(401)
    reads = request.method in {"GET", "HEAD"}
    kept = [] if reads else [(name, value) for name, value in request.form.items(multi=True) if not _ours(name)]
    here = request.full_path.rstrip("?")
    page = render_template("account/prove.html", here=here, reads=reads, kept=kept)
    return throttled(page, waits(), 403)


def throttled(page: ResponseReturnValue, wait: timedelta, status: int) -> Response:
    """Answer with a page after a wrong try: with `status`, or when it wasn't heard with how long to wait."""
    answer = make_response(page)
    answer.status_code = status
    if wait:
        answer.status_code = 429
        answer.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
    return answer


def _ours(name: str) -> bool:
    return name in FIELDS or name == "csrf_token"


def _refusal(wait: timedelta) -> str:
    if not wait:
        return _("Det stämmer inte. Försök igen.")
    return too_many(wait)


def too_many(wait: timedelta) -> str:
    """Say how long to wait."""
    return ngettext(
        "För många försök. Vänta en minut och försök igen.",
        "För många försök. Vänta %(num)s minuter och försök igen.",
        math.ceil(wait.total_seconds() / 60),
    )


def _now() -> datetime:
    now: datetime = current_app.extensions["followup_clock"]()
    return now
