"""The files that go inside a document's PDF: all that it says as data, and the answers as FHIR.

They are made of what the edition itself is printed from, so a masked edition holds nothing in its files that its pages
don't show. The child's own copy holds no files at all: it is to be safe to keep at home.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy.orm import joinedload, undefer

from followup.domain import fhir, summary
from followup.domain.questionnaire import Questionnaire
from followup.pdf.jobs import Attachment
from followup.services.installation.publishing import form_of
from followup.store.tables import Document, Response, Visit
from followup.store.unit_of_work import UnitOfWork

WITH_FILES: Final = frozenset({"full", "masked"})
"""The kinds of document that hold files."""
SUMMARY_FILE: Final = "sammanfattning.json"
ANSWERS_FILE: Final = "svar.fhir.json"


def attachments_of(uow: UnitOfWork, document: Document) -> tuple[Attachment, ...]:
    """Return the files that belong inside a document, in the order that they are listed in it."""
    if document.kind not in WITH_FILES:
        return ()
    visit = uow.one(uow.reachable(Visit).where(Visit.id == document.visit_id).options(undefer(Visit.summary)))
    source = document.source or visit.summary or ""
    responses = uow.all(
        uow.reachable(Response)
        .where(Response.visit_id == document.visit_id)
        .options(joinedload(Response.questionnaire_version))
    )
    return files_of(source, {each.respondent: form_of(each.questionnaire_version) for each in responses}.items())


def files_of(source: str, forms: Iterable[tuple[str, Questionnaire]]) -> tuple[Attachment, ...]:
    """Return the files of a stored summary (canonical JSON), given each respondent's published form.

    A summary without forms has no file of answers. Raises ValueError for a summary that can't be read.
    """
    shown = summary.from_json(source)
    whole = attached(SUMMARY_FILE, source.encode())
    if not shown.forms:
        return (whole,)
    published = dict(forms)
    found = {
        place: published[form.respondent.code]
        for place, form in enumerate(shown.forms)
        if form.respondent.code in published and published[form.respondent.code].version == form.version
    }
    answers = fhir.to_text(fhir.bundle(shown, found)).encode()
    return whole, attached(ANSWERS_FILE, answers)


def attached(name: str, data: bytes) -> Attachment:
    """Return a file as it goes inside a document: what it is follows from its name."""
    if name == SUMMARY_FILE:
        return Attachment(name, "application/json", "Alla uppgifter i sammanfattningen", data, relationship="Source")
    return Attachment(name, "application/fhir+json", "Formulär och svar enligt HL7 FHIR R4", data)
