"""Reading a language's PO file. What can't be used is left out and told of; nothing here is raised at a child."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, read_po

from followup.domain.text import without_controls
from followup.questionnaires.child_texts import fold

LARGEST_FILE = 2_000_000
"""Octets. A full file has less than a tenth of that."""

_LONGEST = 4_000  # characters of one text; the longest that is shipped has some 500
_LINE = re.compile(r'(#.*|((msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\])\s*)?"([^"\\]|\\.)*")?')


@dataclass(frozen=True)
class Translation:
    """One translated text. unread: no native speaker has read it (the PO flag "fuzzy")."""

    text: str
    unread: bool


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file. line: where, from 1, or None for the whole file. what: in words, with how to mend it."""

    line: int | None
    what: str

    def __str__(self) -> str:
        """Return it as a line for a terminal."""
        return f"line {self.line}: {self.what}" if self.line else self.what


@dataclass(frozen=True)
class Catalogue:
    """What a language's file holds, by Swedish text with folded whitespace. lines: where each stands in the file.

    header: names and values. comment: what stands above it, lines that begin with "#".
    """

    header: tuple[tuple[str, str], ...] = ()
    comment: str = ""
    translations: Mapping[str, Translation] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Fault, ...] = ()

    @property
    def language(self) -> str:
        """What the header calls the language; "" when it doesn't say."""
        return next((value for name, value in self.header if name.lower() == "language"), "")


def read_catalogue(path: Path) -> Catalogue:
    """Read a PO file; one that isn't there is empty.

    What is wrong with it is in `problems`, and texts with a problem are not in `translations`.
    """
    try:
        return parse_catalogue(_content(path))
    except FileNotFoundError:
        return Catalogue()
    except _Unreadable as error:
        return Catalogue(problems=error.problems)


def parse_catalogue(content: str) -> Catalogue:
    """Read the content of a PO file, as `read_catalogue` does."""
    try:
        catalog = _catalog(content)
    except _Unreadable as error:
        return Catalogue(problems=error.problems)
    translations, lines, problems = {}, {}, []
    for message in catalog:
        if not message.id or message.lineno is None:
            continue
        if not isinstance(message.id, str) or not isinstance(message.string, str):
            problems.append(Fault(message.lineno, "has a plural form; these texts have none, give it one msgstr"))
            continue
        swedish, text = fold(message.id), fold(message.string)
        lines[swedish] = message.lineno
        wrong = _wrong_with(swedish, text)
        if wrong:
            problems.append(Fault(message.lineno, f"“{_short(swedish)}”: {wrong}"))
        elif text:
            translations[swedish] = Translation(text, message.fuzzy)
    header = tuple((name, value) for name, value in catalog.mime_headers)
    return Catalogue(header, _comment(content), translations, lines, tuple(problems))


def placeholders(text: str) -> frozenset[str] | None:
    """Return the names in braces, or None where braces stand in another way than {name}."""
    try:
        parts = [(name, form, conversion) for _, name, form, conversion in Formatter().parse(text) if name is not None]
    except ValueError:
        return None
    whole = all(name.isidentifier() and not form and not conversion for name, form, conversion in parts)
    return frozenset(name for name, _, _ in parts) if whole else None


class _Unreadable(Exception):
    def __init__(self, what: str, line: int | None = None) -> None:
        super().__init__(what)
        self.problems = (Fault(line, what),)


def _content(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _Unreadable(f"can't be read: {error.strerror or error}") from None
    if len(raw) > LARGEST_FILE:
        raise _Unreadable(f"is larger than {LARGEST_FILE // 1_000_000} MB; a file with all texts is far smaller")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise _Unreadable("is not UTF-8 text; save the file with the encoding UTF-8", line) from None


def _catalog(content: str) -> Catalog:
    for number, line in enumerate(io.StringIO(content), start=1):
        if not _LINE.fullmatch(line.strip()):  # Babel cuts such a line short without a word
            raise _Unreadable('is no PO: a line is a comment (#), a keyword with a text in "quotes", or empty', number)
    try:
        catalog = read_po(io.StringIO(content), abort_invalid=True)
    except PoFileError as error:
        raise _Unreadable(f"is no PO: {str(error).rsplit(' on ', 1)[0]}", error.lineno + 1) from None
    except (ValueError, TypeError, IndexError, AttributeError):  # what Babel makes of a spoilt header
        raise _Unreadable("is no PO: the header (the first msgid and msgstr) can't be read") from None
    if (charset := str(catalog.charset or "utf-8").lower()) not in {"utf-8", "utf8"}:
        raise _Unreadable(f"says that its charset is {charset}; save it as UTF-8 with charset=utf-8 in its header")
    return catalog


def _comment(content: str) -> str:
    return "\n".join(takewhile(lambda line: line.startswith("#"), content.splitlines()))


def _wrong_with(swedish: str, text: str) -> str:
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if without_controls(text) != text:
        return "holds control characters; write the text anew"
    return _wrong_braces(swedish, text) if text else ""


def _wrong_braces(swedish: str, text: str) -> str:
    asked = placeholders(swedish)
    if asked is None or placeholders(text) == asked:
        return ""
    wanted = ", ".join(f"{{{name}}}" for name in sorted(asked))
    return f"must hold {wanted} as the Swedish does, and nothing else in braces" if wanted else "may not hold braces"


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 # as much as a line of a terminal has room for
