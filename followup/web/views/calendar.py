"""The calendar feed, and the page where a user begins, renews and ends it."""

from __future__ import annotations

from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from followup.domain.access import NOBODY, Permission
from followup.services.overview import calendar_feed
from followup.store.unit_of_work import UnitOfWork
from followup.web.calendar_file import calendar_file
from followup.web.door import Pages, unit

pages = Pages("calendar", __name__)


@pages.page("/account/calendar", needs=Permission.KEEP_VISITS, methods=("GET", "POST"), fresh="post")
def mine(uow: UnitOfWork) -> ResponseReturnValue:
    """Show whether there is a feed; begin, renew or end it. Its address is shown once, since it isn't kept."""
    if request.method == "GET":
        return render_template("account/calendar.html", on=calendar_feed.has_feed(uow), address="")
    if request.form.get("do") == "end":
        calendar_feed.end_feed(uow)
        flash(_("Kalendern är avstängd. Adressen fungerar inte längre."), "success")
        return redirect(url_for("calendar.mine"))
    token = calendar_feed.renew_feed(uow)
    address = url_for("calendar.feed", token=token, _external=True)
    return render_template("account/calendar.html", on=True, address=address)


@pages.page("/calendar/<token>.ics", needs=Permission.PUBLIC)
def feed(token: str) -> ResponseReturnValue:
    """Give out a user's feed to whoever has its secret address. Everything else is not found."""
    address = request.remote_addr or ""
    try:
        with unit(NOBODY, reads=True) as uow:
            owner = calendar_feed.owner_of(uow, token, address)
    except calendar_feed.TooManyTries:
        abort(429)
    if owner is None:
        with unit(NOBODY, reads=False) as uow:
            calendar_feed.note_failure(uow, address)
        abort(404)
    with unit(owner.actor, reads=True) as uow:
        found = calendar_feed.feed_of(uow, owner)
    with force_locale(owner.locale):
        content = calendar_file(found, now=uow.now, start_url=url_for("start.start", _external=True))
    response = make_response(content)
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = 'inline; filename="followup.ics"'
    return response
