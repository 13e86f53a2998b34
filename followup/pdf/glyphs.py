"""Which characters the packaged fonts can draw, and what to print for the few that they can't.

A record may not lose a character in silence: what no font can draw (unassigned and private characters, control
characters) is printed as its code, e.g. [U+E000]. The list beside the fonts is made from them: `python -m
followup.pdf.glyphs`.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parent / "fonts"
COVERAGE: Final = FONTS / "coverage.txt"
_SCRIPTS: Final = {  # the first word of a letter's name in Unicode, and the script's code (ISO 15924)
    "ARABIC": "Arab", "ARMENIAN": "Armn", "BENGALI": "Beng", "CJK": "Hani", "CYRILLIC": "Cyrl", "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi", "GEORGIAN": "Geor", "GREEK": "Grek", "HANGUL": "Hang", "HEBREW": "Hebr", "HIRAGANA": "Hira",
    "KATAKANA": "Kana", "KHMER": "Khmr", "SYRIAC": "Syrc", "TAMIL": "Taml", "THAI": "Thai", "TIBETAN": "Tibt",
}  # fmt: skip
_ENDLESS: Final = 80  # letters without a place to break: more than any word, about a line
_PIECE: Final = 8  # letters: less than the narrowest column
_LINES: Final = 4
_RUN: Final = re.compile(rf"\S{{{_ENDLESS},}}|[^\S\n]{{{_ENDLESS},}}")
_EMPTY_LINES: Final = re.compile(rf"\n{{{_LINES},}}")
_JOINER: Final = "\u200d"
_ATTACHED: Final = frozenset({"Mn", "Me", "Mc", "Sk", "Cf"})  # accents, colours of skin (U+1F3FB to 1F3FF), directions
_INVISIBLE: Final = (  # "default ignorable" of Unicode: joiners, directions, variations; drawn by nothing
    *(0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
    *range(0x180B, 0x1810),
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10),
    *range(0xE0000, 0xE0FFF),
)


def printable(text: str) -> str:
    """Return the text with each character that no packaged font can draw replaced by its code in brackets."""
    if text.isascii() and text.isprintable():
        return text
    drawable = _drawable()
    return "".join(mark if _passes(mark, drawable) else f"[U+{ord(mark):04X}]" for mark in text)


def breakable(text: str) -> str:
    """Return the text with places to break (U+200B) in what is longer than a line and has none, and few empty lines.

    Setting type takes the square of the length of what has no place to break: minutes for a word of ten thousand
    letters. The mark has no glyph, so it leaves nothing in the document's own text. Letters that are drawn together
    (accents, joined emoji) stay together.
    """
    if len(text) <= _ENDLESS:
        return text
    return _RUN.sub(lambda run: _broken(run[0]), _EMPTY_LINES.sub("\n" * _LINES, text))


def _broken(run: str) -> str:
    parts, length = [], 0
    for before, mark in zip(" " + run, run, strict=False):
        together = _JOINER in (before, mark) or unicodedata.category(mark) in _ATTACHED
        if length >= _PIECE and not together:
            parts.append("\u200b")
            length = 0
        parts.append(mark)
        length += 1
    return "".join(parts)


def direction(text: str) -> str:
    """Return "rtl" if the first letter with a direction runs from right to left, else "ltr" (HTML's dir=auto)."""
    for mark in text:
        kind = unicodedata.bidirectional(mark)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def script_tag(text: str) -> str:
    """Return "und-Arab" and the like (BCP 47: no known language, this script) for a text not written in Latin letters.

    A record tells in which language something was written only where that is known; the letters are there to be seen.
    """
    if text.isascii():
        return ""
    scripts = Counter(unicodedata.name(mark, "").split(" ")[0] for mark in text if mark.isalpha())
    most = scripts.most_common(1)
    return f"und-{_SCRIPTS[most[0][0]]}" if most and most[0][0] in _SCRIPTS else ""


def coverage() -> str:
    """Return the characters of the packaged fonts as lines of hexadecimal ranges, read from the fonts themselves."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - comes with WeasyPrint; needed only to make the list

    codes: set[int] = set()
    for font in sorted(FONTS.glob("*.woff2")):
        with TTFont(font) as opened:
            codes.update(opened.getBestCmap())
    lines: list[list[int]] = []
    for code in sorted(codes):
        if lines and lines[-1][1] == code - 1:
            lines[-1][1] = code
        else:
            lines.append([code, code])
    return "".join(f"{first:X} {last:X}\n" for first, last in lines)


@functools.cache
def _drawable() -> frozenset[int]:
    ranges = (line.split() for line in COVERAGE.read_text("ascii").splitlines())
    drawn = (code for first, last in ranges for code in range(int(first, 16), int(last, 16) + 1))
    return frozenset([*drawn, *_INVISIBLE])


def _passes(mark: str, drawable: frozenset[int]) -> bool:
    if (
        unicodedata.category(mark) == "Cc"
    ):  # the last-resort font has pictures of control characters, but HTML may not carry them
        return mark in "\n\t"
    return ord(mark) in drawable


if __name__ == "__main__":
    COVERAGE.write_text(coverage(), "ascii")
