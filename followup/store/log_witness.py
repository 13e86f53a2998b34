"""What is known of the access log outside the database, so that what is taken away from its end is missed.

Two kinds of small files in one folder, each bound by the log's key:

- the *head*: the newest seal, written whenever lines have been sealed;
- a *count* for each process that writes lines. Its lines are numbered 1, 2, 3 …, and each line's code holds process and
  number. The file says up to which number all of them are stored; it is written after each commit, without waiting for
  the disk, so it is never ahead of the database, also when the machine loses its power.

A database that ends before the head, or lacks a line that was counted, is an older one or was cut. Nothing here is
asked of the database, and a file that can't be written keeps nobody from working: `followup doctor` tells of it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from followup.store.crypto import key_ring

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

log = logging.getLogger("followup")

HEAD: Final = "head.json"
NAME_BYTES: Final = 8
"""A process's name, and a line's number, in the line's code."""

KEPT_SECONDS: Final = 2 * 24 * 3600
"""A count that nobody wrote for so long is forgotten, once all its lines are sealed and the log was found whole."""

_COUNT: Final = "count-"
_SLOT: Final = 67
"""Octets of one of a count's two lines: while one is written, the other still stands."""


@dataclass(frozen=True)
class Head:
    """The newest seal as it is known outside: its number, digest, the line it ends with, and when it was made.

    number 0: nothing was sealed yet.
    """

    number: int = 0
    digest: str = ""
    last_line: int = 0
    sealed_at: str = ""


@dataclass(frozen=True)
class Known:
    """What the folder says. head: None when there is none. counts: process -> (all lines up to here, newest line's id).

    unreadable: files that something else than the program has written.
    """

    head: Head | None
    counts: Mapping[bytes, tuple[int, int]]
    unreadable: int = 0


class Witness:
    """Counts the lines that this process writes, and keeps what is known in a folder. Shared between threads.

    folder: None keeps nothing; lines are numbered all the same.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._writer = _Writer(folder)
        self._lock = threading.Lock()

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever kept in the folder, so that it can begin without a question."""
        return self.folder is not None and not any(self.folder.glob(f"{_COUNT}*")) and not (self.folder / HEAD).exists()

    @contextmanager
    def noting(self, count: int) -> Iterator[Noted]:
        """Number lines to be written inside, transaction and all: they count once this is left without an error."""
        noted = self._numbered(count)
        try:
            yield noted
        except BaseException:
            noted.writer.retired = True  # whether they are stored may be unknown; others count from a fresh name
            raise
        if count:
            noted.writer.stand(noted)

    def _numbered(self, count: int) -> Noted:
        with self._lock:
            if self._writer.retired or self._writer.pid != os.getpid():  # a forked process counts for itself
                self._writer = _Writer(self.folder)
            return self._writer.hand_out(count)

    def known(self) -> Known:
        """Read the folder. To be compared with what the database holds afterwards, never before."""
        counts: dict[bytes, tuple[int, int]] = {}
        unreadable = 0
        for path in sorted(self.folder.glob(f"{_COUNT}*")) if self.folder else ():
            try:
                found = _read_count(path)
                if found:
                    counts[bytes.fromhex(path.name.removeprefix(_COUNT))] = found
                elif path.read_bytes().strip(b"\0"):  # nothing but zeros: the power went
                    unreadable += 1
            except FileNotFoundError:
                continue  # forgotten just now
            except OSError:
                unreadable += 1
        try:
            return Known(self.head(), counts, unreadable)
        except (ValueError, OSError):
            return Known(None, counts, unreadable + 1)

    def head(self) -> Head | None:
        """Read the newest seal that is known outside; None when there is none. Raises ValueError for a forged one."""
        try:
            told = json.loads((self.folder / HEAD).read_text(encoding="utf-8")) if self.folder else None
        except FileNotFoundError:
            return None
        if told is None:
            return None
        mac = told.pop("mac", "") if isinstance(told, dict) else ""
        if not hmac.compare_digest(str(mac), _head_mac(told)):
            raise ValueError("not ours")
        return Head(**told)

    def keep_head(self, head: Head) -> None:
        """Keep the newest seal, at once or not at all, and on the disk. Raises OSError."""
        if self.folder is None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = vars(head)
        text = json.dumps({**told, "mac": _head_mac(told)}, indent=1)
        part = self.folder / f".{HEAD}.{os.getpid()}.{threading.get_ident()}"
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - an open descriptor
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / HEAD)

    def put_aside(self) -> None:
        """Keep what was known so far in a folder below, to be looked at, and know nothing."""
        with self._lock:
            self._writer = _Writer(self.folder)
        if self.folder is None or not self.folder.exists():
            return
        found = [path for path in self.folder.iterdir() if path.is_file()]
        aside = self.folder / f"until-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        if found:
            aside.mkdir(mode=0o700)
        for path in found:
            path.rename(aside / path.name)

    def forget(self, last_sealed: int) -> None:
        """Take away counts that are done with: nobody has written them for days, and every line is sealed.

        For whoever has just found the log whole: from then on the seals hold those lines.
        """
        for path in self.folder.glob(f"{_COUNT}*") if self.folder else ():
            with suppress(FileNotFoundError):
                found = _read_count(path)
                if found and found[1] <= last_sealed and time.time() - path.stat().st_mtime > KEPT_SECONDS:
                    path.unlink()


@dataclass
class Noted:
    """Numbers for some lines. last_line: the newest one's id, told by whoever writes them."""

    writer: _Writer
    first: int
    count: int
    last_line: int = 0

    def nonce(self, place: int) -> bytes:
        """Return what the code of one of the lines begins with: whose it is, and its number."""
        return self.writer.name + (self.first + place).to_bytes(NAME_BYTES)


@dataclass
class _Writer:
    """A process's lines under one name. `open`: numbers that were handed out, and aren't stored yet."""

    folder: Path | None
    name: bytes = field(default_factory=lambda: os.urandom(NAME_BYTES))
    pid: int = field(default_factory=os.getpid)
    retired: bool = False
    handed_out: int = 0
    newest_line: int = 0
    written: int = 0
    complained: bool = False
    open: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hand_out(self, count: int) -> Noted:
        with self.lock:
            noted = Noted(self, self.handed_out + 1, count)
            self.handed_out += count
            self.open.update(range(noted.first, noted.first + count))
            return noted

    def stand(self, noted: Noted) -> None:
        """Count lines as stored: all up to the first that is still open."""
        with self.lock:
            self.open.difference_update(range(noted.first, noted.first + noted.count))
            self.newest_line = max(self.newest_line, noted.last_line)
            if self.folder is not None:
                self._write(self.folder, min(self.open, default=self.handed_out + 1) - 1)

    def _write(self, folder: Path, upto: int) -> None:
        self.written += 1
        slot = _slot(self.name, upto, self.newest_line)
        path = folder / f"{_COUNT}{self.name.hex()}"
        try:
            try:
                _put(path, slot, self.written)
            except FileNotFoundError:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _put(path, slot, self.written)
        except OSError as error:
            if not self.complained:
                log.error("the log's witness can't be written (%s); see: followup doctor", type(error).__name__)  # noqa: TRY400 - no trace
            self.complained = True


def _put(path: Path, slot: bytes, written: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(file, slot, written % 2 * _SLOT)
    finally:
        os.close(file)


def _slot(name: bytes, upto: int, line: int) -> bytes:
    said = f"{upto:016d} {line:016d}"
    return f"{said} {_mac(name, said)}\n".encode()


def _mac(name: bytes, said: str) -> str:
    return hmac.digest(key_ring().log_key, b"count" + name + said.encode(), "sha256")[:16].hex()


def _read_count(path: Path) -> tuple[int, int] | None:
    """Return what a count says, the greater of its lines that are whole; None for neither."""
    found = []
    with suppress(ValueError, FileNotFoundError):
        name, content = bytes.fromhex(path.name.removeprefix(_COUNT)), path.read_bytes()
        for slot in (content[:_SLOT], content[_SLOT : 2 * _SLOT]):
            said, _, mac = slot.decode("ascii", "replace").rstrip("\n").rpartition(" ")
            if hmac.compare_digest(mac.encode(), _mac(name, said).encode()):
                upto, line = map(int, said.split())
                found.append((upto, line))
    return max(found, default=None)


def _head_mac(told: Any) -> str:
    message = json.dumps(["head", told], sort_keys=True).encode()
    return hmac.new(key_ring().log_key, message, hashlib.sha256).hexdigest()
