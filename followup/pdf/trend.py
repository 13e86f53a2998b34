"""One question over time as a small drawing: what the child answered, and where it was silent.

Presentation attributes only, and the sentence as first child `<title>`: that becomes the alternative text in the PDF.
Faces stand in a row without a line (4-7 years), steps with words are bars (8-12 years, carers), 0-10 is a line. A
silence breaks the line and has its own mark; it is never drawn as a value. Nothing depends on colour: a low answer is a
diamond or has a dark edge. The newest answer is on the right, with a short line under it.
"""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from followup.domain.record_words import WORDS
from followup.domain.summary import AnswerLine, Scale
from followup.pdf.glyphs import printable

INK: Final = "#1c1e3c"
THREAD: Final = "#35398a"
EARLIER: Final = "#8d90b5"
HJORTRON: Final = "#f0ad2b"
RULE: Final = "#cfd6c1"
POINTS: Final = 8  # today's and seven earlier: two years of quarterly visits
STEP: Final = 12.0
HEIGHT: Final = 17
FLOOR: Final = 14
RISE: Final = 12.5

_SILENCE: Final = {
    "dont_know": "M-1 -1.1a1.2 1.2 0 1 1 1.7 1.1c-.5.2-.7.5-.7 1M0 2v.3",
    "declined": "M-1.6 0h3.2",
    "not_asked": "M-.2 0h.4",
    "not_applicable": "M-1.2 1.2l2.4-2.4",
}
_MOUTH: Final = {"low": "M-2.1 2.6q2.1-1.9 4.2 0", "middle": "M-2 2h4", "high": "M-2.6 1.200q2.6 3.2 5.2 0"}

Point = tuple[str, int | None]  # status and value


def trend_points(line: AnswerLine) -> list[Point]:
    """The points that are drawn: the newest seven earlier answers, oldest first, and today's last."""
    earlier = [(point.status, point.value) for point in line.history[1 - POINTS :]]
    return [*earlier, (line.today.status, line.today.value)]


def trend_sentence(line: AnswerLine, scale: Scale) -> str:
    """The drawing in words: "Tidigare, äldst först: Ofta, Vet inte, Ofta. I dag: Sällan."."""
    *earlier, _today = trend_points(line)
    said = ", ".join(_in_words(point, scale) for point in earlier)
    return f"Tidigare, äldst först: {said}. I dag: {line.today.text}."


def trend_svg(line: AnswerLine, scale: Scale) -> Markup:
    """The drawing, or nothing if there is no earlier answer that may be compared."""
    if not line.history:
        return Markup()
    points = trend_points(line)
    places = [STEP * (POINTS - len(points) + place + 0.5) for place in range(len(points))]
    draw = {"faces": _faces, "line": _line}.get(scale.kind, _bars)
    width = int(STEP * POINTS)
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" fill="none" role="img">'
        "<title>{title}</title>{drawing}{today}</svg>"
    ).format(
        w=width,
        h=HEIGHT,
        title=printable(trend_sentence(line, scale)),
        drawing=draw(list(zip(places, points, strict=True)), scale),
        today=Markup('<path d="M{} 16.2h7" stroke="{}" stroke-width="1.2"/>').format(_n(places[-1] - 3.5), INK),
    )


def _bars(spots: list[tuple[float, Point]], scale: Scale) -> Markup:
    parts = [_rule(FLOOR)]
    last = spots[-1][0]
    for x, (status, value) in spots:
        if value is None:
            parts.append(_silence(x, FLOOR - 4.5, status))
            continue
        height = _n(RISE * (value - scale.lowest + 1) / (scale.highest - scale.lowest + 1))
        fill, edge = (HJORTRON, INK) if _low(value, scale) else (THREAD if x == last else EARLIER, "none")
        parts.append(
            Markup('<path d="M{} {}v-{}h7v{}z" fill="{}" stroke="{}" stroke-width=".8"/>').format(
                _n(x - 3.5), _n(FLOOR), height, height, fill, edge
            )
        )
    return Markup().join(parts)


def _line(spots: list[tuple[float, Point]], scale: Scale) -> Markup:
    def y(value: int) -> float:
        return FLOOR - 1 - (RISE - 1) * (value - scale.lowest) / (scale.highest - scale.lowest)

    parts = [_rule(FLOOR), _rule(FLOOR - RISE - 1)]
    track, knots, pen = [], [], False
    for x, (status, value) in spots:
        if value is None:
            knots.append(_silence(x, FLOOR - RISE / 2, status))
            pen = False
            continue
        track.append(f"{'L' if pen else 'M'}{_n(x)} {_n(y(value))}")
        pen = True
        knots.append((_diamond if _low(value, scale) else _knot)(x, y(value)))
    parts.append(Markup('<path d="{}" stroke="{}" stroke-width="1.4"/>').format("".join(track), THREAD))
    return Markup().join([*parts, *knots])


def _faces(spots: list[tuple[float, Point]], scale: Scale) -> Markup:
    parts = []
    last = spots[-1][0]
    for x, (status, value) in spots:
        if value is None:
            parts.append(_silence(x, 9, status))
            continue
        mood = "low" if value == scale.lowest else ("high" if value == scale.highest else "middle")
        stroke, width = (INK, "1.1") if x == last else (EARLIER, ".8")
        parts.append(
            Markup(
                '<g transform="translate({} 9)" stroke="{}" stroke-width="{}"><circle r="5.2"/>'
                '<path d="{}"/><path d="M-1.8 -1.900v1.100M1.8 -1.900v1.1"/></g>'
            ).format(_n(x), stroke, width, _MOUTH[mood])
        )
    return Markup().join(parts)


def _low(value: int, scale: Scale) -> bool:
    return scale.low is not None and value <= scale.low


def _rule(y: float) -> Markup:
    return Markup('<path d="M0 {}h{}" stroke="{}" stroke-width=".7"/>').format(_n(y), int(STEP * POINTS), RULE)


def _knot(x: float, y: float) -> Markup:
    return Markup('<circle cx="{}" cy="{}" r="1.9" fill="{}"/>').format(_n(x), _n(y), THREAD)


def _diamond(x: float, y: float) -> Markup:
    return Markup('<path d="M{} {}l3.2 3.2-3.2 3.2-3.2-3.200z" fill="{}" stroke="{}" stroke-width=".8"/>').format(
        _n(x), _n(y - 3.2), HJORTRON, INK
    )


def _silence(x: float, y: float, status: str) -> Markup:
    return Markup(
        '<g transform="translate({} {})" stroke="{}" stroke-width=".8"><path d="M-3.2 -3.200h6.4v6.4h-6.4z"/>'
        '<path d="{}"/></g>'
    ).format(_n(x), _n(y), INK, _SILENCE.get(status, _SILENCE["not_asked"]))


def _in_words(point: Point, scale: Scale) -> str:
    status, value = point
    if value is None:
        return WORDS["answer_status"].get(status, status)
    words = {step.value: step.text for step in scale.points}
    return str(value) if scale.kind == "line" else words.get(value, str(value))


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
