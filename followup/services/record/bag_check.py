"""Checking an export's archive as any receiver would: by a passphrase, and by the library for bags (RFC 8493)."""

from __future__ import annotations

import logging
import tempfile
import zlib
from pathlib import Path

import bagit
import pyzipper


class NotWhole(Exception):
    """The archive can't be opened, or the bag in it isn't as it was written; the message says which."""


def check(archive: Path, passphrase: str) -> int:
    """Unpack an archive in a folder of its own, and let the library try every checksum; returns how many files it has.

    Raises NotWhole.
    """
    logging.getLogger("bagit").setLevel(logging.CRITICAL)  # it tells of each fault itself; one sentence is enough
    with tempfile.TemporaryDirectory(prefix="followup-check-") as folder:
        try:
            with pyzipper.AESZipFile(archive) as opened:
                opened.setpassword(passphrase.encode())
                opened.extractall(folder)
        except RuntimeError:
            raise NotWhole("The passphrase does not open it.") from None
        except (pyzipper.BadZipFile, zlib.error, OSError, EOFError):
            raise NotWhole("It is no whole archive.") from None
        roots = list(Path(folder).iterdir())
        try:
            bag = bagit.Bag(str(roots[0] if len(roots) == 1 else folder))
            bag.validate()
        except bagit.BagError as error:
            raise NotWhole(f"The bag is not whole: {error}") from None
        return len(list(bag.payload_files()))
