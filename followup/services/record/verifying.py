"""Does a PDF hold? What can be seen of the file alone, and, where there is one, with the database beside it.

Answers are sentences in English, the language of commands. Nothing of what the document says about anybody is repeated,
but its case number, its day and its edition.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from followup import __version__
from followup.domain import summary
from followup.domain.summary import VisitSummary
from followup.pdf.contents import Contents, SealFound, Unreadable, examine, flat
from followup.pdf.errors import PdfUnavailable, RenderingFailed
from followup.pdf.jobs import PrintJob
from followup.pdf.press import Press
from followup.services.record.attachments import ANSWERS_FILE, SUMMARY_FILE, attached
from followup.services.record.known_files import Remark, in_store
from followup.services.record.pressroom import PRINTED_AS
from followup.settings import Settings
from followup.store.crypto import KeysMissing
from followup.store.opening import SchemaOutdated, Store, open_store

UNREADABLE: Final = MappingProxyType(
    {
        "not_pdf": "This is not a PDF.",
        "encrypted": "This PDF is locked with a password. The program makes none that are.",
        "broken": "This PDF is broken: it can't be read.",
        "too_large": "This PDF takes more time or memory to read than any that the program makes.",
    }
)
NO_STORE: Final = "Only the file itself was looked at, not the database."
_LIST: Final = re.compile(r"kontrollsummor\(SHA-256\):((?:[a-z0-9.-]+?\.json[0-9a-f]{64}[;.])+)")
_LISTED: Final = re.compile(r"([a-z0-9.-]+?\.json)([0-9a-f]{64})[;.]")
_SEALED_BY: Final = re.compile(r"Filenbärenelektroniskstämpelfrån(.{1,200}?):denvisarattfilen")
_PASSAGE: Final = 30  # characters: what is longer is looked for on the pages


class NothingToVerify(Exception):
    """The file can be read, but neither file nor database holds anything to verify it by."""


def store_beside(settings: Settings) -> Store | str:
    """Open the store of this installation, or say why the file is looked at alone."""
    if not settings.keys_file.exists():
        return "There is no installation here, so only the file itself was looked at."
    try:
        return open_store(settings)
    except (KeysMissing, SchemaOutdated) as error:
        return f"Only the file itself was looked at, not the database. {error}"
    except SQLAlchemyError:
        return "Only the file itself was looked at: the database can't be reached. Check FOLLOWUP_DATABASE_URL."


def verify(data: bytes, roots: bytes = b"", store: Store | None = None) -> Iterator[Remark]:
    """Look at one thing after the other. roots: certificates (PEM) that a seal may go back to.

    Raises Unreadable (its code is a key of UNREADABLE) and NothingToVerify.
    """
    found = examine(data, roots)
    listed = dict(_LISTED.findall(lists[-1])) if (lists := _LIST.findall(found.text)) else {}
    shown = _summary_of(found)
    stored = list(in_store(store, data, shown if isinstance(shown, VisitSummary) else None)) if store else []
    if not (listed or found.files or found.seals or any(each.holds is not None for each in stored)):
        raise NothingToVerify
    if isinstance(shown, VisitSummary):
        yield Remark(None, _described(shown))
    files = list(_files(found, listed))
    yield from files
    if isinstance(shown, Remark):
        yield shown
    seals = list(_seals(found))
    yield from seals
    yield from stored
    sealed = bool(found.seals) and all(each.holds is not False for each in seals)
    known = any(each.holds for each in stored)
    sound = all(each.holds is not False for each in (*files, *seals, *stored))
    if isinstance(shown, VisitSummary) and sound and not (sealed or known):
        yield _pages(data, found, shown)
    if not (sealed or known):
        words = (
            "Nothing here proves who made the file: it has no seal that holds, and no database was found that knows it."
        )
        yield Remark(None, words)


def _summary_of(found: Contents) -> VisitSummary | Remark | None:
    inside = next((file for file in found.files if file.name == SUMMARY_FILE), None)
    if inside is None:
        return None
    try:
        return summary.from_json(inside.data.decode())
    except ValueError:  # the message names a field or a schema, and neither helps whoever holds the file
        return Remark(None, f"{SUMMARY_FILE} can't be read by this version of the program ({__version__}).")


def _described(shown: VisitSummary) -> str:
    kinds = {"full": "Full", "masked": "Masked"}
    kind = kinds.get(shown.heading.edition.code, "Unknown")
    return (
        f"{kind} edition {shown.heading.edition_number} of the summary of a visit on {shown.visit.on}, "
        f"case {shown.heading.case_number}."
    )


def _files(found: Contents, listed: dict[str, str]) -> Iterator[Remark]:
    """Compare the files inside with the checksums that the pages give."""
    inside: dict[str, list[str]] = {}
    for file in found.files:
        inside.setdefault(file.name, []).append(file.sha256)
    for name, checksum in listed.items():
        if name not in inside:
            yield Remark(False, f"{name} is missing: the pages list it, and it is not in the file.")
        elif inside[name] != [checksum]:
            yield Remark(False, f"{name} is not the one that the pages list: its checksum (SHA-256) is another.")
        else:
            yield Remark(True, f"{name} has the checksum (SHA-256) that the pages give.")
    for name in inside.keys() - listed.keys():
        known = name in {SUMMARY_FILE, ANSWERS_FILE}
        shown = name if known else "A file"  # any other name may say anything
        yield Remark(False, f"{shown} is in the file, but the pages don't list it.")


def _seals(found: Contents) -> Iterator[Remark]:
    claims = _SEALED_BY.findall(found.text)
    if found.seals is None:
        if claims:
            yield Remark(None, "The seal could not be looked at: pyHanko is missing. Run: pip install 'followup[sign]'")
        return
    for seal in found.seals:
        yield from _seal(seal)
    if not claims:
        if not found.seals:
            yield Remark(None, "It has no seal, and doesn't say that it had one.")
    elif not found.seals:
        yield Remark(False, "The pages say that the file is sealed, and it is not: the seal has been taken off.")
    elif flat(found.seals[0].name) != claims[-1]:
        yield Remark(False, "The seal is of another organisation than the pages say.")


def _seal(seal: SealFound) -> Iterator[Remark]:
    if not seal.intact:
        yield Remark(False, f"The seal of {seal.name} is broken: what it covers has been changed since.")
        return
    if not seal.whole:
        yield Remark(
            False, f"Something has been added to or changed in the file after the seal of {seal.name} was set."
        )
        return
    clock = f"by the time stamp of {seal.stamped_by}" if seal.stamped_by else "by the clock of the machine that set it"
    when = f" {seal.at:%Y-%m-%d %H:%M} UTC, {clock}" if seal.at else ""
    yield Remark(True, f"Sealed by {seal.name}{when}, and unchanged since.")
    if seal.trusted is None:
        words = (
            f"Whether that is so is known to {seal.issuer}, which issued the certificate: name its root with --root."
        )
        yield Remark(None, words)
    elif seal.trusted:
        yield Remark(True, f"The certificate, issued by {seal.issuer}, goes back to a root that you trust.")
    else:
        yield Remark(False, f"The certificate, issued by {seal.issuer}, does not go back to any root that you named.")


def _pages(data: bytes, found: Contents, shown: VisitSummary) -> Remark:
    """Print the data anew and compare: whoever changes a page has to change the data as well."""
    try:
        printed = _printed_anew(found, shown)
        again = found if printed == data else examine(printed)
    except PdfUnavailable as error:
        return Remark(None, f"The pages could not be compared with the data inside: {error}")
    except (RenderingFailed, Unreadable):
        return Remark(False, "The data inside can't be printed: the program did not make this file.")
    if printed == data:
        return Remark(True, "The pages are, octet for octet, what this program prints of the data inside.")
    if (found.pages, found.text) == (again.pages, again.text):
        return Remark(True, "The pages say, word for word, what this program prints of the data inside.")
    return _differing(found, again, shown)


def _printed_anew(found: Contents, shown: VisitSummary) -> bytes:
    files = tuple(attached(file.name, file.data) for file in found.files)
    files = tuple(sorted(files, key=lambda file: file.name != SUMMARY_FILE))  # as they were when it was made
    with Press() as press:
        kind = PRINTED_AS.get(shown.heading.edition.code, "summary")
        return press.render(PrintJob(kind, files[0].data.decode(), files))


def _differing(found: Contents, again: Contents, shown: VisitSummary) -> Remark:
    if found.generator == again.generator:
        return Remark(False, "The pages say something else than the data inside.")
    missing = sum(passage not in found.text for passage in set(_passages(shown)))
    if missing:
        return Remark(False, f"The pages lack {missing} of the longer passages in the data inside.")
    return Remark(
        None,
        "The pages hold every longer passage of the data inside. They were set by another version of the program, so "
        "that they can't be compared word for word.",
    )


def _passages(value: Any) -> Iterator[str]:
    """Find the longer texts that stand on the pages as they are, as far as they can be read back from a PDF."""
    if isinstance(value, VisitSummary):
        parts = (value.most_important, value.child_voice, value.notes, value.conversations, value.agreements)
        yield from _passages((*parts, value.assessment))
    elif isinstance(value, str):
        plain = all(unicodedata.name(mark, "").startswith("LATIN") or mark.isascii() for mark in value)
        if plain and len(value) > _PASSAGE:
            yield flat(value)
    elif isinstance(value, tuple):
        for part in value:
            yield from _passages(part)
    else:
        texts = ("words", "text", "child_words", "carer_words", "agreed", "what")
        yield from _passages(tuple(getattr(value, name, "") for name in texts))
