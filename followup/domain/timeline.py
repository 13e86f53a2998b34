"""What has been done for one child through the years, for an inspector: the proof pack, as plain values.

Visits, talks alone, what the child was told, and what was flagged and how it ended. It says what was done and when, not
what anybody said: the child's words stay in the summaries. Nothing is weighed, and no percentage is made of a child.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from followup.domain import plain_json

SCHEMA: Final = 1
HELD: Final = frozenset({"signed", "filed", "draft"})
CHANGES: Final = ("placement_start", "placement_end", "caseworker", "explanation", "amendment")


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """A visit that was held or cancelled.

    kind: planned | unannounced | digital. state: signed | filed | draft (held, not signed) | cancelled. by: who made
    it. talk: yes | partly | no, "" when nothing is recorded; minutes, reason: of the talk. told: whether the child was
    told why it lives where it lives. understanding: a code of the placement check, in words; "" when not asked.
    because: why it was cancelled, in words. gap: days since the visit before, None for the first.
    """

    on: date
    kind: str
    state: str
    by: str
    talk: str = ""
    minutes: int | None = None
    reason: str = ""
    told: bool = False
    understanding: str = ""
    because: str = ""
    gap: int | None = None

    @property
    def held(self) -> bool:
        """Whether the visit took place."""
        return self.state in HELD


@dataclass(frozen=True, slots=True)
class FlagEvent:
    """Something that asked a person to act.

    about, level: in words. status: open | acknowledged | closed. ended_on, by, reason, words: how it ended, by whom.
    seen_on: when a lead first did something about it.
    """

    on: date
    about: str
    level: str
    status: str
    seen_on: date | None = None
    ended_on: date | None = None
    by: str = ""
    reason: str = ""
    words: str = ""

    @property
    def days(self) -> int | None:
        """How many days it took until it ended; None while it hasn't."""
        return (self.ended_on - self.on).days if self.ended_on else None


@dataclass(frozen=True, slots=True)
class Change:
    """Something around the child that changed, or was written about a signed visit afterwards.

    kind: a code of CHANGES; text: what, in words without a home's name; never what anybody said.
    """

    on: date
    kind: str
    text: str


Event = VisitEvent | FlagEvent | Change


@dataclass(frozen=True, slots=True)
class Sums:
    """What can be counted. alone, partly, not_alone: talks of held visits; unrecorded: nothing is said of the talk."""

    held: int
    cancelled: int
    alone: int
    partly: int
    not_alone: int
    unrecorded: int
    told: int
    last_told: date | None
    longest_gap: int | None
    flags: int
    closed: int
    caseworkers: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole. events oldest first within each kind; `made_at` dates the document.

    caseworkers: how many have answered for the child.
    """

    organisation: str
    unit: str
    case_number: str
    child: str
    born: date
    made_at: datetime
    made_by: str
    made_title: str
    zone: str
    visits: tuple[VisitEvent, ...] = ()
    flags: tuple[FlagEvent, ...] = ()
    changes: tuple[Change, ...] = ()
    caseworkers: int = 0
    protected: bool = False
    secrecy: str = "Omfattas av sekretess"
    schema: int = SCHEMA

    @property
    def sums(self) -> Sums:
        """Count what can be counted."""
        held = [visit for visit in self.visits if visit.held]
        told = [visit.on for visit in held if visit.told]
        talks = [visit.talk for visit in held]
        return Sums(
            held=len(held),
            cancelled=len(self.visits) - len(held),
            alone=talks.count("yes"),
            partly=talks.count("partly"),
            not_alone=talks.count("no"),
            unrecorded=talks.count(""),
            told=len(told),
            last_told=max(told, default=None),
            longest_gap=max((visit.gap for visit in held if visit.gap is not None), default=None),
            flags=len(self.flags),
            closed=sum(flag.status == "closed" for flag in self.flags),
            caseworkers=self.caseworkers,
        )

    @property
    def years(self) -> list[tuple[int, list[Event]]]:
        """All events by year, oldest first; of one day: what changed, the visit, what it flagged."""
        found: dict[int, list[Event]] = {}
        events: list[Event] = [*self.changes, *self.visits, *self.flags]
        for event in sorted(events, key=lambda each: each.on):
            found.setdefault(event.on.year, []).append(event)
        return list(found.items())

    @property
    def open_flags(self) -> list[FlagEvent]:
        """What nobody has ended yet, oldest first."""
        return sorted((flag for flag in self.flags if flag.status != "closed"), key=lambda flag: flag.on)

    @property
    def span(self) -> tuple[date, date] | None:
        """The first and the last day that something is told of; None when there is nothing."""
        events: list[Event] = [*self.changes, *self.visits, *self.flags]
        days = [event.on for event in events]
        return (min(days), max(days)) if days else None


def with_gaps(visits: Sequence[VisitEvent]) -> tuple[VisitEvent, ...]:
    """Return visits in order of time, each held one with the days since the one held before."""
    before: date | None = None
    found = []
    for visit in sorted(visits, key=lambda each: each.on):
        gap = (visit.on - before).days if visit.held and before else None
        found.append(replace(visit, gap=gap))
        before = visit.on if visit.held else before
    return tuple(found)


def to_json(timeline: Timeline) -> str:
    """Return the canonical JSON that the PDF is printed from."""
    return plain_json.dump(timeline)


def from_json(text: str) -> Timeline:
    """Read it back. Raises UnreadableValueError."""
    return plain_json.load(Timeline, text)
