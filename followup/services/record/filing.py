"""Documents after signing: fetching them, filing them, and the list of what is signed but not filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import joinedload, undefer

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound, Problem, translatable
from followup.domain.text import clean_text
from followup.store.tables import Child, Document, Filing, Visit
from followup.store.unit_of_work import UnitOfWork

REFERENCE_LIMIT = 200
PAGE_SIZE = 50


@dataclass(frozen=True)
class UnfiledVisit:
    """A signed visit that is not in the case file yet."""

    visit: Visit
    document: Document | None


@dataclass(frozen=True)
class UnfiledPage:
    """A page of the list, oldest first, and how many there are in all."""

    visits: Sequence[UnfiledVisit]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return last_page(self.total)


def unfiled(uow: UnitOfWork, page: int = 1) -> UnfiledPage:
    """List signed visits that wait to be filed; `page` counts from 1, and one past the last shows the last."""
    signed = uow.reachable(Visit).where(Visit.state == "signed")
    total = count_unfiled(uow)
    page = min(max(page, 1), last_page(total))
    visits = uow.all(
        signed.options(joinedload(Visit.child))
        .order_by(Visit.signed_at, Visit.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
    )
    documents = uow.all(
        uow.reachable(Document)
        .where(Document.visit_id.in_([visit.id for visit in visits]), Document.kind == "full")
        .order_by(Document.edition)
    )
    newest = {document.visit_id: document for document in documents}
    return UnfiledPage([UnfiledVisit(visit, newest.get(visit.id)) for visit in visits], total, page)


def last_page(total: int) -> int:
    """Number the last page of so many visits; there is always one."""
    return max(1, -(-total // PAGE_SIZE))


def newest_document(uow: UnitOfWork, visit_id: UUID, *, with_content: bool = False) -> Document:
    """Fetch a visit's newest full document. Raises NotFound."""
    statement = (
        uow.reachable(Document)
        .where(Document.visit_id == visit_id, Document.kind == "full")
        .order_by(Document.edition.desc())
        .options(joinedload(Document.filing))
    )
    return uow.one(statement.options(undefer(Document.content)) if with_content else statement)


def fetch_pdf(uow: UnitOfWork, visit_id: UUID) -> tuple[bytes, str]:
    """Return the PDF and a file name without personal data. Raises NotFound, also while it is being made."""
    document = newest_document(uow, visit_id, with_content=True)
    if document.content is None:
        raise NotFound
    visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
    case_number = uow.rows(uow.reachable(Child).where(Child.id == visit.child_id).with_only_columns(Child.case_number))
    uow.note("fetch_pdf", child_id=visit.child_id, document=str(document.id))
    return document.content, file_name(case_number[0][0], uow.day_of(visit.planned_at), document.edition)


def file_name(case_number: str, on: date, edition: int) -> str:
    """Name a document by case number, date and edition; never by a person's name. ASCII: a header takes little else."""
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in case_number).strip("-")
    return f"{plain}-{on.isoformat()}-utgava-{edition}.pdf"


def file_document(uow: UnitOfWork, visit_id: UUID, reference: str) -> None:
    """Record that the document is in the case system, under a reference. Filing twice keeps the first.

    Raises InvalidInput without a reference, InvalidTransition before the document is ready.
    """
    reference = clean_text(reference, REFERENCE_LIMIT, field="reference").strip()
    if not reference:
        message = translatable("Skriv var i verksamhetssystemet handlingen ligger, till exempel dess löpnummer.")
        raise InvalidInput([Problem("reference", message, "missing")])
    visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id).with_for_update())
    document = newest_document(uow, visit_id)
    if document.filing is not None:
        return
    if document.state != "ready" or visit.state != "signed":
        raise InvalidTransition(visit.state)
    note_filed(uow, visit, document, reference)


def note_filed(uow: UnitOfWork, visit: Visit, document: Document, reference: str) -> None:
    """Note that a signed visit's document is in the case system from now on, without asking whether it is ready."""
    uow.add(
        Filing(
            visit_id=visit.id,
            child_id=visit.child_id,
            document_id=document.id,
            reference=reference,
            filed_at=uow.now,
            filed_by=uow.actor.id,
        )
    )
    visit.state = "filed"


def ask_for(uow: UnitOfWork, visit_id: UUID) -> None:
    """Let a document be made that nobody has asked for yet, or that could not be made last time."""
    document = newest_document(uow, visit_id)
    if document.state in {"unmade", "failed"}:
        document.state, document.tries, document.claimed_at = "waiting", 0, None


def count_unfiled(uow: UnitOfWork) -> int:
    """Count the signed visits that wait to be filed."""
    return int(uow.rows(uow.reachable(Visit).where(Visit.state == "signed").with_only_columns(func.count()))[0][0])
