"""Att granska: the lead's queue, one flag, and what people do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, Problem
from followup.domain.flag_life import CLOSED
from followup.domain.flags import Level
from followup.questionnaires import load_all
from followup.questionnaires.closing import closing_reasons
from followup.services.flags import desk, judging
from followup.services.flags.flag_page import flag_page
from followup.services.installation.working_days import working_days
from followup.services.need_to_know.break_glass import unseen
from followup.store.unit_of_work import UnitOfWork
from followup.web.desk_words import by_group, group_titles, level_word, shown
from followup.web.door import Pages
from followup.web.frame import weekday
from followup.web.languages import language
from followup.web.steps import translated

pages = Pages("desk", __name__)

Deed = Callable[[UnitOfWork, UUID, Mapping[str, str]], str]

_LEVELS = tuple(str(level) for level in reversed(Level))


@pages.page("/desk", needs=Permission.LEAD)
def queue(uow: UnitOfWork) -> ResponseReturnValue:
    """What waits for the lead, the most urgent first."""
    filters = _filters()
    page = desk.desk(uow, filters, request.args.get("page", 1, type=int))
    g.waiting = page.waiting  # counted already: the menu need not ask again
    wording = load_all().wording(language())
    cards = [shown(card, wording, uow.today, uow.actor.id) for card in page.cards]
    return render_template(
        "desk/queue.html",
        desk=page,
        groups=list(by_group(cards)),
        titles=group_titles(dict(page.counts)),
        query=_query(filters),
        most=desk.MOST_MILDER,
        choices=_choices(page),
        unseen=unseen(uow),
        today=uow.today,
    )


@pages.page("/desk/acknowledge", needs=Permission.LEAD, methods=("POST",))
def acknowledge_talks(uow: UnitOfWork) -> ResponseReturnValue:
    """Say of several flags that only ask for a talk that the lead has seen them."""
    seen = judging.shown(request.form.getlist("seen"))
    done, left = judging.acknowledge_talks(uow, seen)
    if not seen:
        flash(_("Markera först de flaggor som du vill kvittera."), "message")
    if done:
        flash(ngettext("En flagga är kvitterad.", "%(num)s flaggor är kvitterade.", done), "success")
    if left:
        words = ngettext(
            "En flagga har ändrats sedan du läste den, och är inte kvitterad.",
            "%(num)s flaggor har ändrats sedan du läste dem, och är inte kvitterade.",
            left,
        )
        flash(words, "warning")
    return redirect(_back_to_queue())


@pages.page("/flags/<uuid:flag_id>", needs=Permission.READ_CASES)
def flag(uow: UnitOfWork, flag_id: UUID) -> ResponseReturnValue:
    """A flag: why, what was said, and everything that has been done about it."""
    return _page(uow, flag_id)


def _deed(needs: Permission) -> Callable[[Deed], Deed]:
    """Register `/flags/<id>/<name>`, posted to do something with a flag. The deed returns what is said of it after."""

    def register(deed: Deed) -> Deed:
        @wraps(deed)
        def view(uow: UnitOfWork, flag_id: UUID) -> ResponseReturnValue:
            return _do(uow, flag_id, deed)

        pages.page(f"/flags/<uuid:flag_id>/{deed.__name__}", needs=needs, methods=("POST",))(view)
        return deed

    return register


@_deed(Permission.LEAD)
def acknowledge(uow: UnitOfWork, flag_id: UUID, _fields: Mapping[str, str]) -> str:
    """Say that the lead has seen it."""
    judging.acknowledge(uow, flag_id, _seen())
    return _("Kvitterad. Handläggaren ser att du har läst.")


@_deed(Permission.LEAD)
def ask(uow: UnitOfWork, flag_id: UUID, fields: Mapping[str, str]) -> str:
    """Ask the caseworker."""
    judging.ask(uow, flag_id, _seen(), fields)
    return _("Frågan är skickad. Den står på handläggarens startsida.")


@_deed(Permission.KEEP_VISITS)
def answer(uow: UnitOfWork, flag_id: UUID, fields: Mapping[str, str]) -> str:
    """Answer the lead."""
    judging.answer(uow, flag_id, _seen(), fields)
    return _("Svaret är antecknat.") if uow.actor.may(Permission.LEAD) else _("Svaret är skickat till gruppledaren.")


@_deed(Permission.KEEP_VISITS)
def plan(uow: UnitOfWork, flag_id: UUID, fields: Mapping[str, str]) -> str:
    """Plan an action."""
    action = judging.plan(uow, flag_id, _seen(), fields)
    workdays = working_days(uow)
    if action.due and workdays.is_free(action.due):
        before = weekday(workdays.on_or_before(action.due))
        why = workdays.name(action.due) or _("helg")
        flash(_("Dagen är ledig (%(why)s). Närmaste arbetsdag före är %(day)s.", why=why, day=before), "message")
    return _("Åtgärden är planerad till %(day)s.", day=weekday(action.due)) if action.due else ""


@_deed(Permission.KEEP_VISITS)
def close(uow: UnitOfWork, flag_id: UUID, fields: Mapping[str, str]) -> str:
    """Close it, with a reason."""
    judging.close(uow, flag_id, _seen(), fields)
    return _("Flaggan är avslutad.")


@_deed(Permission.KEEP_VISITS)
def reopen(uow: UnitOfWork, flag_id: UUID, fields: Mapping[str, str]) -> str:
    """Open it again."""
    judging.reopen(uow, flag_id, _seen(), fields)
    return _("Flaggan är öppen igen.")


def _do(uow: UnitOfWork, flag_id: UUID, deed: Deed) -> ResponseReturnValue:
    """Do something with a flag; on the way back what was written is kept, whatever happened meanwhile."""
    try:
        said = deed(uow, flag_id, dict(request.form.items()))
    except judging.Overtaken:
        return _page(uow, flag_id, overtaken=True)
    except InvalidInput as error:
        return _page(uow, flag_id, problems=error.problems)
    flash(said, "success")
    done_with = deed is close and uow.actor.may(Permission.LEAD)
    if done_with or request.form.get("back") == "queue":
        return redirect(_back_to_queue())
    return redirect(url_for("desk.flag", flag_id=flag_id, **_came_from()))


def _page(
    uow: UnitOfWork, flag_id: UUID, *, problems: tuple[Problem, ...] = (), overtaken: bool = False
) -> ResponseReturnValue:
    page = flag_page(uow, flag_id)
    wording = load_all().wording(language())
    leads = uow.actor.may(Permission.LEAD)
    act = (request.endpoint or "").removeprefix("desk.") if request.method == "POST" else ""
    may = {each.name.lower() for each in page.acts}
    kept = act == "plan" and page.card.row.status == CLOSED
    if problems and act not in may and not kept:
        problems, overtaken = (), True  # nothing to mend: what was written for is no longer on the page
    errors = translated(problems)
    body = render_template(
        "desk/flag.html",
        page=page,
        flag=shown(page.card, wording, uow.today, uow.actor.id),
        level=level_word(page.card.row.level, wording, leads=leads),
        may=may,
        act=act,
        posted=request.form if act else {},
        overtaken=_seen() if overtaken else None,
        closed_meanwhile=kept,
        reasons=[(reason.code, reason.text.get(language())) for reason in closing_reasons().values()],
        doers=[(str(user.id), user.name) for user in page.doers] + [(judging.OTHER, _("Någon annan"))],
        errors=errors,
        leads=leads,
        today=uow.today,
        query=_came_from(),
    )
    return make_response(body, 409 if overtaken else 422 if errors else 200)


def _seen() -> int:
    text = request.form.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1  # noqa: PLR2004 - no flag has a milliard events


def _filters() -> desk.Filters:
    """Read what the queue is narrowed to; what is no choice is left out."""
    level, domain, age = (request.args.get(name, "") for name in ("level", "domain", "age"))
    return desk.Filters(
        team=_uuid("team"),
        caseworker=_uuid("caseworker"),
        level=level if level in _LEVELS else None,
        domain=domain if domain in {*load_all().common.domains, desk.WHOLE} else None,
        age=int(age) if age in {str(days) for days in desk.AGES} else None,
    )


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None


def _query(filters: desk.Filters) -> dict[str, str]:
    return {name: str(value) for name, value in vars(filters).items() if value is not None}


def _came_from() -> dict[str, Any]:
    """What the list was narrowed to, as its addresses say: it goes along to a flag and back."""
    return {name: value for name, value in request.args.items() if name in {*vars(desk.Filters()), "page"}}


def _back_to_queue() -> str:
    return url_for("desk.queue", **_came_from())


def _choices(page: desk.Desk) -> list[dict[str, Any]]:
    wording, common = load_all().wording(language()), load_all().common
    domains = [(code, domain.label.get(language())) for code, domain in common.domains.items()]
    ages = [(str(days), ngettext("minst %(num)s dag", "minst %(num)s dagar", days)) for days in desk.AGES]
    chosen = _query(page.filters)
    teams = [(str(team_id), name) for team_id, name in page.teams]
    found = [
        ("team", _("Team"), teams if len(teams) > 1 else []),
        ("caseworker", _("Handläggare"), [(str(user_id), name) for user_id, name in page.caseworkers]),
        ("level", _("Sort"), [(level, level_word(level, wording, leads=True)) for level in _LEVELS]),
        ("domain", _("Område"), [*domains, (desk.WHOLE, _("Besöket i stort"))]),
        ("age", _("Ålder"), ages),
    ]
    return [
        {"name": name, "label": label, "choices": of, "value": chosen.get(name, "")} for name, label, of in found if of
    ]


from followup.web.views import team  # noqa: E402, F401 - it adds its pages to the same area
