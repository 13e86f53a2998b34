"""Pages that exist in tests only: they fail, read and write in ways that real pages don't."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.store.tables import Child, Note, Visit
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages


def probe() -> Pages:
    """Make the area anew: `people.app_of_its_own().register_blueprint(probe())`."""
    pages = Pages("probe", __name__)

    @pages.page("/probe/read/<uuid:child_id>", needs=Permission.READ_CASES)
    def read(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
        child = uow.one(uow.reachable(Child).where(Child.id == child_id))
        return child.name, {"Content-Type": "text/plain; charset=utf-8"}

    @pages.page("/probe/fail/<uuid:child_id>", needs=Permission.READ_CASES, methods=("GET", "POST"))
    def fail(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
        child = uow.one(uow.reachable(Child).where(Child.id == child_id))
        raise ValueError(f"{child.name}, {child.personal_number}: {request.form.get('words', '')}")

    @pages.page("/probe/write-in-get/<uuid:child_id>", needs=Permission.READ_CASES)
    def write_in_get(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
        uow.one(uow.reachable(Child).where(Child.id == child_id)).language = "fi"
        return "written"

    @pages.page("/probe/note/<uuid:visit_id>", needs=Permission.KEEP_VISITS, methods=("POST",))
    def note(uow: UnitOfWork, visit_id: UUID) -> ResponseReturnValue:
        visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
        whose = {"visit_id": visit.id, "child_id": visit.child_id}
        uow.add(Note(position=1, area="health", kind="observation", text=request.form["words"], **whose))
        return "written", {"Content-Type": "text/plain"}

    return pages
