"""Before the tablet changes hands: who can hear, in what language, and how the caseworker gets it back."""

from __future__ import annotations

from uuid import UUID

from flask import g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput, InvalidTransition
from followup.questionnaires import load_all
from followup.questionnaires.languages import Language, unread_for
from followup.services.child_mode import handing_over
from followup.services.child_mode.handing_over import Errand, open_errand
from followup.services.visit.answer_sheet import AnswerPage
from followup.services.visit.moving import booked_for_another_day
from followup.services.visit.sheets import CARER, CHILD
from followup.store.unit_of_work import UnitOfWork
from followup.web import identity
from followup.web.answer_words import language_name
from followup.web.door import Pages
from followup.web.lent import CHILDS_PLACE
from followup.web.steps import translated
from followup.web.views.visits import pages as visits

pages: Pages = visits

_FIELDS = ("language", "two_step", "pin", "pin_again")
_SHOWN_AGAIN = ("earshot", "language", "two_step")
_LONGEST_TAG = 35  # BCP 47 foresees no longer one


@pages.page("/visits/<uuid:visit_id>/hand-over", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def hand_over(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Lock the tablet to the child's form, or with `?form=carer` to the carers'."""
    respondent = CARER if request.args.get("form") == CARER else CHILD
    if request.method == "GET":
        return _page(uow, open_errand(uow, visit_id, respondent))
    asked_for = (request.accept_languages.best or "")[:_LONGEST_TAG]
    try:
        token = handing_over.hand_over(
            uow, g.identity.session_id, visit_id, respondent, _posted(), device_language=asked_for
        )
    except InvalidInput as error:
        return _page(uow, open_errand(uow, visit_id, respondent), translated(error.problems))
    except InvalidTransition as error:
        if error.message == "closed":
            raise
        return make_response(_page(uow, open_errand(uow, visit_id, respondent)), 409)
    session.clear()  # forms of other tabs are as dead as the old cookie
    response = make_response(redirect(CHILDS_PLACE))
    identity.remember(response, token)
    return response


def _posted() -> dict[str, str]:
    fields = {name: request.form.get(name, "") for name in _FIELDS}
    return {**fields, "earshot": " ".join(request.form.getlist("earshot")).strip()}


def _page(uow: UnitOfWork, errand: Errand, errors: dict[str, list[str]] | None = None) -> ResponseReturnValue:
    page = errand.page
    if errand.obstacle == "closed":
        if page.visit.state == "cancelled":
            return redirect(url_for("children.child", child_id=page.visit.child_id))
        return redirect(url_for("visits.summary", visit_id=page.visit.id))
    posted = {name: value for name, value in _posted().items() if name in _SHOWN_AGAIN} if errors else {}
    body = render_template(
        "visits/hand_over.html",
        page=page,
        errand=errand,
        visit=page.visit,
        child=page.visit.child,
        carers=page.respondent == CARER,
        back_url=url_for("visits.carer" if page.respondent == CARER else "visits.answers", visit_id=page.visit.id),
        values={**errand.fields(), **posted},
        errors=errors or {},
        wrong=[(field, message) for field, messages in (errors or {}).items() for message in messages],
        common=load_all().common,
        booked_for=booked_for_another_day(uow, page),
        form_languages=[(each.code, _named(each, page)) for each in errand.languages],
    )
    return make_response(body, 422 if errors else 200)


def _named(language: Language, page: AnswerPage) -> str:
    """Name a language as those who speak it do and as the caseworker does, and say if no native speaker has read it."""
    own, ours = language.name, language_name(language.code)
    name = own if own == ours else f"{own} ({ours})"
    unread = page.form is not None and unread_for(page.form, language.code)
    return _("%(language)s, ej granskad översättning", language=name) if unread else name
