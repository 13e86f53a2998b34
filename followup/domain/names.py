"""Finding names in free text: those that are known, however they are bent, and words that look like names.

Swedish is what these rules know. A word is looked for in any case, with a genitive (Idas, Ida:s, Ida's), joined by a
hyphen, as the first part of a longer word that begins with a capital (Lingonmoskolan), with letters put together or
apart as Unicode allows, and with characters in between that nobody sees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_UNSEEN: Final = "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]*"
_LETTER: Final = r"[^\W\d_]"
_LIKE_LETTERS: Final = rf"(?:{_LETTER}[\u0300-\u036f]*{_UNSEEN})"
_GENITIVE: Final = rf"(?:{_UNSEEN}[:'’]?[sS]|[’'])?"
_LONG_ENOUGH: Final = 4  # letters; a shorter name begins too many other words
_ORDINARY: Final = frozenset(
    """
    alm ask berg björk björn bo dag ek falk fred frost gran hav holm juni kaj kull lind liv lo love lund maj max my
    ny per ros rosa saga sol sten stig storm ström tage tor vik vilja
    """.split()  # noqa: SIM905 - a list of words is read and added to as words
)
"""Names that are words too: they are looked for with a capital only."""
ROLES: Final = frozenset(
    """
    barn barnet biträdande boende bror brodern chef chefen dotter enhetschef fadern far familjehem familjehemmet
    familjehemsförälder familjehemsmamma familjehemspappa familjehemssekreterare farbror farfar farmor fosterbror
    fosterföräldrar fostersyster fritidspedagog förskollärare förälder föräldrar gruppledare handläggare handläggaren
    handledare jourhem jourhemmet kontaktperson kurator lärare läraren mamma mammas mentor mentorn moder modern mor
    morbror morfar mormor moster nätverkshem nätverkshemmet pappa pappas rektor rektorn skola skolan sjuksköterska
    skolsköterska socialsekreterare socialsekreteraren socialtjänsten son stödperson syskon syskonen syster system
    tolk tolken tvilling ung ungdomen vårdnadshavare vi
    """.split()  # noqa: SIM905 - as above
)
"""What people are called by what they are: no names."""
_STOPS: Final = frozenset(".!?:…\n\r\t•–—-\"”“»«'’([{/;")
_SCHOOL: Final = re.compile(
    rf"(?<!{_LETTER})(?:"
    rf"(?:[A-ZÅÄÖÉ]{_LETTER}+\s+){{1,3}}(?:för|grund|gymnasie|sär|fri)?(?:skola|skolan|gymnasium|gymnasiet)s?"
    rf"|{_LETTER}{{3,}}(?:skolan|skola|gymnasiet|gymnasium|förskolan|förskola)s?)(?!{_LETTER})"
)
_ANY_SCHOOL: Final = re.compile(
    r"(?i)(?:för|grund|hög|sär|musik|kultur|sim|gymnasie|gymnasium|fritids|rid|special|anpassad|låg|mellan|hem|fri|real|"
    r"folkhög|sommar|ny|sfi|sko|natur|trafik|kör|dans|språk|bil|söndags|kvälls|distans|anpassade)+"
    r"(?:grund|gymnasie)?(?:skolan|skola|skolans|gymnasiet|gymnasium)s?"
)
_CONTACT: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+\w"  # e-mail
    r"|(?<![\d+])(?:\+|00)?\d[\d\s-]{6,14}\d(?!\d)"  # telephone and personal number
)
_RELATIVES: Final = re.compile(
    r"(?i)\b(?:(?:bio|styv|plast)?(?:mamma|pappa|syster|bror|syskon)|mormor|morfar|farmor|farfar|moster|faster|morbror|"
    r"farbror|vårdnadshavare|umgänge)(?:ns?|s|n?as?|t|ts|erna|en|ens)?\b"
)
"""What a child's own family is called, and seeing them."""
_DATE: Final = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")
_ADDRESS: Final = re.compile(
    rf"[A-ZÅÄÖ]{_LETTER}*(?:gatan|vägen|gränden?|torget|stigen|allén|backen|grand|plan)\s+\d+\s?[A-Z]?(?!{_LETTER})"
    r"|(?<!\d)\d{3}\s?\d{2}\s+[A-ZÅÄÖ][A-ZÅÄÖa-zåäö]+"
)


def pattern(word: str, *, prefix: bool = True) -> str:
    """Return a regular expression that finds a word or several words, as the module tells. prefix: in longer words too.

    It has no groups of its own. Empty for a word without letters or digits.
    """
    parts = unicodedata.normalize("NFC", word).split()
    if not any(mark.isalnum() for mark in word):
        return ""
    said = rf"\s+{_UNSEEN}".join(_spelled(part) for part in parts)
    free = "" if _is_ordinary(parts) else "i"
    hyphen_before, hyphen_after = rf"(?:{_LIKE_LETTERS}+-)*", rf"(?:-{_LIKE_LETTERS}+)*"
    either = [rf"(?{free}:{hyphen_before}{said}{_GENITIVE}{hyphen_after})(?!{_LETTER}|[\u0300-\u036f])"]
    if free == "":
        either.append(rf"{_spelled(' '.join(parts).upper())}{_GENITIVE}(?!{_LETTER})")
    elif prefix and len(parts) == 1 and len(word) >= _LONG_ENOUGH and word[0].isalpha():
        either.append(rf"(?:{_capital(parts[0])}){_LIKE_LETTERS}+{hyphen_after}")
    return rf"(?<!{_LETTER})(?:{'|'.join(either)})"


def names_in(line: str) -> Iterator[str]:
    """Give what looks like names in a short line on who somebody is ("mentor Elin Tuvmark"): runs of capitals."""
    run: list[str] = []
    for token in re.findall(rf"{_LETTER}[\w'’\-\u0300-\u036f]*|[^\w\s]|\d+", unicodedata.normalize("NFC", line)):
        if token[0].isupper() and token.casefold() not in ROLES and len(token) > 1:
            run.append(token)
        elif run:
            yield " ".join(run)
            run = []
    if run:
        yield " ".join(run)


def capitals_in(text: str) -> Iterator[str]:
    """Give words with a capital that don't begin a sentence: they may be names. What begins one can't be told."""
    for found in re.finditer(rf"{_LETTER}[\w'’\u0300-\u036f-]*", unicodedata.normalize("NFC", text)):
        before = text[: found.start()].rstrip(" \u00a0")
        word = found[0]
        inside = bool(before) and before[-1] not in _STOPS
        if inside and word[0].isupper() and len(word) > 1 and not word.isupper() and word.casefold() not in ROLES:
            yield re.sub(r"(?<=[^sxz])['’:]?s$", "", word) if len(word) > _LONG_ENOUGH else word


def schools_in(text: str) -> Iterator[str]:
    """Give the names of schools: "Lunda skola", "lundaskolan"; not "förskolan"."""
    for found in _SCHOOL.finditer(text):
        if not _ANY_SCHOOL.fullmatch(found[0].split()[-1] if " " not in found[0] else "-"):
            yield found[0]


def contacts_in(text: str) -> Iterator[str]:
    """Give e-mail addresses, telephone and personal numbers."""
    yield from (found[0].strip() for found in _CONTACT.finditer(text) if not _DATE.fullmatch(found[0].strip()))


def relatives_in(text: str) -> Iterator[str]:
    """Give words for a child's own family, folded: "mamma", "biopappan", "syskonen"."""
    yield from (found[0].casefold() for found in _RELATIVES.finditer(text))


def addresses_in(text: str) -> Iterator[str]:
    """Give street addresses and postcodes with their town."""
    yield from (found[0].strip() for found in _ADDRESS.finditer(text))


def tokens(names: Iterable[str]) -> frozenset[str]:
    """Return the single words of names, folded for comparison."""
    return frozenset(word.casefold() for name in names for word in re.findall(rf"{_LETTER}+", name))


def _is_ordinary(parts: list[str]) -> bool:
    return len(parts) == 1 and parts[0].casefold() in _ORDINARY


def _spelled(word: str) -> str:
    return _UNSEEN.join(_letter(mark) for mark in word)


def _capital(word: str) -> str:
    return _UNSEEN.join([_letter(word[0].upper()), *(_letter(mark) for mark in word[1:])])


def _letter(mark: str) -> str:
    apart = unicodedata.normalize("NFD", mark)
    if apart == mark:
        return re.escape(mark)
    either = [re.escape(mark), re.escape(apart)]
    if mark.casefold() not in "åäö":  # other marks are left out as often as not: Andre for André
        either.append(re.escape(apart[0]) + "(?![\u0300-\u036f])")
    return f"(?:{'|'.join(either)})"
