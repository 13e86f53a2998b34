"""What the summary of a visit says, as plain values: the signed record, from which page and PDF are made.

Texts are already worded in the record's language (Swedish), because the record must read the same when the program's
own words have changed. `Term` keeps the stored code beside the words. Facts, the child's words and assessments are
separate fields and never share one. An empty string or tuple means that there is nothing to say. The fields stand in
the order of a summary (Socialstyrelsen's rules on documentation: whom it concerns, who wrote it, sources, facts apart
from assessments). For a child with protected identity the caller leaves out `place` and `home`, and names no place in
words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from followup.domain import plain_json
from followup.domain.summary_answers import (
    Answer,
    AnswerLine,
    Drawing,
    Form,
    Replaced,
    Scale,
    ScalePoint,
    TrendPoint,
)
from followup.domain.summary_parts import (
    Agreement,
    Amendment,
    Child,
    Conversation,
    Explanation,
    FlagLine,
    Heading,
    MadeOf,
    MaskLine,
    NextVisit,
    Note,
    Placement,
    PlacementCheck,
    PrivateTalk,
    Quote,
    ReadBack,
    Signature,
    Term,
    UrgentConcern,
    Version,
    Visit,
)

__all__ = [
    "MOST_IMPORTANT_AT_MOST",
    "SCHEMA",
    "Agreement",
    "Amendment",
    "Answer",
    "AnswerLine",
    "Child",
    "Conversation",
    "Drawing",
    "Explanation",
    "FlagLine",
    "Form",
    "Heading",
    "MadeOf",
    "MaskLine",
    "NextVisit",
    "Note",
    "Placement",
    "PlacementCheck",
    "PrivateTalk",
    "Quote",
    "ReadBack",
    "Replaced",
    "Scale",
    "ScalePoint",
    "Signature",
    "Term",
    "TrendPoint",
    "UrgentConcern",
    "Version",
    "Visit",
    "VisitSummary",
    "fingerprint",
    "from_json",
    "to_json",
]

SCHEMA: Final = 4
"""1: the first. 2: how a form was answered alone, in another language, and changed afterwards; drawings.
3: amendments, editions after the first, and what a masked edition leaves out. 4: which edition a masked one was
made of, and which question a flag is about."""
MOST_IMPORTANT_AT_MOST: Final = 5


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """The whole summary. `drawn_up_at` dates the document; without `signature` it is a draft.

    `language` is a BCP 47 tag; `zone` the IANA name of the zone that times are shown in.
    """

    heading: Heading
    child: Child
    placement: Placement
    visit: Visit
    private_talk: PrivateTalk
    drawn_up_at: datetime
    most_important: tuple[str, ...] = ()
    child_voice: tuple[Quote, ...] = ()
    forms: tuple[Form, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    placement_check: PlacementCheck | None = None
    conversations: tuple[Conversation, ...] = ()
    strengths: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    assessment: str = ""
    flags: tuple[FlagLine, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    earlier_promises: tuple[Agreement, ...] = ()
    read_back: ReadBack | None = None
    urgent_concerns: tuple[UrgentConcern, ...] = ()
    next_visit: NextVisit | None = None
    signature: Signature | None = None
    versions: tuple[Version, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    masked: tuple[MaskLine, ...] = ()
    made_of: MadeOf | None = None
    language: str = "sv"
    zone: str = "Europe/Stockholm"
    schema: int = SCHEMA

    def __post_init__(self) -> None:
        """Refuse what could not be read as a record. Raises ValueError."""
        if len(self.most_important) > MOST_IMPORTANT_AT_MOST:
            message = f"at most {MOST_IMPORTANT_AT_MOST} sentences can be the most important"
            raise ValueError(message)
        if not 1 <= self.schema <= SCHEMA:
            message = f"summary schema {self.schema} is not known: this program knows 1 to {SCHEMA}"
            raise ValueError(message)

    @property
    def is_draft(self) -> bool:
        """Whether nobody has signed it yet."""
        return self.signature is None

    def amended(self, amendments: tuple[Amendment, ...], edition: int, at: datetime) -> VisitSummary:
        """Return the edition that shows these amendments: nothing that was signed changes. `at` dates the document."""
        heading = replace(self.heading, edition_number=edition)
        return replace(self, heading=heading, amendments=amendments, drawn_up_at=at, schema=SCHEMA)

    def signed(self, signature: Signature) -> VisitSummary:
        """Return the same summary, signed and dated by the signature."""
        return replace(self, signature=signature, drawn_up_at=signature.at)


def to_json(summary: VisitSummary) -> str:
    """Return the canonical JSON (sorted keys, UTC times): equal summaries give equal text."""
    return plain_json.dump(summary)


def from_json(text: str) -> VisitSummary:
    """Return the summary written by `to_json`, by this or an older program.

    Raises ValueError (`plain_json.UnreadableValueError` or a newer schema); the message never repeats the contents.
    """
    return plain_json.load(VisitSummary, text)


def fingerprint(summary: VisitSummary) -> str:
    """Return the SHA-256 of the canonical JSON as 64 hexadecimal digits: what the signature vouches for."""
    return hashlib.sha256(to_json(summary).encode()).hexdigest()
