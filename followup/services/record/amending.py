"""Writing about a visit after it was signed: the amendment is kept for ever, and the visit gets its next edition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import joinedload, undefer

from followup.deadlines.citations import cited
from followup.domain import amending, record_words, summary
from followup.domain.errors import Conflict, InvalidTransition, NotFound
from followup.services.record.editions import issue_edition, next_edition, source_of
from followup.services.visit import steps
from followup.services.visit.posted import Fields, Posted, tidied
from followup.store.tables import Amendment, Visit
from followup.store.unit_of_work import UnitOfWork

FIELDS = ("kind", "about", "whose", "said_by", "said_on", "text")
TEXT_LIMIT = 10_000
"""Characters: some five printed pages."""


@dataclass(frozen=True)
class Amendable:
    """A signed visit, the newest edition's words, and the sections that an amendment can be about."""

    visit: Visit
    summary: summary.VisitSummary
    sections: Sequence[str]


def amendable(uow: UnitOfWork, visit_id: UUID) -> Amendable:
    """Fetch a signed visit to write about. Raises NotFound, and InvalidTransition while it isn't signed."""
    visit = steps.open_visit(uow, visit_id, undefer(Visit.summary))
    if visit.state in steps.OPEN_STATES:
        raise InvalidTransition(visit.state)
    if visit.summary is None:
        raise NotFound
    words = summary.from_json(source_of(uow, visit))
    return Amendable(visit, words, amending.sections_of(words))


def amend(uow: UnitOfWork, visit_id: UUID, key: UUID, fields: Fields) -> Amendment:
    """Add an amendment by the actor, and ask for the edition that shows it (wake the press after the commit).

    key: made with the form. The same form sent twice gives one amendment. Raises NotFound, InvalidTransition while the
    visit isn't signed, InvalidInput, and Conflict when something else was sent from this form already.
    """
    steps.hold(uow, visit_id)
    page = amendable(uow, visit_id)
    draft = read(uow, page, fields)
    before = uow.first(uow.reachable(Amendment).where(Amendment.visit_id == visit_id, Amendment.key == key))
    if before is not None:
        if _draft_of(before) == draft:
            return before
        raise Conflict(
            "Från den här sidan har du redan sparat något annat. Spara en gång till om det här också ska stå."
        )
    row = _row(uow, page.visit, key, draft)
    uow.add(row)
    uow.flush()
    words = page.summary.amended((*page.summary.amendments, _printed(uow, row)), row.edition, uow.now)
    issue_edition(uow, page.visit, "full", summary.to_json(words))
    uow.note("amend_visit", child_id=page.visit.child_id, visit=str(visit_id))
    return row


def read(uow: UnitOfWork, page: Amendable, fields: Fields) -> amending.Draft:
    """Read a posted form. Raises InvalidInput with all that is wrong."""
    form = Posted({name: value for name, value in tidied(fields).items() if name in FIELDS})
    whose = form.choice("whose", amending.WHOSE)
    draft = amending.Draft(
        kind=form.choice("kind", amending.KINDS),
        about=form.choice("about", tuple(record_words.WORDS["section"])),
        whose=whose,
        text=form.text("text", TEXT_LIMIT).strip(),
        said_by=form.line("said_by"),
        said_on=form.day("said_on", _first_day(uow, page.visit), uow.today),
    )
    known = {problem.field for problem in form.problems}
    for problem in amending.problems_of(draft, tuple(page.sections)):
        if problem.field not in known:
            form.note(problem)
    form.check()
    return _tidied(draft)


def amendments_of(uow: UnitOfWork, visit_id: UUID) -> Sequence[Amendment]:
    """List a visit's amendments with their writers, the oldest first."""
    return uow.all(
        uow.reachable(Amendment)
        .where(Amendment.visit_id == visit_id)
        .order_by(Amendment.number)
        .options(joinedload(Amendment.writer))
    )


def _first_day(uow: UnitOfWork, visit: Visit) -> date:
    return uow.day_of(visit.planned_at)


def _tidied(draft: amending.Draft) -> amending.Draft:
    """Leave out who and when of somebody else where nobody else is meant; the child needs no name."""
    if draft.of_writer:
        return amending.Draft(draft.kind, draft.about, "caseworker", draft.text)
    said_by = "" if draft.whose == "child" else draft.said_by
    return amending.Draft(draft.kind, draft.about, draft.whose, draft.text, said_by, draft.said_on)


def _row(uow: UnitOfWork, visit: Visit, key: UUID, draft: amending.Draft) -> Amendment:
    written = uow.reachable(Amendment).where(Amendment.visit_id == visit.id).with_only_columns(func.count())
    return Amendment(
        visit_id=visit.id,
        child_id=visit.child_id,
        number=int(uow.rows(written)[0][0]) + 1,
        key=key,
        kind=draft.kind,
        about=draft.about,
        whose=draft.whose,
        said_by=draft.said_by,
        said_on=draft.said_on,
        text=draft.text,
        edition=next_edition(uow, visit.id, "full"),
        written_at=uow.now,
        written_by=uow.actor.id,
    )


def _draft_of(row: Amendment) -> amending.Draft:
    return amending.Draft(row.kind, row.about, row.whose, row.text, row.said_by, row.said_on)


def _printed(uow: UnitOfWork, row: Amendment) -> summary.Amendment:
    """Word an amendment as it is printed: by whom and by which law on the day it is written."""
    return summary.Amendment(
        number=row.number,
        kind=record_words.term("amendment", row.kind),
        section=record_words.term("section", row.about),
        text=row.text,
        whose=record_words.term("whose", row.whose),
        author=uow.actor.name,
        title=uow.actor.title,
        at=row.written_at,
        edition=row.edition,
        said_by=row.said_by,
        said_on=row.said_on,
        law=cited("disputed", uow.today) if row.kind == "disputed" else "",
    )
