"""Free text as people write and paste it."""

from __future__ import annotations

import re
import unicodedata

from followup.domain.errors import InvalidInput, Problem, translatable

# C0 and C1 controls except tab and line feed, lone surrogates, and noncharacters (Unicode 23.7: not for interchange).
# Databases (NUL in PostgreSQL), HTML, XML or UTF-8 can't hold them, and none of them carries meaning.
# Direction marks (U+202A and on) are kept: they are part of right-to-left writing, and pages isolate free text with
# dir="auto".
_PLANES = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(0x11))
_UNUSABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")


def without_controls(text: str) -> str:
    """Return the text without the characters that no page, file or database can hold."""
    return _UNUSABLE.sub("", text)


def clean_text(text: str, limit: int, *, field: str = "") -> str:
    """Return the text with LF line ends, without control characters, in NFC; otherwise as it was written.

    limit: greatest length in characters after cleaning.
    Raises InvalidInput (code "too_long", on `field`) for a longer text; nothing is ever cut off silently.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = unicodedata.normalize("NFC", without_controls(lines))
    if len(cleaned) > limit:
        message = translatable("Texten är för lång: %(length)s tecken. Den får vara högst %(limit)s.")
        raise InvalidInput([Problem(field, message, "too_long", {"length": len(cleaned), "limit": limit})])
    return cleaned
