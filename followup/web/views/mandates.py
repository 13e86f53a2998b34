"""Deputies: a lead names who stands in for her, from which day to which."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, NotFound, Problem
from followup.services.installation import mandates
from followup.services.visit.posted import Posted
from followup.store.tables import Mandate
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.steps import posted_fields, translated

pages = Pages("mandates", __name__)


@pages.page("/desk/deputies", needs=Permission.LEAD, methods=("GET", "POST"), fresh="post")
def deputies(uow: UnitOfWork) -> ResponseReturnValue:
    """Who leads the actor's teams besides, and a form to name a deputy."""
    if request.method == "GET":
        return _page(uow)
    try:
        mandate = _named(uow)
    except InvalidInput as error:
        return _page(uow, error.problems)
    name = next(each.who.name for each in mandates.given_for(uow, uow.reach.team_ids) if each.mandate is mandate)
    flash(_("%(name)s är ersättare.", name=name), "success")
    return redirect(url_for("mandates.deputies"))


@pages.page("/desk/deputies/<uuid:mandate_id>/end", needs=Permission.LEAD, methods=("POST",), fresh=True)
def end(uow: UnitOfWork, mandate_id: UUID) -> ResponseReturnValue:
    """End it now."""
    mandates.end(uow, mandate_id)
    flash(_("Ersättaren når inte längre teamets barn."), "success")
    return redirect(url_for("mandates.deputies"))


def _named(uow: UnitOfWork) -> Mandate:
    reading = Posted(posted_fields())
    first, last = (reading.day(name, date(2000, 1, 1), date(2100, 1, 1)) for name in ("first", "last"))
    for name, day in (("first", first), ("last", last)):
        if day is None and not reading.problems:
            reading.note(Problem(name, "Välj ett datum.", "missing"))
    team, user = _id("team"), _id("user")
    if user is None:
        reading.note(Problem("user", "Välj en handläggare eller gruppledare.", "unknown_user"))
    reading.check()
    if team is None:
        raise NotFound
    if user is None or first is None or last is None:
        raise InvalidInput(reading.problems)
    return mandates.name_deputy(uow, team, user, first, last)


def _id(name: str) -> UUID | None:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def _page(uow: UnitOfWork, problems: tuple[Problem, ...] = ()) -> ResponseReturnValue:
    errors = translated(problems)
    teams = mandates.teams_to_give(uow)
    body = render_template(
        "desk/deputies.html",
        given=mandates.given_for(uow, uow.reach.team_ids),
        teams=teams,
        teams_to_choose=[(str(team.id), team.name) for team in teams],
        choices=[(str(user.id), f"{user.name}, {user.title}") for user in mandates.possible_deputies(uow)],
        mine={team.id for team in teams},
        values=request.form,
        errors=errors,
        summary=[(name, words[0]) for name, words in errors.items()],
        today=uow.today,
    )
    return make_response(body, 422 if errors else 200)
