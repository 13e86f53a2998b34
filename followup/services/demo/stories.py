"""The stories of the demonstration, read from stories.yaml into plain values. That file explains their terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import time
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from followup.questionnaires import read_yaml

_FILE = Path(__file__).parent / "stories.yaml"

Score = int | str
"""A score on the form's scale, or the code of a silence."""

Made = TypeVar("Made")


@dataclass(frozen=True)
class Check:
    """What was said about why the child lives there; codes of placeringskoll.yaml."""

    understanding: str = "own_words"
    self_blame: str = "no_sign"
    reason: str = ""
    words: str = ""
    told: str = ""
    retold: str = ""
    next: str = ""


@dataclass(frozen=True)
class Talk:
    """What came of talking about one thing."""

    outcome: str = "talked"
    words: str = ""
    agreed: str = ""


@dataclass(frozen=True)
class Promise:
    """Something agreed. due, done: days after the visit; done is None while it is open. how: what came of it."""

    what: str
    due: int
    kind: str = "promise"
    who: str = ""
    done: int | None = None
    how: str = ""
    child: str = ""


@dataclass(frozen=True)
class AreaNote:
    """A note in one of the law's areas."""

    area: str
    kind: str
    text: str
    source: str = ""


@dataclass(frozen=True)
class Private:
    """The talk in private. minutes: None lets chance say."""

    held: str = "yes"
    minutes: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class ReadBack:
    """What the child said about the summary."""

    outcome: str = "agrees"
    words: str = ""


@dataclass(frozen=True)
class Alone:
    """A form that the child answered alone and handed in. seconds: how long it took, without the pause (seconds too).

    first: the topic to talk about first. drawings: track or closing question -> picture (demo/alone.py). changed: what
    the child changed its mind about afterwards.
    """

    seconds: int = 240
    pause: int = 0
    first: str = ""
    drawings: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True)
class LeadStory:
    """What the lead did with one flag, and the caseworker's answer. days, answered, due: counted from the visit.

    flag: a track, or `_form`. who: who is to do what was planned, "" for the caseworker. close: a code of
    `closing_reasons`.
    """

    flag: str
    days: int = 1
    acknowledge: bool = False
    ask: str = ""
    answer: str = ""
    answered: int = 2
    plan: str = ""
    who: str = ""
    due: int = 14
    close: str = ""
    note: str = ""


@dataclass(frozen=True)
class AmendStory:
    """What was written about the visit after it was signed; codes of `record_words`. days: after the visit.

    said: days after the visit when somebody else said it.
    """

    kind: str
    about: str
    text: str
    whose: str = "caseworker"
    said_by: str = ""
    said: int = 5
    days: int = 6


@dataclass(frozen=True)
class VisitStory:
    """What is told of one visit. scores, carer, words, talk: by track. lead: what became of its flags.

    amended: what was written about it later.
    """

    scores: Mapping[str, Score] = field(default_factory=dict)
    carer: Mapping[str, Score] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    wants_to_talk: Sequence[str] = ()
    closing: Mapping[str, str] = field(default_factory=dict)
    talk: Mapping[str, Talk] = field(default_factory=dict)
    alone: Alone | None = None
    check: Check | None = None
    private: Private | None = None
    promises: Sequence[Promise] = ()
    notes: Sequence[AreaNote] = ()
    read_back: ReadBack | None = None
    flags_closed: str = ""
    lead: Sequence[LeadStory] = ()
    amended: Sequence[AmendStory] = ()


@dataclass(frozen=True)
class Planned:
    """A booked visit."""

    in_days: int
    at: time
    interpreter: str = ""


@dataclass(frozen=True)
class Cancelled:
    """A visit that was called off, with nothing new booked."""

    because: str
    days_ago: int
    note: str = ""


@dataclass(frozen=True)
class ExplanationStory:
    """A version of “Därför bor jag här”, agreed at a visit (counted from 0)."""

    visit: int
    text: str
    agreed_with: str


@dataclass(frozen=True)
class ChildStory:
    """A child and its visits, oldest first. draft: today's visit, half done. number: personal | coordination | none."""

    name: str
    age: int
    caseworker: str
    home: str
    placed_days_ago: int
    legal_basis: str = "sol"
    protected: bool = False
    number: str = "personal"
    language: str = "sv"
    communication_needs: str = ""
    wishes: str = ""
    says: str = ""
    not_on: int = 0
    """A weekday (ISO, 1-7) without visits; 0: any will do."""
    birthday_days_ago: int | None = None
    last_visit_days_ago: int | None = None
    together_with: str = ""
    unfiled: bool = False
    plain: bool = False
    """One of the crowd, whose visits are all told at once."""
    explanations: Sequence[ExplanationStory] = ()
    visits: Sequence[VisitStory] = ()
    draft: VisitStory | None = None
    sample: VisitStory | None = None
    """How the draft may end."""
    planned: Planned | None = None
    cancelled: Cancelled | None = None


@dataclass(frozen=True)
class Ordinary:
    """Texts for what a story leaves out: (youngest age, oldest age, what)."""

    good: Sequence[tuple[int, int, str]]
    read_back: Sequence[tuple[int, int, str]]
    notes: Sequence[tuple[int, int, AreaNote]]
    closed: Sequence[str]


@dataclass(frozen=True)
class Stories:
    """The whole municipality. teams: key -> name; homes: key -> facts; users in the order of the sign-in list."""

    organisation: Mapping[str, str]
    on_call: Sequence[Mapping[str, str]]
    teams: Mapping[str, str]
    users: Sequence[Mapping[str, Any]]
    homes: Mapping[str, Mapping[str, str]]
    children: Sequence[ChildStory]
    ordinary: Ordinary


@cache
def read_stories() -> Stories:
    """Read the shipped stories. Raises TypeError for a field that no story has: a slip of the pen in the file."""
    raw: Any = read_yaml(_FILE)
    ordinary = raw.pop("ordinary")
    return Stories(
        **{**raw, "children": [_child(child) for child in raw["children"]]},
        ordinary=Ordinary(
            good=[_aged(row) for row in ordinary["good"]],
            read_back=[_aged(row) for row in ordinary["read_back"]],
            notes=[(*row.pop("ages"), AreaNote(**row)) for row in ordinary["notes"]],
            closed=ordinary["closed"],
        ),
    )


def _aged(row: Mapping[str, Any]) -> tuple[int, int, str]:
    youngest, oldest = row["ages"]
    return youngest, oldest, row["text"]


def _child(raw: dict[str, Any]) -> ChildStory:
    now = raw.pop("now", {})
    draft = now.get("draft")
    booked = now.get("planned")
    return ChildStory(
        **{
            **raw,
            "explanations": [ExplanationStory(**each) for each in raw.get("explanations", ())],
            "visits": [_visit(each) for each in raw.get("visits", ())],
        },
        draft=_visit(draft) if draft else None,
        sample=_visit(now["sample"]) if "sample" in now else None,
        planned=Planned(**{**booked, "at": time.fromisoformat(booked["at"])}) if booked else None,
        cancelled=Cancelled(**now["cancelled"]) if "cancelled" in now else None,
    )


def _visit(raw: Mapping[str, Any]) -> VisitStory:
    made = dict(raw)
    for name, kind in (("alone", Alone), ("check", Check), ("private", Private), ("read_back", ReadBack)):
        if name in raw:
            made[name] = _make(kind, raw[name])
    made["talk"] = {track: _make(Talk, each) for track, each in raw.get("talk", {}).items()}
    made["promises"] = [_make(Promise, each) for each in raw.get("promises", ())]
    made["notes"] = [_make(AreaNote, each) for each in raw.get("notes", ())]
    made["amended"] = [_make(AmendStory, each) for each in raw.get("amended", ())]
    made["lead"] = [_make(LeadStory, each) for each in raw.get("lead", ())]
    return _make(VisitStory, made)


def _make(kind: type[Made], values: Mapping[str, Any]) -> Made:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type] # all of them are dataclasses
    if not values.keys() <= known:
        raise TypeError(f"{kind.__name__}: {', '.join(sorted(values.keys() - known))}")
    return kind(**values)
