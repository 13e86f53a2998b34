"""Which words of a summary ought to be masked: names of others, and for a protected child where it lives.

A worker confirms each or lets it stand; nothing is decided here. What is known is told from what only looks like it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from followup.domain import names
from followup.domain.masking import texts_of
from followup.domain.secrecy import Ground
from followup.domain.summary import VisitSummary

KINDS: Final = MappingProxyType(
    {
        "person": "Namn på någon annan",
        "contact": "Telefon, e-post eller personnummer",
        "address": "Adress",
        "place": "Ort",
        "school": "Skola",
        "guess": "Ser ut som ett namn",
    }
)
"""What a word is, as the list at the end says."""
_AROUND: Final = 40  # characters shown on each side of a word


@dataclass(frozen=True)
class Known:
    """What the program knows without reading: names of others in and around the home, and where it is.

    people: full names. addresses, places: as stored. staff: names of officials, which aren't secret.
    """

    people: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """A word that may have to be masked. kind: one of KINDS; places: how often it stands; seen: it, in its context.

    known: the program is sure of what it is. proposed: it is masked unless somebody chooses otherwise.
    """

    text: str
    kind: str
    places: int
    seen: str
    known: bool
    proposed: bool


def suggestions(summary: VisitSummary, known: Known, *, protected: bool) -> tuple[Suggestion, ...]:
    """Return the words that stand in the summary and may have to be masked: the known ones first, then by kind.

    A guess is proposed too: a name that goes out can't be called back, a word too many masked is seen in the preview.
    """
    texts = [text for text in texts_of(summary) if text.strip()]
    found: dict[str, tuple[str, str, bool]] = {}
    for text, kind, sure in (*_known(summary, known), *_read(texts, summary, known)):
        found.setdefault(text.casefold(), (text, kind, sure))
    hits = _hits([text for text, _, _ in found.values()], texts)
    where = {"address", "place", "school"}
    made = (
        Suggestion(text, kind, len(hits[text]), hits[text][0], known=sure, proposed=protected or kind not in where)
        for text, kind, sure in found.values()
        if hits[text]
    )
    order = list(KINDS)
    return tuple(sorted(made, key=lambda each: (order.index(each.kind), not each.known)))


def _hits(words: Iterable[str], texts: Iterable[str]) -> dict[str, list[str]]:
    """Return where each word stands, with what is around it. What a longer one covers is no place of a shorter one."""
    hits: dict[str, list[str]] = {word: [] for word in words}
    longest = [word for word in sorted(hits, key=len, reverse=True) if names.pattern(word)]
    if not longest:
        return hits
    looked_for = re.compile("|".join(f"(?P<w{place}>{names.pattern(word)})" for place, word in enumerate(longest)))
    for text in texts:
        for hit in looked_for.finditer(text):
            hits[longest[int(str(hit.lastgroup)[1:])]].append(_seen(text, hit))
    return hits


def _seen(text: str, hit: re.Match[str]) -> str:
    start, end = max(0, hit.start() - _AROUND), hit.end() + _AROUND
    cut = " ".join(text[start:end].split())
    return f"{'…' if start else ''}{cut}{'…' if end < len(text) else ''}"


def _known(summary: VisitSummary, known: Known) -> Iterator[tuple[str, str, bool]]:
    """Give names that are known: of the home, of whoever was there, of those who answered, of other children."""
    own, staff = names.tokens([summary.child.name]), names.tokens(_staff(summary, known))
    carers = [form.respondent_name for form in summary.forms if form.respondent.code != "child"]
    for name in _named([*known.people, summary.placement.home, *carers]):
        yield from ((part, "person", True) for part in _parts(name, own))
    for name in _named(summary.visit.present):
        if not names.tokens([name]) <= staff:
            yield from ((part, "person", True) for part in _parts(name, own))
    yield from ((address, "address", True) for address in known.addresses if address)
    places = (*known.places, summary.placement.place or "")
    yield from ((place, "place", True) for place in places if place)


def _read(texts: Iterable[str], summary: VisitSummary, known: Known) -> Iterator[tuple[str, str, bool]]:
    """Give what looks like something to mask in what was written."""
    passed = _passed(summary, known)
    explanation = summary.placement_check.explanation if summary.placement_check else None
    told = [
        *(note.source for note in summary.notes),
        *(row.who for row in (*summary.agreements, *summary.earlier_promises)),
        *((explanation.agreed_with,) if explanation else ()),
        *(row.said_by for row in summary.amendments),
        *(concern.told for concern in summary.urgent_concerns),
    ]
    for text in texts:
        yield from ((school, "school", True) for school in names.schools_in(text))
        yield from (
            (contact, "contact", True)
            for contact in names.contacts_in(text)
            if contact != summary.child.personal_number
        )
        yield from ((address, "address", True) for address in names.addresses_in(text))
    for line in told:
        inside = {each.casefold() for each in names.capitals_in(line)}
        for name in names.names_in(line):
            sure = len(name.split()) > 1 or name.casefold() in inside
            yield from ((part, "person" if sure else "guess", sure) for part in _parts(name, passed))
    for text in texts:
        yield from ((word, "guess", False) for word in names.capitals_in(text) if word.casefold() not in passed)


def _named(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from names.names_in(line)


def _parts(name: str, passed: frozenset[str]) -> Iterator[str]:
    """Give the whole name, where it is longer than one word, and each of its words but those that are passed over."""
    words = name.split()
    left = [word for word in words if word.casefold() not in passed]
    if len(words) > 1 and left:
        yield name
    yield from left


def _staff(summary: VisitSummary, known: Known) -> tuple[str, ...]:
    signed = (summary.signature.name,) if summary.signature else ()
    return (*known.staff, summary.placement.responsible_caseworker, *signed)


def _passed(summary: VisitSummary, known: Known) -> frozenset[str]:
    return names.tokens([summary.child.name, *_staff(summary, known)])


def ground_for(kind: str, grounds: Iterable[Ground], *, protected: bool) -> str:
    """Return the code of the first ground that masks this kind of word by itself, or ""."""
    looked_for = "person" if kind == "guess" else kind
    if protected:
        for ground in grounds:
            if looked_for in ground.protected_by_itself:
                return ground.code
    return next((ground.code for ground in grounds if looked_for in ground.by_itself), "")
