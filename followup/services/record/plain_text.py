"""A signed summary as plain text in sections, for case systems where text is pasted.

The same facts in the same order as the PDF, in the words that were signed; what the child said, what others said and
what was assessed stay apart by name. No markup. Lines end with a plain line feed and are no longer than WIDTH where
there is a space to break at, because some old systems cut or scroll long lines; characters that steer instead of being
read (controls, overrides of direction) are left out. A drawing can't be text: where one belongs, the PDF is named.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from followup.domain.amending import about
from followup.domain.summary import (
    Agreement,
    FlagLine,
    Note,
    VisitSummary,
)
from followup.domain.text import without_controls
from followup.pdf import amended, dates
from followup.pdf.html import grouped
from followup.pdf.sentences import seen, stop, when
from followup.services.record import plain_answers
from followup.services.record.plain_pieces import after, day, facts, quoted, sentence

WIDTH = 90
"""The longest line, in characters, where there is a space to break at."""

_ODD_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
"""Embeddings and overrides of direction: a page isolates each text, in a pasted one they would turn what follows."""


@dataclass(frozen=True)
class Section:
    """A part of the text. code: for the page's addresses; heading: in the record's language; text: without heading."""

    code: str
    heading: str
    text: str


def sections(summary: VisitSummary, checksum: str) -> tuple[Section, ...]:
    """Return the parts that have something to say, in the order of the record. checksum: SHA-256 as hexadecimal."""
    s = summary
    carers = [form for form in s.forms if form.respondent.code != "child"]
    parts: list[tuple[str, str, Iterable[str]]] = [
        ("visit", "Besöket", _visit(s)),
        ("urgent", "Akut oro", _urgent(s)),
        ("important", "Det viktigaste", (f"- {each}" for each in s.most_important)),
        ("voice", "Egna ord och önskemål", _voice(s)),
        ("answers", "Svaren", plain_answers.forms(s, [form for form in s.forms if form.respondent.code == "child"])),
        ("why", f"Varför {s.child.name} bor här", plain_answers.why(s)),
        ("talks", "Samtalen", plain_answers.talks(s)),
        ("notes", "Iakttagelser och uppgifter", _notes(s)),
        ("carers", "Familjehemmets egna svar", plain_answers.forms(s, carers)),
        ("assessment", "Handläggarens bedömning", _assessment(s)),
        ("flags", "Att följa upp, och hur det gick", map(_flag, s.flags)),
        ("agreements", "Överenskommelser", _agreements(s)),
        ("read_back", "Läst tillsammans", _read_back(s)),
        ("next", "Nästa besök", _next(s)),
        ("whole", "Skrivet efter signeringen", ()),
        ("signature", "Signering", _signature(s, checksum)),
    ]
    made = (
        Section(code, plain(heading), "\n".join(map(plain, chain(lines, _amended(s, code)))))
        for code, heading, lines in parts
    )
    return tuple(section for section in made if section.text.strip())


def whole(parts: Iterable[Section]) -> str:
    """Return all sections as one text, each under its heading in capitals."""
    return "\n\n".join(f"{part.heading.upper()}\n{part.text}" for part in parts) + "\n"


def plain(text: str) -> str:
    """Return the text with plain line ends, without characters that steer, and with no line longer than WIDTH.

    Only spaces are broken at, and a continued line is indented as its own; quotation marks and dashes are kept.
    """
    lines = _ODD_BREAKS.sub("\n", text).replace("\t", "  ")
    cleaned = without_controls(_STEERING.sub("", lines))
    return "\n".join(wrapped for line in cleaned.split("\n") for wrapped in _wrapped(line.rstrip()))


def _wrapped(line: str) -> list[str]:
    if len(line) <= WIDTH:
        return [line]
    indent = " " * (len(line) - len(line.lstrip(" -")))
    return textwrap.wrap(line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


# --- the parts --------------------------------------------------------------------------------------------------------


def _visit(s: VisitSummary) -> Iterator[str]:
    yield f"{s.heading.organisation}, {s.heading.unit}"
    yield sentence(f"Akt {s.heading.case_number}", amended.edition(s.heading), s.heading.secrecy)
    if s.child.protected:
        yield "Skyddade personuppgifter"
    if s.amendments:
        yield amended.notice(s)
    if s.made_of:
        yield f"Gjord ur fullständig utgåva {s.made_of.edition}, upprättad {dates.stamp(s.made_of.at, s.zone)}."
    hours = f", klockan {dates.clock(s.visit.starts, s.zone)}" if s.visit.starts else ""
    until = f" till {dates.clock(s.visit.ends, s.zone)}" if s.visit.starts and s.visit.ends else ""
    yield f"Besök {dates.long_date(s.visit.on)}{hours}{until}{after(', ', s.visit.place or '')}"
    age = f", {s.child.age} år" if s.child.age is not None else ""
    place = s.placement
    talk = s.private_talk
    minutes = f", {talk.minutes} minuter" if talk.minutes is not None else ""
    yield from facts(
        ("Barn", f"{s.child.name}{age}{after(', ', s.child.standing)}"),
        ("Personnummer", s.child.personal_number),
        ("Bor i", f"{place.kind.text}{after(' hos ', place.home)}{after(', ', place.place or '')}"),
        (
            "Lagrum",
            f"{place.legal_basis.text}{after(', sedan ', dates.plain_date(place.since) if place.since else '')}",
        ),
        ("Barnets socialsekreterare", place.responsible_caseworker),
        ("Med på besöket", ", ".join(s.visit.present)),
        ("Slag av besök", s.visit.kind.text),
        ("Tolk", s.visit.interpreter),
        ("Enskilt samtal", f"{talk.held.text}{minutes}{after('. ', talk.reason)}"),
        ("Sett", seen(s.visit)),
        ("Förra besöket", day(s.visit.previous)),
    )


def _urgent(s: VisitSummary) -> Iterator[str]:
    for each in s.urgent_concerns:
        told_at = f", {dates.stamp(each.told_at, s.zone)}" if each.told_at else ""
        yield from facts(
            ("Frågan var", each.question),
            ("Ordagrant", quoted(each.child_words)),
            ("Iakttagelse", each.observed),
            ("Underrättad", each.told and f"{each.told}{told_at}"),
            ("Det som gjordes", each.done),
        )


def _voice(s: VisitSummary) -> Iterator[str]:
    for quote in s.child_voice:
        yield f"{quoted(quote.words)}{after(' – ', quote.about)}"
        if quote.asked:
            yield f"  Så ställdes frågan: {quote.asked}"
    for drawing in s.drawings:
        yield f"Teckning: {drawing.about} Finns i PDF:en."


def _notes(s: VisitSummary) -> Iterator[str]:
    for area, notes in grouped(s.notes):
        yield f"{area.text}:"
        for note in notes:
            source = f" från {note.source}" if note.kind.code == "statement" and note.source else ""
            yield f"- {note.kind.text}{source}: {note.text}{_restricted(note)}"


def _assessment(s: VisitSummary) -> Iterator[str]:
    if s.assessment:
        yield s.assessment
    for note in s.notes:
        if note.kind.code == "assessment":
            yield f"{note.area.text}: {note.text}{_restricted(note)}"


def _restricted(note: Note) -> str:
    return f" [Menprövas före utlämnande: {note.restricted}]" if note.restricted else ""


def _flag(flag: FlagLine) -> str:
    by = after(" av ", flag.by)
    ended = f"{flag.status.text}{after(' ', day(flag.on))}{by}{after('. ', flag.ended)}"
    return f"- {sentence(flag.about, *flag.reasons)} {flag.level.text}. {ended}{stop(ended)}"


def _agreements(s: VisitSummary) -> Iterator[str]:
    for heading, rows in (("Från i dag:", s.agreements), ("Från tidigare besök:", s.earlier_promises)):
        if rows:
            yield heading
            yield from map(_agreement, rows)


def _agreement(row: Agreement) -> str:
    told = f"Barnet fick veta det {dates.plain_date(row.child_told_on)}" if row.child_told_on else ""
    due = after(", " if row.when else ", senast ", when(row))
    return f"- {row.kind.text}: {row.what} ({row.who}{due}). {sentence(row.state.text, row.outcome, told)}"


def _read_back(s: VisitSummary) -> Iterator[str]:
    if s.read_back:
        yield sentence(s.read_back.result.text, s.read_back.reason)
        if s.read_back.child_words:
            yield quoted(s.read_back.child_words)


def _next(s: VisitSummary) -> Iterator[str]:
    coming = s.next_visit
    if coming and coming.on:
        hour = f", klockan {dates.clock(coming.starts, s.zone)}" if coming.starts else ""
        yield f"{dates.long_date(coming.on).capitalize()}{hour}."
    if coming and coming.note:
        yield coming.note


def _amended(s: VisitSummary, section: str) -> Iterator[str]:
    """What was written after the signing, beside the section that it is about."""
    for each in about(s, section):
        yield f"[{amended.title(each)}{after('. ', amended.source(each))}]"
        yield f"  {each.text}"
        yield f"  {amended.signed(each, s.zone)}"


def _signature(s: VisitSummary, checksum: str) -> Iterator[str]:
    if s.signature:
        yield (
            f"Upprättad och signerad av {s.signature.name}, {s.signature.title}, "
            f"{dates.stamp(s.signature.at, s.zone)}. Ändringar görs som tillägg med datum och namn."
        )
    yield "Text från Followup. Den signerade handlingen är PDF:en."
    yield f"{''.join(f'{each.what} {each.version}. ' for each in s.versions)}Kontrollsumma (SHA-256): {checksum}"
