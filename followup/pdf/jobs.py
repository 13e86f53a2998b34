"""What the press is asked to print, and how that is sent to its process."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

_HEAD: Final = struct.Struct(">I")
_NO_IMAGES: Final[Mapping[str, bytes]] = MappingProxyType({})


@dataclass(frozen=True)
class Attachment:
    """A file inside a PDF (an associated file of PDF/A-3). `name` is a file name in ASCII that tells nobody's name.

    relationship: what it is to the document, as PDF says it: "Data" | "Source" | "Supplement".
    """

    name: str
    media_type: str
    description: str
    data: bytes
    relationship: str = "Data"

    @property
    def sha256(self) -> str:
        """The checksum of its octets, as 64 hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class PrintJob:
    """One document to print. kind: a name in `worker.PRINTS`; source: what it is made of, as that printer reads it.

    images: by the name under which the document asks for them, as asset:NAME. sealed_by: the organisation whose seal it
    will get, so that it can say so; "" for none.
    """

    kind: str
    source: str
    attachments: tuple[Attachment, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=lambda: _NO_IMAGES)
    sealed_by: str = ""


def to_message(job: PrintJob) -> bytes:
    """Return a job as octets that `from_message` reads: the length of a head, the head as JSON, and the files."""
    head = {
        "kind": job.kind,
        "source": job.source,
        "sealed_by": job.sealed_by,
        "attachments": [
            [each.name, each.media_type, each.description, each.relationship, len(each.data)]
            for each in job.attachments
        ],
        "images": [[name, len(image)] for name, image in job.images.items()],
    }
    encoded = json.dumps(head).encode()  # ASCII: a lone surrogate, which no UTF-8 can hold, passes through too
    return b"".join((_HEAD.pack(len(encoded)), encoded, *(each.data for each in job.attachments), *job.images.values()))


def from_message(message: bytes) -> PrintJob:
    """Read a job back. Raises ValueError or another error of decoding for anything else."""
    (length,) = _HEAD.unpack_from(message)
    head: dict[str, Any] = json.loads(message[_HEAD.size : _HEAD.size + length])
    files = _Files(message, _HEAD.size + length)
    attachments = tuple(
        Attachment(name, media_type, description, files.take(size), relationship)
        for name, media_type, description, relationship, size in head["attachments"]
    )
    images = {name: files.take(size) for name, size in head["images"]}
    return PrintJob(head["kind"], head["source"], attachments, images, head["sealed_by"])


class _Files:
    def __init__(self, message: bytes, start: int) -> None:
        self._message, self._at = message, start

    def take(self, size: int) -> bytes:
        found = self._message[self._at : self._at + size]
        if len(found) != size:
            error = "the message is cut short"
            raise ValueError(error)
        self._at += size
        return found
