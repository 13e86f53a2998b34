"""Can this process work now? Asked by machines every few seconds, so it costs one small question."""

from __future__ import annotations

from sqlalchemy import select

from followup.store.tables import Organisation
from followup.store.unit_of_work import UnitOfWork


def look_up(uow: UnitOfWork) -> None:
    """Ask the database something. Raises StoreUnavailable when it doesn't answer."""
    uow.first(select(Organisation.id).limit(1))
