"""Drawings as lines, never as images: what a browser sends is judged point by point, and shown as one SVG path.

The sheet is 1000 wide and 700 high (thousandths of its width), whatever the size of the screen it was drawn on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import hypot

from followup.domain.errors import InvalidInput, Problem, translatable

WIDTH, HEIGHT = 1000, 700
MOST_STROKES = 300
MOST_POINTS = 20_000
_BEND = 12  # thousandths from a point where the line begins to bend towards the next
_LONGEST = 400_000  # characters; 20 000 points of three and four figures take 220 000

Point = tuple[int, int]
Strokes = tuple[tuple[Point, ...], ...]
"""Lines in the order they were drawn; each has at least one point, from (0, 0) at the upper left to (1000, 700)."""


@dataclass(frozen=True)
class Drawn:
    """A drawing to a question. in_summary: whether the child said yes to having it in what is kept and printed."""

    item: str
    strokes: Strokes
    in_summary: bool
    drawn_at: datetime

    @property
    def path(self) -> str:
        """The drawing as the `d` of an SVG path on a sheet of 1000 by 700."""
        return svg_path(self.strokes)


def parse_strokes(text: str) -> Strokes:
    """Read what a browser drew: JSON, a list of strokes, each a list of [x, y] in whole thousandths.

    Raises InvalidInput (field "strokes") for anything else, whatever it is. No stroke at all is an empty sheet.
    """
    if len(text) > _LONGEST:
        raise _refusal("too_much")
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):  # not JSON; figures by the thousand; brackets by the thousand
        raise _refusal("unreadable") from None
    if not isinstance(raw, list):
        raise _refusal("unreadable")
    if len(raw) > MOST_STROKES:
        raise _refusal("too_much")
    strokes = tuple(tuple(_points(stroke)) for stroke in raw)
    if sum(map(len, strokes)) > MOST_POINTS:
        raise _refusal("too_much")
    return strokes


def dump_strokes(strokes: Strokes) -> str:
    """Write strokes as `parse_strokes` reads them."""
    return json.dumps(strokes, separators=(",", ":"))


def svg_path(strokes: Strokes) -> str:
    """Return the strokes as the `d` of one SVG path, corners rounded. It holds M, Q, L, figures and spaces alone."""
    return " ".join(_line(stroke) for stroke in strokes)


def _points(raw: object) -> Iterator[Point]:
    if not isinstance(raw, list) or not raw:
        raise _refusal("unreadable")
    for point in raw:
        if not isinstance(point, list) or [type(part) for part in point] != [int, int]:  # True is no figure
            raise _refusal("unreadable")
        x, y = point
        if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
            raise _refusal("off_sheet")
        yield x, y


def _line(stroke: tuple[Point, ...]) -> str:
    if len(stroke) == 1:
        ((x, y),) = stroke
        return f"M{x} {y}L{x + 1} {y}"  # a dot: not every program paints a line that goes nowhere
    corners = (_corner(before, at, after) for before, at, after in zip(stroke, stroke[1:], stroke[2:], strict=False))
    return f"M{stroke[0][0]} {stroke[0][1]}{''.join(corners)}L{stroke[-1][0]} {stroke[-1][1]}"


def _corner(before: Point, at: Point, after: Point) -> str:
    """Go round a point: close points become one smooth curve, and the corners of a house stay corners."""
    (x1, y1), (x2, y2) = _towards(at, before), _towards(at, after)
    return f"L{x1} {y1}Q{at[0]} {at[1]} {x2} {y2}"


def _towards(start: Point, end: Point) -> Point:
    far = hypot(end[0] - start[0], end[1] - start[1])
    share = min(0.5, _BEND / far) if far else 0.0
    return round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1]))


def _refusal(code: str) -> InvalidInput:
    return InvalidInput([Problem("strokes", translatable("Bilden gick inte att spara."), code)])
