"""The other documents, full of what strains a page: masked, amended, the child's copy, the home's record, timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Final

from followup.domain import child_copy, home_record, timeline
from followup.domain.child_copy import SECTIONS, ChildCopy, CopyLine, CopySection
from followup.domain.home_record import HomeAgreement, HomeAnswer, HomeLine, HomeRecord
from followup.domain.masking import Choices, Decision, WordMask, masked
from followup.domain.questionnaire import Text
from followup.domain.record_words import WORDS, term
from followup.domain.secrecy import Ground
from followup.domain.summary import Amendment, Signature, VisitSummary
from followup.domain.summary_blocks import blocks_of
from followup.domain.timeline import Change, FlagEvent, Timeline, VisitEvent, with_gaps
from followup.pdf.child_copy import print_child_copy
from followup.pdf.home_record import print_home_record
from followup.pdf.jobs import PrintJob
from followup.pdf.timeline import job_of, print_timeline
from followup.questionnaires.languages import words
from tests.support.sample_alone import heart
from tests.support.sample_letters import letter

AT: Final = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
GROUND: Final = Ground(
    "other_person", Text({"sv": "Uppgift om någon annan"}), "OSL 26 kap. 1 §", "OSL 26:1", date(2009, 6, 30)
)


def masked_edition(full: VisitSummary) -> VisitSummary:
    """Every third block, and some names, left out."""
    chosen = dict.fromkeys([block.path for block in blocks_of(full)][::3], GROUND)
    names = [WordMask(name, "Namn på någon annan", GROUND) for name in ("Vide", "Karin", "Kerstin")]
    decided = Decision("Maja Lövsprång", "socialsekreterare", AT)
    return masked(full, Choices(chosen, names), decided, 1)


def amended_edition(full: VisitSummary, said: str) -> VisitSummary:
    """One amendment of each kind to each section."""
    kinds = [(kind, section) for section in WORDS["section"] for kind in WORDS["amendment"]]
    written = tuple(
        Amendment(
            number,
            term("amendment", kind),
            term("section", section),
            said,
            term("whose", "child" if kind == "disputed" else "caseworker"),
            "Maja Lövsprång",
            "socialsekreterare",
            AT,
            2,
            law="SoL 14 kap. 6 §" if kind == "disputed" else "",
        )
        for number, (kind, section) in enumerate(kinds, 1)
    )
    return replace(full, amendments=written, heading=replace(full.heading, edition_number=2))


def copy_for_the_child(lang: str, size: str, said: str) -> bytes:
    """Something under each heading, with faces and a drawing."""
    spoken, paper = words(lang), letter(lang)
    lines = (CopyLine(said), CopyLine(said, face=4))
    sections = tuple(
        CopySection(
            code,
            paper.topics[place % len(paper.topics)],
            (CopyLine(said, strokes=heart()),) if code == "drew" else lines,
        )
        for place, code in enumerate(SECTIONS)
    )
    copy = ChildCopy(
        language=spoken.html_lang,
        direction=spoken.direction,
        size=size,
        heading=paper.heading,
        thanks=paper.hello,
        met=paper.meets,
        day=paper.day,
        sections=sections,
        bye=paper.bye,
        more=paper.other,
        made_at="2026-11-24T14:04:00Z",
        sender=paper.sender,
        unread=lang == "ti",
    )
    return print_child_copy(PrintJob("child", child_copy.to_json(copy)))


def record_of_the_home(said: str) -> bytes:
    """The foster home's record, with something in each part."""
    line = HomeLine(term("note_kind", "statement"), said, "Karin Ängsull")
    record = HomeRecord(
        organisation="Blåbärsby kommun",
        unit="Socialförvaltningen",
        home="Karin och Per Ängsull",
        kind=term("home_kind", "foster"),
        on=date(2026, 11, 24),
        visit_kind=term("visit_kind", "planned"),
        children=2,
        signature=Signature("Maja Lövsprång", "socialsekreterare", AT),
        place="Lingonmo",
        secrecy="Omfattas av sekretess",
        home_seen=True,
        present=("Karin Ängsull", "Per Ängsull"),
        notes=(line,) * 12,
        answers=(HomeAnswer("Jag orkar med uppdraget.", "Stämmer ganska bra", said),) * 7,
        talks=(line,) * 3,
        agreements=(HomeAgreement(said, "Maja Lövsprång", "1 december 2026"),) * 4,
    )
    return print_home_record(PrintJob("home", home_record.to_json(record)))


def timeline_of(years: int, said: str, sealed_by: str = "") -> bytes:
    """The proof pack of so many years; 0 for a child with nothing yet."""
    visits = [
        VisitEvent(date(2026 - years + year, month, 3), "planned", "filed", "Maja Testsson", talk, 20, said, told=True)
        for year in range(years)
        for month, talk in ((2, "yes"), (5, "partly"), (8, "no"), (11, ""))
    ]
    found = Timeline(
        organisation="Blåbärsby kommun",
        unit="Socialförvaltningen",
        case_number="SN 2016-0417",
        child="Alva Ängsull",
        born=date(2016, 1, 1),
        made_at=AT,
        made_by="Birgitta Testgren",
        made_title="gruppledare",
        zone="Europe/Stockholm",
        visits=with_gaps(visits),
        flags=(FlagEvent(date(2026, 2, 3), "urgent", "Lyft till chefen", "open"),) * years,
        changes=(Change(date(2020, 1, 3), "placement_start", "emergency"),) * years,
        caseworkers=1,
    )
    return print_timeline(replace(job_of(timeline.to_json(found)), sealed_by=sealed_by))
