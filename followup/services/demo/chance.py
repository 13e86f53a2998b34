"""What chance decides in the demonstration: days, hours and ordinary answers. The same seed gives the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from followup.domain.questionnaire import Item, Questionnaire
from followup.domain.rules import ScaleRules
from followup.services.demo.stories import Score

QUARTER = timedelta(days=91)
_JITTER_DAYS = 4
_SATURDAY = 6
_SCHOOL_AGE = 6
_DRIFTS = 0.25
"""How often a topic moves a step between two visits."""
_DOES_NOT_KNOW = 0.03
_CARERS_DOUBT = 3
"""What carers answer on a topic where the child is low: neither the same nor the opposite."""

HALF = 0.5

Chosen = TypeVar("Chosen")


def dice(seed: int, *names: object) -> Random:
    """Return a source of chance of its own, so that one child's story doesn't change another's."""
    return Random(":".join(map(str, (seed, *names))))  # noqa: S311 # believable, not secret


def workday(day: date, *, avoid: int = 0) -> date:
    """Return the day, or the workday before it. avoid: a weekday (ISO) that won't do."""
    while day.isoweekday() >= _SATURDAY or day.isoweekday() == avoid:
        day -= timedelta(days=1)
    return day


def workday_from(day: date) -> date:
    """Return the day, or the workday after it."""
    while day.isoweekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def visit_days(chance: Random, last: date, visits: int, *, avoid: int = 0) -> list[date]:
    """Return the days of so many visits, about a quarter apart, the oldest first and the last about on `last`."""
    jitter = [timedelta(days=chance.randint(-_JITTER_DAYS, _JITTER_DAYS)) for _ in range(visits - 1)]
    days = [last - back * QUARTER + off for back, off in enumerate([timedelta(), *jitter])]
    return [workday(day, avoid=avoid) for day in reversed(days)] if visits else []


def hour(chance: Random, day: date, age: int, zone: ZoneInfo) -> datetime:
    """Return a time for a visit: after school for those who go there, between nine and three for the small."""
    quarters = range(14 * 4, 16 * 4 + 3) if age >= _SCHOOL_AGE else range(9 * 4, 15 * 4)
    hours, quarter = divmod(chance.choice(quarters), 4)
    return at(day, time(hours, quarter * 15), zone)


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """Return a time of day as an aware time in UTC."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def one_for(chance: Random, texts: Sequence[tuple[int, int, Chosen]], age: int) -> Chosen | None:
    """Choose one of the texts that fit an age, if any does."""
    fitting = [what for youngest, oldest, what in texts if youngest <= age <= oldest]
    return chance.choice(fitting) if fitting else None


class Usual:
    """One person's ordinary answers: near a level of its own for each topic, drifting slowly."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._levels: dict[str, float] = {}
        self._last: dict[str, Score] = {}

    def answers(self, form: Questionnaire, age: int, told: Mapping[str, Score]) -> dict[str, Score]:
        """Answer a form: item id -> score or silence. told: what the story says, by track.

        Raises ValueError for a track that a child of this age isn't asked about.
        """
        items = form.items_for(age)
        strange = told.keys() - {item.track for item in items}
        if strange:
            raise ValueError(f"{form.code} at {age} does not ask about {', '.join(sorted(strange))}")
        given = {item.id: self._answer(item, form.scale.rules, told.get(item.track)) for item in items}
        self._last = given
        return given

    def _answer(self, item: Item, scale: ScaleRules, told: Score | None) -> Score:
        usual, doubts = self._usual(item, scale), self._chance.random() < _DOES_NOT_KNOW
        if told is not None:
            return told
        before = self._last.get(item.id)
        was_low = isinstance(before, int) and before <= scale.low
        return "dont_know" if doubts and not item.critical and not was_low else usual

    def _usual(self, item: Item, scale: ScaleRules) -> int:
        """Return the answer of an ordinary day. The level is a share of the ordinary range, whatever the form."""
        level = self._levels.get(item.track, self._chance.random())
        if self._chance.random() < _DRIFTS:
            level = min(1.0, max(0.0, level + self._chance.choice((-0.4, 0.4))))
        self._levels[item.track] = level
        low, high = ordinary(scale, critical=item.critical)
        return low + round(level * (high - low))


def ordinary(scale: ScaleRules, *, critical: bool) -> tuple[int, int]:
    """Return the range of ordinary scores: 4-5 of 5, 2-3 of three faces, 6-9 of 10; no doubt on critical items."""
    if scale.three_faces:
        return (3, 3) if critical else (2, 3)
    if scale.maximum - scale.minimum > 5:  # noqa: PLR2004 # more points than words can name: a row of numbers
        return (7, 9) if critical else (6, 9)
    return 4, 5


def carers_view(form: Questionnaire, scale: ScaleRules, told: Mapping[str, Score]) -> dict[str, Score]:
    """Return what carers answer where the child's story is low. told, scale: the child's scores by track, and scale."""
    asked = {item.track for item in form.items}
    low = {track for track, score in told.items() if isinstance(score, int) and score <= scale.low}
    return dict.fromkeys(low & asked, _CARERS_DOUBT)
