"""The foster home's record after it was kept: its PDF, printed once and stored, and the receipt that it is filed.

It is fetched and filed by hand, one by one: the ZIP and the watched folder are of children's files, and whoever files
the home's may be somebody else (docs/adr/0020).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.orm import joinedload, undefer

from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidTransition
from followup.pdf.jobs import PrintJob
from followup.services.overview.due import DONE
from followup.services.record import claiming
from followup.services.record.claiming import MOST_TRIES
from followup.services.record.filing import reference_of
from followup.services.visit import steps
from followup.store.opening import Store
from followup.store.tables import HomeRecord, HomeVisit, Visit
from followup.store.unit_of_work import UnitOfWork


def state_of(record: HomeRecord) -> str:
    """Tell whether its PDF is ready | waiting | failed."""
    if record.printed_at:
        return "ready"
    return "failed" if record.tries >= MOST_TRIES else "waiting"


def claim_home_record(store: Store) -> tuple[UUID, PrintJob] | None:
    """Take on the newest record that waits for its PDF, None when none waits. What can't be read counts as tried."""

    def read(record_id: UUID) -> tuple[UUID, PrintJob]:
        with store.unit(SYSTEM) as uow:
            wanted = uow.reachable(HomeRecord).where(HomeRecord.id == record_id)
            return record_id, PrintJob("home", uow.one(wanted.options(undefer(HomeRecord.source))).source)

    waits = HomeRecord.printed_at.is_(None), HomeRecord.tries < MOST_TRIES
    return claiming.next_readable(
        lambda: claiming.take_on(store, HomeRecord, HomeRecord.made_at, *waits),
        read,
        lambda record_id: keep(store, record_id, None),
    )


def keep(store: Store, record_id: UUID, content: bytes | None) -> int:
    """Store the PDF, unless another process did; None: it could not be made. Returns how many became ready (0 or 1)."""
    with store.unit(SYSTEM) as uow:
        record = uow.one(uow.reachable(HomeRecord).where(HomeRecord.id == record_id).with_for_update())
        if record.printed_at or content is None:
            return 0
        record.content, record.pdf_sha256 = content, hashlib.sha256(content).hexdigest()
        record.printed_at = uow.now
        return 1


def waits(uow: UnitOfWork, visit_id: UUID) -> bool:
    """Tell whether a record of the visit's home visit still waits for its PDF. Raises NotFound."""
    visit = steps.open_visit(uow, visit_id)
    made = uow.all(uow.reachable(HomeRecord).where(HomeRecord.home_visit_id == visit.home_visit_id))
    return any(state_of(record) == "waiting" for record in made)


def try_again(record: HomeRecord) -> None:
    """Let a record be printed that could not be."""
    if state_of(record) == "failed":
        record.tries, record.claimed_at = 0, None


def take_home_record(uow: UnitOfWork, visit_id: UUID, edition: int | None) -> tuple[bytes, str] | None:
    """Return the stored PDF of an edition, the newest by default, and a name that names no home; the log tells of it.

    None when there is none, or not yet. Raises NotFound for a visit out of reach.
    """
    visit = steps.open_visit(uow, visit_id)
    wanted = uow.reachable(HomeRecord).where(HomeRecord.home_visit_id == visit.home_visit_id)
    if edition is not None:
        wanted = wanted.where(HomeRecord.edition == edition)
    record = uow.first(wanted.order_by(HomeRecord.edition.desc()).limit(1).options(undefer(HomeRecord.content)))
    if record is None or record.content is None:
        return None
    uow.note("fetch_home_record", home_record=str(record.id))
    on = uow.day_of(visit.planned_at)
    return record.content, f"familjehem-{record.foster_home_id.hex[:8]}-{on.isoformat()}-utgava-{record.edition}.pdf"


def file_home_record(uow: UnitOfWork, visit_id: UUID, edition: int, reference: str) -> None:
    """Record where in the home's file an edition is. Filing twice keeps the first.

    Raises InvalidInput without a reference, NotFound, and InvalidTransition before the PDF is ready.
    """
    reference = reference_of(reference)
    visit = steps.open_visit(uow, visit_id)
    wanted = uow.reachable(HomeRecord).where(
        HomeRecord.home_visit_id == visit.home_visit_id, HomeRecord.edition == edition
    )
    record = uow.one(wanted.with_for_update())
    if record.filed_at:
        return
    if record.printed_at is None:
        raise InvalidTransition(state_of(record))
    record.reference, record.filed_at, record.filed_by = reference, uow.now, uow.actor.id


@dataclass(frozen=True)
class UnfiledHome:
    """A home visit whose record waits to be filed. visit_id: a visit of it that the actor reaches."""

    visit_id: UUID
    home: str
    on: date


def unfiled_homes(uow: UnitOfWork) -> Sequence[UnfiledHome]:
    """List the home visits within reach whose record waits to be filed, oldest first."""
    waiting = uow.reachable(HomeRecord).where(HomeRecord.filed_at.is_(None)).with_only_columns(HomeRecord.home_visit_id)
    visits = uow.all(
        uow.reachable(Visit)
        .where(Visit.home_visit_id.in_(waiting), Visit.state.in_(DONE))
        .options(joinedload(Visit.home_visit).joinedload(HomeVisit.foster_home))
        .order_by(Visit.planned_at, Visit.id)
    )
    found = {visit.home_visit_id: visit for visit in reversed(visits)}
    return [
        UnfiledHome(visit.id, visit.home_visit.foster_home.name, uow.day_of(visit.planned_at))
        for visit in reversed(found.values())
    ]
