"""Reading the definition of the placement check."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from followup.domain.checking import InvalidQuestionnaire, Reader
from followup.domain.definition import canonical, definition_hash
from followup.domain.placement_check import REASONS, SELF_BLAME, UNDERSTANDING, AskBlock, PlacementCheckForm
from followup.domain.questionnaire import Text
from followup.domain.retelling import RETELL_CODES

SCHEMA = "followup-placement-check/1"
_FIELDS = ("child_words", "told_today", "retold", "next_step")
_OLDEST = 25


def parse_placement_check(definition: Mapping[str, object], *, source: str) -> PlacementCheckForm:
    """Return the check that a file defines. Raises InvalidQuestionnaire with all problems, beginning with `source`."""
    notes: list[str] = []
    check = Reader(definition, source, notes)
    check.keys(("schema", "id", "version", "status", "licence", "ask", "record", "retell_when"))
    check.choice("schema", (SCHEMA,))
    record = check.child("record")
    record.keys(("understanding", "self_blame", "not_asked_reason", *_FIELDS))
    built = PlacementCheckForm(
        code=check.string("id"),
        version=check.string("version", r"\d+\.\d+\.\d+", "write three numbers, for example 1.0.0"),
        status=check.choice("status", ("draft", "active", "retired")),
        ask=tuple(_ask(row) for row in check.rows("ask", least=1)),
        understanding=_labels(record, "understanding", UNDERSTANDING),
        self_blame=_labels(record, "self_blame", SELF_BLAME),
        reasons=_labels(record, "not_asked_reason", REASONS),
        fields={name: record.text(name) for name in _FIELDS},
        retell_when=_labels(check, "retell_when", RETELL_CODES),
        definition=canonical(definition),
        sha256=definition_hash(definition),
    )
    if notes:
        raise InvalidQuestionnaire(notes)
    return built


def _labels(parent: Reader, key: str, codes: Collection[str]) -> dict[str, Text]:
    if not parent.has(key):
        return {}
    parent.child(key).keys(codes)
    return {code: row.as_text() for code, row in parent.mappings(key).items()}


def _ask(row: Reader) -> AskBlock:
    row.keys(("ages", "open", "self_blame", "always_say"), ("if_own_behaviour",))
    ages = row.child("ages")
    ages.keys(("min", "max"))
    return AskBlock(
        age_min=ages.integer("min", 0, _OLDEST) or 0,
        age_max=ages.integer("max", 0, _OLDEST) or 0,
        open=tuple(each.as_text() for each in row.rows("open", least=1)),
        self_blame=tuple(each.as_text() for each in row.rows("self_blame", least=1)),
        always_say=row.text("always_say"),
        if_own_behaviour=row.text("if_own_behaviour"),
    )
