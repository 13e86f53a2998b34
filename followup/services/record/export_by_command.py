"""An export made by the command on the server, for a lead who has decided it.

Who runs the machine sees no case in the program. The command reaches no more than the lead does, says in the log that
it was the program that did it and for whom, and leaves a row that the lead's page shows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from followup.domain.access import SYSTEM, Role
from followup.domain.errors import InvalidInput, NotAllowed, NotFound
from followup.domain.text import clean_text
from followup.pdf.jobs import PrintJob
from followup.services.record import exporting
from followup.services.record.exporting import Progress
from followup.services.record.porter import exports_folder, make_archive, printing, why_failed
from followup.settings import Settings
from followup.store.opening import Store
from followup.store.tables import AccessGrant, Barring, Child, ChildExport, Mandate, User
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Command:
    """The command's means. printer: makes a PDF of a job while one waits."""

    store: Store
    settings: Settings
    printer: Callable[[PrintJob], bytes]

    def run(
        self,
        case_number: str,
        out: Path,
        by: str,
        purpose: str,
        reason: str,
        passphrase: str,
        told: Callable[[int, int], None],
    ) -> int:
        """Write the archive to `out`; returns its size in octets. told: how many of how many steps are done.

        Raises InvalidInput, NotFound (user or case number), NotAllowed (no lead), RenderingFailed, OSError.
        """
        export_id = self._ask(case_number, by, purpose, reason, passphrase)
        folder = exports_folder(self.settings)

        def progress(done: int, steps: int) -> None:
            exporting.write_progress(folder, export_id, Progress(done, steps))  # so that no server thinks it broke off
            told(done, steps)

        try:
            size, sha256 = make_archive(
                folder,
                export_id,
                lambda: self.store.unit(SYSTEM, reads=True, request_id="command"),
                passphrase=passphrase,
                printing=printing(self.store, self.settings, self.printer),
                progress=progress,
                path=out.absolute(),
            )
        except BaseException as error:
            exporting.end(self.store, export_id, "failed", why_failed(error), datetime.now(UTC))
            raise
        finally:
            exporting.forget_progress(folder, export_id)
        exporting.made(self.store, export_id, size, sha256, datetime.now(UTC))
        exporting.end(self.store, export_id, "gone", "fetched", datetime.now(UTC))
        return size

    def _ask(self, case_number: str, by: str, purpose: str, reason: str, passphrase: str) -> UUID:
        problems = list(exporting.problems_of(purpose, reason, passphrase))
        if problems:
            raise InvalidInput(problems)
        with self.store.unit(SYSTEM, request_id="command") as uow:
            user = uow.first(select(User).where(User.user_name == by.lower(), User.active))
            if user is None:
                raise NotFound
            child = uow.one(
                uow.reachable(Child).where(
                    Child.case_number == case_number, Child.organisation_id == user.organisation_id
                )
            )
            if not _may_export(uow, user, child):
                raise NotAllowed
            export = ChildExport(
                id=uuid.uuid4(),
                child_id=child.id,
                purpose=purpose,
                reason=clean_text(reason, exporting.REASON_LIMIT).strip(),
                asked_at=uow.now,
                asked_by=user.id,
                by_command=True,
                state="making",
            )
            uow.add(export)
            uow.note("ask_export", child_id=child.id, export=str(export.id), purpose=purpose, asked_by=str(user.id))
            return export.id


def _may_export(uow: UnitOfWork, user: User, child: Child) -> bool:
    """Whether the user leads the child's team today; a protected child takes an explicit grant besides."""
    barred = Barring.user_id == user.id, Barring.child_id == child.id, Barring.in_force(uow.today)
    if uow.all(uow.reachable(Barring).where(*barred)):
        return False
    led = uow.all(select(Mandate.team_id).where(Mandate.user_id == user.id, Mandate.in_force(uow.today)))
    own = {user.team_id} if user.role == Role.TEAM_LEAD else set()
    keeps = user.role in {Role.TEAM_LEAD, Role.CASEWORKER}
    if not child.protected_identity:
        return keeps and child.team_id in {*led, *own}
    granted = uow.first(
        uow.reachable(AccessGrant).where(
            AccessGrant.user_id == user.id, AccessGrant.child_id == child.id, AccessGrant.in_force(uow.today)
        )
    )
    return granted is not None and keeps and bool(led or own)
