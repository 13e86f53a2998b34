"""Step 5: agreements, notes, the talk in private, what was seen, and the next visit."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from followup.domain.access import Permission
from followup.domain.errors import InvalidInput
from followup.services.visit.agreeing import Agreements, agreements_fields, open_agreements, save_agreements
from followup.services.visit.agreement_rows import AREAS, RowIds
from followup.services.visit.steps import Saved
from followup.store.unit_of_work import UnitOfWork
from followup.web.area_words import area_words
from followup.web.door import Pages, wants_json
from followup.web.steps import answer_save, posted_fields, posted_revision, refuse_save, render_step
from followup.web.views.visits import pages as visits
from followup.web.views.visits.talk import topic_of

pages: Pages = visits

_REMOVE, _ADD_NOTE = "remove-", "add-note-"


@pages.page("/visits/<uuid:visit_id>/agreements", needs=Permission.KEEP_VISITS, methods=("GET", "POST"))
def agreements(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
    """Show what was agreed and noted; save it; add or take away a row."""
    if request.method == "GET":
        return _page(uow, visit_id)
    go = request.form.get("go", "")
    remove = go.removeprefix(_REMOVE) if go.startswith(_REMOVE) else ""
    try:
        saved = save_agreements(uow, visit_id, posted_revision(), posted_fields(), remove=remove)
    except InvalidInput as error:
        problem = error
        return refuse_save(error, lambda: _page(uow, visit_id, error=problem))
    if isinstance(saved, Saved) and not wants_json():
        if go == "add":
            return redirect(url_for("visits.agreements", visit_id=visit_id, add=1, _anchor="new"))
        if go.startswith(_ADD_NOTE):
            area = go.removeprefix(_ADD_NOTE)
            return redirect(url_for("visits.agreements", visit_id=visit_id, area=area, _anchor=f"area-{area}"))
    return answer_save(saved, visit_id, "agreements", _label, _show)


def _page(uow: UnitOfWork, visit_id: UUID, *, error: InvalidInput | None = None) -> ResponseReturnValue:
    page = open_agreements(uow, visit_id)
    visit = page.visit
    ids = RowIds(visit)
    posted = {ids.rename(name): value for name, value in posted_fields().items()} if error else {}
    proposed = _proposed(page)
    values = {**proposed, **agreements_fields(visit, page.keeper), **posted}
    stored = [name.removeprefix("what-") for name in values if name.startswith("what-")]
    saved = {str(action.id) for action in visit.actions}
    new = str(uuid.uuid4()) if not error and (request.args.get("add") or not stored) else ""
    return render_step(
        "visits/agreements.html",
        visit,
        "agreements",
        problems=[replace(each, field=ids.rename(each.field)) for each in error.problems] if error else (),
        page=page,
        values=values,
        rows=[_row(page, key, values, saved, is_new=key == new) for key in (*stored, *filter(None, [new]))],
        areas=[_area(code, values, with_blank=not error) for code in AREAS],
        open_area=request.args.get("area", ""),
        area_words=area_words(),
    )


def _proposed(page: Agreements) -> dict[str, str]:
    fields: dict[str, str] = {}
    for proposal in page.proposals:
        fields |= {f"what-{proposal.key}": proposal.text, f"kind-{proposal.key}": "promise"}
    return fields


def _row(page: Agreements, key: str, values: dict[str, str], saved: set[str], *, is_new: bool) -> dict[str, Any]:
    subject = page.origins.get(key)
    due, done = values.get(f"due-{key}", ""), values.get(f"done-{key}") == "1"
    return {
        "key": key,
        "new": is_new,
        "proposal": bool(subject) and key not in saved,
        "origin": topic_of(subject) if subject else "",
        "passed": _passed(due, page.on),
        "done": done,
    }


def _passed(due: str, on: date) -> bool:
    try:
        return date.fromisoformat(due) < on
    except ValueError:
        return False


def _area(code: str, values: dict[str, str], *, with_blank: bool) -> dict[str, Any]:
    keys = [name.removeprefix("area-") for name, value in values.items() if name.startswith("area-") and value == code]
    used = len([key for key in keys if values.get(f"note-{key}") or values.get(f"source-{key}")])
    return {"code": code, "used": used, "keys": [*keys, *([str(uuid.uuid4())] if with_blank else [])]}


def _label(name: str) -> str:
    labels = {
        "what": _("Överenskommelse: vad"),
        "child": _("Överenskommelse: så står det i barnets sammanfattning"),
        "kind": _("Överenskommelse: slag"),
        "owner": _("Överenskommelse: vem gör det"),
        "who": _("Överenskommelse: någon annan"),
        "due": _("Överenskommelse: senast"),
        "done": _("Överenskommelse: redan gjort"),
        "area": _("Anteckning: område"),
        "nkind": _("Anteckning: slag"),
        "source": _("Anteckning: källa"),
        "note": _("Anteckning"),
        "private_talk": _("Enskilt samtal"),
        "private_minutes": _("Minuter"),
        "private_reason": _("Varför inte helt enskilt"),
        "home_seen": _("Sett hemmet"),
        "room_seen": _("Sett barnets rum"),
        "next_visit_on": _("Nästa besök"),
        "next_visit_note": _("Inför nästa besök"),
    }
    return labels.get(name.partition("-")[0], name)


def _show(name: str, value: str) -> str:
    kind = name.partition("-")[0]
    words = {
        "kind": {"promise": _("Löfte"), "action": _("Åtgärd")},
        "owner": {"caseworker": _("Du som gör besöket"), "other": _("Någon annan")},
        "done": {"": _("Nej"), "1": _("Ja")},
        "area": area_words(),
        "nkind": {"observation": _("Iakttagelse"), "statement": _("Uppgift"), "assessment": _("Bedömning")},
        "private_talk": {"yes": _("Ja"), "partly": _("Delvis"), "no": _("Nej")},
        "home_seen": {"yes": _("Ja"), "no": _("Nej")},
        "room_seen": {"yes": _("Ja"), "no": _("Nej")},
    }
    return words.get(kind, {}).get(value, value)
