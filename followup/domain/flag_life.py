"""A flag's life after it was raised: what people do with it, who may, and what it is then.

The case behind this (JO 3081-2013): complaints about a foster home went uninvestigated for months, because nobody
owned them. So nothing closes by itself, a reason is always given, and what was raised with the team lead is closed by
a lead alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from followup.domain.errors import InvalidTransition, NotAllowed
from followup.domain.flags import Level
from followup.domain.questionnaire import Text

OPEN, TAKEN_ON, CLOSED = "open", "acknowledged", "closed"
"""Status: waits for the lead; taken on by the lead (seen, asked or planned); ended. A withdrawn one has no life."""

ALIVE = (OPEN, TAKEN_ON)
NOTES = frozenset({"talked", "declined", "later", "noted"})
"""Events that tell what came of talking about it: they add to what is known, and undo nothing that anybody does."""

URGENT = "urgent:"
"""What the subject of an acute worry begins with."""


class Act(StrEnum):
    """What a person does with a flag; the code of the event that tells of it."""

    ACKNOWLEDGE = "acknowledged"
    ASK = "asked"
    ANSWER = "answered"
    PLAN = "planned"
    CLOSE = "closed"
    REOPEN = "reopened"


_LEADS_ALONE = frozenset({Act.ACKNOWLEDGE, Act.ASK})
_BECOMES = {
    Act.ACKNOWLEDGE: TAKEN_ON,
    Act.ASK: TAKEN_ON,
    Act.ANSWER: OPEN,  # it is the lead's turn again
    Act.PLAN: TAKEN_ON,
    Act.CLOSE: CLOSED,
    Act.REOPEN: OPEN,
}


@dataclass(frozen=True)
class ClosingReason:
    """Why a flag is closed. needs_words: the code alone says too little."""

    code: str
    text: Text
    needs_words: bool = False


def after(act: Act, *, status: str, level: str, leads: bool, question: bool) -> str:
    """Say what status a flag has after an act. leads: the actor is a team lead; question: one waits for an answer.

    Raises NotAllowed for what is the lead's to do, InvalidTransition for what the flag is no longer open to.
    """
    if not _fits(act, status, question=question):
        raise InvalidTransition(status)
    if not leads and (act in _LEADS_ALONE or (act in {Act.CLOSE, Act.REOPEN} and level == Level.ESCALATE)):
        raise NotAllowed
    return _BECOMES[act]


def open_to(*, status: str, level: str, leads: bool, question: bool) -> frozenset[Act]:
    """List what the actor may do with a flag now."""
    found = set()
    for act in Act:
        try:
            after(act, status=status, level=level, leads=leads, question=question)
        except (InvalidTransition, NotAllowed):
            continue
        found.add(act)
    return frozenset(found)


def deeds(kinds: Sequence[str]) -> int:
    """Count the events that change what a flag is, or whose turn it is. kinds: of the flag's events.

    A page says how many it showed, and whoever acts is told when there are more by now. A caseworker who notes that she
    has talked with the child meanwhile has overtaken nobody.
    """
    return sum(kind not in NOTES for kind in kinds)


def question_waits(kinds: Sequence[str]) -> bool:
    """Whether the caseworker was asked and has not answered. kinds: of the flag's events, oldest first."""
    turns = [kind for kind in kinds if kind in {Act.ASK, Act.ANSWER, Act.CLOSE}]
    return turns[-1:] == [Act.ASK]


def _fits(act: Act, status: str, *, question: bool) -> bool:
    if act is Act.REOPEN:
        return status == CLOSED
    if act is Act.ANSWER:
        return status in ALIVE and question
    if act is Act.ACKNOWLEDGE:
        return status == OPEN
    return status in ALIVE
