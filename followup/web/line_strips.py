"""Geometry of the whole line: every topic on the same axis of time, so that what happened meanwhile lines up in all.

x is in per cent of the drawing's width and y in pixels: marks and words keep their size on a phone and on paper. Each
age form has a stretch of its own with its own scale from bottom to top; between two stretches there is a break, and no
line crosses it. Silences lie in a row of their own below the scale. Three faces are a row of faces without a line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from followup.domain.questionnaire import Common, Questionnaire, Text
from followup.services.overview.child_line import ChildLine
from followup.services.overview.child_tracks import Given, Track
from followup.web.charts import DRAWN_FACES, Point, Story
from followup.web.child_trends import Stand, points_of, same_form, stand_of

HEIGHT = 118
_FIRST, _LAST = 3.0, 96.0  # per cent: where the first and the last day lie
_TOP, _BOTTOM, _FACE_Y, _SILENT_Y = 30.0, 74.0, 52.0, 94.0
_MOST_YEARS = 14  # more labels than this touch each other on a phone


@dataclass(frozen=True)
class Axis:
    """From the first signed visit to the last day that is drawn. years: (year, x) for each New Year between them."""

    first: date
    last: date
    years: tuple[tuple[int, float], ...]

    def place(self, day: date) -> float:
        """Where a day lies, in per cent; a single day lies at the end, where the latest is looked for."""
        days = (self.last - self.first).days
        return round(_FIRST + (_LAST - _FIRST) * ((day - self.first).days / days if days else 1), 2)


@dataclass(frozen=True)
class Dot:
    """One answer or silence. face: which drawing, 0 for none."""

    x: float
    y: float
    point: Point
    low: bool = False
    face: int = 0

    @property
    def silent(self) -> bool:
        """Whether there is no score here."""
        return self.point.score is None


@dataclass(frozen=True)
class Stretch:
    """The answers to one age form. left, right: its edges. low_top: where the low zone begins, None for faces.

    lines: (x1, y1, x2, y2) between two answers that follow on one another.
    """

    ages: str
    left: float
    right: float
    lowest: int
    highest: int
    low_top: float | None
    dots: tuple[Dot, ...]
    lines: tuple[tuple[float, float, float, float], ...]


@dataclass(frozen=True)
class Strip:
    """One topic. title: the question as it was put last."""

    code: str
    title: Text
    stretches: tuple[Stretch, ...]
    current: bool
    stand: Stand

    @property
    def latest(self) -> Point:
        """The newest answer, or silence."""
        return self.stretches[-1].dots[-1].point

    @property
    def story(self) -> Story:
        """What the latest stretch says."""
        return self.stand.story


def axis_of(line: ChildLine) -> Axis | None:
    """Lay out the time between the first signed visit and the latest visit or event; None without a visit."""
    if not line.visits:
        return None
    first = line.visits[0]
    last = max(line.visits[-1], *(moment.on for moment in line.moments), first)
    axis = Axis(first, last, ())
    years = [(year, axis.place(date(year, 1, 1))) for year in range(first.year + 1, last.year + 1)]
    return Axis(first, last, tuple(years) if len(years) <= _MOST_YEARS else ())


def strips_of(line: ChildLine, axis: Axis, common: Common, lang: str) -> list[Strip]:
    """Draw every topic; the lowest latest answer first, then the biggest fall."""
    found = (_strip(track, axis, common, lang) for track in line.tracks)
    return sorted(found, key=lambda strip: strip.stand.order)


def ages_of(form: Questionnaire) -> str:
    """Return the ages that a form is for, as they stand above its stretch: “8–12”."""
    return f"{form.age_min}–{form.age_max}"


def _strip(track: Track, axis: Axis, common: Common, lang: str) -> Strip:
    runs = list(_runs(track.answers))
    breaks = [(axis.place(one[-1].on) + axis.place(other[0].on)) / 2 for one, other in pairwise(runs)]
    edges = [0.0, *breaks, 100.0]
    stretches = tuple(
        _stretch(run, axis, edges[number], edges[number + 1], tuple(points_of(run, common, lang)))
        for number, run in enumerate(runs)
    )
    stand = stand_of(runs[-1], [dot.point for dot in stretches[-1].dots])
    return Strip(track.code, track.latest.item.text, stretches, track.current, stand)


def _runs(answers: Sequence[Given]) -> Iterator[list[Given]]:
    run: list[Given] = []
    for given in answers:
        if run and not same_form(run[-1], given):
            yield run
            run = []
        run.append(given)
    if run:
        yield run


def _stretch(run: Sequence[Given], axis: Axis, left: float, right: float, points: Sequence[Point]) -> Stretch:
    form = run[-1].questionnaire
    rules, low = form.scale.rules, run[-1].item.rules.low
    faces = form.scale.kind == "faces"
    step = (_BOTTOM - _TOP) / (rules.maximum - rules.minimum)

    def height(score: int) -> float:
        return round(_BOTTOM - (score - rules.minimum) * step, 1)

    dots = []
    for given, point in zip(run, points, strict=True):
        x = axis.place(given.on)
        if given.score is None:
            dots.append(Dot(x, _SILENT_Y, point))
        else:
            face = DRAWN_FACES.get(given.score, 3) if faces else 0
            dots.append(Dot(x, _FACE_Y if faces else height(given.score), point, given.score <= low, face))
    joined = () if faces else tuple((a.x, a.y, b.x, b.y) for a, b in pairwise(dots) if not (a.silent or b.silent))
    zone = None if faces else round(height(max(low, rules.minimum)) - step / 2, 1)
    ages = ages_of(form)
    return Stretch(ages, round(left, 2), round(right, 2), rules.minimum, rules.maximum, zone, tuple(dots), joined)
