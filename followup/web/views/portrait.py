"""The caseworker's own picture."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.services.installation.portraits import drawn_anew, keep_portrait, portrait, remove_portrait
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.steps import translated

pages = Pages("portrait", __name__)


def _draw() -> None:
    sent = request.files.get("picture")
    g.drawn = None
    if request.form.get("remove"):
        return
    try:
        g.drawn = drawn_anew(sent.read() if sent else b"")
    except InvalidInput as error:
        g.refused = error


@pages.page("/account/picture", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), first=_draw)
def mine(uow: UnitOfWork) -> ResponseReturnValue:
    """Show one's picture, choose another, or take it away."""
    if request.method == "GET":
        return render_template("account/picture.html", pictured=portrait(uow) is not None, errors={})
    if request.form.get("remove"):
        remove_portrait(uow)
        flash(_("Bilden är borttagen."), "success")
        return redirect(url_for("portrait.mine"))
    if g.drawn is None:
        errors = translated(g.refused.problems)
        return make_response(
            render_template("account/picture.html", pictured=portrait(uow) is not None, errors=errors), 422
        )
    keep_portrait(uow, g.drawn)
    flash(_("Bilden är sparad."), "success")
    return redirect(url_for("portrait.mine"))


@pages.page("/account/picture.jpg", needs=Permission.READ_CASES)
def image(uow: UnitOfWork) -> ResponseReturnValue:
    """The picture itself."""
    content = portrait(uow)
    if content is None:
        return redirect(url_for("portrait.mine"))
    response = make_response(content)
    response.headers["Content-Type"] = "image/jpeg"
    return response
