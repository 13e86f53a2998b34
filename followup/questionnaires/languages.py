"""The languages that a child or a carer can answer in, and the words in each.

Swedish is what is translated. English stands beside it in the definitions. The others are PO files in `translations/`,
and a municipality may lay files of its own over them (`use_folder`). A text that a language lacks is shown in Swedish.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from followup.domain.questionnaire import Questionnaire, Text
from followup.questionnaires.catalogue import Catalogue, Translation, read_catalogue
from followup.questionnaires.child_texts import (
    copy_texts,
    fold,
    form_texts,
    letter_texts,
    messages,
    shared_texts,
    ui_texts,
)

SHIPPED: Final = Path(__file__).parent / "translations"
_NAME = re.compile(r"\{([A-Za-z_]+)\}")
_ISOLATED = (
    "\u2068{}\u2069"  # first strong isolate: a name in Latin letters leaves the order of a right-to-left line alone
)


@dataclass(frozen=True)
class Language:
    """A language by code, with its own name and direction ("ltr" or "rtl"). html: its BCP 47 tag for `lang`."""

    code: str
    name: str
    direction: str = "ltr"
    html: str = ""

    @property
    def html_lang(self) -> str:
        """What `lang` says: browsers and screen readers know Dari as Persian of Afghanistan."""
        return self.html or self.code


_ALL = (
    Language("sv", "Svenska"),
    Language("en", "English"),
    Language("ar", "العربية", "rtl"),
    Language("so", "Soomaali"),
    Language("uk", "Українська"),
    Language("prs", "دری", "rtl", "fa-AF"),
    Language("ti", "ትግርኛ"),
    Language("es", "Español"),
)
LANGUAGES: Final[Mapping[str, Language]] = MappingProxyType({language.code: language for language in _ALL})
_BY_TAG: Final = {language.html_lang.lower(): language.code for language in _ALL}


@dataclass(frozen=True)
class Words:
    """The words in one language."""

    language: Language
    own: Mapping[str, Translation] = field(default_factory=dict, repr=False)
    shipped: Mapping[str, Translation] = field(default_factory=dict, repr=False)

    @property
    def lang(self) -> str:
        """The language's code."""
        return self.language.code

    @property
    def direction(self) -> str:
        """Which way it is written: "ltr" or "rtl"."""
        return self.language.direction

    @property
    def html_lang(self) -> str:
        """The language's tag for the attribute `lang`."""
        return self.language.html_lang

    def say(self, text: Text, **values: object) -> str:
        """Return a text in the language, else in Swedish, whitespace folded; {name} becomes the value of that name.

        Braces without a value stay as they are: a child never meets an error for them.
        """
        found = self._find(text)
        wording = found.text if found else fold(text.get("sv"))
        return _NAME.sub(lambda match: self._value(match, values), wording) if values else wording

    def ui(self, key: str, **values: object) -> str:
        """Return the words around the questions with this key, e.g. "question.next". Raises KeyError for no key."""
        return self.say(ui_texts()[key], **values)

    def has(self, text: Text) -> bool:
        """Tell whether the text exists in the language."""
        return self._find(text) is not None

    def unread(self, text: Text) -> bool:
        """Tell whether the text is shown in a translation that no native speaker has read."""
        found = self._find(text)
        return found is not None and found.unread

    def _find(self, text: Text) -> Translation | None:
        if self.lang == "sv":
            return Translation(fold(text.get("sv")), unread=False)
        swedish = fold(text.get("sv"))
        if swedish in self.own:
            return self.own[swedish]
        if self.lang in text.languages:  # the wording that a version of a form carries itself, English above all
            return Translation(fold(text.languages[self.lang]), unread=True)
        return self.shipped.get(swedish)

    def _value(self, match: re.Match[str], values: Mapping[str, object]) -> str:
        if match[1] not in values:
            return match[0]
        value = str(values[match[1]])
        return value if self.direction == "ltr" or value.isdecimal() else _ISOLATED.format(value)


class _Shelf:
    """What has been read so far in this process."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.words: dict[str, Words] = {}
        self.offered: dict[str, tuple[Language, ...]] = {}


_shelf = _Shelf()


def use_folder(path: Path | None) -> None:
    """Lay a municipality's own files (<language>.po) over the shipped texts; None takes them away again.

    They are read when first needed and then kept, so a new file shows when the program is started again.
    """
    _shelf.folder = path
    _shelf.words.clear()
    _shelf.offered.clear()


def words(lang: str) -> Words:
    """Return the words of a language by its code or tag ("ar", "fa-AF"); Swedish for one that isn't in LANGUAGES."""
    code = code_of(lang)
    if code not in _shelf.words:
        own = own_catalogue(code).translations
        _shelf.words[code] = Words(LANGUAGES[code], own, shipped_catalogue(code).translations)
    return _shelf.words[code]


def code_of(lang: str) -> str:
    """Return which of LANGUAGES a code or tag ("en-GB", "fa-AF") means; "sv" for none of them."""
    tag = lang.replace("_", "-").lower()
    found = _BY_TAG.get(tag, tag.split("-", maxsplit=1)[0])
    return found if found in LANGUAGES else "sv"


def languages_for(form: Questionnaire) -> tuple[Language, ...]:
    """Return the languages in which every text exists that goes with the form. Swedish is always one."""
    if form.sha256 not in _shelf.offered or not form.sha256:
        texts = [text for _, text in (*shared_texts(), *form_texts(form))]
        _shelf.offered[form.sha256] = tuple(each for each in _ALL if all(words(each.code).has(text) for text in texts))
    return _shelf.offered[form.sha256]


def unread_for(form: Questionnaire, lang: str) -> bool:
    """Tell whether any text that goes with the form is shown in a translation that no native speaker has read."""
    spoken = words(lang)
    return any(spoken.unread(text) for _, text in (*shared_texts(), *form_texts(form)))


def letter_languages() -> tuple[Language, ...]:
    """Return the languages in which every text of the letter before a visit exists. Swedish is always one."""
    return tuple(each for each in _ALL if all(words(each.code).has(text) for text in letter_texts().values()))


def copy_languages() -> tuple[Language, ...]:
    """Return the languages in which every text of the child's own copy exists. Swedish is always one."""
    return tuple(each for each in _ALL if all(words(each.code).has(text) for text in copy_texts().values()))


def own_catalogue(code: str) -> Catalogue:
    """Return what the municipality's own file for a language holds; an empty one where there is no file."""
    return read_catalogue(_shelf.folder / f"{code}.po") if _shelf.folder else Catalogue()


def shipped_catalogue(code: str) -> Catalogue:
    """Return what is shipped in a language; the English, which stands in the definitions, as nobody's reading."""
    if code == "en":
        english = {each.swedish: Translation(each.english, unread=True) for each in messages().values()}
        return Catalogue((("Language", "en"),), translations=english)
    return read_catalogue(SHIPPED / f"{code}.po")
