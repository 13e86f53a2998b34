"""Fewer points in a drawing, for the record: what a finger draws has far more of them than paper can show."""

from __future__ import annotations

from math import hypot

from followup.domain.drawings import WIDTH, Point, Strokes


def thinned(strokes: Strokes, most: int) -> Strokes:
    """Return the strokes with at most so many points, evenly thinned; each stroke stays, with its beginning and end.

    A drawing of very many strokes may keep more: two points of each. 4 thousandths of a width of 60 mm are a quarter of
    a millimetre.
    """
    step = 2
    while sum(map(len, strokes)) > most and step < WIDTH:
        strokes = tuple(_thin(stroke, step) for stroke in strokes)
        step *= 2
    return strokes


def _thin(stroke: tuple[Point, ...], step: int) -> tuple[Point, ...]:
    kept = [stroke[0]]
    for x, y in stroke[1:]:
        if hypot(x - kept[-1][0], y - kept[-1][1]) >= step:
            kept.append((x, y))
    if kept[-1] != stroke[-1]:
        kept.append(stroke[-1])
    return tuple(kept)
