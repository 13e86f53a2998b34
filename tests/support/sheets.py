"""Small forms and answer sheets for tests of the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from followup.domain.answers import Answer, AnswerSheet, Status
from followup.domain.rules import FormRules, ItemRules, Rules, ScaleRules

TODAY = dt.date(2026, 11, 21)
FACES = ScaleRules(1, 3, low=1, very_low=None, drop=2, baseline_drop=None, mean_drop=0.6, min_common=5)
FIVE = ScaleRules(1, 5, low=2, very_low=1, drop=2, baseline_drop=2, mean_drop=0.75, min_common=6)
LADDER = ScaleRules(0, 10, low=4, very_low=2, drop=4, baseline_drop=4, mean_drop=1.6, min_common=6)


def form(
    scale: ScaleRules,
    items: Collection[str] = ("sleep", "friends", "mood"),
    critical: Mapping[str, tuple[int, int]] | None = None,
    pairs: Mapping[str, str] | None = None,
) -> FormRules:
    """A form with these items; critical gives (critical_low, watch), pairs the carers' item, both by item."""
    lines = critical or {}
    rules = {
        item: ItemRules(
            item,
            low=scale.low,
            very_low=scale.very_low,
            critical=item in lines,
            critical_low=lines[item][0] if item in lines else None,
            watch=lines[item][1] if item in lines else None,
            pairs_with=(pairs or {}).get(item, ""),
        )
        for item in [*items, *(item for item in lines if item not in items)]
    }
    return FormRules("test-form", 1, scale, rules, Rules())


def sheet(
    rules: FormRules,
    answers: Mapping[str, int | str],
    *,
    days_ago: int = 0,
    ready: bool = True,
    wants_to_talk: Collection[str] = (),
) -> AnswerSheet:
    """A sheet so many days before TODAY; an answer is a score or a status code."""
    by_item = {
        item: Answer(item, value, wants_to_talk=item in wants_to_talk)
        if isinstance(value, int)
        else Answer(item, status=Status(value), wants_to_talk=item in wants_to_talk)
        for item, value in answers.items()
    }
    return AnswerSheet(rules.form, rules.major, rules.scale, TODAY - dt.timedelta(days=days_ago), by_item, ready)
