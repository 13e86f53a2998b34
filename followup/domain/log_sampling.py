"""A month's sample of the access log: which occasions are drawn, by which rules. Pure, and the same every time.

The draw is by a keyed hash of each occasion, so that nobody without the key can foretell it, and with the key anybody
can repeat it. It does not depend on the order in which occasions come.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from followup.domain.questionnaire import Text

JUDGEMENTS: Final = ("in_order", "ask", "reported")
"""What a reviewer may make of an occasion: in order, to be asked about, reported."""

FOR_ALL: Final = frozenset({"own_team", "random"})
"""Rules that look at every occasion on which a child was opened."""


@dataclass(frozen=True)
class SampleRule:
    """A rule of the sample in one version. share: 0-1 of what it looks at; least, most: bounds of how many are drawn.

    per: "team" draws for each team by itself, "" for the organisation. values: what else the rule has to know.
    """

    code: str
    text: Text
    about: Text
    since: date
    until: date | None = None
    share: float = 1.0
    least: int = 0
    most: int = 0
    per: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def holds_on(self, day: date) -> bool:
        """Whether the version is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)

    def number(self, among: int) -> int:
        """Say how many are drawn among so many."""
        return min(among, self.most, max(self.least, math.ceil(among * self.share)))


@dataclass
class Occasion:
    """What one user did about one child on one day. child_id: None for tries that were refused.

    team_id: the child's. facts: codes of the rules that look at it. lines, first_line, last_line: of the log.
    """

    actor_id: UUID
    child_id: UUID | None
    day: date
    first_at: datetime
    last_at: datetime
    first_line: int
    last_line: int
    lines: int = 0
    why: set[str] = field(default_factory=set)
    odd_hours: bool = False
    team_id: UUID | None = None
    facts: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """What is drawn by: the same for the same occasion whenever it is asked."""
        return f"{self.actor_id}:{self.child_id}:{self.day}"

    def add(self, line: int, at: datetime) -> None:
        """Count one line of the log."""
        self.lines += 1
        self.first_line, self.last_line = min(self.first_line, line), max(self.last_line, line)
        self.first_at, self.last_at = min(self.first_at, at), max(self.last_at, at)

    def meets(self, rule: str) -> bool:
        """Whether a rule looks at it."""
        return rule in self.facts or (rule in FOR_ALL and self.child_id is not None)


@dataclass(frozen=True)
class Drawn:
    """An occasion that was drawn, and the codes of the rules that drew it."""

    occasion: Occasion
    rules: tuple[str, ...]


def draw(rules: Sequence[SampleRule], occasions: Iterable[Occasion], key: bytes) -> list[Drawn]:
    """Draw a sample. First what the earliest rules drew, then by day: what weighs most is read first."""
    all_of_them = list(occasions)
    by: defaultdict[str, list[str]] = defaultdict(list)
    for rule in rules:
        for group in _groups(rule, [each for each in all_of_them if each.meets(rule.code)]):
            ordered = sorted(group, key=lambda each: _lot(key, rule.code, each))
            for each in ordered[: rule.number(len(ordered))]:
                by[each.name].append(rule.code)
    places = {rule.code: place for place, rule in enumerate(rules)}
    drawn = [Drawn(each, tuple(by[each.name])) for each in all_of_them if each.name in by]
    return sorted(drawn, key=lambda each: (places[each.rules[0]], each.occasion.first_at, each.occasion.name))


def _groups(rule: SampleRule, occasions: list[Occasion]) -> list[list[Occasion]]:
    if rule.per != "team":
        return [occasions]
    groups: defaultdict[UUID | None, list[Occasion]] = defaultdict(list)
    for each in occasions:
        groups[each.team_id].append(each)
    return list(groups.values())


def _lot(key: bytes, rule: str, occasion: Occasion) -> bytes:
    return hmac.new(key, f"{rule}:{occasion.name}".encode(), hashlib.sha256).digest()
