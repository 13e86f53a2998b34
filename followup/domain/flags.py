"""Flags: what a visit's answers ask a person to do, each with its reasons in values. The rules are in flag_rules.py.

A flag is no diagnosis and no score. It says "talk about this", and what made it say so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

FORM = "_form"  # the subject of a flag on the whole form or visit


class Level(StrEnum):
    """What a flag asks for, mildest first. Compare by `rank`: as strings they would sort by the alphabet."""

    INFO = "info"
    TALK = "talk"
    FOLLOW_UP = "follow_up"
    ESCALATE = "escalate"

    @property
    def rank(self) -> int:
        """0 for info to 3 for escalate."""
        return list(Level).index(self)


@dataclass(frozen=True)
class Reason:
    """One rule that fired. values: plain JSON values, enough to put it into words and to check it by hand.

    About an item, values hold `now` and `max`, or `status` when there is no score, and `before` when the child
    answered it at an earlier comparable visit; `passed` is the number of visits since then, when there were any.
    """

    rule: str
    level: Level
    values: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return what is stored."""
        return {"rule": self.rule, "level": str(self.level), "values": dict(self.values)}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> Reason:
        """Read back what as_json() gave."""
        values = stored.get("values")
        return cls(str(stored["rule"]), Level(str(stored["level"])), values if isinstance(values, Mapping) else {})


@dataclass(frozen=True)
class Flag:
    """One per subject and visit: an item's id, or FORM. The level is the highest of its reasons."""

    subject: str
    reasons: tuple[Reason, ...]
    critical: bool = False

    @property
    def level(self) -> Level:
        """The highest level among the reasons."""
        return max((reason.level for reason in self.reasons), key=lambda level: level.rank)

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that fired, sorted."""
        return tuple(sorted(reason.rule for reason in self.reasons))

    @property
    def score(self) -> int | None:
        """The score at this visit, or None for no answer or a flag on the whole form."""
        return self._number("now")

    @property
    def before(self) -> int | None:
        """The latest earlier score, or None."""
        return self._number("before")

    @property
    def passed(self) -> int:
        """How many visits there have been since the earlier score, 0 when it is from the last one."""
        return self._number("passed") or 0

    @property
    def fall(self) -> int:
        """How many steps lower than the answer before, 0 when it has not fallen or can't be compared."""
        now, before = self.score, self.before
        return max(0, before - now) if now is not None and before is not None else 0

    def _number(self, key: str) -> int | None:
        found = next((reason.values[key] for reason in self.reasons if key in reason.values), None)
        return found if isinstance(found, int) else None


def gather(reasons: Iterable[tuple[str, Reason]], *, critical: Iterable[str] = ()) -> tuple[Flag, ...]:
    """Return one flag per subject from (subject, reason) pairs, in order of subject; reasons in order of rule."""
    by_subject: dict[str, list[Reason]] = defaultdict(list)
    for subject, reason in reasons:
        by_subject[subject].append(reason)
    weighty = set(critical)
    return tuple(
        Flag(subject, tuple(sorted(found, key=lambda reason: reason.rule)), subject in weighty)
        for subject, found in sorted(by_subject.items())
    )
