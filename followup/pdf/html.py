"""VisitSummary to the HTML that is printed. Nothing but the value decides what comes out."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from followup import __version__
from followup.domain import amending
from followup.domain.record_words import WORDS
from followup.domain.summary import (
    Note,
    Term,
    VisitSummary,
    fingerprint,
)
from followup.pdf import amended, dates, drawn, glyphs, sentences, trend
from followup.pdf.jobs import Attachment
from followup.resources import resource_dir

SHORT: Final = 16  # hexadecimal digits of the checksum in the footer


def summary_html(
    summary: VisitSummary, checksum: str | None = None, attachments: Sequence[Attachment] = (), sealed_by: str = ""
) -> str:
    """Return the document as HTML, for `render` or for reading on a screen.

    `checksum` is the SHA-256 (64 hexadecimal digits) of the summary's JSON as it was stored; without it, that of
    `to_json(summary)`. `attachments`: the files that go with it. `sealed_by`: whose seal the
    file will get, "" for none.
    """
    checksum = fingerprint(summary) if checksum is None else checksum
    return (
        environment()
        .get_template("summary.html")
        .render(
            s=summary,
            areas=grouped(summary.notes),
            assessments=[note for note in summary.notes if note.kind.code == "assessment"],
            child_forms=[form for form in summary.forms if form.respondent.code == "child"],
            carer_forms=[form for form in summary.forms if form.respondent.code != "child"],
            checksum=spaced(checksum),
            files=[(each, spaced(each.sha256)) for each in attachments],
            sealed_by=sealed_by,
            version=__version__,
            short_checksum=spaced(checksum[:SHORT]),
            at=lambda moment: dates.clock(moment, summary.zone),
            stamp=lambda moment: dates.stamp(moment, summary.zone),
            amended=lambda section: amending.about(summary, section),
        )
    )


def grouped(notes: Iterable[Note]) -> list[tuple[Term, list[Note]]]:
    """Gather what is not an assessment by area, observations first.

    Areas in the order of the law (SoL 22:11, LVU 13 a §) and then carer and guardian, whatever order the notes came in.
    """
    facts = sorted((note for note in notes if note.kind.code != "assessment"), key=_place)
    areas: dict[Term, list[Note]] = {}
    for note in facts:
        areas.setdefault(note.area, []).append(note)
    return [(area, sorted(found, key=lambda note: note.kind.code != "observation")) for area, found in areas.items()]


def _place(note: Note) -> int:
    order = list(WORDS["area"])
    return order.index(note.area.code) if note.area.code in order else len(order)


def spaced(digits: str) -> str:
    """Digits in fours, as they are read aloud."""
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def _final(value: Any) -> Any:
    return (
        glyphs.breakable(glyphs.printable(value)) if isinstance(value, str) and not isinstance(value, Markup) else value
    )


@functools.cache
def environment(folder: Path | None = None) -> Environment:
    """Return the templates of documents, with their filters. folder: other templates, for tests."""
    found = Environment(
        loader=FileSystemLoader(folder or resource_dir("templates") / "pdf"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "long_date": dates.long_date,
        "plain_date": dates.plain_date,
        "short_date": dates.short_date,
        "about": sentences.about,
        "amendment_signed": amended.signed,
        "amendment_source": amended.source,
        "amendment_title": amended.title,
        "amendments_told": amended.notice,
        "asked": sentences.asked,
        "first_said": sentences.first_said,
        "change_words": sentences.change_words,
        "edition": amended.edition,
        "ending": sentences.ending,
        "legend": sentences.legend,
        "outcome": sentences.outcome,
        "when": sentences.when,
        "seen": sentences.seen,
        "spaced": spaced,
        "words": sentences.words,
        "direction": glyphs.direction,
        "trend": trend.trend_svg,
        "drawing": drawn.drawing_svg,
    }
    return found
