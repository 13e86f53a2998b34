"""A child's line through the visits: one small chart per topic, low or falling first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import format_date
from flask_babel import gettext as _

from followup.domain.questionnaire import Common, Scale, Text
from followup.services.overview.child_tracks import Given, Track
from followup.web.charts import Point, Trend, trend


@dataclass(frozen=True)
class Line:
    """One topic's chart.

    changed: the age form changed on the way, so older answers are drawn on the newest scale. worrying: the latest score
    is low, or lower than the one before by more than chance. silent: it has never been answered.
    """

    code: str
    title: Text
    chart: Trend
    current: bool
    changed: bool
    worrying: bool
    silent: bool
    order: tuple[float, int]


def lines_of(tracks: Sequence[Track], common: Common, lang: str) -> list[Line]:
    """Draw every topic; the lowest latest answer first, then the biggest fall."""
    return sorted((_line(track, common, lang) for track in tracks), key=lambda line: line.order)


def scale_words(tracks: Sequence[Track]) -> tuple[str, str] | None:
    """The scores above and at the usual limit, for the legend: “3–5” and “1–2”; None where faces say it."""
    if not tracks or tracks[0].latest.questionnaire.scale.kind == "faces":
        return None
    rules = tracks[0].latest.questionnaire.scale.rules
    return f"{rules.low + 1}–{rules.maximum}", f"{rules.minimum}–{rules.low}"


def _line(track: Track, common: Common, lang: str) -> Line:
    item, scale = track.latest.item, track.latest.questionnaire.scale
    points = tuple(_points(track.answers, scale, common, lang))
    chart = trend(points, item.rules.low, scale.rules.minimum, scale.rules.maximum, scale.kind)  # type: ignore[arg-type] # the kinds are those of charts.Kind
    scores = [given.score for given in track.answers if given.score is not None and given.questionnaire.scale == scale]
    lowest = scale.rules.normalise(scores[-1]) if scores else 101.0
    fall = scores[-1] - scores[-2] if len(scores) > 1 else 0
    changed = any(point.new_form for point in points[1:])
    low = bool(scores) and scores[-1] <= item.rules.low
    fell = chart.story.tale == "fell" and chart.story.steps >= scale.rules.drop
    return Line(track.code, item.text, chart, track.current, changed, low or fell, not scores, (lowest, fall))


def _points(answers: Sequence[Given], scale: Scale, common: Common, lang: str) -> Iterator[Point]:
    before: Given | None = None
    for given in answers:
        new_form = before is not None and given.questionnaire.code != before.questionnaire.code
        new_version = before is not None and given.questionnaire.major != before.questionnaire.major
        # three faces can't promise a line; a chart of nothing but faces has none anyway
        faces = given.questionnaire.scale.kind == "faces" and scale.kind != "faces"
        yield Point(
            label=format_date(given.on, "d MMM y").replace(".", ""),
            score=_on(given, scale),
            status=given.status,
            word=_word(given, common, lang),
            breaks=new_form or new_version or faces,
            new_form=new_form,
        )
        before = given


def _on(given: Given, scale: Scale) -> int | None:
    """The score where it lies on the newest scale: from end to end, so that low stays low and high stays high."""
    own = given.questionnaire.scale
    if given.score is None or own.rules == scale.rules:
        return given.score
    span = scale.rules.maximum - scale.rules.minimum
    return scale.rules.minimum + round(own.rules.normalise(given.score) / 100 * span)


def _word(given: Given, common: Common, lang: str) -> str:
    scale = given.questionnaire.scale
    if given.score is None:
        return common.non_answers[given.status].get(lang) if given.status in common.non_answers else given.status
    point = scale.point(given.score)
    word = point.label.get(lang) if point and scale.kind != "number_row" else ""
    word = word or _("%(score)s av %(max)s", score=given.score, max=scale.rules.maximum)
    return _("%(answer)s, familjehemmet hörde", answer=word) if given.heard else word
