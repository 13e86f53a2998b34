"""What the database knows of a file: whether it holds the same octets, and a newer edition."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import undefer

from followup.domain.access import SYSTEM
from followup.domain.summary import VisitSummary
from followup.services.record.editions import code_of
from followup.store.opening import Store
from followup.store.tables import Child, Document, HomeRecord, Visit
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Remark:
    """One thing that was looked at. holds: None where there is nothing to hold, only something to know."""

    holds: bool | None
    words: str


def in_store(store: Store, data: bytes, shown: VisitSummary | None) -> Iterator[Remark]:
    """Say what the database knows of a file. shown: the summary inside it, if it has one that can be read."""
    with store.unit(SYSTEM, reads=True) as uow:
        document = uow.first(
            uow.reachable(Document).where(Document.sha256 == hashlib.sha256(data).hexdigest()).limit(1)
        )
        if document:
            at = document.ready_at.astimezone(uow.zone) if document.ready_at else None
            yield Remark(True, f"The database holds this very file{f', made {at:%Y-%m-%d %H.%M}' if at else ''}.")
            yield from _newer(uow, document)
            yield from _made_of(uow, document, shown)
            return
        home = uow.first(
            uow.reachable(HomeRecord).where(HomeRecord.pdf_sha256 == hashlib.sha256(data).hexdigest()).limit(1)
        )
        if home and home.printed_at:
            at = home.printed_at.astimezone(uow.zone)
            words = f"The database holds this very file, made {at:%Y-%m-%d %H.%M}: a foster home's record."
            yield Remark(True, words)
            return
        same = _same_edition(uow, shown) if shown else None
        if same is None:
            yield Remark(None, "The database here does not know the file.")
        elif same.state == "ready":
            yield Remark(False, "The database holds this edition with other octets: this file has been changed.")
        else:
            yield Remark(False, "The database knows this edition, but has not made its PDF yet.")


def _newer(uow: UnitOfWork, document: Document) -> Iterator[Remark]:
    newest = uow.first(
        uow.reachable(Document)
        .where(Document.visit_id == document.visit_id, Document.kind == document.kind)
        .order_by(Document.edition.desc())
        .limit(1)
    )
    if newest and newest.edition > document.edition:
        yield Remark(
            None, f"There is a newer edition of it: {newest.edition}. This one, {document.edition}, still stands."
        )
    else:
        yield Remark(None, "It is the newest edition of its kind.")


def _same_edition(uow: UnitOfWork, shown: VisitSummary) -> Document | None:
    """Find the edition that a file says it is, by case, day, kind and number."""
    visits = uow.reachable(Visit).join(Child, Child.id == Visit.child_id)
    for visit in uow.all(visits.where(Child.case_number == shown.heading.case_number)):
        if uow.day_of(visit.planned_at) == shown.visit.on:
            editions = uow.reachable(Document).where(
                Document.visit_id == visit.id,
                Document.kind == shown.heading.edition.code,
                Document.edition == shown.heading.edition_number,
            )
            if found := uow.first(editions):
                return found
    return None


def _made_of(uow: UnitOfWork, document: Document, shown: VisitSummary | None) -> Iterator[Remark]:
    """Compare the code of the full edition that a masked one says it was made of with the words that are stored."""
    if shown is None or shown.made_of is None:
        return
    number = shown.made_of.edition
    wanted = uow.reachable(Document).where(
        Document.visit_id == document.visit_id, Document.kind == "full", Document.edition == number
    )
    full = uow.first(wanted.options(undefer(Document.source)))
    visit = uow.first(uow.reachable(Visit).where(Visit.id == document.visit_id).options(undefer(Visit.summary)))
    words = ((full.source if full else None) or (visit.summary if visit else None)) or ""
    if full and code_of(hashlib.sha256(words.encode()).hexdigest()) == shown.made_of.code:
        yield Remark(True, f"It was made of full edition {number}, which the database holds with the same words.")
    else:
        yield Remark(False, f"It says that it was made of full edition {number}, and the database has no such words.")
