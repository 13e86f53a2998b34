"""The porter: carries out of the program, in the background, what nobody should have to wait for.

Exports of one child are made one at a time, in the process that was asked, since the passphrase is known to it alone.
Documents are laid in the watched folder, and archives that have run out are taken away, now and then by every process.
"""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from followup.domain.access import Actor
from followup.domain.errors import NotFound, StoreUnavailable
from followup.pdf.jobs import PrintJob
from followup.services.record import exporting
from followup.services.record.export_archive import Archive
from followup.services.record.export_contents import Printing, fill
from followup.services.record.exporting import Progress
from followup.services.record.filing_folder import deliver_waiting
from followup.services.record.pressroom import make_left
from followup.services.record.sealing import Sealer, sealed_now
from followup.settings import Settings
from followup.store.opening import Store
from followup.store.tables import ChildExport
from followup.store.unit_of_work import UnitOfWork

log = logging.getLogger("followup")

_LOOK_EVERY_SECONDS: Final = 20.0
_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class _Closing(Exception):
    """The program stops: what is half made is taken away."""


class Porter:
    """One thread that looks for what is to be carried out, and one that makes exports when asked."""

    def __init__(
        self, store: Store, settings: Settings, printer: Callable[[PrintJob], bytes], clock: Callable[[], datetime]
    ) -> None:
        """`printer` makes a PDF of a job while the caller waits."""
        self._store, self._settings, self._clock = store, settings, clock
        self._printing = printing(store, settings, printer)
        self._folder = exports_folder(settings)
        self._exports = ThreadPoolExecutor(1, thread_name_prefix="export")
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def folder(self) -> Path:
        """Where archives lie until they are fetched."""
        return self._folder

    def start(self) -> None:
        """Begin to look, in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="porter", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop. An export that is half made is taken away, and its page says that it was broken off."""
        self._closing.set()
        self._exports.shutdown(cancel_futures=True)
        if self._thread:
            self._thread.join(timeout=5)

    def export(self, export_id: UUID, actor: Actor, passphrase: str) -> Future[None]:
        """Let an export be made in the background, within what the actor reaches meanwhile."""
        return self._exports.submit(self.make, export_id, actor, passphrase)

    def make(self, export_id: UUID, actor: Actor, passphrase: str) -> None:
        """Make an export now. What goes wrong ends it, with its reason; nothing half is left behind."""
        try:
            size, sha256 = make_archive(
                self._folder,
                export_id,
                lambda: self._store.unit(actor, now=self._clock(), reads=True, request_id="export"),
                passphrase=passphrase,
                printing=self._printing,
                progress=lambda done, steps: self._note(export_id, Progress(done, steps)),
            )
        except BaseException as error:  # noqa: BLE001 - whatever happens, the one who waits must be told
            self._failed(export_id, error)
        else:
            if not exporting.made(self._store, export_id, size, sha256, self._clock()):
                exporting.archive_path(self._folder, export_id).unlink(missing_ok=True)
        finally:
            exporting.forget_progress(self._folder, export_id)

    def look(self) -> None:
        """Do what is to be done now: end what has run out, and lay documents in the watched folder."""
        exporting.sweep(self._store, self._folder, self._clock())
        if self._settings.filing_folder:
            deliver_waiting(self._store, self._settings.filing_folder, self._clock())

    def _note(self, export_id: UUID, progress: Progress) -> None:
        if self._closing.is_set():
            raise _Closing
        exporting.write_progress(self._folder, export_id, progress)

    def _failed(self, export_id: UUID, error: BaseException) -> None:
        why = why_failed(error)
        if why == "trouble":
            log.error("an export could not be made: %s", type(error).__name__)
        exporting.end(self._store, export_id, "failed", why, self._clock())

    def _work(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except StoreUnavailable as error:
                log.warning("the porter waits: the store is unavailable (%s)", error.reason)
            except Exception as error:  # noqa: BLE001 - the thread must live; the message may hold what somebody said
                log.error("unexpected %s at the porter's", type(error).__name__)  # noqa: TRY400 - no trace, for the same reason
            self._closing.wait(_LOOK_EVERY_SECONDS)


def exports_folder(settings: Settings) -> Path:
    """The folder where archives lie until they are fetched."""
    return settings.instance / "exports"


def printing(store: Store, settings: Settings, printer: Callable[[PrintJob], bytes]) -> Printing:
    """How an export comes by its PDFs: those that nobody has asked for yet are made, sealed and stored on the way."""
    sealer = Sealer(settings.seal)
    return Printing(
        lambda job: sealed_now(sealer, printer, job), lambda visit_id: make_left(store, visit_id, printer, sealer)
    )


def make_archive(
    folder: Path,
    export_id: UUID,
    open_unit: Callable[[], UnitOfWork],
    *,
    passphrase: str,
    printing: Printing,
    progress: Callable[[int, int], None],
    path: Path | None = None,
) -> tuple[int, str]:
    """Make an export's archive, in the folder or at a path of one's own; returns its size and SHA-256.

    open_unit: begins a reading unit of work within whose reach everything is fetched. Raises what `fill` tells of.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_unit() as uow:
        export = uow.one(uow.reachable(ChildExport).where(ChildExport.id == export_id))
    with Archive(path or exporting.archive_path(folder, export_id), passphrase, f"export-{export_id}") as archive:
        return archive.finish(fill(archive, open_unit, export, printing=printing, progress=progress))


def why_failed(error: BaseException) -> str:
    """Name why an export could not be made: a code of `ChildExport.ended`."""
    if isinstance(error, _Closing):
        return "interrupted"
    if isinstance(error, NotFound):
        return "out_of_reach"
    return "full" if isinstance(error, OSError) and error.errno in _NO_ROOM else "trouble"
