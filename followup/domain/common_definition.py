"""Reading the definition of what all forms share."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from followup.domain.checking import InvalidQuestionnaire, Reader
from followup.domain.definition import read_closing
from followup.domain.questionnaire import Common, Domain, LevelText, ReasonText, Text
from followup.domain.scale_definition import read_rules, read_scale

SCHEMA = "followup-common/1"
RULE_IDS = (
    *("R1", "R1v", "R2", "R2w", "R2n", "R3", "R4", "R5a", "R5b", "R5c", "R5d"),
    *("R6", "R7", "R8a", "R8b", "R9u", "R9b", "R10", "R11", "R12", "R13"),
)
LEVELS = ("info", "talk", "follow_up", "escalate")
NON_ANSWERS = ("dont_know", "declined", "not_asked", "not_applicable")
_SECTIONS = (
    *("schema", "version", "domains", "tracks", "scales", "non_answers", "levels", "rule_settings", "sentence"),
    *("reasons", "earshot", "comprehension", "modes", "guidance_on_disclosure", "closing_questions"),
)


def parse_common(definition: Mapping[str, object], *, source: str) -> Common:
    """Return what all forms share. Raises InvalidQuestionnaire with all problems, each beginning with `source`."""
    notes: list[str] = []
    common = Reader(definition, source, notes)
    common.keys(_SECTIONS)
    common.choice("schema", (SCHEMA,))
    built = Common(
        version=common.string("version", r"\d+\.\d+\.\d+", "write three numbers, for example 1.0.0"),
        domains={code: _domain(code, row) for code, row in common.mappings("domains").items()},
        tracks=_texts(common, "tracks"),
        scales={code: read_scale(code, scale) for code, scale in common.mappings("scales").items()},
        non_answers={code: row.as_text(("who",)) for code, row in _exactly(common, "non_answers", NON_ANSWERS).items()},
        child_non_answers=_for_the_child(common),
        levels={code: _level(row) for code, row in _exactly(common, "levels", LEVELS).items()},
        reasons={rule: _reason(row) for rule, row in _exactly(common, "reasons", RULE_IDS).items()},
        sentence=_texts(common, "sentence", ("score", "word", "today", "before", "last_time", "last_answer", "lower")),
        earshot=_texts(common, "earshot"),
        comprehension=_texts(common, "comprehension", ("ready", "not_ready")),
        modes=_texts(common, "modes", ("alone", "together", "caseworker")),
        rules=read_rules(common.child("rule_settings")),
        disclosure_guidance=common.text("guidance_on_disclosure"),
        closing=read_closing(common.rows("closing_questions")),
        source=definition,
    )
    if notes:
        raise InvalidQuestionnaire(notes)
    return built


def _exactly(common: Reader, section: str, codes: Collection[str]) -> dict[str, Reader]:
    if common.has(section):
        common.child(section).keys(codes)
    return common.mappings(section) if common.has(section) else {}


def _texts(common: Reader, section: str, codes: Collection[str] | None = None) -> dict[str, Text]:
    rows = _exactly(common, section, codes if codes is not None else list(map(str, common.child(section).values)))
    return {code: row.as_text() for code, row in rows.items()}


def _domain(code: str, row: Reader) -> Domain:
    row.keys(("label",), ("filed_under", "law"))
    return Domain(code, row.text("label"), row.string("filed_under"), row.string("law"))


def _level(row: Reader) -> LevelText:
    row.keys(("label", "deadline_workdays"))
    return LevelText(row.text("label"), row.integer("deadline_workdays", 1, 100))


def _reason(row: Reader) -> ReasonText:
    row.keys(("text",), ("again", "phrase", "question"))
    return ReasonText(row.text("text"), row.text("again"), row.text("phrase"), row.text("question"))


def _for_the_child(common: Reader) -> tuple[str, ...]:
    rows = common.mappings("non_answers")
    return tuple(code for code, row in rows.items() if row.choice("who", ("child", "caseworker")) == "child")
