"""A warm process that prints documents one at a time, for a program with many threads.

Pango is not thread-safe and a document takes some tenths of a second, so printing has a process of its own: started
when first needed, kept warm, killed when it takes too long, started again when it has died. It gets neither the keys
nor the address of the database, and it can read nothing but the package.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from followup.pdf.errors import PdfUnavailable, RenderingFailed
from followup.pdf.jobs import PrintJob, to_message
from followup.pdf.worker import JOB, MEMORY_VARIABLE, read_message, write_message

SECONDS: Final = 60.0  # an ordinary summary takes less than one; this is for a long one on a busy machine
START_SECONDS: Final = 60.0
MEMORY: Final = 1 << 30  # octets of address space; an ordinary summary needs a third
_PACKAGE_HOME: Final = Path(__file__).resolve().parents[2]
_KEPT: Final = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "SYSTEMROOT",
)


class _BrokeOff(RenderingFailed):
    def __init__(self) -> None:
        super().__init__("the printing process broke off")


class Press:
    """Prints jobs. One `Press` for a program; any thread may call it. Close it, or use it as a context.

    Make it after a server has forked its workers, or at least submit nothing before: the process belongs to its parent.
    """

    def __init__(self, timeout: float = SECONDS, memory: int = MEMORY) -> None:
        """`timeout` in seconds for one document, waiting in the queue not counted; `memory` in octets, 0 = no limit."""
        self._timeout = timeout
        self._memory = memory
        self._queue = ThreadPoolExecutor(1, thread_name_prefix="press")
        self._process: subprocess.Popen[bytes] | None = None
        self._scratch = tempfile.TemporaryDirectory(prefix="followup-press-")

    def submit(self, job: PrintJob) -> Future[bytes]:
        """Queue a document and return at once.

        The future gives the PDF, or raises RenderingFailed (broke off, took too long, cannot be read) or
        PdfUnavailable.
        """
        return self._queue.submit(self._print, job, self._timeout)

    def render(self, job: PrintJob, timeout: float | None = None) -> bytes:
        """Return a document's PDF, after those that were queued before it. Raises what `submit` tells of."""
        return self._queue.submit(self._print, job, self._timeout if timeout is None else timeout).result()

    def warm_up(self) -> Future[None]:
        """Start the process in the background, so that the first document need not wait for it."""
        return self._queue.submit(self._start)

    def close(self) -> None:
        """End the process; what is queued is cancelled, what is being printed is finished first."""
        self._queue.shutdown(cancel_futures=True)
        self._end()
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _print(self, job: PrintJob, timeout: float) -> bytes:
        request = JOB, to_message(job)
        try:
            self._start()
            kind, body = self._ask(request, timeout)
        except _BrokeOff:  # killed by the system, perhaps long before this document: it deserves one more try
            self._start()
            kind, body = self._ask(request, timeout)
        if kind == b"P":
            return body
        message = f"the document could not be made ({body.decode()})"
        raise RenderingFailed(message)

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._end()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "followup.pdf.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries print there can hold words of the document
            env=self._environment(),
        )
        kind, body = self._ask(None, START_SECONDS)
        if kind != b"R":
            self._end()
            raise PdfUnavailable(body.decode())

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return kept | {
            "PYTHONPATH": str(_PACKAGE_HOME),
            "PYTHONUTF8": "1",
            "TMPDIR": self._scratch.name,
            MEMORY_VARIABLE: str(self._memory),
        }

    def _ask(self, request: tuple[bytes, bytes] | None, timeout: float) -> tuple[bytes, bytes]:
        """Send a request (None: only listen) and wait for the answer; kill the process if it does not come in time."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:  # for the type checker: it was started
            message = "the printing process is not running"
            raise RenderingFailed(message)
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(timeout, stop)
        timer.start()
        try:
            if request is not None:
                write_message(process.stdin, *request)
            answer = read_message(process.stdout)
        except OSError:
            answer = None
        finally:
            timer.cancel()
        if answer is not None and not late.is_set():
            return answer
        self._end()
        if late.is_set():
            message = f"the document took more than {timeout:g} seconds"
            raise RenderingFailed(message)
        raise _BrokeOff

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # something unsent was left in it
                    continue
