"""What a document is called outside the program, and what its sidecar says. Nothing here knows anybody's name.

Case systems take uploads by hand, so a file has to tell by itself which case, visit, kind and edition it is.
"""

from __future__ import annotations

import json
from collections.abc import Container
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Final

FORMAT: Final = "followup-sidecar/1"
KINDS: Final = MappingProxyType({"full": "fullstandig", "masked": "maskad", "child": "barnets"})
"""Kind of document -> how a file name says it, in ASCII."""


def plain(text: str) -> str:
    """Return a text as file names and headers can hold it everywhere: ASCII letters, figures and hyphens."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in text).strip("-")


def file_name(case_number: str, on: date, edition: int, kind: str = "full") -> str:
    """Name a document by case number, day of the visit, kind and edition; never by a person's name."""
    return f"{plain(case_number)}-{on.isoformat()}-{KINDS.get(kind) or plain(kind)}-utgava-{edition}.pdf"


def free_name(name: str, taken: Container[str]) -> str:
    """Return the name, or with “-2”, “-3” … before its ending when it is taken: a child may be visited twice a day."""
    stem, dot, ending = name.rpartition(".")
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{stem}-{number}{dot}{ending}"
    return free


def sidecar_name(name: str) -> str:
    """Name the sidecar of a document: the same, with the ending .json."""
    return f"{name.rpartition('.')[0]}.json"


@dataclass(frozen=True)
class Sidecar:
    """What a receiver may need to know of a PDF without opening it: metadata and checksum, and nobody's name.

    on: day of the visit. kind: full | masked | child. sha256, size: of the PDF. summary_sha256: of the summary that
    was signed at `signed_at`, as it stands in the PDF. secrecy: whether the mark of secrecy is on it.
    """

    file: str
    sha256: str
    size: int
    organisation: str
    unit: str
    case_number: str
    on: date
    kind: str
    edition: int
    language: str
    signed_at: datetime | None
    made_at: datetime | None
    summary_sha256: str
    secrecy: bool = True

    def as_json(self) -> str:
        """Return it as JSON with sorted keys, times in UTC: the same document gives the same text."""
        values = {"format": FORMAT, "media_type": "application/pdf", **asdict(self)}
        return json.dumps(values, default=_written, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _written(value: date | datetime) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat()
