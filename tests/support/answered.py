"""What is stored of a sheet of answers, whoever filled it in."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import selectinload

from followup.store.tables import Response
from tests.support.people import People


def sheet_of(people: People, visit_id: UUID, respondent: str = "child") -> Response:
    """Return the one sheet of a visit's child, or of its carers, with the answers."""
    conditions = Response.visit_id == visit_id, Response.respondent == respondent
    (found,) = people.rows(Response, *conditions, load=[selectinload(Response.answers)])
    return found
