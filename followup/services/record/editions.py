"""Editions of a visit's document. Each is made of what is stored with it; those before it stay as they are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import joinedload, selectinload, undefer

from followup.domain import summary
from followup.domain.errors import InvalidTransition, NotFound
from followup.services.visit import steps
from followup.store.crypto import key_ring
from followup.store.tables import Document, Handout, Visit
from followup.store.unit_of_work import UnitOfWork

KINDS = ("full", "masked", "child")


def issue_edition(
    uow: UnitOfWork, visit: Visit, kind: str, source: str | None, language: str = "sv", why: str = ""
) -> Document:
    """Add the next edition of a kind, made by the actor, and let it wait for the press (wake it after the commit).

    source: the canonical JSON that it is printed from, None for the visit's own signed summary. The caller holds the
    visit's row (`steps.hold`). A visit that was filed waits to be filed again when its full document gets an edition.
    Raises InvalidTransition for a visit that isn't signed.
    """
    if visit.state not in {"signed", "filed"}:
        raise InvalidTransition(visit.state)
    document = Document(
        visit_id=visit.id,
        child_id=visit.child_id,
        kind=kind,
        edition=next_edition(uow, visit.id, kind),
        language=language,
        source=source,
        made_by=uow.actor.id,
        why=why or None,
        state="waiting",
        asked_for_at=uow.now,
    )
    uow.add(document)
    uow.flush()  # before the visit: its trigger looks for the edition that isn't filed
    if kind == "full" and visit.state == "filed":
        visit.state = "signed"
    return document


def next_edition(uow: UnitOfWork, visit_id: UUID, kind: str) -> int:
    """Number the edition that comes next."""
    made = uow.reachable(Document).where(Document.visit_id == visit_id, Document.kind == kind)
    return int(uow.rows(made.with_only_columns(func.coalesce(func.max(Document.edition), 0)))[0][0]) + 1


def editions_of(uow: UnitOfWork, visit_id: UUID) -> Sequence[Document]:
    """List a visit's documents with maker, receipt and who was given them: by kind, the newest edition first."""
    found = uow.all(
        uow.reachable(Document)
        .where(Document.visit_id == visit_id)
        .options(
            joinedload(Document.filing),
            joinedload(Document.maker),
            selectinload(Document.handouts).joinedload(Handout.noter),
        )
    )
    return sorted(found, key=lambda each: (KINDS.index(each.kind), -each.edition))


def made_before(documents: Sequence[Document]) -> frozenset[UUID]:
    """Tell which masked editions and children's copies were made before the newest full edition of the visit."""
    newest = max(each.asked_for_at for each in documents if each.kind == "full")
    return frozenset(each.id for each in documents if each.kind != "full" and each.asked_for_at < newest)


def waits(uow: UnitOfWork, visit_id: UUID) -> bool:
    """Tell whether a document of the visit is still to be made."""
    waiting = uow.reachable(Document).where(Document.visit_id == visit_id, Document.state == "waiting")
    return bool(uow.rows(waiting.with_only_columns(Document.id).limit(1)))


def current_summary(uow: UnitOfWork, visit_id: UUID) -> tuple[Visit, summary.VisitSummary, str]:
    """Read the newest full edition of a signed visit: the visit, its words, and the SHA-256 of them as stored.

    Raises NotFound when the visit isn't signed.
    """
    visit = steps.open_visit(uow, visit_id, undefer(Visit.summary))
    if visit.summary is None:
        raise NotFound
    stored = source_of(uow, visit)
    return visit, summary.from_json(stored), hashlib.sha256(stored.encode()).hexdigest()


def code_of(sha256: str) -> str:
    """Return the code by which a masked edition names what it was made of: 16 hexadecimal digits, keyed.

    sha256: of the full edition's words as stored. A plain checksum on the pages would let whoever has them try names
    where names are masked, until one gives the same; this one says nothing to anybody without the keys.
    """
    return key_ring().blind_index(f"made of edition {sha256}").hex()[:16]


def source_of(uow: UnitOfWork, visit: Visit) -> str:
    """Return what the newest full edition is made of, as stored; the visit's summary must be loaded."""
    newest = uow.first(
        uow.reachable(Document)
        .where(Document.visit_id == visit.id, Document.kind == "full")
        .order_by(Document.edition.desc())
        .limit(1)
        .options(undefer(Document.source))
    )
    return (newest.source if newest else None) or visit.summary or ""
