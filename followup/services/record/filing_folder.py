"""The watched folder: each signed document is laid there, for the case system to pick up.

A receiver never meets half a file. Both files are written under a hidden name in the same folder, brought to the disk
and renamed, the PDF first and its sidecar last: whoever waits for the sidecar knows that the PDF is there and whole.
Nothing is ever written over. What can't be laid there is tried again, less and less often, and stays in the list of
what is not filed with its reason. That a file lies there files nothing: somebody says where it ended up.
"""

from __future__ import annotations

import errno
import hashlib
import os
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import and_, or_

from followup.domain.access import SYSTEM
from followup.domain.errors import translatable
from followup.domain.neutral_names import sidecar_name
from followup.services.record.claiming import CLAIM_LASTS
from followup.services.record.filing import ToFile, take, to_hand_over
from followup.store.crypto import CannotOpen
from followup.store.opening import Store
from followup.store.tables import Delivery, Document
from followup.store.unit_of_work import UnitOfWork

PROBLEMS: Final = MappingProxyType(
    {
        "full": translatable("disken är full"),
        "unwritable": translatable("programmet får inte skriva i mappen"),
        "missing": translatable("mappen finns inte"),
        "name_taken": translatable("en annan fil med samma namn ligger redan där"),
        "trouble": translatable("mappen svarade med ett fel"),
        "unreadable": translatable("dokumentet går inte att läsa i databasen"),
    }
)
"""Why a document could not be laid in the folder -> words for the list."""

_ERRNO: Final = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EACCES: "unwritable",
    errno.EPERM: "unwritable",
    errno.EROFS: "unwritable",
    errno.ENOENT: "missing",
    errno.ENOTDIR: "missing",
}
_LONGEST_WAIT: Final = timedelta(hours=1)
_TEMPORARY: Final = ".followup-"
_STALE_SECONDS: Final = 3600
_CHUNK: Final = 1 << 16


class NameTaken(OSError):
    """Another file has the name already."""


def deliver_waiting(store: Store, folder: Path, now: datetime) -> int:
    """Lay every document that waits in the folder; returns how many were laid there.

    Several processes may do so at once: each document is claimed by one of them.
    """
    _clear_away(folder, now)
    laid, seen = 0, set[UUID]()
    while (document_id := _claim(store, now)) and document_id not in seen:
        seen.add(document_id)
        laid += _deliver(store, folder, document_id, now)
    return laid


def lay(folder: Path, found: ToFile) -> None:
    """Lay a document and its sidecar in a folder; what lies there already, whole, is left as it is.

    Raises NameTaken when another file has the name, OSError when it can't be written. Then nothing is left behind but
    perhaps a PDF without its sidecar, which a receiver doesn't look at yet.
    """
    _put(folder / found.name, found.content)
    _put(folder / sidecar_name(found.name), found.sidecar.as_json().encode())


def _deliver(store: Store, folder: Path, document_id: UUID, now: datetime) -> int:
    problem = None
    try:
        with store.unit(SYSTEM, now=now, reads=True) as uow:
            found = take(uow, document_id)
        lay(folder, found)
    except CannotOpen:
        problem = "unreadable"
    except NameTaken:
        problem = "name_taken"
    except OSError as error:
        problem = _ERRNO.get(error.errno or 0, "trouble")
    with store.unit(SYSTEM, now=now) as uow:
        row = uow.one(uow.reachable(Delivery).where(Delivery.document_id == document_id).with_for_update())
        row.state, row.problem = ("failed", problem) if problem else ("delivered", None)
        if not problem:
            uow.note("deliver", child_id=row.child_id, document=str(document_id))
    return 0 if problem else 1


def _claim(store: Store, now: datetime) -> UUID | None:
    """Take on the oldest document whose turn it is, for this process alone; None when none waits."""
    with store.unit(SYSTEM, now=now) as uow:
        uow.alone(b"delivery")
        document = _next(uow, now)
        if document is None:
            return None
        row = uow.first(uow.reachable(Delivery).where(Delivery.document_id == document.id))
        if row is None:
            row = Delivery(document_id=document.id, visit_id=document.visit_id, child_id=document.child_id, tries=0)
            uow.add(row)
        row.state, row.tried_at = "trying", now
        row.tries += 1
        return document.id


def _next(uow: UnitOfWork, now: datetime) -> Document | None:
    waits = [
        and_(Delivery.state == "failed", Delivery.tries == tries, Delivery.tried_at <= now - _wait(tries))
        for tries in range(1, _MOST_COUNTED)
    ]
    late = and_(Delivery.state == "failed", Delivery.tries >= _MOST_COUNTED, Delivery.tried_at <= now - _LONGEST_WAIT)
    lost = and_(Delivery.state == "trying", Delivery.tried_at <= now - CLAIM_LASTS)
    return uow.first(
        to_hand_over(uow)
        .outerjoin(Delivery, Delivery.document_id == Document.id)
        .where(or_(Delivery.id.is_(None), *waits, late, lost))
        .limit(1)
    )


def _wait(tries: int) -> timedelta:
    return min(timedelta(seconds=30 * 2**tries), _LONGEST_WAIT)


_MOST_COUNTED: Final = next(tries for tries in range(1, 20) if _wait(tries) == _LONGEST_WAIT)


def _put(path: Path, content: bytes) -> None:
    if path.exists() or path.is_symlink():
        if not _same(path, content):
            raise NameTaken
        return
    temporary = path.with_name(f"{_TEMPORARY}{uuid.uuid4().hex}.part")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with suppress(OSError):  # some shares know no modes
                os.fchmod(file.fileno(), 0o640)  # the folder's group: the case system seldom runs as the same user
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _settle(path.parent)


def _settle(folder: Path) -> None:
    """Bring the new name itself to the disk, where the file system knows how."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _same(path: Path, content: bytes) -> bool:
    """Whether a file holds exactly this: laid there by a try that did not live to say so."""
    if path.is_symlink() or not path.is_file() or path.stat().st_size != len(content):
        return False
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_CHUNK):
            digest.update(part)
    return digest.digest() == hashlib.sha256(content).digest()


def _clear_away(folder: Path, now: datetime) -> None:
    """Take away what a process that was killed left half written."""
    with suppress(OSError):
        for path in folder.glob(f"{_TEMPORARY}*.part"):
            if now.timestamp() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
