"""Reading a PDF back: its words, its structure and its fonts."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from fontTools.ttLib import TTFont
from pypdf import PdfReader


def words_of(data: bytes) -> str:
    """The text of all pages in the order in which it was written, white space as single spaces."""
    reader = PdfReader(io.BytesIO(data))
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def letters_of(data: bytes) -> str:
    """The text of all pages without any white space: line breaks may fall anywhere in an endless word."""
    return re.sub(r"\s", "", words_of(data))


def page_count(data: bytes) -> int:
    return len(PdfReader(io.BytesIO(data)).pages)


def structure(data: bytes) -> Iterator[tuple[str, Any]]:
    """Each structure element's type and dictionary, in reading order. The file is closed when the walk ends."""

    def walk(element: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(element, pikepdf.Array):
            for part in element:
                yield from walk(part)
        elif isinstance(element, pikepdf.Dictionary):
            if "/S" in element:
                yield str(element.S)[1:], element
            if "/K" in element:
                yield from walk(element.K)

    with pikepdf.open(io.BytesIO(data)) as pdf:
        yield from walk(pdf.Root.StructTreeRoot.K)


def fonts_of(data: bytes) -> dict[str, tuple[TTFont | None, dict[int, float]]]:
    """Each font's name without its subset tag: the embedded program (None if not embedded) and the widths by glyph."""
    found: dict[str, tuple[TTFont | None, dict[int, float]]] = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/Subtype") in ("/CIDFontType0", "/CIDFontType2"):
                descriptor = item.FontDescriptor
                program = descriptor.get("/FontFile2") or descriptor.get("/FontFile3")
                font = None if program is None else TTFont(io.BytesIO(program.read_bytes()))
                found[str(item.BaseFont)[1:].partition("+")[2]] = (font, _widths(item.W))
    return found


def _widths(runs: Any) -> dict[int, float]:
    widths: dict[int, float] = {}
    parts = list(runs)
    while parts:
        first = int(parts.pop(0))
        second = parts.pop(0)
        if isinstance(second, pikepdf.Array):
            widths.update({first + place: float(width) for place, width in enumerate(second)})
        else:
            width = float(parts.pop(0))
            widths.update(dict.fromkeys(range(first, int(second) + 1), width))
    return widths
