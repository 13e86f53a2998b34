"""The interface's texts: what the sources ask for, and what each translation has.

The sources speak Swedish (msgid); translations/LANGUAGE/LC_MESSAGES/messages.po holds the other languages.
`./dev fix` runs this file to bring them up to date; test_translations.py fails while one of them is not.
Run by hand with a language code (`python -m tests.support.catalogue fi`) it begins a new language.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_ngettext": (1, 2),
    # What domain and services have to say is Swedish too, and translated where it is shown.
    "Problem": (2,),
    "Lack": (2,),
    "_refusal": (2,),
    **dict.fromkeys(("Conflict", "NotAllowed", "NotFound", "InvalidTransition", "translatable")),
}
TRANSLATOR_COMMENTS = ["L10n:"]


def wanted() -> Catalog:
    """Return every message of followup/ and templates/, each with the files that use it."""
    catalogue = Catalog(project="Followup", fuzzy=False)
    for folder, pattern, method in (("followup", "**.py", "python"), ("templates", "**.*", "jinja2")):
        found = extract_from_dir(
            ROOT / folder,
            method_map=[(pattern, method)],
            options_map={pattern: {"silent": "false"}},
            keywords=KEYWORDS,
            comment_tags=TRANSLATOR_COMMENTS,
            strip_comment_tags=True,
        )
        for name, line, message, comments, context in found:
            catalogue.add(message, locations=[(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    return catalogue


def translations() -> dict[str, Path]:
    """Return the .po file of each language code."""
    return {path.parents[1].name: path for path in sorted(ROOT.glob("translations/*/LC_MESSAGES/messages.po"))}


def faults(language: str) -> Iterator[str]:
    """Yield what is wrong with a language's translation, one line each; nothing when it is complete."""
    have = _read(language)
    want = wanted()
    for message in want:
        if not message.id:
            continue
        translated = have.get(message.id, message.context)
        texts = [] if translated is None else _texts(translated.string)
        if translated is None or not all(texts):
            yield f"not translated: {message.id!r}"
        elif translated.fuzzy:
            yield f"fuzzy: {message.id!r}"
        else:
            yield from (f"{error}: {message.id!r}" for error in translated.check(have))
            if any(_fields(text) - _fields(message.id) for text in texts):
                yield f"a {{field}} that the Swedish text lacks: {message.id!r}"
    for message in have:
        if message.id and want.get(message.id, message.context) is None:
            yield f"no longer used: {message.id!r}"
    yield from (f"obsolete: {message.id!r}" for message in have.obsolete.values())


def update(language: str) -> None:
    """Rewrite a language's .po: new messages empty, unused ones gone, translations kept, nothing guessed."""
    catalogue = _read(language)
    catalogue.update(wanted(), no_fuzzy_matching=True, update_creation_date=False)
    with translations()[language].open("wb") as file:
        write_po(file, catalogue, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)


def begin(language: str) -> None:
    """Make the .po of a new language. Raises babel's UnknownLocaleError, and FileExistsError for one that is there."""
    path = ROOT / "translations" / language / "LC_MESSAGES" / "messages.po"
    comment = (
        "# The interface of Followup. The message ids are the Swedish texts.\n# ./dev fix brings this file up to date."
    )
    catalogue = Catalog(locale=language, project="Followup", version="1", header_comment=comment, fuzzy=False)
    path.parent.mkdir(parents=True)
    with path.open("xb") as file:
        write_po(file, catalogue)


def _read(language: str) -> Catalog:
    with translations()[language].open("rb") as file:
        return read_po(file, locale=language)


def _texts(translation: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [translation or ""] if isinstance(translation, str) or translation is None else list(translation)


def _fields(text: str | tuple[str, ...] | list[str]) -> set[str]:
    return set(re.findall(r"\{\w+\}", " ".join(_texts(text))))


if __name__ == "__main__":
    for code in sys.argv[1:]:
        begin(code)
    for code in translations():
        update(code)
        for fault in faults(code):
            print(f"{code}: {fault}")  # noqa: T201 - this is its output
