"""Whether a form was answered faster than it can be read: a neutral hint to the adult, never a score and never a flag.

Only what is clearly too fast is remarked on, and only for somebody who answered alone. Slow is never remarked on: a
child that takes its time is thinking, resting, or reads with effort.

The limit for a question is 0.3 seconds for each of its words and half a second for the tap. 0.3 seconds a word is where
survey research sets the line for adults who cannot have read what they answered (Zhang and Conrad 2014, "Speeding in
web surveys"); a good adult reader needs about 0.25 (Brysbaert 2019) and a child of ten about twice that. The line thus
lies below what almost any child needs, so that the hint seldom is wrong, and half of the questions must lie below it.
Nobody has tried it with children in foster care.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from statistics import median

_PER_WORD, _TAP = 0.3, 0.5  # seconds
_BREAK = 30.0  # a longer time between two answers is a pause, a talk or a rest, not reading
_FEWEST = 5  # questions: a hint about fewer would be about one or two taps


@dataclass(frozen=True)
class Hurry:
    """So many questions were answered in about so many whole seconds, pauses and other breaks not counted."""

    questions: int
    seconds: int


def hurried(answers: Iterable[tuple[int, datetime]], started: datetime) -> Hurry | None:
    """Return how fast a form was answered when that was too fast to have been read, else None.

    answers: for each question the number of its words, and when it was first answered. started: when the tablet was
    handed over. Answers that came in together (the tablet had lost the network) share the time since the one before.
    """
    times = list(_times(sorted(answers, key=lambda answer: answer[1]), started))
    if len(times) < _FEWEST:
        return None
    spent = [seconds for _, seconds in times]
    usual = median(spent)
    if median(seconds / (words * _PER_WORD + _TAP) for words, seconds in times) >= 1:
        return None
    # The time to the first answer holds the greeting and the practice; like a break, it says nothing about reading.
    read = [usual, *(usual if seconds > _BREAK else seconds for seconds in spent[1:])]
    return Hurry(len(times), max(1, round(sum(read))))


def _times(answers: Iterable[tuple[int, datetime]], started: datetime) -> Iterable[tuple[int, float]]:
    before = started
    for at, together in groupby(answers, key=lambda answer: answer[1]):
        words = [count for count, _ in together]
        each = max((at - before) / timedelta(seconds=1), 0.0) / len(words)
        yield from ((count, each) for count in words)
        before = at
