"""What a PDF of unknown origin holds, read in a process of its own that can be stopped.

The file may be broken or made to do harm: whatever it does to its reader, this program gets an answer or a code. The
process gets no settings, no keys and no address of the database.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from followup.domain import plain_json

SECONDS: Final = 60
LARGEST: Final = 100 * 1024 * 1024  # octets of a file; the largest document we know of has half a megabyte
_UNSEEN: Final = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_PACKAGE_HOME: Final = Path(__file__).resolve().parents[2]
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT")


class Unreadable(Exception):
    """The file can't be read. `code`: not_pdf, encrypted, broken, too_large (for time or memory), library."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def flat(text: str) -> str:
    """Return a text without white space and what is invisible: where a page breaks its lines says nothing."""
    return _UNSEEN.sub("", text)


@dataclass(frozen=True)
class InnerFile:
    """A file inside the PDF; `encoded` are its octets in base64."""

    name: str
    encoded: str = field(repr=False)

    @property
    def data(self) -> bytes:
        """Its octets."""
        return base64.b64decode(self.encoded)

    @property
    def sha256(self) -> str:
        """Their checksum, as 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class SealFound:
    """One signature in the file. name: of its certificate (`seal_files.subject_name`); issuer: who vouches for that.

    intact: the signed octets are those that were signed. whole: nothing was added to the file afterwards. trusted: its
    certificate goes back to a given root, at the time of sealing; None when no root was given. at: when it was set, by
    the sealing machine's own clock, or by a time-stamp authority if `stamped_by` names one (trusted like the seal).
    """

    name: str
    issuer: str
    intact: bool
    whole: bool
    trusted: bool | None = None
    at: datetime | None = None
    stamped_by: str = ""


@dataclass(frozen=True)
class Contents:
    """What was found. text: of all pages in order, without white space. generator: the program that made it.

    seals is None when they could not be looked at, because pyHanko is missing.
    """

    pages: int
    text: str
    generator: str = ""
    files: tuple[InnerFile, ...] = ()
    seals: tuple[SealFound, ...] | None = ()


def examine(data: bytes, roots: bytes = b"", seconds: float = SECONDS) -> Contents:
    """Return what a PDF holds. roots: certificates (PEM) to trust. Raises Unreadable."""
    if len(data) > LARGEST:
        raise Unreadable("too_large")
    if b"%PDF-" not in data[:1024]:
        raise Unreadable("not_pdf")
    head = json.dumps({"roots": roots.decode("ascii", "replace")}).encode() + b"\n"
    try:
        done = subprocess.run(
            [sys.executable, "-m", "followup.pdf.contents_worker"],
            input=head + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what a library has to say may hold words of the document
            cwd=_PACKAGE_HOME,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable("too_large") from error
    if done.returncode:
        raise Unreadable("too_large" if done.returncode < 0 else "broken")
    found = json.loads(done.stdout)
    if "problem" in found:
        raise Unreadable(found["problem"])
    return plain_json.load(Contents, done.stdout.decode())
