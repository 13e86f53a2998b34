"""The process that prints: reads jobs from standard input, writes PDFs to standard output, in order.

Started by `Press` as `python -m followup.pdf.worker`. A message is one kind letter, the length as four octets
(big-endian), and the body. In: `J` a job (`jobs.to_message`). Out: `R` ready, `U` cannot print here (why), `P` the PDF,
`F` failed (the kind of error, never its text: that could hold words of the document). Ends when its input ends.
A new kind of document is a function from a `PrintJob` to a PDF, named in PRINTS.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from collections.abc import Callable, Mapping
from typing import IO, Final

from followup.domain.summary import from_json
from followup.pdf import jobs
from followup.pdf.child_copy import print_child_copy
from followup.pdf.errors import PdfUnavailable
from followup.pdf.home_record import print_home_record
from followup.pdf.html import summary_html
from followup.pdf.jobs import PrintJob
from followup.pdf.letter import PORTRAIT, letter_html, letter_of
from followup.pdf.readers import print_readers
from followup.pdf.render import press_room, render
from followup.pdf.timeline import print_timeline

HEAD: Final = struct.Struct(">cI")
JOB: Final = b"J"
MEMORY_VARIABLE: Final = "FOLLOWUP_PRESS_MEMORY"


def read_message(pipe: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return the next kind and body, or None when the other end is gone."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    kind, length = HEAD.unpack(head)
    body = pipe.read(length)
    return (kind, body) if len(body) == length else None


def write_message(pipe: IO[bytes], kind: bytes, body: bytes = b"") -> None:
    """Send one message. Raises OSError when the other end is gone."""
    pipe.write(HEAD.pack(kind, len(body)) + body)
    pipe.flush()


def print_summary(job: PrintJob) -> bytes:
    """Return the PDF of a summary's stored JSON; the checksum on the pages is that of exactly these octets (UTF-8)."""
    summary = from_json(job.source)
    checksum = hashlib.sha256(job.source.encode()).hexdigest()
    html = summary_html(summary, checksum, job.attachments, job.sealed_by)
    return render(html, images=job.images, attachments=job.attachments, created=summary.drawn_up_at)


def print_letter(job: PrintJob) -> bytes:
    """Return the PDF of a letter to a child (`letter.job_of`)."""
    letter = letter_of(job)
    return render(letter_html(letter), "letter.css", {PORTRAIT: letter.portrait} if letter.portrait else {})


PRINTS: Final[Mapping[str, Callable[[PrintJob], bytes]]] = {
    "summary": print_summary,
    "letter": print_letter,
    "timeline": print_timeline,
    "readers": print_readers,
    "child": print_child_copy,
    "home": print_home_record,
}


def main() -> None:
    """Serve until the input ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    _limit_memory(int(os.environ.get(MEMORY_VARIABLE, "0")))
    try:
        press_room()
    except PdfUnavailable as error:
        write_message(answers, b"U", error.reason.encode())
        return
    write_message(answers, b"R")
    while (request := read_message(requests)) is not None:
        try:
            job = jobs.from_message(request[1])
            answer = b"P", PRINTS[job.kind](job)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next document must still be printed
            answer = b"F", type(error).__name__.encode()
        write_message(answers, *answer)


def _limit_memory(octets: int) -> None:
    """Let the machine refuse this process more memory than this, rather than everybody else (0 = no limit)."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    if octets:
        resource.setrlimit(resource.RLIMIT_AS, (octets, octets))


if __name__ == "__main__":
    main()
