"""Geometry of the small trend charts: where things lie, nothing about how they look. No Flask, no text to translate.

A missing answer is never drawn as a low one: it lies in a row of its own and breaks the line. The three faces of the
youngest get a row of faces and no line, since a line would promise more than three steps can tell (instruments.md 2).
Coordinates are in the units of a viewBox WIDTH wide and HEIGHT (or FACES_HEIGHT) high; y grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

WIDTH, HEIGHT, FACES_HEIGHT = 248.0, 96.0, 70.0
MOST_POINTS = 12  # more marks than this touch each other; older ones are in the table
_LEFT, _SPAN = 26.0, 184.0  # first and last mark lie at _LEFT and _LEFT + _SPAN
_TOP, _BOTTOM = 10.5, 70.5  # y of the scale's ends
_MISSING_Y, _FACE_Y, _FACES_MISSING_Y = 85.0, 20.0, 57.0  # centres of the rows
_LARGEST_FACE = 30.0

DRAWN_FACES = {1: 1, 2: 3, 3: 5}  # scores of the three-step scale -> the drawings of macros/faces.html
Kind = Literal["faces", "buttons", "number_row"]
Tale = Literal["none", "unanswered", "unanswered_low", "first", "often_low", "fell", "rose", "steady"]


@dataclass(frozen=True)
class Point:
    """One answer. score: None when there is none, and then status says why.

    label: the date as shown. word: the answer in words. breaks: not comparable with the one before (another form or
    version), so no line is drawn between them. new_form: another age form begins here, and a rule is drawn before it.
    """

    label: str
    score: int | None
    status: str = "answered"
    word: str = ""
    breaks: bool = False
    new_form: bool = False


@dataclass(frozen=True)
class Mark:
    """A point where it lies: (x, y) is its centre. low: becomes a conversation. face: which drawing, 0 for none."""

    x: float
    y: float
    point: Point
    low: bool = False
    last: bool = False
    face: int = 0

    @property
    def missing(self) -> bool:
        """Whether there is no score here."""
        return self.point.score is None


@dataclass(frozen=True)
class Story:
    """What the chart says. steps: how far it moved since the answer before; `low` of `answered` answers were low."""

    tale: Tale
    steps: int = 0
    low: int = 0
    answered: int = 0


@dataclass(frozen=True)
class Trend:
    """A drawn chart.

    lines: SVG path data, one per unbroken run of answers. low_top: y where the low zone begins, half a step above the
    highest low answer. size: side of a face. points: all that were given, oldest first, also those too old to be drawn.
    """

    kind: Kind
    height: float
    lowest: int
    highest: int
    low_top: float
    grid: tuple[float, ...]
    lines: tuple[str, ...]
    marks: tuple[Mark, ...]
    size: float
    story: Story
    points: tuple[Point, ...]

    @property
    def width(self) -> float:
        """Width of the viewBox."""
        return WIDTH


def trend(points: Sequence[Point], low: int, lo: int, hi: int, kind: Kind) -> Trend:
    """Lay out the latest answers to one item, oldest first.

    low: the highest score that becomes a conversation. lo, hi: ends of the scale. Raises ValueError for a scale
    without length or a score outside it: that is stored data gone wrong, not something to draw.
    """
    if hi <= lo:
        raise ValueError(f"a scale from {lo} to {hi} has no length")
    if any(point.score is not None and not lo <= point.score <= hi for point in points):
        raise ValueError(f"a score lies outside the scale {lo} to {hi}")
    shown = points[-MOST_POINTS:]
    faces = kind == "faces"
    marks = tuple(_marks(shown, low, lo, hi, kind))
    return Trend(
        kind=kind,
        height=FACES_HEIGHT if faces else HEIGHT,
        lowest=lo,
        highest=hi,
        low_top=round(_height_of(min(max(low, lo), hi), lo, hi) - (_BOTTOM - _TOP) / (hi - lo) / 2, 1),
        grid=() if faces else (_TOP, (_TOP + _BOTTOM) / 2, _BOTTOM),
        lines=() if faces else tuple(_lines(marks)),
        marks=marks,
        size=min(_LARGEST_FACE, round(_SPAN / max(len(shown) - 1, 1), 1)),
        story=story_of(points, low),
        points=tuple(points),
    )


def _height_of(score: int, lo: int, hi: int) -> float:
    return round(_BOTTOM - (score - lo) * (_BOTTOM - _TOP) / (hi - lo), 1)


def _marks(points: Sequence[Point], low: int, lo: int, hi: int, kind: Kind) -> Iterator[Mark]:
    for index, point in enumerate(points):
        # a single answer lies at the end, where the latest is looked for
        x = round(_LEFT + _SPAN * (index / (len(points) - 1) if len(points) > 1 else 1), 1)
        last = index == len(points) - 1
        if point.score is None:
            yield Mark(x, _FACES_MISSING_Y if kind == "faces" else _MISSING_Y, point, last=last)
        elif kind == "faces":
            yield Mark(x, _FACE_Y, point, low=point.score <= low, last=last, face=DRAWN_FACES.get(point.score, 3))
        else:
            yield Mark(x, _height_of(point.score, lo, hi), point, low=point.score <= low, last=last)


def _lines(marks: Sequence[Mark]) -> Iterator[str]:
    run = 0
    numbered: list[tuple[int, Mark]] = []
    for mark in marks:
        run += mark.missing or mark.point.breaks
        numbered.append((run, mark))
    for _, group in groupby((pair for pair in numbered if not pair[1].missing), key=lambda pair: pair[0]):
        run_of = [mark for _, mark in group]
        if len(run_of) > 1:
            yield "M" + "L".join(f"{mark.x:g} {mark.y:g}" for mark in run_of)


def story_of(points: Sequence[Point], low: int) -> Story:
    """Compare the latest answer with the one before it; a break forgets what was before."""
    comparable = list(points)
    for index in range(len(points) - 1, -1, -1):
        if points[index].breaks:
            comparable = list(points[index:])
            break
    scores = [point.score for point in comparable if point.score is not None]
    lows = sum(score <= low for score in scores)
    if not scores:
        return Story("none")
    if comparable[-1].score is None:
        return Story("unanswered_low" if scores[-1] <= low else "unanswered", low=lows, answered=len(scores))
    if len(scores) == 1:
        return Story("first", low=lows, answered=1)
    moved = scores[-1] - scores[-2]
    if scores[-1] <= low and lows > 1:
        tale: Tale = "often_low"
    else:
        tale = "fell" if moved < 0 else "rose" if moved > 0 else "steady"
    return Story(tale, abs(moved), lows, len(scores))
