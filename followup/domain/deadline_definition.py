"""Reading the dated rules: nested mappings from a YAML file become rules, with every problem noted at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from followup.domain.checking import InvalidQuestionnaire, Reader
from followup.domain.deadlines import ANCHORS, KINDS, Interval, Rule, Version
from followup.domain.questionnaire import Text

_ID = r"[a-z][a-z0-9_]*"
_NONE = Interval()


@dataclass(frozen=True)
class MilestoneKind:
    """Something that happens and is recorded with its day. ends: the decision that it puts an end to; "" for none."""

    code: str
    text: Text
    ends: str = ""


@dataclass(frozen=True)
class LegalBasis:
    """What a code of the data model is called in law from a day on."""

    since: date
    text: str


@dataclass(frozen=True)
class RuleBook:
    """The dated rules, what they count from and are met by, and the names of legal bases."""

    rules: tuple[Rule, ...]
    milestones: Mapping[str, MilestoneKind]
    bases: Mapping[str, tuple[LegalBasis, ...]]

    def basis(self, code: str, on: date) -> str:
        """Return the words for a legal basis on a day, "LVU 2 §"; the code itself for one without words."""
        words = [each.text for each in self.bases.get(code, ()) if each.since <= on]
        return words[-1] if words else code

    def basis_words(self, on: date) -> dict[str, str]:
        """Return the words for all legal bases on a day."""
        return {code: self.basis(code, on) for code in self.bases}

    def rule(self, rule_id: str) -> Rule:
        """Return a rule. Raises KeyError."""
        return next(rule for rule in self.rules if rule.id == rule_id)


def parse_rules(definition: object, *, source: str) -> RuleBook:
    """Return the rules of a file. Raises InvalidQuestionnaire with one line per thing to put right."""
    notes: list[str] = []
    reader = Reader(definition, source, notes)
    reader.keys({"legal_bases", "milestones", "rules"}, {"free_last_day"})
    moved_by = reader.string("free_last_day") if reader.has("free_last_day") else ""
    milestones = {code: _milestone(code, row) for code, row in reader.mappings("milestones").items()}
    rules = tuple(_rule(row, milestones, moved_by) for row in reader.rows("rules", named="rule", least=1))
    for earlier, later in pairwise(sorted(rule.id for rule in rules)):
        if earlier == later:
            notes.append(f"{source}, rule {earlier}: is there twice; a rule that changes has several versions")
    notes += [
        f"{source}, milestones.{each.code}.ends: {each.ends} is no milestone"
        for each in milestones.values()
        if each.ends and each.ends not in milestones
    ]
    basis_reader = reader.child("legal_bases")
    bases = {str(code): tuple(_bases(basis_reader, str(code))) for code in basis_reader.values}
    if notes:
        raise InvalidQuestionnaire(notes)
    return RuleBook(rules, milestones, bases)


def _milestone(code: str, row: Reader) -> MilestoneKind:
    row.keys({"text"}, {"ends"})
    return MilestoneKind(code, row.text("text"), row.string("ends", _ID) if row.has("ends") else "")


def _bases(reader: Reader, code: str) -> Iterator[LegalBasis]:
    for row in reader.rows(code, least=1):
        row.keys({"from", "text"})
        yield LegalBasis(_day(row, "from") or date.min, row.string("text"))


_RULE_KEYS = {"id", "kind", "name", "calendar", "counts_from", "versions"}
_RULE_EXTRAS = {
    "met_by", "starts", "ends", "bases", "homes", "until_age", "by_plan", "remind", "points_before", "stays",
}  # fmt: skip


def _rule(row: Reader, milestones: Collection[str], moved_by: str) -> Rule:
    row.keys(_RULE_KEYS, _RULE_EXTRAS)
    counts_from, kind = row.choice("counts_from", ANCHORS), row.choice("kind", KINDS)
    starts, ends = _codes(row, "starts", milestones), _codes(row, "ends", milestones)
    if counts_from in {"event", "decision"} and not starts:
        row.note("starts", f"is missing; name the milestones that this {counts_from} is recorded as")
    if counts_from == "decision" and not ends:
        row.note("ends", "is missing; name the milestones that end the decision")
    return Rule(
        id=row.string("id", _ID, "use small letters, digits and _"),
        kind=kind,
        name=row.text("name"),
        calendar=row.text("calendar"),
        counts_from=counts_from,
        versions=_versions(row),
        met_by=_codes(row, "met_by", milestones),
        starts=starts,
        ends=ends,
        bases=_codes(row, "bases"),
        homes=_codes(row, "homes"),
        until_age=row.integer("until_age", 1, 30) if row.has("until_age") else None,
        by_plan=row.boolean("by_plan"),
        remind=_interval(row, "remind"),
        points_before=_interval(row, "points_before"),
        moved_by=moved_by if kind == "law" and not row.boolean("stays") else "",
    )


def _versions(row: Reader) -> tuple[Version, ...]:
    versions = tuple(_version(each) for each in row.rows("versions", least=1))
    for earlier, later in pairwise(versions):
        if earlier.until is None or later.since < earlier.until:
            row.note("versions", f"the one from {later.since} begins before the one before it has ended; oldest first")
    return versions


def _version(row: Reader) -> Version:
    row.keys({"from", "law", "first"}, {"until", "again", "explained", "points"})
    since, until = _day(row, "from") or date.min, _day(row, "until")
    if until and until <= since:
        row.note("until", "must be later than from: it is the first day on which the rule no longer holds")
    return Version(
        since=since,
        until=until,
        law=row.string("law"),
        first=_interval(row, "first"),
        again=_interval(row, "again") if row.has("again") else None,
        explained=row.text("explained"),
        points=tuple(point.as_text() for point in row.rows("points")),
    )


def _interval(row: Reader, key: str) -> Interval:
    if not row.has(key):
        return _NONE
    part = row.child(key)
    part.keys((), {"years", "months", "days", "workdays"})
    counted = {name: part.integer(name, 0, 10_000) or 0 for name in ("years", "months", "days", "workdays")}
    if not any(counted.values()):
        part.note("", "must say how long: years, months, days or workdays")
    return Interval(12 * counted["years"] + counted["months"], counted["days"], counted["workdays"])


def _codes(row: Reader, key: str, known: Collection[str] = ()) -> tuple[str, ...]:
    value = row.values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        row.note(key, "must be a list of codes: [first, second]")
        return ()
    for each in value:
        if known and each not in known:
            row.note(key, f"{each} is no milestone; add it to milestones or correct the spelling")
    return tuple(value)


def _day(row: Reader, key: str) -> date | None:
    value = row.values.get(key)
    if value is not None and type(value) is not date:
        row.note(key, "must be a date: 2025-07-01")
        return None
    return value
