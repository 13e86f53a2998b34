"""Asking for everything about one child, and what becomes of it: made, fetched, or gone when its time is out.

Who may: whoever leads the child's team today, for a child with a protected identity by an explicit grant besides.
A purpose and a reason are recorded, and each step is logged. The archive lies encrypted in the instance folder until it
has been fetched by the one who asked, for a day at most. The passphrase is in memory while the archive is made, and
nowhere else: who loses it asks anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy.orm import load_only

from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, Problem, translatable
from followup.domain.neutral_names import plain
from followup.domain.text import clean_text
from followup.services.flags.people_around import leads
from followup.services.record.export_archive import PART
from followup.store.opening import Store
from followup.store.tables import Child, ChildExport
from followup.store.unit_of_work import UnitOfWork

PURPOSES: Final = ("access", "transfer", "inspection", "other")
REASON_LIMIT: Final = 2000
SHORTEST_PASSPHRASE: Final = 20
LASTS: Final = timedelta(hours=24)
SILENT_FOR: Final = timedelta(minutes=10)
"""After so long without progress nobody is making it any more: the machine stopped."""

OLDEST: Final = LASTS + timedelta(hours=1)
_CHUNK: Final = 1 << 18
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are taken for one another when they are copied by hand
_SHOWN: Final = 10


def new_passphrase() -> str:
    """Make a passphrase of six groups of four signs: 118 bits, since the format of the archive slows nobody down."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(6))


@dataclass(frozen=True)
class Exports:
    """The page of one child's exports: the latest ones, newest first."""

    child: Child
    exports: Sequence[ChildExport]


@dataclass(frozen=True)
class Progress:
    """How far an export is: so many steps of so many."""

    done: int
    steps: int


def may_export(uow: UnitOfWork, child: Child) -> bool:
    """Whether the actor may export a child within reach: its lead today; a protected one by a grant besides."""
    return leads(uow, child.id) and (not child.protected_identity or child.id in uow.reach.granted)


def exports_of(uow: UnitOfWork, child_id: UUID) -> Exports:
    """List a child's latest exports. Raises NotFound, NotAllowed."""
    child = _led(uow, child_id)
    rows = uow.reachable(ChildExport).where(ChildExport.child_id == child_id).order_by(ChildExport.asked_at.desc())
    return Exports(child, uow.all(rows.limit(_SHOWN)))


def ask(uow: UnitOfWork, child_id: UUID, purpose: str, reason: str, passphrase: str) -> ChildExport:
    """Ask for an export; whoever calls lets it be made after the commit. Raises NotFound, NotAllowed, InvalidInput.

    This is the one place where an export begins, whatever page or program asks for it: a stronger proof of who asks is
    to be demanded here.
    """
    _led(uow, child_id)
    problems = list(problems_of(purpose, reason, passphrase))
    if problems:
        raise InvalidInput(problems)
    export = ChildExport(
        child_id=child_id,
        purpose=purpose,
        reason=clean_text(reason, REASON_LIMIT, field="reason").strip(),
        asked_at=uow.now,
        asked_by=uow.actor.id,
        state="making",
    )
    uow.add(export)
    uow.flush()
    uow.note("ask_export", child_id=child_id, export=str(export.id), purpose=purpose)
    return export


def problems_of(purpose: str, reason: str, passphrase: str) -> Iterator[Problem]:
    """Say what can't be used of a request."""
    if purpose not in PURPOSES:
        yield Problem("purpose", translatable("Välj vad exporten är till för."), "missing")
    try:
        if not clean_text(reason, REASON_LIMIT, field="reason").strip():
            yield Problem("reason", translatable("Skriv varför, så att det går att förstå efteråt."), "missing")
    except InvalidInput as error:
        yield from error.problems
    if len(passphrase) < SHORTEST_PASSPHRASE:
        message = translatable("Lösenfrasen är för kort: den ska ha minst %(limit)s tecken.")
        yield Problem("passphrase", message, "too_short", {"limit": SHORTEST_PASSPHRASE})


def mine(uow: UnitOfWork, export_id: UUID) -> ChildExport:
    """Fetch an export that the actor asked for, whose child it still leads. Raises NotFound, also for others'."""
    asked = uow.reachable(ChildExport).where(ChildExport.id == export_id, ChildExport.asked_by == uow.actor.id)
    export = uow.one(asked)
    _led(uow, export.child_id)
    return export


@dataclass(frozen=True)
class Fetched:
    """An archive that is on its way: open, with a neutral name and its size in octets."""

    export_id: UUID
    file: IO[bytes]
    name: str
    size: int


def fetch(uow: UnitOfWork, folder: Path, export_id: UUID) -> Fetched:
    """Open an export that is ready, for `sent`; the log tells of it.

    Raises NotFound, InvalidTransition when it isn't ready or its time is out.
    """
    export = mine(uow, export_id)
    path = archive_path(folder, export_id)
    if export.state != "ready" or _late(export, uow.now) or not path.is_file():
        raise InvalidTransition(export.state)
    child = _led(uow, export.child_id)
    uow.note("fetch_export", child_id=export.child_id, export=str(export.id))
    name = f"{plain(child.case_number)}-export-{uow.day_of(export.asked_at).isoformat()}.zip"
    return Fetched(export_id, path.open("rb"), name, path.stat().st_size)


def remove(uow: UnitOfWork, folder: Path, export_id: UUID) -> None:
    """Take an archive away that nobody needs any more. Raises NotFound."""
    export = mine(uow, export_id)
    archive_path(folder, export_id).unlink(missing_ok=True)
    if export.state in {"ready", "making"}:
        _end(uow, export, "gone", "removed")


def sent(store: Store, folder: Path, fetched: Fetched, now: datetime) -> Iterator[bytes]:
    """Pass an archive on to the one who fetches it; when all of it was sent, it is taken away.

    Broken off, it stays until its time is out.
    """
    with fetched.file as file:
        while part := file.read(_CHUNK):
            yield part
    archive_path(folder, fetched.export_id).unlink(missing_ok=True)
    end(store, fetched.export_id, "gone", "fetched", now)


def end(store: Store, export_id: UUID, state: str, why: str, now: datetime) -> None:
    """Note that an export failed or is gone, unless it ended before. why: a code of `ChildExport.ended`."""
    with store.unit(SYSTEM, now=now) as uow:
        export = uow.one(uow.reachable(ChildExport).where(ChildExport.id == export_id).with_for_update())
        if export.state in {"making", "ready"}:
            _end(uow, export, state, why)


def made(store: Store, export_id: UUID, size: int, sha256: str, now: datetime) -> bool:
    """Note that an export can be fetched; False when it has been ended meanwhile."""
    with store.unit(SYSTEM, now=now) as uow:
        export = uow.one(uow.reachable(ChildExport).where(ChildExport.id == export_id).with_for_update())
        if export.state != "making":
            return False
        export.state, export.ready_at, export.expires_at = "ready", now, now + LASTS
        export.size, export.sha256 = size, sha256
        uow.note("export_child", child_id=export.child_id, export=str(export.id), asked_by=str(export.asked_by))
        return True


def sweep(store: Store, folder: Path, now: datetime) -> None:
    """End what has run out or was broken off, and take away its files, and any that are older than they can be."""
    ended = []
    with store.unit(SYSTEM, now=now) as uow:
        late = and_(ChildExport.state == "ready", ChildExport.expires_at <= now)
        slow = and_(ChildExport.state == "making", ChildExport.asked_at < now - SILENT_FOR)
        for export in uow.all(uow.reachable(ChildExport).where(or_(late, slow))):
            if export.state == "ready":
                _end(uow, export, "gone", "expired")
            elif _silent(folder, export, now):
                _end(uow, export, "failed", "interrupted")
            if export.ended:
                ended.append(export.id)
    for export_id in ended:
        archive_path(folder, export_id).unlink(missing_ok=True)
        forget_progress(folder, export_id)
    for path in folder.glob("*") if folder.is_dir() else ():
        with suppress(OSError):  # another process does the same
            if now.timestamp() - path.stat().st_mtime > OLDEST.total_seconds():
                path.unlink()


def archive_path(folder: Path, export_id: UUID) -> Path:
    """Where an export's archive lies."""
    return folder / f"{export_id}.zip"


def write_progress(folder: Path, export_id: UUID, progress: Progress) -> None:
    """Say how far it is, for every process's pages. In a file: a step of the work is no event of the case."""
    path = folder / f"{export_id}.progress"
    temporary = path.with_suffix(".progress-new")
    temporary.write_text(f"{progress.done} {progress.steps}", encoding="ascii")
    temporary.replace(path)


def read_progress(folder: Path, export_id: UUID) -> Progress | None:
    """How far an export is; None before it has begun."""
    with suppress(OSError, ValueError):
        done, steps = (folder / f"{export_id}.progress").read_text(encoding="ascii").split()
        return Progress(int(done), int(steps))
    return None


def forget_progress(folder: Path, export_id: UUID) -> None:
    """Take away what a work in progress leaves beside the archive."""
    (folder / f"{export_id}.progress").unlink(missing_ok=True)
    archive_path(folder, export_id).with_name(f"{export_id}.zip{PART}").unlink(missing_ok=True)


def _led(uow: UnitOfWork, child_id: UUID) -> Child:
    """Fetch the child if the actor may export it. Raises NotFound, NotAllowed."""
    shown = load_only(Child.name, Child.case_number, Child.protected_identity, Child.organisation_id)
    child = uow.one(uow.reachable(Child).where(Child.id == child_id).options(shown))
    if not may_export(uow, child):
        raise NotAllowed
    return child


def _late(export: ChildExport, now: datetime) -> bool:
    return export.expires_at is not None and export.expires_at <= now


def _silent(folder: Path, export: ChildExport, now: datetime) -> bool:
    last = export.asked_at.timestamp()
    with suppress(OSError):
        last = max(last, (folder / f"{export.id}.progress").stat().st_mtime)
    return now.timestamp() - last > SILENT_FOR.total_seconds()


def _end(uow: UnitOfWork, export: ChildExport, state: str, why: str) -> None:
    export.state, export.ended, export.ended_at = state, why, uow.now
    uow.note("end_export", child_id=export.child_id, export=str(export.id), why=why)
