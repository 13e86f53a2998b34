"""Step 3: talk about the answers."""

from __future__ import annotations

import uuid
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.domain.questionnaire import Item, Questionnaire
from followup.domain.wording import Wording
from followup.questionnaires import load_all
from followup.services.child_mode.drawing import drawings_of
from followup.services.visit.steps import Saved
from followup.services.visit.talking import CARER_FORM, OWN, Card, Talk, open_talk, save_talk, talk_fields
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages, wants_json
from followup.web.languages import language
from followup.web.steps import answer_save, posted_fields, posted_revision, refuse_save, render_step
from followup.web.views.visits import pages as visits

pages: Pages = visits

_REMOVE = "remove-"


@pages.page("/visits/<uuid:visit_id>/talk", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def talk(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Show what to talk about; save what came of it."""
    if request.method == "GET":
        return _page(uow, visit_id)
    go = request.form.get("go", "")
    remove = go.removeprefix(_REMOVE) if go.startswith(_REMOVE) else ""
    try:
        saved = save_talk(uow, visit_id, posted_revision(), posted_fields(), remove=remove)
    except InvalidInput as error:
        problem = error
        return refuse_save(error, lambda: _page(uow, visit_id, error=problem))
    if go == "add" and isinstance(saved, Saved) and not wants_json():
        return redirect(url_for("visits.talk", visit_id=visit_id, add=1, _anchor="new"))
    return answer_save(saved, visit_id, "talk", _label, _show)


def _page(uow: UnitOfWork, visit_id: UUID, *, error: InvalidInput | None = None) -> ResponseReturnValue:
    page = open_talk(uow, visit_id)
    values = {**talk_fields(page.visit), **(posted_fields() if error else {})}
    posted_own = [name.removeprefix("topic-") for name in values if name.startswith(f"topic-{OWN}")]
    wording = load_all().wording(language())
    return render_step(
        "visits/talk.html",
        page.visit,
        "talk",
        problems=error.problems if error else (),
        page=page,
        cards=[_card(card, page.form, wording, values) for card in page.cards],
        carer_cards=[_card(card, page.carer_form, wording, values) for card in page.carer_cards],
        own=list(dict.fromkeys([*page.own, *posted_own])),
        new=f"{OWN}{uuid.uuid4()}" if request.args.get("add") and not error else "",
        strengths=_strengths(page, wording),
        drawings=drawings_of(uow, visit_id),
        values=values,
        common=load_all().common,
        outcomes=_outcomes(),
    )


def _card(card: Card, form: Questionnaire | None, wording: Wording, values: dict[str, str]) -> dict[str, Any]:
    point = form.scale.point(card.answer.score) if form and card.answer and card.answer.score is not None else None
    prompt = card.prompt
    return {
        "subject": card.subject,
        "short": topic_of(card.subject, card.item),
        "title": card.item.text if card.item else None,
        "sentence": wording.flag(prompt.flag, form) if prompt else "",
        "word": point.label.get(wording.lang) if point else "",
        "symbol": (point.symbol if point else "") or (str(card.answer.status) if card.answer and not point else ""),
        "score": point.value if point and not point.symbol else None,
        "question": prompt.question if prompt else (card.item.prompt if card.item else None),
        "guidance": prompt.guidance if prompt else None,
        "own_wish": bool(prompt and prompt.own_wish),
        "first": bool(prompt and prompt.first),
        "level": wording.level(str(prompt.level)) if prompt and prompt.level.rank > 1 else "",
        "said": card.said,
        "folded": card.folded and not values.get(f"outcome-{card.subject}"),
    }


def _strengths(page: Talk, wording: Wording) -> list[dict[str, Any]]:
    if page.form is None:
        return []
    return [
        {
            "text": item.text,
            "answer": wording.answer(strength.score, None, page.form.scale),
            "before": wording.answer(strength.before, None, page.form.scale) if strength.before is not None else "",
            "up": strength.before is not None and strength.score > strength.before,
            "gap": strength.gap,
        }
        for item, strength in page.strengths
    ]


def _outcomes() -> dict[str, str]:
    return {"talked": _("Vi pratade"), "declined": _("Ville inte i dag"), "later": _("Ta upp nästa gång")}


def topic_of(subject: str, item: Item | None = None) -> str:
    """Word a conversation's subject as short as a list needs it: “Sömn”."""
    library = load_all()
    if item is None and (found := library.find(subject)):
        item = found[1]
    if item:
        return library.common.tracks[item.track].get(language())
    if subject.startswith(OWN):
        return _("Eget ämne")
    return _("Familjehemmets svar i stort") if subject == CARER_FORM else _("Besöket i stort")


def _label(name: str) -> str:
    kind, _dash, subject = name.partition("-")
    kinds = {
        "outcome": _("Hur gick det?"),
        "words": _("Egna ord"),
        "agreed": _("Vad kom ni överens om?"),
        "lead": _("Min gruppledare behöver veta det här"),
        "leadnote": _("Vad behöver gruppledaren veta?"),
        "topic": _("Vad handlade det om?"),
    }
    return f"{topic_of(subject)}: {kinds.get(kind, name)}"


def _show(name: str, value: str) -> str:
    if name.startswith("outcome-"):
        return _outcomes().get(value, value)
    if name.startswith("lead-"):
        return _("Ja") if value else _("Nej")
    return value
