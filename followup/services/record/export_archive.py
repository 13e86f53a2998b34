"""An encrypted archive that a bag grows in: ZIP with AES-256 (WinZip AE-2), which common programs open by a passphrase.

Each file goes from memory straight into the archive, encrypted, so that nothing of a child ever lies in clear on the
disk, and a machine that stops leaves no more than a part that nobody can open. Names, sizes and times of the files are
not encrypted in this format; therefore the names tell nobody's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyzipper

from followup.domain.bag import PAYLOAD, Manifest

BITS: Final = 256
PART: Final = ".part"
_CHUNK: Final = 1 << 20


class Archive:
    """A bag in the making, under `path` with the ending `.part`; it gets its own name when it is whole.

    As a context: left by an exception, or without `finish`, the part is taken away.
    """

    def __init__(self, path: Path, passphrase: str, root: str) -> None:
        """`root` is the bag's only folder in the archive. Raises OSError when the file can't be made."""
        self._path, self._root = path, root
        self._part = path.with_name(path.name + PART)
        self._manifest = Manifest()
        self._file = os.fdopen(os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._zip = pyzipper.AESZipFile(self._file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES)
        self._zip.setpassword(passphrase.encode())
        self._zip.setencryption(pyzipper.WZ_AES, nbits=BITS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if not self._file.closed:
            self._zip.fp = None  # else it would try to write its directory when it is forgotten
            self._file.close()
        self._part.unlink(missing_ok=True)

    def add(self, name: str, content: bytes) -> None:
        """Add a file to the payload. Raises ValueError for a name that is taken, OSError for a full disk."""
        self._manifest.note(name, hashlib.sha256(content).hexdigest(), len(content))
        self._zip.writestr(f"{self._root}/{PAYLOAD}{name}", content)

    def stream(self, name: str, parts: Iterable[bytes]) -> None:
        """Add a file to the payload part by part, however large it is."""
        digest, size = hashlib.sha256(), 0
        with self._zip.open(f"{self._root}/{PAYLOAD}{name}", "w", force_zip64=True) as entry:
            for part in parts:
                digest.update(part)
                size += len(part)
                entry.write(part)
        self._manifest.note(name, digest.hexdigest(), size)

    def finish(self, info: Mapping[str, str]) -> tuple[int, str]:
        """Write the bag's tag files, bring all to the disk and give the archive its name; returns size and SHA-256."""
        for name, content in self._manifest.tag_files(info):
            self._zip.writestr(f"{self._root}/{name}", content)
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.seek(0)
        digest, size = hashlib.sha256(), 0
        while part := self._file.read(_CHUNK):
            digest.update(part)
            size += len(part)
        self._file.close()
        self._part.replace(self._path)
        return size, digest.hexdigest()
