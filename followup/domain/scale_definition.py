"""Reading scales and the numbers of the rules from definitions."""

from __future__ import annotations

from dataclasses import fields

from followup.domain.checking import Reader
from followup.domain.questionnaire import NO_TEXT, Scale, ScalePoint
from followup.domain.rules import Rules, ScaleRules

_LARGEST = 100
_KINDS = ("faces", "buttons", "number_row")
_THRESHOLDS = ("low", "very_low", "critical_low", "watch")
_FALLS = ("drop", "baseline_drop", "mean_drop", "min_common")


def read_scale(code: str, scale: Reader, *, stored: bool = False) -> Scale:
    """Return the scale with this code; problems are noted on the reader.

    stored: the scale comes from a stored form, where its code stands among its fields.
    """
    kind = scale.choice("kind", _KINDS)
    ends = ("min", "max", "anchors") if kind == "number_row" else ("points",)
    scale.keys(("kind", "rules", *ends), ("two_step", *(("code",) if stored else ())))
    points = _numbered(scale) if kind == "number_row" else _labelled(scale)
    values = [point.value for point in points]
    if values != list(range(values[0], values[0] + len(values))):
        scale.note("points", "values must follow one another from the lowest: 1, 2, 3 ...")
    rules = _scale_rules(scale.child("rules"), min(values), max(values))
    return Scale(code, kind, points, rules, scale.boolean("two_step"))


def read_rules(settings: Reader) -> Rules:
    """Return the rule settings; every one must be there."""
    known = Rules()
    names = [each.name for each in fields(Rules)]
    settings.keys(names)
    found = {name: settings.integer(name, 1, 10_000) for name in names if name != "skipped_share"}
    whole = {name: value for name, value in found.items() if value is not None}
    return Rules(**(whole | {"skipped_share": settings.number("skipped_share", 0.01, 1) or known.skipped_share}))  # type: ignore[arg-type] # names and types come from Rules itself


def _numbered(scale: Reader) -> tuple[ScalePoint, ...]:
    low, high = scale.integer("min", 0, _LARGEST), scale.integer("max", 0, _LARGEST)
    anchors = {name: anchor.as_text() for name, anchor in scale.mappings("anchors").items()}
    if low is None or high is None or low >= high:
        scale.note("max", "must be above min")
        return (ScalePoint(0, NO_TEXT), ScalePoint(1, NO_TEXT))
    for name in anchors:
        if name not in {str(value) for value in range(low, high + 1)}:
            scale.note(f"anchors.{name}", "is not on the scale")
    return tuple(ScalePoint(value, anchors.get(str(value), NO_TEXT)) for value in range(low, high + 1))


def _labelled(scale: Reader) -> tuple[ScalePoint, ...]:
    points = []
    for row in scale.rows("points", least=2):
        value = row.integer("value", 0, _LARGEST)
        points.append(ScalePoint(value or 0, row.as_text(("value", "symbol")), row.string("symbol")))
    return tuple(points) or (ScalePoint(0, NO_TEXT), ScalePoint(1, NO_TEXT))


def _scale_rules(rules: Reader, minimum: int, maximum: int) -> ScaleRules:
    rules.keys((*_THRESHOLDS, *_FALLS))
    score = {name: rules.integer(name, minimum, maximum - 1) for name in _THRESHOLDS}
    steps = maximum - minimum
    for name in ("low", "drop", "mean_drop", "min_common"):
        if name in rules.values and not rules.has(name):
            rules.note(name, "needs a value")
    return ScaleRules(
        minimum=minimum,
        maximum=maximum,
        low=score["low"] if score["low"] is not None else minimum,
        very_low=score["very_low"],
        drop=rules.integer("drop", 1, steps) or steps,
        baseline_drop=rules.integer("baseline_drop", 1, steps),
        mean_drop=rules.number("mean_drop", 0.1, steps) or steps,
        min_common=rules.integer("min_common", 1, _LARGEST) or 1,
        critical_low=score["critical_low"],
        watch=score["watch"],
    )
