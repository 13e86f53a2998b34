"""Utlämnat: to whom an edition was given, on which day, and why. Noted by whoever gave it; never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import joinedload, selectinload

from followup.domain.errors import InvalidInput, InvalidTransition, Problem, translatable
from followup.domain.text import clean_text
from followup.services.visit import steps
from followup.store.tables import Document, Handout, Visit
from followup.store.unit_of_work import UnitOfWork

LIMIT = 300
_TO = "Till: "


@dataclass(frozen=True)
class HandoutPage:
    """An edition that somebody is given, and to whom it has been given before."""

    visit: Visit
    document: Document

    def values(self, today: date) -> dict[str, str]:
        """Return the page's form as it is first shown: a masked edition was made for somebody."""
        first = (self.document.why or "").partition("\n")[0]
        recipient = first.removeprefix(_TO) if first.startswith(_TO) else ""
        return {"recipient": recipient, "given_on": today.isoformat(), "why": ""}


def handout_page(uow: UnitOfWork, document_id: UUID) -> HandoutPage:
    """Read an edition with the handouts of it. Raises NotFound, and InvalidTransition before its PDF is ready."""
    document = uow.one(
        uow.reachable(Document)
        .where(Document.id == document_id)
        .options(selectinload(Document.handouts).joinedload(Handout.noter))
    )
    if document.state != "ready":
        raise InvalidTransition(document.state)
    visit = uow.one(uow.reachable(Visit).where(Visit.id == document.visit_id).options(joinedload(Visit.child)))
    return HandoutPage(visit, document)


def hand_out(uow: UnitOfWork, document_id: UUID, fields: Mapping[str, str]) -> Handout:
    """Note that an edition was given to somebody. The same twice is noted once.

    fields: recipient, given_on (ISO 8601), and why, which only the child's own copy may do without.
    Raises NotFound, InvalidTransition and InvalidInput.
    """
    page = handout_page(uow, document_id)
    steps.hold(uow, page.visit.id)
    recipient, why = (clean_text(fields.get(name, ""), LIMIT, field=name).strip() for name in ("recipient", "why"))
    problems = list(_problems(uow, page, recipient, why, fields.get("given_on", "")))
    if problems:
        raise InvalidInput(problems)
    given_on = date.fromisoformat(fields["given_on"])
    for each in page.document.handouts:
        if (each.recipient, each.why, each.given_on, each.noted_by) == (recipient, why, given_on, uow.actor.id):
            return each
    row = Handout(
        visit_id=page.visit.id,
        child_id=page.visit.child_id,
        document_id=document_id,
        recipient=recipient,
        why=why,
        given_on=given_on,
        noted_at=uow.now,
        noted_by=uow.actor.id,
    )
    uow.add(row)
    uow.note("hand_out", child_id=page.visit.child_id, document=str(document_id))
    return row


def _problems(uow: UnitOfWork, page: HandoutPage, recipient: str, why: str, given_on: str) -> Iterator[Problem]:
    if not recipient:
        yield Problem("recipient", translatable("Skriv vem som fick den."), "missing")
    if not why and page.document.kind != "child":
        yield Problem("why", translatable("Skriv varför den lämnades ut."), "missing")
    try:
        day = date.fromisoformat(given_on)
    except ValueError:
        yield Problem("given_on", translatable("Skriv vilken dag den lämnades ut."), "date")
        return
    made = uow.day_of(page.document.asked_for_at)
    if not made <= day <= uow.today:
        yield Problem("given_on", translatable("Välj en dag från att den gjordes till i dag."), "date")
