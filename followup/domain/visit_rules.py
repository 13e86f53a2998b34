"""The flag rules R9 and R10: what was said about why the child lives there, and whether there was a talk in private."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from followup.domain.flags import Level, Reason
from followup.domain.placement_check import ABILITY, NOT_ASKED

_TWICE = 2
_UNDERSTANDING_LEVELS = {  # R9u: what each code of "knows why" asks for
    "partly": Level.TALK,
    "child_declined": Level.TALK,
    "not_asked": Level.TALK,
    "does_not_know": Level.FOLLOW_UP,
    "mistaken": Level.FOLLOW_UP,
}
_BLAME_LEVELS = {  # R9b: the same for self-blame
    "unclear": Level.TALK,
    "not_asked": Level.TALK,
    "some": Level.FOLLOW_UP,
    "clear": Level.FOLLOW_UP,
}
_CANNOT_BE_ASKED = (NOT_ASKED, ABILITY)  # kept with the visit, but nothing to talk about with a child of two
_NOT_TALKED_ABOUT = frozenset({"child_declined", "not_asked"})


@dataclass(frozen=True)
class VisitFacts:
    """What the rules need to know of a visit beside the answers.

    private_talk: whether there was any talk in private (partly counts), None until recorded.
    understanding, self_blame: codes of the placement check, "" until recorded, and why it was not asked.
    """

    on: dt.date
    private_talk: bool | None = None
    understanding: str = ""
    self_blame: str = ""
    understanding_reason: str = ""
    self_blame_reason: str = ""


def visit_reasons(visit: VisitFacts, earlier: Sequence[VisitFacts]) -> Iterator[Reason]:
    """Yield what fires on this visit after the earlier ones, which come oldest first."""
    if (visit.understanding, visit.understanding_reason) == _CANNOT_BE_ASKED:
        yield Reason("R9u", Level.INFO, {"code": visit.understanding, "times": 1})
    else:
        asked = ((old.understanding, old.understanding_reason) for old in earlier)
        yield from _knows_why(visit.understanding, _last(asked))
    if (visit.self_blame, visit.self_blame_reason) == _CANNOT_BE_ASKED:
        yield Reason("R9b", Level.INFO, {"code": visit.self_blame, "times": 1})
    else:
        yield from _blames_self(visit.self_blame, _last((old.self_blame, old.self_blame_reason) for old in earlier))
    talks = [old.private_talk for old in earlier if old.private_talk is not None]
    if visit.private_talk is False:
        again = bool(talks) and talks[-1] is False
        yield Reason("R10", Level.FOLLOW_UP if again else Level.TALK, {"times": _TWICE if again else 1})


def _last(recorded: Iterable[tuple[str, str]]) -> str:
    """Return the latest code that was recorded of a child who could be asked, or ""."""
    return next((each[0] for each in reversed(list(recorded)) if each[0] and each != _CANNOT_BE_ASKED), "")


def _knows_why(code: str, before: str) -> Iterator[Reason]:
    if code in _UNDERSTANDING_LEVELS:
        again = code in _NOT_TALKED_ABOUT and before in _NOT_TALKED_ABOUT
        level = Level.FOLLOW_UP if again else _UNDERSTANDING_LEVELS[code]
        yield Reason("R9u", level, {"code": code, "times": _TWICE if again else 1})


def _blames_self(code: str, before: str) -> Iterator[Reason]:
    if code in _BLAME_LEVELS:
        again = code == before and code in {"clear", "not_asked"}
        twice = Level.ESCALATE if code == "clear" else Level.FOLLOW_UP
        yield Reason("R9b", twice if again else _BLAME_LEVELS[code], {"code": code, "times": _TWICE if again else 1})
