"""The tag files of a bag (BagIt 1.0, RFC 8493): what says which files there are, and that they are whole.

The payload is written elsewhere, file by file. The library that makes bags turns a folder into one, and changes the
working directory of the whole process meanwhile: no way for a server, and a child's words would lie in clear on disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

DECLARATION: Final = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD: Final = "data/"


@dataclass
class Manifest:
    """The payload as it grows: path below data/ -> SHA-256, and how many octets in all."""

    entries: dict[str, str] = field(default_factory=dict)
    octets: int = 0

    def note(self, name: str, sha256: str, size: int) -> None:
        """Note a file that has been written. Raises ValueError for a name that is taken or leads elsewhere."""
        parts = name.split("/")
        if name in self.entries or not all(parts) or {".", ".."} & set(parts):
            message = "a file of the bag has no name of its own"
            raise ValueError(message)
        self.entries[name] = sha256
        self.octets += size

    def tag_files(self, info: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Yield the tag files by name, the one that vouches for the others last.

        info: what `bag-info.txt` says besides the payload's size; its values are one line each.
        """
        oxum = {"Payload-Oxum": f"{self.octets}.{len(self.entries)}"}
        texts = {
            "bagit.txt": DECLARATION,
            "bag-info.txt": "".join(f"{name}: {_line(value)}\n" for name, value in {**info, **oxum}.items()),
            "manifest-sha256.txt": _lines((f"{PAYLOAD}{name}", digest) for name, digest in self.entries.items()),
        }
        tags = {name: text.encode() for name, text in texts.items()}
        yield from tags.items()
        sums = ((name, hashlib.sha256(content).hexdigest()) for name, content in tags.items())
        yield "tagmanifest-sha256.txt", _lines(sums).encode()


def _lines(entries: Iterable[tuple[str, str]]) -> str:
    return "".join(f"{digest}  {_path(name)}\n" for name, digest in sorted(entries))


def _path(name: str) -> str:
    """Encode what would end the line too early (RFC 8493, 2.1.3)."""
    return name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")


def _line(value: str) -> str:
    return " ".join(value.split())
