"""The numbers behind the flags: where low begins, how big a fall is more than noise, how far back to look.

Why these numbers and no others is argued in docs/questionnaires.md. They are the municipality's to change, except
that a critical item always has a value at which it is raised with the team lead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

THREE_FACES = 3


@dataclass(frozen=True)
class Rules:
    """Settings that hold for every form.

    lookback_days: older visits are not compared with (days).
    persist_follow_up: low at this many answered visits in a row is followed up.
    persist_escalate: at this many, and every multiple of it, it is raised with the team lead.
    baseline_min_n, baseline_max_n: how many earlier answers make the child's own usual level (newest first).
    skipped_share: share of the applicable items, 0 to 1, that may be unanswered before it is worth a talk.
    pair_high_norm, pair_low_norm: on 0-100, where the other informant counts as high or low.
    straightline_min_items: so many equal answers are noted.
    talk_shown_first: so many prompts of level talk are shown; the rest are folded.
    """

    lookback_days: int = 400
    persist_follow_up: int = 2
    persist_escalate: int = 3
    baseline_min_n: int = 3
    baseline_max_n: int = 6
    skipped_share: float = 0.4
    pair_high_norm: int = 75
    pair_low_norm: int = 25
    straightline_min_items: int = 8
    talk_shown_first: int = 5


@dataclass(frozen=True)
class ScaleRules:
    """A scale's ends and its usual thresholds; `None` switches a rule off for the scale.

    Thresholds are scores ("at or below"); drop, baseline_drop and mean_drop are steps on the scale.
    """

    minimum: int
    maximum: int
    low: int
    very_low: int | None
    drop: int
    baseline_drop: int | None
    mean_drop: float
    min_common: int
    critical_low: int | None = None
    watch: int | None = None

    @property
    def three_faces(self) -> bool:
        """Whether it is the scale of the youngest, who answer at the ends: some rules are milder or off."""
        return self.maximum - self.minimum + 1 == THREE_FACES

    def holds(self, score: int) -> bool:
        """Tell whether the score exists on the scale."""
        return self.minimum <= score <= self.maximum

    def normalise(self, score: int) -> float:
        """Return the score on 0-100, the one way to compare two scales."""
        return 100 * (score - self.minimum) / (self.maximum - self.minimum)


@dataclass(frozen=True)
class ItemRules:
    """One item's thresholds, all scores on the form's scale ("at or below").

    A critical item has critical_low (raised with the team lead) and watch (talked about).
    pairs_with: id of the carer's item on the same topic, or "".
    """

    id: str
    low: int
    very_low: int | None = None
    critical: bool = False
    critical_low: int | None = None
    watch: int | None = None
    pairs_with: str = ""


@dataclass(frozen=True)
class FormRules:
    """All that the flag rules need to know about a form."""

    form: str
    major: int
    scale: ScaleRules
    items: Mapping[str, ItemRules]
    settings: Rules
