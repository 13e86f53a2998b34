"""The process that prints: reads summaries and letters from standard input, writes PDFs to standard output, in order.

Started by `Press` as `python -m followup.pdf.worker`. A message is one kind letter, the length as four octets
(big-endian), and the body. In: `S` the stored JSON of a summary, `L` a letter (`letter.to_message`). Out: `R` ready,
`U` cannot print here (why), `P` the PDF, `F` failed (the kind of error, never its text: that could hold words of the
document). Ends when its input ends.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from typing import IO, Final

from followup.domain.summary import from_json
from followup.pdf.errors import PdfUnavailable
from followup.pdf.html import summary_html
from followup.pdf.letter import PORTRAIT, from_message, letter_html
from followup.pdf.render import press_room, render

HEAD: Final = struct.Struct(">cI")
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


def print_summary(stored: bytes) -> bytes:
    """Return the PDF of a summary's stored JSON (UTF-8); the checksum on the pages is that of exactly these octets."""
    return render(summary_html(from_json(stored.decode()), hashlib.sha256(stored).hexdigest()))


def print_letter(message: bytes) -> bytes:
    """Return the PDF of a letter to a child."""
    letter = from_message(message.decode())
    return render(letter_html(letter), "letter.css", {PORTRAIT: letter.portrait} if letter.portrait else {})


PRINTS: Final = {b"S": print_summary, b"L": print_letter}


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
            answer = b"P", PRINTS[request[0]](request[1])
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next summary must still be printed
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
