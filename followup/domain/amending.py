"""What may be written about a signed visit: an addendum, a correction, or that somebody thinks something is wrong.

The signed text is never rewritten; what is written afterwards stands beside it, with author, day and the section that
it is about. What a child has said isn't corrected by anybody: beside it only more can be told, or what the child, a
guardian or a carer thinks is wrong (SoL 2025:400 14 kap. 6 §: such a view shall be noted).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from followup.domain.errors import Problem, translatable
from followup.domain.record_words import WORDS
from followup.domain.summary import Amendment, VisitSummary

KINDS: Final = tuple(WORDS["amendment"])
WHOSE: Final = tuple(WORDS["whose"])
WHOLE: Final = "whole"
CHILDS_WORDS: Final = frozenset({"voice", "answers", "read_back"})
"""Sections that are nothing but what the child has said: no correction there."""
_NAMED: Final = frozenset({"guardian", "carer", "other"})
"""Who is named; the child is known, and the caseworker signs."""


@dataclass(frozen=True)
class Draft:
    """An amendment as it was filled in; None and "" for what is left blank. Codes are those of `record_words`."""

    kind: str | None
    about: str | None
    whose: str | None
    text: str
    said_by: str = ""
    said_on: date | None = None

    @property
    def of_writer(self) -> bool:
        """Whether it is the writer's own: then nobody else said it, on no other day."""
        return self.kind != "disputed" and self.whose in {None, "caseworker"}


def sections_of(summary: VisitSummary) -> tuple[str, ...]:
    """Return the codes of the sections that a summary has, in its order; last the document as a whole."""
    forms = {form.respondent.code for form in summary.forms}
    there = {
        "visit": True,
        "urgent": summary.urgent_concerns,
        "important": summary.most_important,
        "voice": summary.child_voice or summary.drawings,
        "answers": "child" in forms,
        "why": summary.placement_check,
        "talks": summary.conversations or summary.strengths,
        "notes": any(note.kind.code != "assessment" for note in summary.notes),
        "carers": forms - {"child"},
        "assessment": summary.assessment or any(note.kind.code == "assessment" for note in summary.notes),
        "flags": summary.flags,
        "agreements": summary.agreements or summary.earlier_promises,
        "read_back": summary.read_back,
        "next": summary.next_visit and (summary.next_visit.on or summary.next_visit.note),
        WHOLE: True,
    }
    return tuple(code for code in WORDS["section"] if there[code])


def about(summary: VisitSummary, section: str) -> tuple[Amendment, ...]:
    """Return the amendments that stand at a section, the oldest first.

    One about a section that has nothing in this summary stands with those about the whole.
    """
    there = set(sections_of(summary))
    place = {each: each.section.code if each.section.code in there else WHOLE for each in summary.amendments}
    return tuple(each for each in summary.amendments if place[each] == section)


def problems_of(draft: Draft, sections: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what must be put right. sections: those of the summary that it is about."""
    if not draft.kind:
        yield Problem(
            "kind", translatable("Välj vad det är: tillägg, rättelse eller att någon anser att något är fel.")
        )
    if draft.about not in sections:
        yield Problem("about", translatable("Välj vilken del av sammanfattningen det gäller."))
    if not draft.text.strip():
        yield Problem("text", translatable("Skriv det som ska stå."))
    if draft.kind == "correction" and draft.about in CHILDS_WORDS:
        message = translatable(
            "Det barnet har sagt rättas inte. Välj Tillägg, eller Anser felaktig om barnet eller någon annan inte "
            "håller med om hur det är återgivet."
        )
        yield Problem("kind", message, "childs_words")
    yield from _problems_of_whom(draft)


def _problems_of_whom(draft: Draft) -> Iterator[Problem]:
    if draft.kind == "disputed" and draft.whose in {None, "caseworker"}:
        message = translatable(
            "Välj vem som anser att något är fel: barnet, en vårdnadshavare eller någon annan. Ser du själv ett fel är "
            "det en rättelse."
        )
        yield Problem("whose", message, "disputed_by")
        return
    if draft.of_writer:
        return
    if draft.whose in _NAMED and not draft.said_by.strip():
        yield Problem("said_by", translatable("Skriv vem det är: namn, och vad personen är för barnet."))
    if draft.said_on is None:
        yield Problem("said_on", translatable("Skriv vilken dag det sades."))
