"""The foster home's own record of a visit: one file, one home. It tells of the home, and nothing of what a child said.

The children are a number, never names: each has a file of its own, and the home's file is given out to the carers and
read by others than those who may read the children's (docs/adr/0020). What was written of the home may name a child all
the same, so names are replaced by words for what the person is before they come here (`unnamed`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from followup.domain import names, plain_json
from followup.domain.summary import Signature, Term

CHILD: Final = "[barnet]"


@dataclass(frozen=True, slots=True)
class HomeLine:
    """Something noted of the home. source: who said it, "" for what was seen; kind: its words ("Iakttagelse")."""

    kind: Term
    text: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class HomeAnswer:
    """A statement about the home that the carers answered, and their own words to it."""

    text: str
    answer: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class HomeAgreement:
    """What was agreed with the carers: what, who, and by when in words."""

    what: str
    who: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class HomeRecord:
    """The whole record. children: how many were visited. home_seen: None = not recorded. zone: of the times."""

    organisation: str
    unit: str
    home: str
    kind: Term
    on: date
    visit_kind: Term
    children: int
    signature: Signature
    place: str = ""
    secrecy: str = ""
    home_seen: bool | None = None
    present: tuple[str, ...] = ()
    notes: tuple[HomeLine, ...] = ()
    answers: tuple[HomeAnswer, ...] = ()
    talks: tuple[HomeLine, ...] = ()
    agreements: tuple[HomeAgreement, ...] = ()
    edition: int = 1
    zone: str = "Europe/Stockholm"

    @property
    def made_at(self) -> datetime:
        """When it was drawn up."""
        return self.signature.at


def family_in(text: str, looked_for: Iterable[str], passed: frozenset[str]) -> tuple[str, ...]:
    """Return words of a text that may be about the child's own family: names, and what relatives are called.

    looked_for: names to find also where they begin a sentence, whatever their case. passed: words that are no such
    names, folded (`names.tokens`): of the carers, of the staff, of places.
    """
    rest = text.replace(CHILD, " ")
    found = [word for word in names.capitals_in(rest) if not names.tokens([word]) & passed]
    found += [word for word in looked_for if (known := names.pattern(word, prefix=False)) and re.search(known, rest)]
    found += names.relatives_in(rest)
    return tuple(dict.fromkeys(found))


def to_json(record: HomeRecord) -> str:
    """Return the canonical JSON, as it is stored and printed from."""
    return plain_json.dump(record)


def from_json(text: str) -> HomeRecord:
    """Read it back. Raises ValueError for anything else."""
    return plain_json.load(HomeRecord, text)


def unnamed(text: str, children: Iterable[str]) -> str:
    """Return a text in which each of the children's names, whole or in part and however bent, is `CHILD`."""
    words = {part for name in children for part in (name, *name.split())}
    found = [each for word in sorted(words, key=len, reverse=True) if (each := names.pattern(word))]
    return re.sub("|".join(found), CHILD, text) if found else text
