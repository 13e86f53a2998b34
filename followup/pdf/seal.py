"""The electronic seal of a finished PDF: PAdES (ETSI EN 319 142-1), baseline B, or T with a time stamp.

The seal is added after the printed octets, which stay as they are in front of it, and certifies that nothing may be
changed afterwards. It shows nothing on the pages: what it means is said by the document itself. The work is pyHanko's,
of the extra `sign`, which takes a second to import: that happens when the first document is sealed.
"""

from __future__ import annotations

from types import ModuleType

from followup.pdf.seal_files import SealingKey, SealUnusable


def check_library() -> None:
    """Raise SealUnusable if pyHanko is not installed."""
    _pades()


def seal(data: bytes, key: SealingKey, timestamp: str = "") -> bytes:
    """Return the PDF with the seal. timestamp: address of an RFC 3161 authority, which gets a checksum and no more.

    Raises SealUnusable: library, or timestamp when the authority does not answer or refuses.
    """
    return bytes(_pades().sign(data, key, timestamp))


def ask_for_time(timestamp: str) -> None:
    """Ask the authority for one time stamp, to see that it answers. Raises SealUnusable."""
    _pades().try_timestamp(timestamp)


def _pades() -> ModuleType:
    try:
        from followup.pdf import pades  # noqa: PLC0415 - imports pyHanko, which may be missing
    except ImportError as error:
        raise SealUnusable("library") from error
    return pades
