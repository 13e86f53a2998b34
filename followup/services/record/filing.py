"""Documents after signing: fetching them, filing them, and the list of what is signed but not filed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy.orm import joinedload, undefer

from followup.domain.errors import InvalidInput, InvalidTransition, NotFound, Problem, translatable
from followup.domain.neutral_names import Sidecar, file_name
from followup.domain.text import clean_text
from followup.store.tables import Child, Delivery, Document, Filing, Organisation, Visit
from followup.store.unit_of_work import UnitOfWork

REFERENCE_LIMIT = 200
PAGE_SIZE = 50


@dataclass(frozen=True)
class UnfiledDocument:
    """A full edition without a receipt. delivery: how it went to lay it in the watched folder, None when not tried."""

    document: Document
    delivery: Delivery | None


@dataclass(frozen=True)
class UnfiledVisit:
    """A signed visit that is not in the case file yet, and its full editions without a receipt, the newest first."""

    visit: Visit
    waiting: tuple[UnfiledDocument, ...]


@dataclass(frozen=True)
class ToFile:
    """A document as it leaves the program: its octets, a neutral name, and what its sidecar says."""

    content: bytes
    name: str
    sidecar: Sidecar

    def renamed(self, name: str) -> ToFile:
        """Return the same under another name: its own was taken."""
        return ToFile(self.content, name, replace(self.sidecar, file=name))


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
    waiting = _waiting(uow, [visit.id for visit in visits])
    return UnfiledPage([UnfiledVisit(visit, tuple(waiting[visit.id])) for visit in visits], total, page)


def _waiting(uow: UnitOfWork, visit_ids: Sequence[UUID]) -> dict[UUID, list[UnfiledDocument]]:
    found: dict[UUID, list[UnfiledDocument]] = defaultdict(list)
    for document, delivery in uow.rows(
        uow.reachable(Document)
        .outerjoin(Filing, Filing.document_id == Document.id)
        .outerjoin(Delivery, Delivery.document_id == Document.id)
        .where(Document.visit_id.in_(visit_ids), Document.kind == "full", Filing.id.is_(None))
        .order_by(Document.edition.desc())
        .add_columns(Delivery)
    ):
        found[document.visit_id].append(UnfiledDocument(document, delivery))
    return found


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
    """Return the newest PDF and a file name without personal data. Raises NotFound, also while it is being made."""
    taken = take(uow, newest_document(uow, visit_id).id)
    return taken.content, taken.name


def take(uow: UnitOfWork, document_id: UUID) -> ToFile:
    """Take a document out of the program, which the log tells of. Raises NotFound, also while it is being made."""
    document = uow.one(uow.reachable(Document).where(Document.id == document_id).options(undefer(Document.content)))
    if document.content is None or document.sha256 is None:
        raise NotFound
    visit = uow.one(uow.reachable(Visit).where(Visit.id == document.visit_id))
    case_number, organisation, unit = uow.rows(
        uow.reachable(Child)
        .join(Organisation, Organisation.id == Child.organisation_id)
        .where(Child.id == visit.child_id)
        .with_only_columns(Child.case_number, Organisation.name, Organisation.unit)
    )[0]
    uow.note("fetch_pdf", child_id=visit.child_id, document=str(document.id))
    on = uow.day_of(visit.planned_at)
    name = file_name(case_number, on, document.edition, document.kind)
    sidecar = Sidecar(
        file=name,
        sha256=document.sha256,
        size=len(document.content),
        organisation=organisation,
        unit=unit,
        case_number=case_number,
        on=on,
        kind=document.kind,
        edition=document.edition,
        language=document.language,
        signed_at=visit.signed_at,
        made_at=document.ready_at,
        summary_sha256=visit.summary_sha256 or "",
    )
    return ToFile(document.content, name, sidecar)


def file_document(uow: UnitOfWork, visit_id: UUID, reference: str, document_id: UUID | None = None) -> None:
    """Record that a document is in the case system, under a reference. Filing twice keeps the first.

    document_id: an edition of the visit, of any kind; the newest full one when left out. The visit is filed when each
    of its full editions is: a later one doesn't replace those before it.
    Raises InvalidInput without a reference, NotFound, and InvalidTransition before the document is ready.
    """
    reference = reference_of(reference)
    visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id).with_for_update())
    document = _edition(uow, visit_id, document_id) if document_id else newest_document(uow, visit_id)
    if document.filing is not None:
        return
    if document.state != "ready" or visit.state not in {"signed", "filed"}:
        raise InvalidTransition(visit.state)
    _receipt(uow, document, reference)
    uow.flush()
    if visit.state == "signed" and not _waiting(uow, [visit.id])[visit.id]:
        visit.state = "filed"


def reference_of(posted: str) -> str:
    """Return where in the case system something is, as it is stored. Raises InvalidInput when nothing is said."""
    reference = clean_text(posted, REFERENCE_LIMIT, field="reference").strip()
    if not reference:
        message = translatable("Skriv var i verksamhetssystemet handlingen ligger, till exempel dess löpnummer.")
        raise InvalidInput([Problem("reference", message, "missing")])
    return reference


def _edition(uow: UnitOfWork, visit_id: UUID, document_id: UUID) -> Document:
    statement = uow.reachable(Document).where(Document.visit_id == visit_id, Document.id == document_id)
    return uow.one(statement.options(joinedload(Document.filing)))


def note_filed(uow: UnitOfWork, visit: Visit, document: Document, reference: str) -> None:
    """Note that a signed visit's only document is in the case system, without asking whether it is ready."""
    _receipt(uow, document, reference)
    visit.state = "filed"


def _receipt(uow: UnitOfWork, document: Document, reference: str) -> None:
    uow.add(
        Filing(
            visit_id=document.visit_id,
            child_id=document.child_id,
            document_id=document.id,
            reference=reference,
            filed_at=uow.now,
            filed_by=uow.actor.id,
        )
    )


def ask_for(uow: UnitOfWork, visit_id: UUID) -> None:
    """Let a visit's documents be made that nobody asked for yet, or that couldn't be made. Raises NotFound."""
    newest_document(uow, visit_id)
    left = uow.reachable(Document).where(Document.visit_id == visit_id, Document.state.in_(("unmade", "failed")))
    for document in uow.all(left):
        document.state, document.tries, document.claimed_at = "waiting", 0, None


def to_hand_over(uow: UnitOfWork) -> Select[Document]:
    """Begin a select of the ready full editions without a receipt, oldest first: what the case system is still to get.

    Documents of children with a protected identity are left out: they are handed over one by one, by a person who
    knows who reads them there.
    """
    return (
        uow.reachable(Document)
        .join(Visit, Visit.id == Document.visit_id)
        .join(Child, Child.id == Visit.child_id)
        .outerjoin(Filing, Filing.document_id == Document.id)
        .where(
            Document.kind == "full",
            Document.state == "ready",
            Filing.id.is_(None),
            Visit.state == "signed",
            Child.protected_identity.is_(False),
        )
        .order_by(Visit.signed_at, Document.edition, Document.id)
    )


def count_unfiled(uow: UnitOfWork) -> int:
    """Count the signed visits that wait to be filed."""
    return int(uow.rows(unfiled_visits(uow).with_only_columns(func.count()))[0][0])


def unfiled_visits(uow: UnitOfWork) -> Select[Visit]:
    """Begin a select of the signed visits that wait to be filed."""
    return uow.reachable(Visit).where(Visit.state == "signed")
