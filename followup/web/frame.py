"""What every page's frame needs: menu, account, languages; and the filters that show dates and data texts."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import force_locale, format_date, format_datetime, get_locale, to_user_timezone
from flask_babel import gettext as _
from werkzeug.urls import iri_to_uri

from followup.domain.access import Actor, Permission
from followup.domain.amending import about
from followup.pdf import amended
from followup.pdf.sentences import handed_in, seen
from followup.services.flags.desk import count_waiting
from followup.services.installation import account_changes
from followup.services.need_to_know.break_glass import unreviewed
from followup.web import proof
from followup.web.answer_words import wordings
from followup.web.identity import signed_in
from followup.web.languages import LOCALES, language
from followup.web.names import first_name, whose

_LANGUAGE_NAMES = {"sv": "Svenska", "en": "English"}


def frame(app: Flask) -> None:
    """Give all templates their frame."""
    from followup.web.seal_words import waiting_for_seal  # noqa: PLC0415 - it words days by the filters of this module

    app.context_processor(_frame)
    app.add_template_global(waiting_for_seal)
    app.add_template_global(proof.fresh, "proof_fresh")
    app.add_template_global(proof.problem, "proof_problem")
    app.add_template_global(proof.kinds, "proof_kinds")
    app.add_template_global(account_news)
    app.add_template_filter(day)
    app.add_template_filter(short_day)
    app.add_template_filter(weekday)
    app.add_template_filter(month)
    app.add_template_filter(last_day)
    app.add_template_filter(clock)
    app.add_template_filter(say)
    app.add_template_filter(first_name)
    app.add_template_filter(whose)
    app.add_template_filter(seen)
    app.add_template_filter(handed_in)
    app.add_template_filter(about, "amended")
    app.add_template_filter(amended.title, "amendment_title")
    app.add_template_filter(amended.source, "amendment_source")
    app.add_template_filter(amended.signed, "amendment_signed")
    app.add_template_filter(amended.notice, "amendments_told")
    app.add_template_filter(wordings)


def day(value: date, lang: str = "") -> str:
    """“24 november 2026”. lang: another language than the interface's, for the record, which is Swedish."""
    with _speaking(lang):
        return format_date(value, "d MMMM y")


def short_day(value: date) -> str:
    """“24 nov”; with the year when it isn't this year. A time is shown by its day in the organisation's zone."""
    this_year = to_user_timezone(current_app.extensions["followup_clock"]()).year
    local = to_user_timezone(value) if isinstance(value, datetime) else value
    return format_date(local, "d MMM" if local.year == this_year else "d MMM y", rebase=False).replace(".", "")


def weekday(value: date, lang: str = "") -> str:
    """“tisdag 24 november”. lang: as for `day`."""
    with _speaking(lang):
        return format_date(value, "EEEE d MMMM")


def last_day(end: date) -> date:
    """The last day of what no longer holds on `end`."""
    return end - timedelta(days=1)


def month(value: date) -> str:
    """“oktober 2026”."""
    return format_date(value, "LLLL y")


def clock(value: datetime, lang: str = "") -> str:
    """“14.32”, in the organisation's zone. lang: as for `day`."""
    with _speaking(lang):
        return format_datetime(value, "HH.mm" if language() == "sv" else "HH:mm")


def say(text: Any) -> str:
    """A data text (`domain.questionnaire.Text`) in the interface's language."""
    return str(text.get(language()))


def _speaking(lang: str) -> AbstractContextManager[None]:
    return force_locale(lang) if lang else nullcontext()


def _frame() -> dict[str, Any]:
    identity = signed_in()
    return {
        "locale": language(),
        "text_direction": getattr(get_locale(), "text_direction", "ltr"),
        "nav_items": _menu() if identity else [],
        "account": _account(identity.actor) if identity else None,
        "organisation_name": identity.organisation if identity else "",
        "demo": current_app.extensions["followup_settings"].demo,
        "language_url": url_for("account.language"),
        "here": iri_to_uri(request.full_path.rstrip("?")),
        "languages": [{"code": code, "name": _LANGUAGE_NAMES[code], "current": code == language()} for code in LOCALES],
    }


def _account(actor: Actor) -> dict[str, str]:
    pages = {"pin_url": "account.pin", "picture_url": "portrait.mine", "calendar_url": "calendar.mine"}
    pages["glass_url"] = "need_to_know.opened"
    urls = {name: url_for(page) for name, page in pages.items()} if actor.may(Permission.KEEP_VISITS) else {}
    urls["security_url"] = url_for("security.mine")
    return {"name": actor.name, **urls, "sign_out_url": url_for("account.sign_out")}


def _menu() -> list[dict[str, Any]]:
    leads = g.actor.may(Permission.LEAD)
    entries = (
        ("desk.queue", _("Att granska"), Permission.LEAD),
        ("children.mine", _("Teamets barn") if leads else _("Mina barn"), Permission.READ_CASES),
        ("documents.unfiled", _("Att föra till akt"), Permission.READ_CASES),
        ("users.users", _("Användare"), Permission.MANAGE_USERS),
        ("account_changes.changes", _("Ändrade konton"), Permission.VOUCH),
        ("log_review.months", _("Granska loggen"), Permission.REVIEW_LOG),
        ("log_review.find", _("Vem har läst"), Permission.REVIEW_LOG),
        ("log_review.chain", _("Är loggen hel?"), Permission.REVIEW_LOG),
        ("need_to_know.reviews", _("Nödöppningar"), Permission.REVIEW_LOG),
    )
    # asked only where the menu is shown
    waiting = {
        "desk.queue": _waiting_for_lead,
        "need_to_know.reviews": _waiting_for_review,
        "account_changes.changes": account_news,
    }
    return [
        {
            "url": url_for(page),
            "label": label,
            "current": request.endpoint == page,
            "count": waiting.get(page, int),
            "counted": _("väntar på dig"),
        }
        for page, label, needs in entries
        if g.actor.may(needs) and not (leads and page == "account_changes.changes")
    ]


def _waiting_for_review() -> int:
    """How many openings in an emergency wait for a reviewer, while there is a unit of work to ask."""
    uow = g.get("unit")
    return unreviewed(uow) if uow and g.actor.may(Permission.REVIEW_LOG) else 0


def account_news() -> int:
    """How many accounts others have changed that the actor hasn't seen, while there is a unit of work to ask."""
    uow = g.get("unit")
    if uow is None:
        return 0
    if "account_news" not in g:
        g.account_news = account_changes.news(uow)
    return int(g.account_news)


def _waiting_for_lead() -> int:
    """How many flags wait for the lead, while there is a unit of work to ask: an error's page has none."""
    uow = g.get("unit")
    if "waiting" in g:
        return int(g.waiting)
    return count_waiting(uow) if uow and g.actor.may(Permission.LEAD) else 0
