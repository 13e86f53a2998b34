"""A child's line through the visits: one small chart per topic, low or falling first.

A chart holds the answers to one age form alone. What was answered before, on another scale, is on the whole line
(`line_strips`), behind a break: three faces, five words and 0-10 are never laid on one another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel.dates import format_date
from flask_babel import gettext as _

from followup.domain.questionnaire import Common, Text
from followup.services.overview.child_tracks import Given, Track
from followup.web.charts import Point, Story, Trend, story_of, trend


@dataclass(frozen=True)
class Stand:
    """Where a topic stands after the latest answers to one age form.

    worrying: the latest score is low, or lower than the one before by more than chance. strong: it is high, or higher
    than the one before by as much, and not low. silent: it has never been answered on this form.
    """

    story: Story
    worrying: bool
    strong: bool
    silent: bool
    order: tuple[float, int]

    @property
    def group(self) -> str:
        """Which group it stands in: worry | strength | between | silent."""
        return "silent" if self.silent else "worry" if self.worrying else "strength" if self.strong else "between"


@dataclass(frozen=True)
class Line:
    """One topic's chart. changed: there are answers to an earlier age form, which the chart leaves out."""

    code: str
    title: Text
    chart: Trend
    current: bool
    changed: bool
    stand: Stand


def lines_of(tracks: Sequence[Track], common: Common, lang: str) -> list[Line]:
    """Draw every topic; the lowest latest answer first, then the biggest fall."""
    return sorted((_line(track, common, lang) for track in tracks), key=lambda line: line.stand.order)


def scale_words(tracks: Sequence[Track]) -> tuple[str, str] | None:
    """The scores above and at the usual limit, for the legend: “3–5” and “1–2”; None where faces say it."""
    if not tracks or tracks[0].latest.questionnaire.scale.kind == "faces":
        return None
    rules = tracks[0].latest.questionnaire.scale.rules
    return f"{rules.low + 1}–{rules.maximum}", f"{rules.minimum}–{rules.low}"


def same_form(one: Given, other: Given) -> bool:
    """Whether two answers may be compared: the same age form and major version."""
    return (one.questionnaire.code, one.questionnaire.major) == (other.questionnaire.code, other.questionnaire.major)


def latest_form(track: Track) -> tuple[Given, ...]:
    """Return the answers to the form that was answered last, oldest first."""
    return tuple(given for given in track.answers if same_form(given, track.latest))


def stand_of(answers: Sequence[Given], points: Sequence[Point]) -> Stand:
    """Say where a topic stands. answers: to one form, oldest first, and drawn as these points."""
    latest = answers[-1]
    rules, low = latest.questionnaire.scale.rules, latest.item.rules.low
    scores = [given.score for given in answers if given.score is not None]
    story = story_of(points, low)
    if not scores:
        return Stand(story, worrying=False, strong=False, silent=True, order=(101.0, 0))
    height, moved = rules.normalise(scores[-1]), scores[-1] - scores[-2] if len(scores) > 1 else 0
    worrying = scores[-1] <= low or (story.tale == "fell" and story.steps >= rules.drop)
    answered = latest.score is not None  # what was strong and then silent is no strength today
    risen = story.tale == "rose" and story.steps >= rules.drop
    high = height >= latest.questionnaire.rules.pair_high_norm
    return Stand(story, worrying, answered and not worrying and (high or risen), silent=False, order=(height, moved))


def word_of(given: Given, common: Common, lang: str) -> str:
    """Return an answer in words, and whether a carer heard it."""
    scale = given.questionnaire.scale
    if given.score is None:
        return common.non_answers[given.status].get(lang) if given.status in common.non_answers else given.status
    point = scale.point(given.score)
    word = point.label.get(lang) if point and scale.kind != "number_row" else ""
    word = word or _("%(score)s av %(max)s", score=given.score, max=scale.rules.maximum)
    return _("%(answer)s, familjehemmet hörde", answer=word) if given.heard else word


def points_of(answers: Sequence[Given], common: Common, lang: str) -> Iterator[Point]:
    """Give the answers as the points of a chart, each on its own form's scale."""
    for given in answers:
        yield Point(_label(given.on, lang), given.score, given.status, word_of(given, common, lang))


@lru_cache(maxsize=1024)  # the same few visits in every chart of a page
def _label(on: date, lang: str) -> str:
    return format_date(on, "d MMM y", locale=lang).replace(".", "")


def _line(track: Track, common: Common, lang: str) -> Line:
    answers = latest_form(track)
    item, scale = track.latest.item, track.latest.questionnaire.scale
    points = tuple(points_of(answers, common, lang))
    chart = trend(points, item.rules.low, scale.rules.minimum, scale.rules.maximum, scale.kind)  # type: ignore[arg-type] # the kinds are those of charts.Kind
    changed = len(answers) < len(track.answers)
    return Line(track.code, item.text, chart, track.current, changed, stand_of(answers, points))
