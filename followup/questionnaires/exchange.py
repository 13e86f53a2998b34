"""Translations on their way to translators and back: PO files that Poedit, Weblate and others open."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from followup.domain.errors import DomainError
from followup.questionnaires.catalogue import Catalogue, Fault, Translation, read_catalogue
from followup.questionnaires.child_texts import Message, messages
from followup.questionnaires.languages import LANGUAGES, code_of, own_catalogue, shipped_catalogue

_COMMENT = """\
# Followup: the words a child or a carer meets in {language}. The message ids are the Swedish texts.
# Flag "fuzzy" (in Poedit: Needs work): no native speaker has read the text. Take it away from what you approve.
# Words in braces such as {{name}} stay as they are; their order may change."""


class BrokenTranslations(DomainError):
    """A file of translations that can't be used. `problems` holds one line per thing to put right."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Take the finished lines."""
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Standing:
    """How far a language has come.

    texts: how many there are. missing, unread: those that aren't translated, and those that no native speaker has
    read. own: how many come from the municipality. problems: what is wrong in the files, each with the file's name.
    """

    code: str
    texts: int
    missing: tuple[Message, ...]
    unread: tuple[Message, ...]
    own: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """A translator's file that can be used. remarks: what its bringer should know, a line each."""

    code: str
    catalogue: Catalogue
    remarks: tuple[str, ...]


def standing(code: str) -> Standing:
    """Return how far a language of LANGUAGES has come."""
    shipped, own, wanted = shipped_catalogue(code), own_catalogue(code), messages()
    if code == "sv":
        return Standing(code, len(wanted), (), (), 0, ())
    found = {**shipped.translations, **own.translations}
    return Standing(
        code,
        len(wanted),
        missing=tuple(each for swedish, each in wanted.items() if swedish not in found),
        unread=tuple(each for swedish, each in wanted.items() if swedish in found and found[swedish].unread),
        own=len(own.translations),
        problems=(
            *(f"shipped {code}.po, {problem}" for problem in shipped.problems),
            *(f"your {code}.po, {problem}" for problem in own.problems),
        ),
    )


def strays(folder: Path) -> tuple[str, ...]:
    """Return what is wrong with the names of a municipality's own files, a line each: such a file is never read."""
    wanted = {f"{code}.po" for code in LANGUAGES if code != "sv"}
    names = sorted(path.name for path in folder.glob("*.po")) if folder.is_dir() else []
    return tuple(
        f"your {name} is named after no language; call it one of {', '.join(sorted(wanted))}"
        for name in names
        if name not in wanted
    )


def export_po(code: str) -> bytes:
    """Return a PO file with all texts and what they are called today in a language of LANGUAGES."""
    shipped, own = shipped_catalogue(code), own_catalogue(code)
    return to_po(code, {**shipped.translations, **own.translations}, own if own.comment else shipped)


def to_po(code: str, translations: Mapping[str, Translation], like: Catalogue) -> bytes:
    """Return translations as a PO file: first the texts that the program has, each with its place, then any others.

    like: whose header and comment the file gets.
    """
    comment = like.comment or _COMMENT.format(language=LANGUAGES[code].name)
    catalog = Catalog(locale=code, project="Followup", version="1", header_comment=comment, fuzzy=False)
    catalog.msgid_bugs_address = "the project's issues"
    catalog.mime_headers = [each for each in like.header if each[0] != "Plural-Forms"]
    for swedish in (*messages(), *(each for each in translations if each not in messages())):
        given, message = translations.get(swedish), messages().get(swedish)
        catalog.add(
            swedish,
            given.text if given else "",
            locations=[(place, None) for place in message.places] if message else [],  # type: ignore[misc] # Babel writes a place without a line
            auto_comments=[f"English: {message.english}"] if message else [],
            flags=["fuzzy"] if given and given.unread else [],
        )
    file = io.BytesIO()
    write_po(file, catalog, width=0)
    return file.getvalue()


def read_delivery(path: Path, code: str = "") -> Delivery:
    """Read a translator's file. code: the language it must be in; "" takes what its header says.

    Raises BrokenTranslations with every problem. Texts that are empty are no problem: nothing is taken from them.
    """
    catalogue = read_catalogue(path)
    problems = [f"{path.name}, {problem}" for problem in (*catalogue.problems, *_wrong_language(catalogue, code))]
    if not problems and not catalogue.translations:
        problems = [f"{path.name}: holds no translated text"]
    if problems:
        raise BrokenTranslations(tuple(problems))
    return Delivery(code or _said(catalogue), catalogue, tuple(_remarks(catalogue)))


def take_in(delivery: Delivery, folder: Path) -> Path:
    """Lay a translator's file over the municipality's own, and return where that is.

    What the new file doesn't translate is kept from the old. What is as shipped is left out, so that what is mended
    there shows here too. The old file stands until the new one is whole. Raises BrokenTranslations for an old file that
    can't be read, since it would be lost; OSError when it can't be written.
    """
    target = folder / f"{delivery.code}.po"
    earlier = read_catalogue(target)
    if earlier.problems:
        lines = tuple(f"{target}, {problem}" for problem in earlier.problems)
        raise BrokenTranslations((*lines, f"Mend {target}, or move it away, before you import."))
    shipped, merged = shipped_catalogue(delivery.code), {**earlier.translations, **delivery.catalogue.translations}
    own = {swedish: given for swedish, given in merged.items() if given != shipped.translations.get(swedish)}
    content = to_po(delivery.code, own, delivery.catalogue)
    folder.mkdir(parents=True, exist_ok=True)
    whole = target.with_suffix(".po.new")
    whole.write_bytes(content)
    os.replace(whole, target)  # noqa: PTH105 # says what it is: in one step
    return target


def _said(catalogue: Catalogue) -> str:
    """Return which of LANGUAGES the header names; "" for none."""
    code = code_of(catalogue.language)
    return code if code != "sv" else ""


def _wrong_language(catalogue: Catalogue, code: str) -> list[Fault]:
    said = _said(catalogue)
    if catalogue.problems or (said or code) == (code or said) != "":
        return []
    if code:
        return [Fault(None, f"the header says that this is {catalogue.language}, not {code}; correct what is wrong")]
    known = ", ".join(each for each in LANGUAGES if each != "sv")
    return [Fault(None, f"the header names none of {known} as its Language; write it there, or say it")]


def _remarks(catalogue: Catalogue) -> list[str]:
    return [
        *(
            f"line {catalogue.lines[swedish]}: “{swedish}” is no text of this version; kept, but shown nowhere"
            for swedish in catalogue.translations
            if swedish not in messages()
        ),
        *(
            f"line {catalogue.lines[swedish]}: “{swedish}” is the same as the Swedish; is it translated?"
            for swedish, translation in catalogue.translations.items()
            if translation.text == swedish
        ),
    ]
