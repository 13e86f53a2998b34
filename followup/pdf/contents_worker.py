"""The process that reads a PDF of unknown origin: see `followup.pdf.contents`, which starts it.

In on standard input: a line of JSON (`roots`: PEM), then the file. Out: `Contents` as JSON, or `{"problem": code}`.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import sys
import warnings
from typing import Final

from pypdf import PdfReader

from followup.domain import plain_json
from followup.pdf.contents import Contents, InnerFile, SealFound, Unreadable, flat

_MEMORY: Final = 1 << 30
_CPU_SECONDS: Final = 50


def read(data: bytes, roots: bytes = b"") -> Contents:
    """Return what a PDF holds. Raises Unreadable, and whatever a library raises over a file that is broken."""
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise Unreadable("encrypted")
    text = "".join(page.extract_text() for page in reader.pages)
    files = [
        InnerFile(name, base64.b64encode(octets).decode())
        for name, several in sorted(reader.attachments.items())
        for octets in several
    ]
    creator = (reader.metadata.creator if reader.metadata else None) or ""
    return Contents(len(reader.pages), flat(text), str(creator), tuple(files), _seals(data, roots))


def _seals(data: bytes, roots: bytes) -> tuple[SealFound, ...] | None:
    try:
        from followup.pdf import seal_check  # noqa: PLC0415 - imports pyHanko, which may be missing
    except ImportError:
        return None
    return seal_check.seals(data, roots)


def main() -> None:
    """Read one file."""
    _limit()
    logging.disable()
    warnings.simplefilter("ignore")
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer = plain_json.dump(read(data, json.loads(head)["roots"].encode()))
        answer.encode()
    except Unreadable as error:
        answer = json.dumps({"problem": error.code})
    except (MemoryError, RecursionError):
        answer = json.dumps({"problem": "too_large"})
    except Exception:  # noqa: BLE001 - a broken file may raise anything; what it says may be the file's own words
        answer = json.dumps({"problem": "broken"})
    sys.stdout.write(answer)


def _limit() -> None:
    """Let a file that swells or spins cost no more than this process."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))


if __name__ == "__main__":
    main()
