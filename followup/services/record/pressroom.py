"""The pressroom: signed visits that wait for their PDF get it, in the background and never inside a transaction.

A document is claimed in one short transaction, made without any, and stored in another. If the machine stops
between them, the claim runs out and the document is taken up again.
The PDF is made of what is stored with the document alone, so it can be made again decades later.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import true
from sqlalchemy.orm import undefer

from followup.domain.access import SYSTEM
from followup.domain.errors import StoreUnavailable
from followup.pdf.errors import RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.pdf.press import Press
from followup.pdf.seal_files import SealUnusable
from followup.services.installation import upkeep
from followup.services.log_review import chain
from followup.services.record import claiming, home_filing
from followup.services.record.attachments import attachments_of
from followup.services.record.filing import ask_for
from followup.services.record.sealing import Sealer, sealed_now
from followup.store.opening import Store
from followup.store.tables import Document, HomeRecord, Visit

log = logging.getLogger("followup")

PRINTED_AS: Final = MappingProxyType({"full": "summary", "masked": "summary", "child": "child"})
"""Kind of document -> the printer in `pdf.worker.PRINTS`."""
_LOOK_EVERY_SECONDS = 20.0


@dataclass(frozen=True)
class Job:
    """A claimed document, or the foster home's record."""

    document_id: UUID
    to_print: PrintJob
    of_home: bool = False


class Pressroom:
    """One thread that looks for waiting documents when woken, and every now and then."""

    def __init__(self, store: Store, timeout_seconds: int, sealer: Sealer | None = None) -> None:
        """`timeout_seconds` is for one document. No process begins before `start` or a document that waits.

        sealer: seals what is printed before it is stored; while it can't, documents wait.
        """
        self._store = store
        self._sealer = sealer or Sealer(None)
        self._told: str | None = None
        self._timeout = timeout_seconds
        self._woken = threading.Event()
        self._closing = False
        self._making = threading.Lock()
        self._thread: threading.Thread | None = None
        self._checking: threading.Thread | None = None

    @cached_property
    def _press(self) -> Press:
        with self._making:  # a letter and the thread may ask at once; from Python 3.12 on both are let in
            if "_press" not in vars(self):
                vars(self)["_press"] = Press(timeout=self._timeout)
            press: Press = vars(self)["_press"]
            return press

    def start(self) -> None:
        """Begin to work, in a thread of its own."""
        self._thread = threading.Thread(target=self._work, name="pressroom", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that a document waits."""
        self._woken.set()

    def close(self) -> None:
        """Stop, and end the press's process."""
        self._closing = True
        self._woken.set()
        for thread in filter(None, (self._thread, self._checking)):
            thread.join(timeout=5)
        if "_press" in vars(self):
            self._press.close()

    def print_now(self, job: PrintJob) -> bytes:
        """Print something while somebody waits, and keep nothing. Raises RenderingFailed."""
        return self._press.render(job)

    def print_sealed(self, job: PrintJob) -> bytes:
        """The same with the organisation's seal, where it has one that can be set now. Raises RenderingFailed."""
        return sealed_now(self._sealer, self._press.render, job)

    def print_waiting(self) -> int:
        """Make every document that waits; returns how many were made."""
        made = 0
        while not self._closing and not self._must_wait() and (job := self._next()):
            made += _make(self._store, job, self._press.render, self._sealer)
        return made

    def _next(self) -> Job | None:
        """Take on the record of a home before anything else: few wait, and somebody looks at its page."""
        home = home_filing.claim_home_record(self._store)
        return Job(*home, of_home=True) if home else claim(self._store)

    def seal_problem(self) -> SealUnusable | None:
        """Return why documents wait for their seal now, or None."""
        return self._sealer.problem()

    def _must_wait(self) -> bool:
        problem = self._sealer.problem()
        if problem and problem.code != self._told:
            log.warning("documents wait for their seal (%s); see: followup doctor", problem.code)
        self._told = problem.code if problem else None
        return problem is not None

    def _work(self) -> None:
        self._press.warm_up()
        while not self._closing:
            try:
                self.print_waiting()
                upkeep.seal_log(self._store)
                self._check_log()
            except StoreUnavailable as error:
                log.warning("the pressroom waits: the store is unavailable (%s)", error.reason)
            except Exception as error:  # noqa: BLE001 - the thread must live; the message may hold what somebody said
                log.error("unexpected %s in the pressroom", type(error).__name__)  # noqa: TRY400 - no trace, for the same reason
            self._woken.wait(_LOOK_EVERY_SECONDS)
            self._woken.clear()

    def _check_log(self) -> None:
        """Once a day, verify the whole log in a thread of its own: documents don't wait for it."""
        if self._checking is None or not self._checking.is_alive():
            self._checking = threading.Thread(target=self._verify_log, name="log check", daemon=True)
            self._checking.start()

    def _verify_log(self) -> None:
        try:
            found = chain.check_whole(self._store)
        except Exception as error:  # noqa: BLE001 - the next round tries again; the message may hold anything
            log.error("unexpected %s while the access log was verified", type(error).__name__)  # noqa: TRY400 - as above
            return
        if found and not found.sound:
            log.error("the access log has been altered; see: followup doctor")


def make_left(store: Store, visit_id: UUID, printer: Callable[[PrintJob], bytes], sealer: Sealer) -> None:
    """Make what is left of a visit's documents, also what nobody asked for yet or what failed, before they leave.

    What can't be made or sealed now stays as it is, and what another process is making is left to it. Raises NotFound.
    """
    with store.unit(SYSTEM) as uow:
        ask_for(uow, visit_id)
    while not sealer.problem() and (job := claim(store, visit_id)):
        _make(store, job, printer, sealer)


def _make(store: Store, job: Job, printer: Callable[[PrintJob], bytes], sealer: Sealer) -> int:
    """Print, seal and store a claimed document; returns how many became ready (0 or 1)."""
    entity, stored = (HomeRecord, home_filing.keep) if job.of_home else (Document, keep)
    try:
        content = sealer.seal(printer(replace(job.to_print, sealed_by=sealer.name)))
    except SealUnusable:
        claiming.put_back(store, entity, job.document_id)
        return 0
    except RenderingFailed as error:
        log.error("a document could not be made: %s; see: followup doctor", type(error).__name__)  # noqa: TRY400 - no trace
        return stored(store, job.document_id, None)
    return stored(store, job.document_id, content)


def claim(store: Store, visit_id: UUID | None = None) -> Job | None:
    """Take on the newest document that waits, since somebody is looking at its page; None when none waits.

    visit_id: of this visit alone. Nothing may wait for ever behind a damaged one.
    """
    whose = true() if visit_id is None else Document.visit_id == visit_id
    return claiming.next_readable(
        lambda: claiming.take_on(store, Document, Document.asked_for_at, Document.state == "waiting", whose),
        lambda document_id: _job(store, document_id),
        lambda document_id: keep(store, document_id, None),
    )


def _job(store: Store, document_id: UUID) -> Job:
    """Read what a document is made of. Raises CannotOpen, and ValueError for what this version doesn't understand."""
    with store.unit(SYSTEM) as uow:
        wanted = uow.reachable(Document).where(Document.id == document_id)
        document = uow.one(wanted.options(undefer(Document.source)))
        visit = uow.one(uow.reachable(Visit).where(Visit.id == document.visit_id).options(undefer(Visit.summary)))
        source = document.source or visit.summary or ""
        return Job(document.id, PrintJob(PRINTED_AS[document.kind], source, attachments_of(uow, document)))


def keep(store: Store, document_id: UUID, content: bytes | None) -> int:
    """Store a document's bytes, or note that it failed; returns how many documents became ready (0 or 1)."""
    with store.unit(SYSTEM) as uow:
        wanted = uow.reachable(Document).where(Document.id == document_id).options(*claiming.NOTHING_SEALED[Document])
        document = uow.one(wanted.with_for_update())
        if document.state == "ready":
            return 0
        if content is None:
            document.state = "failed" if document.tries >= claiming.MOST_TRIES else "waiting"
            document.claimed_at = uow.now
            return 0
        document.content = content
        document.sha256 = hashlib.sha256(content).hexdigest()
        document.state, document.ready_at = "ready", uow.now
        return 1
