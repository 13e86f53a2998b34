"""A file of flag cases: small forms, made-up visits and, if wanted, what ought to come out. The format is in FORMAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

from followup.cli.flag_case_visits import CaseVisit, read_visit
from followup.domain.checking import InvalidQuestionnaire, Reader
from followup.domain.flag_rules import raise_flags
from followup.domain.flags import Flag, Level
from followup.domain.questionnaire import Questionnaire
from followup.domain.rules import FormRules, ItemRules, Rules, ScaleRules
from followup.questionnaires import Library

FORMAT = """\
A file of cases is YAML with these parts:

\b
  forms:   small forms by name; a case may also name a shipped form (barn-8-12)
    m5: {id: barn-8-12, scale: freq5,
         items: {sleep: {}, safe: {critical: true, critical_low: 2, watch: 3, pair: f_safe}}}
    scale is a shipped scale, or its numbers: {min: 1, max: 5, low: 2, very_low: 1, drop: 2, baseline_drop: 2,
    mean_drop: 0.75, min_common: 6}. An item may have low, very_low, critical, critical_low, watch and pair.
  rules:   rule settings that differ from the shipped ones, e.g. {lookback_days: 300}
  cases:   a list of
    - id: any-name
      form: m5
      earlier: a list of visits, oldest first
      now: a visit
      expect: {sleep: {level: talk, rules: [R1]}, _form: ...}   leave it out to see the flags; what is not
              listed must have no flag

\b
A visit has answers: {sleep: 2, safe: declined}, each a score or dont_know, declined, not_asked or not_applicable, and
if wanted
  wants_to_talk: [sleep]            private: true, false, yes, partly or no
  comprehension: not_ready          the practice items failed (or practice: failed, or practice_failed: true)
  carer: {f_safe: 4}                the carers' answers, on the shipped scale of five
  placement: {understanding: own_words, self_blame: no_sign}
Earlier visits may also have days_ago (otherwise 90 per step back), form (another form's id) and version (its major).
"""
_SCALE = ("min", "max", "low", "very_low", "drop", "baseline_drop", "mean_drop", "min_common", "critical_low", "watch")
_LARGEST = 100


@dataclass(frozen=True)
class Case:
    """One case, ready to be judged. expect: per subject (level, rules), or None when nothing is expected."""

    id: str
    form: FormRules
    now: CaseVisit
    earlier: tuple[CaseVisit, ...]
    expect: Mapping[str, tuple[str, tuple[str, ...]]] | None
    questionnaire: Questionnaire | None = None

    def flags(self) -> tuple[Flag, ...]:
        """Return the flags that the rules raise."""
        return raise_flags(
            self.now.sheet,
            [visit.sheet for visit in self.earlier],
            form=self.form,
            carer=self.now.carer,
            visit=self.now.facts,
            earlier_visits=[visit.facts for visit in self.earlier],
        )

    def differences(self) -> list[str]:
        """Return a line for each subject whose flag is not the expected one."""
        found = {flag.subject: (str(flag.level), flag.rules) for flag in self.flags()}
        expected = self.expect or {}
        return [
            f"{subject}: expected {_shown(expected.get(subject))}, got {_shown(found.get(subject))}"
            for subject in sorted({*found, *expected})
            if found.get(subject) != expected.get(subject)
        ]


def _shown(flag: tuple[str, tuple[str, ...]] | None) -> str:
    return f"{flag[0]} ({', '.join(flag[1])})" if flag else "no flag"


def read_cases(definition: Mapping[str, object], library: Library, *, source: str) -> tuple[list[Case], list[str]]:
    """Return the usable cases and the problems of the others, each naming file, case and field.

    Raises InvalidQuestionnaire when the forms or rules can't be used, since every case leans on them.
    """
    notes: list[str] = []
    whole = Reader(definition, source, notes)
    whole.keys(("cases",), ("forms", "rules"))
    settings = _settings(whole, library.common.rules)
    forms = (
        {name: _form(name, form, library, settings) for name, form in whole.mappings("forms").items()}
        if whole.has("forms")
        else {}
    )
    rows = whole.rows("cases", named="case", least=1)
    if notes:
        raise InvalidQuestionnaire(notes)
    cases: list[Case] = []
    for row in rows:
        problems: list[str] = []
        case = _case(Reader(row.values, row.place, problems), forms, library)
        notes += problems
        if case and not problems:
            cases.append(case)
    return cases, notes


def _settings(whole: Reader, shipped: Rules) -> Rules:
    if not whole.has("rules"):
        return shipped
    rules = whole.child("rules")
    names = [each.name for each in fields(Rules)]
    rules.keys((), names)
    found = {name: rules.number(name, 0.01, 10_000) for name in names if rules.has(name)}
    whole_numbers = {name: int(value) for name, value in found.items() if value and name != "skipped_share"}
    share = found.get("skipped_share") or shipped.skipped_share
    return replace(shipped, **whole_numbers, skipped_share=share)


def _form(name: str, form: Reader, library: Library, settings: Rules) -> FormRules:
    form.keys(("scale", "items"), ("id", "version"))
    scale = _scale(form, library)
    items = {item_id: _item(item_id, item, scale) for item_id, item in form.mappings("items").items()}
    return FormRules(form.string("id") or name, form.integer("version", 0, _LARGEST) or 1, scale, items, settings)


def _scale(form: Reader, library: Library) -> ScaleRules:
    if not isinstance(form.values.get("scale"), Mapping):
        return library.common.scales[form.choice("scale", list(library.common.scales)) or "freq5"].rules
    scale = form.child("scale")
    scale.keys(("min", "max", "low", "drop", "mean_drop", "min_common"), _SCALE)
    whole = {key: scale.integer(key, 0, _LARGEST) for key in _SCALE if key != "mean_drop"}
    return ScaleRules(
        minimum=whole["min"] or 0,
        maximum=whole["max"] or 1,
        low=whole["low"] or 0,
        very_low=whole["very_low"],
        drop=whole["drop"] or 1,
        baseline_drop=whole["baseline_drop"],
        mean_drop=scale.number("mean_drop", 0.01, _LARGEST) or 1,
        min_common=whole["min_common"] or 1,
        critical_low=whole["critical_low"],
        watch=whole["watch"],
    )


def _item(item_id: str, item: Reader, scale: ScaleRules) -> ItemRules:
    item.keys((), ("critical", "low", "very_low", "critical_low", "watch", "pair"))
    score = {key: item.integer(key, 0, _LARGEST) for key in ("low", "very_low", "critical_low", "watch")}
    critical = item.boolean("critical")
    if critical and score["critical_low"] is None and scale.critical_low is None:
        item.note("critical_low", "critical items need a critical_low value")
    usual = replace(scale, **{key: value for key, value in score.items() if value is not None})
    return ItemRules(
        id=item_id,
        low=usual.low,
        very_low=usual.very_low,
        critical=critical,
        critical_low=usual.critical_low,
        watch=usual.watch,
        pairs_with=item.string("pair"),
    )


def _case(row: Reader, forms: Mapping[str, FormRules], library: Library) -> Case | None:
    row.keys(("id", "form", "now"), ("earlier", "expect", "note"))
    name = row.choice("form", [*forms, *library.forms])
    if not name:
        return None
    shipped = None if name in forms else library.forms[name]
    form = shipped.flag_rules if shipped else forms[name]
    carer_scale = library.carer_form.scale.rules
    aliases = {key: known.form for key, known in forms.items()}
    past = row.rows("earlier")
    earlier = [
        read_visit(visit, form, carer_scale, steps_back=len(past) - number, aliases=aliases)
        for number, visit in enumerate(past)
    ]
    return Case(
        id=row.string("id"),
        form=form,
        now=read_visit(row.child("now"), form, carer_scale, steps_back=0, aliases=aliases),
        earlier=tuple(earlier),
        expect=_expected(row) if "expect" in row.values else None,
        questionnaire=shipped,
    )


def _expected(row: Reader) -> dict[str, tuple[str, tuple[str, ...]]]:
    expected = {}
    for subject, flag in row.mappings("expect").items():
        flag.keys(("level", "rules"))
        rules = flag.values.get("rules")
        listed: Sequence[object] = rules if isinstance(rules, list) else []
        expected[subject] = (flag.choice("level", list(Level)), tuple(sorted(map(str, listed))))
    return expected
