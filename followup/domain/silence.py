"""What has gone without an answer for several visits in a row: topics nobody asked about, and those a child passes by.

A silence is no low answer, and who keeps quiet is never asked why. It is the adults' asking that is looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SILENT = frozenset({"dont_know", "declined", "not_asked"})
"""The kinds of silence, as `domain.answers.Status`; "does not apply" is none."""
FEWEST, USUAL, MOST = 1, 2, 12
"""Visits in a row: what may be chosen, and what is shown when nobody chooses."""


@dataclass(frozen=True)
class Silence:
    """A topic without an answer at the latest visits.

    kinds: what there was instead, newest visit first. never: it was not answered at any of the visits looked at.
    """

    topic: str
    kinds: tuple[str, ...]
    never: bool = False

    @property
    def not_asked(self) -> int:
        """At how many of the visits the question was not asked."""
        return self.kinds.count("not_asked")


def silences(visits: Sequence[Mapping[str, str]], topics: Iterable[str], least: int = USUAL) -> tuple[Silence, ...]:
    """Return the topics that went unanswered at the latest `least` visits or more, those silent for longest first.

    visits: newest first, each with the status of every topic that belonged to it. A topic that did not belong to a
    visit (another age form) ends what can be looked at; what does not apply is passed over.
    """
    found = (_silence(visits, topic) for topic in topics)
    return tuple(sorted((each for each in found if len(each.kinds) >= least), key=lambda each: -len(each.kinds)))


def chosen(typed: str) -> int:
    """Read how many visits in a row were asked for; the usual number for anything else."""
    return min(max(int(typed), FEWEST), MOST) if typed.isascii() and typed.isdigit() and len(typed) < MOST else USUAL


def _silence(visits: Sequence[Mapping[str, str]], topic: str) -> Silence:
    kinds: list[str] = []
    for visit in visits:
        status = visit.get(topic)
        if status is None:
            break
        if status in SILENT:
            kinds.append(status)
        elif status != "not_applicable":
            return Silence(topic, tuple(kinds))
    return Silence(topic, tuple(kinds), never=bool(kinds))
