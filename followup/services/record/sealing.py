"""Sealing finished documents with the organisation's certificate, in the server and never in the press's process.

See docs/adr/0016: while they can't be sealed, documents wait.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from followup.domain.errors import translatable
from followup.pdf.errors import RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.pdf.seal import ask_for_time, check_library, seal
from followup.pdf.seal_files import SealingKey, SealUnusable, read_key
from followup.settings import SealSettings

SOON_DAYS: Final = 30
"""So long before it ends, a certificate is to be renewed."""
_REST_SECONDS: Final = 120.0
"""An authority that did not answer is left alone for so long."""
WORDS: Final = MappingProxyType(
    {
        "library": translatable("Stämpelns programbibliotek (pyHanko) är inte installerat."),
        "unreadable": translatable("Certifikatets fil eller lösenordets fil kan inte läsas."),
        "unknown_format": translatable("Certifikatets fil är varken PEM eller PKCS#12."),
        "wrong_passphrase": translatable("Lösenordet till certifikatets nyckel är fel."),
        "no_passphrase": translatable("Certifikatets nyckel är låst, och inget lösenord är inställt."),
        "no_key": translatable("Certifikatets privata nyckel saknas."),
        "mismatch": translatable("Nyckeln hör till ett annat certifikat."),
        "not_for_sealing": translatable("Certifikatet får inte användas för underskrifter och stämplar."),
        "not_yet": translatable("Certifikatet börjar gälla först %(value)s."),
        "expired": translatable("Certifikatet gick ut %(value)s."),
        "timestamp": translatable("Tjänsten som tidsstämplar svarar inte."),
    }
)
"""Why a document waits for its seal, for its page; `value` is a day. What to do is the administrator's to read."""
REMEDIES: Final = MappingProxyType(
    {
        "library": "pyHanko is not installed; run: pip install 'followup[sign]'",
        "unreadable": "{value} can't be read; restore it, and let the account that runs the server read it",
        "unknown_format": "{value} is neither PEM nor PKCS#12, or is damaged",
        "wrong_passphrase": "the first line of FOLLOWUP_SEAL_PASSPHRASE_FILE is not the passphrase of {value}",
        "no_passphrase": "the key is locked; set FOLLOWUP_SEAL_PASSPHRASE_FILE",
        "no_key": "{value} holds no private key; set FOLLOWUP_SEAL_KEY",
        "mismatch": "the private key belongs to another certificate; order both anew, or find the right ones",
        "not_for_sealing": "the certificate may not be used for signatures; order one for electronic seals",
        "not_yet": "the certificate is not valid until {value}; put the old one back till then",
        "expired": "the certificate expired {value}; put a new one in its place",
        "timestamp": "the authority at FOLLOWUP_SEAL_TIMESTAMP gives no time stamp; it is asked again by itself",
    }
)
"""The same for `followup doctor`, which speaks English, with the way to mend it."""


class Sealer:
    """Seals documents as the settings say, or not at all. Any thread may use it; changed files are read anew."""

    def __init__(self, settings: SealSettings | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """settings: None for an organisation without a seal."""
        self._settings = settings
        self._now = now
        self._lock = threading.Lock()
        self._read: tuple[tuple[tuple[int, int], ...], SealingKey] | None = None
        self._rests_until = 0.0

    @property
    def name(self) -> str:
        """Whose seal documents get; "" when they get none. Raises SealUnusable."""
        return self._key(self._settings).name if self._settings else ""

    def problem(self) -> SealUnusable | None:
        """Return why documents wait now, or None. Asks nobody outside."""
        if self._settings is None:
            return None
        if time.monotonic() < self._rests_until:
            return SealUnusable("timestamp")
        try:
            self._key(self._settings)
            check_library()
        except SealUnusable as error:
            return error
        return None

    def seal(self, data: bytes) -> bytes:
        """Return the document with its seal, or as it is in an organisation without one.

        Raises SealUnusable, and RenderingFailed for a document that can't be sealed whatever the certificate.
        """
        if self._settings is None:
            return data
        try:
            return seal(data, self._key(self._settings), self._settings.timestamp)
        except SealUnusable as error:
            if error.code == "timestamp":
                self._rests_until = time.monotonic() + _REST_SECONDS
            raise
        except Exception as error:
            message = f"the document could not be sealed ({type(error).__name__})"
            raise RenderingFailed(message) from error

    def examine(self) -> datetime:
        """Try everything, the time-stamp authority too; returns when the certificate ends.

        Raises SealUnusable, and ValueError in an organisation without a seal.
        """
        if self._settings is None:
            message = "there is no seal to examine"
            raise ValueError(message)
        key = self._key(self._settings)
        check_library()
        if self._settings.timestamp:
            ask_for_time(self._settings.timestamp)
        return key.certificate.not_valid_after_utc

    def _key(self, settings: SealSettings) -> SealingKey:
        with self._lock:
            marks = tuple(
                _mark(file) for file in (settings.certificate, settings.key, settings.passphrase_file) if file
            )
            if self._read is None or self._read[0] != marks:
                self._read = marks, read_key(settings)
            key = self._read[1]
        key.check_day(self._now())
        return key


def sealed_now(sealer: Sealer, printer: Callable[[PrintJob], bytes], job: PrintJob) -> bytes:
    """Print with its seal what is stored nowhere; without one while none can be set, and then the pages say so.

    Such a thing can be made again at any time, so that nobody has to wait for it. Raises RenderingFailed.
    """
    try:
        return sealer.seal(printer(replace(job, sealed_by=sealer.name)))
    except SealUnusable:
        return printer(job)


def secret_files(settings: SealSettings) -> tuple[Path, ...]:
    """Return the files that nobody but the server may read: those with the key and the passphrase."""
    with_key = settings.key or settings.certificate
    return (with_key, settings.passphrase_file) if settings.passphrase_file else (with_key,)


def _mark(file: Path) -> tuple[int, int]:
    """Tell a file from the one that stood there before: enough to see that it was replaced."""
    try:
        found = file.stat()
    except OSError as error:
        raise SealUnusable("unreadable", str(file)) from error
    return found.st_mtime_ns, found.st_size
