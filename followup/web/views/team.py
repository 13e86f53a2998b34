"""Läget i teamet: numbers beside the lead's queue, and the list behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from followup.domain.access import Permission
from followup.domain.age import age_on
from followup.services.overview import team as lists
from followup.services.overview.team import Line
from followup.services.overview.team_found import LISTS
from followup.store.unit_of_work import UnitOfWork
from followup.web.agenda import Status, cancel_reasons, why_status
from followup.web.frame import day, short_day
from followup.web.views.desk import pages

Cells = Callable[[Line], list[tuple[str, str]]]


@pages.page("/desk/team", needs=Permission.LEAD)
def team(uow: UnitOfWork) -> ResponseReturnValue:
    """The numbers, and the caseload."""
    page = lists.team_page(uow)
    titles = _titles()
    figures = [
        {"number": number, "title": titles[code][0], "about": titles[code][1], "url": _list_url(code)}
        for code, number in page.numbers.items()
    ]
    return render_template("desk/team.html", page=page, figures=figures)


@pages.page("/desk/list", needs=Permission.LEAD)
def team_list(uow: UnitOfWork) -> ResponseReturnValue:
    """One list: `of` names it by its code."""
    name = request.args.get("of", next(iter(LISTS)))
    whose = request.args.get("caseworker", None, type=UUID)
    page = lists.team_list(uow, name, request.args.get("page", 1, type=int), whose)
    title, about, empty = _titles()[name]
    return render_template(
        "desk/list.html",
        page=page,
        title=title,
        about=about,
        empty=empty,
        rows=[
            {
                "line": line,
                "age": age_on(line.child.birth_date, uow.today),
                "cells": _cells()[name](line),
                "link": _link(name, line),
                "statuses": _statuses(name, line),
            }
            for line in page.lines
        ],
    )


def _link(code: str, line: Line) -> str:
    """Where the first cell leads: to what the line is about, "" where that is the child itself."""
    if code == "promises":
        return url_for("promises.ledger", child_id=line.child.id, only="overdue", _anchor=f"a-{line.found.row}")
    return url_for("visits.summary", visit_id=line.found.row) if code in {"unfiled", "private"} else ""


def _list_url(code: str) -> str:
    return url_for("desk.team_list", of=code)


def _titles() -> Mapping[str, tuple[str, str, str]]:
    """Heading, what it counts, and what stands there when it is empty, by list."""
    return {
        "nobody": (
            _("Utan handläggare"),
            _("Barn som ingen ansvarar för, eller vars handläggare har fått sitt konto avstängt."),
            _("Alla barn har en handläggare."),
        ),
        "overdue": (
            _("Försenade besök"),
            _("Barn vars besök skulle ha gjorts enligt barnets plan, eller vars bokade dag har passerat."),
            _("Inget besök är försenat."),
        ),
        "why": (
            _("Vet inte varför, eller tar på sig skulden"),
            _("Barn som inte själva kan berätta varför de bor där de bor, eller som undrar om det är deras fel."),
            _("Alla barn vet varför de bor där de bor, och inget tar på sig skulden."),
        ),
        "private": (
            _("Inget enskilt samtal senast"),
            _("Barn som inte fick prata i enrum vid det senaste besöket."),
            _("Alla barn fick prata i enrum vid det senaste besöket."),
        ),
        "promises": (
            _("Försenade löften"),
            _("Det vi har lovat barn och som skulle varit klart."),
            _("Inget löfte är försenat."),
        ),
        "unfiled": (
            _("Signerat men inte fört till akt"),
            _("Besök som är signerade och väntar på att föras till akten."),
            _("Allt som är signerat är fört till akt."),
        ),
        "new": (
            _("Ny handläggare sedan senaste besöket"),
            _("Barn som har fått en ny handläggare och inte har träffat den vid ett besök än."),
            _("Alla barn har träffat sin handläggare."),
        ),
        "children": (
            _("Alla barn"),
            _("Barnen i den ordning som något ska göras."),
            _("Inget barn har en ansvarig handläggare."),
        ),
        "soon": (
            _("Besök de närmaste två veckorna"),
            _("Barn som har ett besök bokat, eller som ska ha ett, inom två veckor."),
            _("Inget besök de närmaste två veckorna."),
        ),
        "siblings": (
            _("Flera barn med låga svar i samma hem"),
            _("Hem där minst två barn svarade lågt vid sina senaste besök, utom barn med skyddade uppgifter."),
            _("I inget hem har flera barn svarat lågt."),
        ),
    }


def _cells() -> Mapping[str, Cells]:
    return {
        "nobody": lambda line: [(_("Nästa besök"), _next(line))],
        "overdue": _overdue,
        "why": _why,
        "private": lambda line: [
            (_("Besök"), _on(line.found.on)),
            (_("Orsak"), line.words or _("Ingen orsak antecknad")),
            (_("Nästa besök"), _next(line)),
        ],
        "promises": lambda line: [
            (_("Löfte"), line.words),
            (_("Skulle varit klart"), _on(line.found.on)),
            (_("Försenat"), _days(line.found.number)),
        ],
        "unfiled": lambda line: [
            (_("Besök"), _on(line.found.on)),
            (_("Har väntat"), _days(line.found.number)),
        ],
        "new": lambda line: [
            (_("Handläggare sedan"), _on(line.found.on)),
            (_("Nästa besök"), _next(line)),
        ],
        "children": _coming,
        "soon": _coming,
        "siblings": lambda line: [
            (_("Hem"), line.home),
            (_("Barn med låga svar"), str(line.found.number)),
        ],
    }


def _overdue(line: Line) -> list[tuple[str, str]]:
    reason = cancel_reasons().get(line.found.code, "")
    return [
        (_("Skulle varit"), _on(line.found.on)),
        (_("Försenat"), _days(line.found.number)),
        (_("Orsak"), reason or "–"),
        (_("Nytt datum"), _next(line)),
    ]


def _coming(line: Line) -> list[tuple[str, str]]:
    return [(_("Nästa besök senast"), _on(line.found.on) or "–"), (_("Bokat"), _next(line))]


def _why(line: Line) -> list[tuple[str, str]]:
    visits = line.found.number
    since = ngettext("Ett besök, %(day)s", "%(num)s besök, sedan %(day)s", visits, day=_on(line.found.on))
    return [
        (_("Sedan"), since if visits else _("Inte pratat om än")),
        (_("Nästa steg"), line.words or _("Ingen plan än")),
        (_("Nästa besök"), _next(line)),
    ]


def _statuses(name: str, line: Line) -> list[Status]:
    if name != "why":
        return []
    understanding, _colon, blame = line.found.code.partition(":")
    return list(why_status(understanding or None, blame or None))


def _on(value: date | None) -> str:
    return day(value) if value else ""


def _next(line: Line) -> str:
    return short_day(line.found.next_on) if line.found.next_on else _("Inget bokat")


def _days(number: int) -> str:
    return ngettext("%(num)s dag", "%(num)s dagar", number)
