"""From a definition (what a YAML file or the database holds) to a Questionnaire, with every problem told at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence

from followup.domain.checking import InvalidQuestionnaire, Reader
from followup.domain.questionnaire import ClosingQuestion, Common, Item, Practice, Questionnaire, Scale
from followup.domain.rules import ItemRules, ScaleRules
from followup.domain.scale_definition import read_rules, read_scale

SCHEMA = "followup-questionnaire/1"
_REQUIRED = ("schema", "id", "version", "status", "licence", "respondent", "age", "scale", "title", "intro", "items")
_OPTIONAL = ("recall", "privacy", "read_aloud", "practice")
_OLDEST = 25  # some stay in their home a while after 20


def parse(
    definition: Mapping[str, object], common: Common, *, source: str, carer_items: Collection[str] | None = None
) -> Questionnaire:
    """Return the questionnaire that a file defines.

    source: the file's name, which every problem begins with. carer_items: ids that pairs_with may name; None leaves
    pairs_with unchecked. Raises InvalidQuestionnaire with all problems.
    """
    notes: list[str] = []
    form = Reader(definition, source, notes)
    form.keys(_REQUIRED, _OPTIONAL)
    name = form.choice("scale", list(common.scales))
    _check_topics(form, common, carer_items)
    whole = dict(definition) | {
        "scale": {"code": name, **_section(common.source, "scales", name)},
        "rules": common.source.get("rule_settings", {}),
    }
    if definition.get("respondent") == "child":
        whole["closing"] = common.source.get("closing_questions", [])
    return _build(whole, source, notes, common.scales.get(name))


def read_stored(definition: str) -> Questionnaire:
    """Return the questionnaire whose whole definition was stored as JSON (Questionnaire.definition)."""
    notes: list[str] = []
    whole = json.loads(definition)
    source = f"stored form {whole['id']} {whole['version']}"
    scale = Reader(whole["scale"], source, notes, path="scale")
    return _build(whole, source, notes, read_scale(whole["scale"]["code"], scale, stored=True))


def canonical(definition: Mapping[str, object]) -> str:
    """Return the definition as JSON in the one form that is hashed and stored: sorted keys, no spaces."""
    plain = json.loads(json.dumps(definition))  # number keys become text first, or they would sort differently
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def definition_hash(definition: Mapping[str, object]) -> str:
    """Return the SHA-256, in hex, of the canonical JSON of a definition."""
    return hashlib.sha256(canonical(definition).encode()).hexdigest()


def weakened(shipped: Questionnaire, changed: Questionnaire) -> list[str]:
    """Return what a municipality's version of a shipped form takes away from the protection of critical items.

    Items may be added and thresholds raised; a critical item may not be removed, made ordinary or given a lower
    critical_low, because a low answer there must reach the team lead everywhere.
    """
    problems = []
    for item in shipped.items:
        if not item.critical:
            continue
        now = changed.item(item.id)
        if now is None or not now.critical:
            problems.append(f"{changed.code}, item {item.id}: must stay, and stay critical; put it back")
        elif (now.rules.critical_low or 0) < (least := item.rules.critical_low or 0):
            problems.append(f"{changed.code}, item {item.id}, threshold.critical_low: may not be below {least}")
    return problems


def _section(source: Mapping[str, object], section: str, name: str) -> Mapping[str, object]:
    values = source.get(section)
    found = values.get(name) if isinstance(values, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _check_topics(form: Reader, common: Common, carer_items: Collection[str] | None) -> None:
    for row in form.rows("items", named="item"):
        row.choice("domain", list(common.domains))
        row.choice("track", list(common.tracks))
        if carer_items is not None and row.has("pairs_with"):
            row.choice("pairs_with", list(carer_items))


def _build(whole: Mapping[str, object], source: str, notes: list[str], scale: Scale | None) -> Questionnaire:
    form = Reader(whole, source, notes)
    age = form.child("age") if form.has("age") else Reader({}, source, notes, path="age")
    if form.has("age"):
        age.keys(("min", "max"))
    youngest, oldest = age.integer("min", 0, _OLDEST), age.integer("max", 0, _OLDEST)
    if youngest is not None and oldest is not None and youngest > oldest:
        age.note("min", f"is above max; choose a value up to {oldest}")
    form.choice("schema", (SCHEMA,))
    built = Questionnaire(
        code=form.string("id", r"[a-z0-9-]+", "use small letters a-z, digits and hyphens"),
        version=form.string("version", r"\d+\.\d+\.\d+", "write three numbers, for example 1.0.0"),
        status=form.choice("status", ("draft", "active", "retired")),
        licence=form.string("licence"),
        respondent=form.choice("respondent", ("child", "carer")),
        age_min=youngest or 0,
        age_max=oldest or 0,
        scale=scale or _NO_SCALE,
        title=form.text("title"),
        intro=form.text("intro"),
        items=_items(form, scale),
        rules=read_rules(form.child("rules")),
        recall=form.text("recall"),
        privacy=form.text("privacy"),
        read_aloud=form.choice("read_aloud", ("always", "offered", "none")) or "none",
        practice=tuple(_practice(row) for row in form.rows("practice", named="practice item")),
        closing=read_closing(form.rows("closing")),
        definition=canonical(whole) if not notes else "",
        sha256=definition_hash(whole) if not notes else "",
    )
    if notes:
        raise InvalidQuestionnaire(list(dict.fromkeys(notes)))
    return built


_NO_SCALE = Scale("", "", (), ScaleRules(0, 1, 0, None, 1, None, 1, 1))


def _items(form: Reader, scale: Scale | None) -> tuple[Item, ...]:
    rows = form.rows("items", named="item", least=1)
    _note_doubles(form, [str(row.values.get("id")) for row in rows if row.has("id")])
    return tuple(_item(row, (scale or _NO_SCALE).rules, checked=scale is not None) for row in rows)


def _note_doubles(form: Reader, ids: Sequence[str]) -> None:
    for item_id in sorted({each for each in ids if ids.count(each) > 1}):
        form.note(f"item {item_id}", "the id is used more than once; give each item its own")


def _item(row: Reader, scale: ScaleRules, *, checked: bool) -> Item:
    row.keys(
        ("id", "track", "domain", "text", "prompt"),
        ("critical", "threshold", "hint", "guidance", "pictogram", "ask_if", "pairs_with"),
    )
    ask_if = row.child("ask_if") if row.has("ask_if") else None
    if ask_if:
        ask_if.keys(("age_min",))
    name = r"[a-z][a-z0-9_]*"
    return Item(
        id=(item_id := row.string("id", name, "use small letters a-z, digits and _, a letter first")),
        track=row.string("track"),
        domain=row.string("domain"),
        text=row.text("text"),
        prompt=row.text("prompt"),
        rules=_item_rules(row, item_id, scale, checked=checked),
        hint=row.text("hint"),
        guidance=row.text("guidance"),
        pictogram=row.string("pictogram", name, "name a drawing with small letters"),
        age_min=ask_if.integer("age_min", 0, _OLDEST) if ask_if else None,
    )


def _item_rules(row: Reader, item_id: str, scale: ScaleRules, *, checked: bool) -> ItemRules:
    critical = row.boolean("critical")
    threshold = row.child("threshold") if row.has("threshold") else Reader({}, row.place, row.notes, path="threshold")
    threshold.keys((), ("low", "critical_low", "watch"))
    rules = ItemRules(
        id=item_id,
        low=_score(threshold, "low", scale, checked=checked, default=scale.low),
        very_low=scale.very_low,
        critical=critical,
        critical_low=threshold.integer("critical_low", scale.minimum, scale.maximum - 1) if checked else None,
        watch=threshold.integer("watch", scale.minimum, scale.maximum - 1) if checked else None,
        pairs_with=row.string("pairs_with"),
    )
    _check_critical(threshold, scale, critical=critical)
    return rules


def _score(threshold: Reader, key: str, scale: ScaleRules, *, checked: bool, default: int) -> int:
    found = threshold.integer(key, scale.minimum, scale.maximum - 1) if checked else None
    return default if found is None else found


def _check_critical(threshold: Reader, scale: ScaleRules, *, critical: bool) -> None:
    usual = {"critical_low": scale.critical_low, "watch": scale.watch}
    for key, value in usual.items():
        if critical and not threshold.has(key):
            article = "an" if key[0] in "aeiou" else "a"
            threshold.note(key, f"critical items need {article} {key} value; add {key}: {value}")
        elif not critical and threshold.has(key):
            threshold.note(key, "has no effect unless the item is critical; remove it or add critical: true")
    lower, upper = (threshold.values.get(key) for key in usual)
    if isinstance(lower, int) and isinstance(upper, int) and lower > upper:
        threshold.note("watch", f"is below critical_low; raise it to at least {lower}")


def _practice(row: Reader) -> Practice:
    row.keys(("id", "sv", "en", "expect"))
    return Practice(row.string("id"), row.as_text(("id", "expect")), row.choice("expect", ("high", "low", "any")))


def read_closing(rows: Sequence[Reader]) -> tuple[ClosingQuestion, ...]:
    """Return the closing questions that the rows define."""
    return tuple(ClosingQuestion(row.string("id"), row.as_text(("id",))) for row in rows)
