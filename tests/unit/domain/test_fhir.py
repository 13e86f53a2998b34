"""The answers as FHIR R4: judged by fhir.resources (its R4B models have R4's structure), and asked what they say."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.questionnaire import Questionnaire as FhirQuestionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse

from followup.domain import fhir
from followup.domain.masking import Choices, Decision, WordMask, masked
from followup.domain.questionnaire import Questionnaire, Text
from followup.domain.secrecy import Ground
from followup.domain.summary import Answer, AnswerLine, Quote, VisitSummary, to_json
from followup.domain.summary_blocks import blocks_of
from followup.questionnaires import load_all
from tests.support.sample_alone import alone_in_arabic
from tests.support.sample_summary import sample_summary

FORMS = load_all().forms
CHILD, CARER = FORMS["barn-8-12"], FORMS["familjehem-vuxen"]
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def response(summary: VisitSummary, place: int = 0, form: Questionnaire = CHILD) -> dict[str, Any]:
    """One form's answers, known to be sound FHIR."""
    found = fhir.response(summary, summary.forms[place], form)
    QuestionnaireResponse.model_validate(json.loads(fhir.to_text(found)))
    return found


def items(answers: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["linkId"]: item for item in answers["item"]}


def answered(*lines: AnswerLine) -> VisitSummary:
    """The ordinary visit with other answers from the child."""
    full = sample_summary()
    return replace(full, forms=(replace(full.forms[0], answers=lines), full.forms[1]))


@pytest.mark.parametrize("code", FORMS)
def test_every_shipped_form_is_a_sound_questionnaire(code: str) -> None:
    form = FORMS[code]
    made = fhir.questionnaire(form)
    FhirQuestionnaire.model_validate(made)
    asked = [item["linkId"] for item in made["item"] if item["type"] == "choice"]
    assert asked == [item.id for item in form.items]
    assert (made["url"], made["version"]) == (f"urn:followup:questionnaire:{code}", form.version)


@pytest.mark.parametrize("summary", [sample_summary(), alone_in_arabic()], ids=["together", "alone in Arabic"])
def test_the_bundle_holds_each_form_and_the_answers_to_it(summary: VisitSummary) -> None:
    made = fhir.bundle(summary, {0: CHILD, 1: CARER})
    Bundle.model_validate(json.loads(fhir.to_text(made)))
    kinds = [entry["resource"]["resourceType"] for entry in made["entry"]]
    assert kinds == ["Questionnaire", "QuestionnaireResponse"] * 2
    urls = {f"{entry['resource']['url']}|{entry['resource']['version']}" for entry in made["entry"][::2]}
    assert {entry["resource"]["questionnaire"] for entry in made["entry"][1::2]} == urls


def test_a_visit_without_forms_is_a_sound_and_empty_bundle() -> None:
    made = fhir.bundle(replace(sample_summary(), forms=()), {})
    Bundle.model_validate(made)
    assert "entry" not in made


def test_a_form_that_is_not_found_is_left_out_and_the_others_stay() -> None:
    made = fhir.bundle(sample_summary(), {1: CARER})
    assert [entry["resource"]["resourceType"] for entry in made["entry"]] == ["Questionnaire", "QuestionnaireResponse"]


def test_the_same_summary_gives_the_same_text() -> None:
    first, second = (fhir.to_text(fhir.bundle(sample_summary(), {0: CHILD, 1: CARER})) for _ in range(2))
    assert first == second


def test_an_answer_is_a_code_of_the_form_s_own_scale() -> None:
    found = items(response(sample_summary()))["b_friends"]
    assert found["answer"] == [{"valueCoding": {"system": "urn:followup:scale:freq5", "code": "4", "display": "Ofta"}}]
    offered = [
        option["valueCoding"]["code"]
        for item in fhir.questionnaire(CHILD)["item"]
        if item["linkId"] == "b_friends"
        for option in item["answerOption"]
    ]
    assert offered == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("dont_know", "asked-unknown"),
        ("declined", "asked-declined"),
        ("not_asked", "not-asked"),
        ("not_applicable", "not-applicable"),
        ("masked", "masked"),
        ("something of a later program", "unknown"),
    ],
)
def test_a_silence_has_its_reason_and_no_answer(status: str, reason: str) -> None:
    line = AnswerLine("b_sleep", "Jag sover bra.", Answer(status, "…"))
    found = items(response(answered(line)))["b_sleep"]
    assert "answer" not in found
    assert found["extension"] == [{"url": ABSENT, "valueCode": reason}]


def test_zero_on_the_ladder_is_an_answer_and_no_silence() -> None:
    form = FORMS["ung-13-20"]
    line = AnswerLine("u_sleep", "Jag sover bra.", Answer("answered", "0", 0))
    found = items(response(answered(line), form=form))["u_sleep"]
    assert found["answer"][0]["valueCoding"]["code"] == "0"
    assert "extension" not in found


def test_what_was_shown_in_another_language_stands_beside_the_swedish() -> None:
    found = items(response(alone_in_arabic()))["b_sleep"]
    assert found["text"] == "Jag sover bra."
    [shown] = found["_text"]["extension"]
    assert shown["extension"][0] == {"url": "lang", "valueCode": "ar"}
    assert found["answer"][0]["valueCoding"]["_display"]["extension"]


def test_an_answer_that_was_changed_keeps_the_one_that_was_handed_in() -> None:
    extensions = {each["url"]: each for each in items(response(alone_in_arabic()))["b_sleep"]["extension"]}
    [at, before, words] = extensions["urn:followup:fhir:replaced"]["extension"]
    assert at["valueDateTime"] == "2026-11-24T13:26:00Z"
    assert before["valueCoding"]["code"] == "1"
    assert words["valueString"] == "نعم"


def test_a_changed_answer_may_have_been_a_silence() -> None:
    line = alone_in_arabic().forms[0].answers[3]
    silent = replace(line, replaced=(replace(line.replaced[0], answer=Answer("declined", "Vill inte svara")),))
    extensions = {each["url"]: each for each in items(response(answered(silent)))["b_sleep"]["extension"]}
    assert extensions["urn:followup:fhir:replaced"]["extension"][1] == {"url": "absent", "valueCode": "asked-declined"}


def test_closing_questions_carry_the_child_s_words() -> None:
    best, other = CHILD.closing[0], CHILD.closing[1]
    full = sample_summary()
    said = (
        Quote("  Valpar! ", best.text.get("sv")),
        Quote("Kanel!", best.text.get("sv")),
        Quote(" ", other.text.get("sv")),
        Quote("Utan fråga.", "ett annat ämne"),
    )
    found = items(response(replace(full, child_voice=said)))
    assert [answer["valueString"] for answer in found[best.id]["answer"]] == ["Valpar!", "Kanel!"]
    assert other.id not in found
    assert "Utan fråga." not in json.dumps(response(replace(full, child_voice=said)), ensure_ascii=False)


def test_the_child_s_words_are_not_among_the_carers_answers() -> None:
    full = replace(sample_summary(), child_voice=(Quote("Hemligt.", CHILD.closing[0].text.get("sv")),))
    assert "Hemligt." not in fhir.to_text(response(full, 1, CARER))


def test_flags_go_with_the_answers_that_raised_them() -> None:
    full = sample_summary()
    mixed = replace(full, flags=(full.flags[0], replace(full.flags[1], of_carers=True)))

    def about(answers: dict[str, Any]) -> list[str]:
        flags = [each for each in answers["extension"] if each["url"] == "urn:followup:fhir:flag"]
        return [flag["extension"][0]["valueString"] for flag in flags]

    assert about(response(mixed)) == ["Kontakt med familjen"]
    assert about(response(mixed, 1, CARER)) == ["Sömn"]


@pytest.mark.parametrize(
    ("number", "identifier"),
    [
        ("20161231-2384", {"system": "urn:oid:1.2.752.129.2.1.3.1", "value": "201612312384"}),
        ("20161291-2389", {"system": "urn:oid:1.2.752.129.2.1.3.3", "value": "201612912389"}),
        ("maskat, skyddade uppgifter", None),
        ("", None),
    ],
)
def test_a_personal_number_is_named_by_its_kind_and_never_guessed(number: str, identifier: object) -> None:
    full = sample_summary()
    answers = response(replace(full, child=replace(full.child, personal_number=number)))
    assert answers["subject"].get("identifier") == identifier


def test_the_age_is_among_the_answers_only_where_the_form_asks_by_age() -> None:
    young = items(response(sample_summary()))
    older = items(response(replace(sample_summary(), forms=sample_summary().forms[:1]), form=FORMS["ung-13-20"]))
    assert "child_age" not in young
    assert older["child_age"]["answer"] == [{"valueInteger": 10}]


def test_nothing_is_said_that_the_summary_does_not_say() -> None:
    """A masked edition is made of a masked summary: every name in the resource comes from there."""
    full = sample_summary()
    hidden = replace(
        full,
        child=replace(full.child, name="maskat"),
        signature=None,
        forms=(replace(full.forms[1], respondent_name="maskat"),),
        child_voice=(),
        flags=(),
    )
    text = fhir.to_text(fhir.bundle(hidden, {0: CARER}))
    for name in ("Alva", "Granbarr", "Ängsull", "Lövsprång", "Lingonmo", "SN 2026-0417"):
        assert name in to_json(full)
        assert name not in text


def test_the_answers_of_a_masked_edition_are_masked_and_sound() -> None:
    full = sample_summary()
    harm = Ground("harm", Text({"sv": "Betydande men"}), "OSL 12 kap. 3 §", "OSL 12:3", date(2009, 6, 30))
    chosen = {block.path: harm for block in blocks_of(full)}
    by = Decision("Maja Lövsprång", "socialsekreterare", full.drawn_up_at)
    words = [WordMask("Karin Ängsull", "Namn på någon annan", harm)]
    hidden = masked(full, Choices(chosen, words), by, 1)
    made = fhir.bundle(hidden, {0: CHILD, 1: CARER})
    Bundle.model_validate(json.loads(fhir.to_text(made)))
    for entry in made["entry"][1::2]:
        for item in entry["resource"].get("item", ()):
            assert "answer" not in item
            assert item["extension"][0]["valueCode"] == "masked"
    text = fhir.to_text(made)
    for secret in ("Ängsull", "Sixten", "Sömn", "Lyft till", "2 av 5", "På egen hand"):
        assert secret in to_json(full)
        assert secret not in text


def test_a_flag_stands_at_the_question_that_raised_it_and_nowhere_else() -> None:
    full = sample_summary()
    first, second = full.flags[:2]
    flagged = replace(full, flags=(replace(first, item_id="b_family"), second))
    found = response(flagged)
    at = {
        item["linkId"]: [part["valueString"] for part in each["extension"] if part["url"] == "about"]
        for item in found["item"]
        for each in item.get("extension", ())
        if each["url"] == "urn:followup:fhir:flag"
    }
    assert at == {"b_family": [first.about]}
    assert [each["url"] for each in found["extension"]].count("urn:followup:fhir:flag") == 2, "and at the form, both"


def test_a_masked_flag_doesn_t_tell_which_question_it_was_about() -> None:
    full = sample_summary()
    full = replace(full, flags=(replace(full.flags[0], item_id="b_family"),))
    harm = Ground("harm", Text({"sv": "Betydande men"}), "OSL 12 kap. 3 §", "OSL 12:3", date(2009, 6, 30))
    by = Decision("Maja Lövsprång", "socialsekreterare", full.drawn_up_at)
    hidden = response(masked(full, Choices({"flags.0": harm}), by, 1))
    (at_form,) = (each for each in hidden["extension"] if each["url"] == "urn:followup:fhir:flag")
    assert "maskat 1" in json.dumps(at_form)
    assert not [
        each for item in hidden["item"] for each in item.get("extension", ()) if each["url"] == "urn:followup:fhir:flag"
    ]


def test_a_draft_is_in_progress() -> None:
    assert response(sample_summary())["status"] == "completed"
    assert response(replace(sample_summary(), signature=None))["status"] == "in-progress"
