"""A visit's answers as HL7 FHIR R4 (4.0.1), for programs of another day: Questionnaire and QuestionnaireResponse.

Everything about the child comes from the summary as it is printed, so a masked edition holds nothing that its pages
don't. The forms come from their published definitions, which hold nothing about anybody. The result is plain dicts and
lists, ready for `json`; the same summary and forms always give the same text.

What FHIR has no place for (thresholds, prompts, flags, that the child wants to talk) stands in extensions of our own
under `urn:followup:fhir:`. A question without an answer carries HL7's data-absent-reason, never an empty answer.
Sources: hl7.org/fhir/R4/questionnaire.html, questionnaireresponse.html, codesystem-data-absent-reason.html.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from followup.domain import fhir_forms
from followup.domain.fhir_forms import AGE, OWN, Json, canonical, extension, own, translated
from followup.domain.questionnaire import Questionnaire
from followup.domain.summary import VisitSummary, fingerprint
from followup.domain.summary_answers import Answer, AnswerLine, Form, Replaced
from followup.domain.summary_parts import FlagLine

ABSENT: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
REASONS: Final = MappingProxyType(
    {
        "dont_know": "asked-unknown",
        "declined": "asked-declined",
        "not_asked": "not-asked",
        "not_applicable": "not-applicable",
        "masked": "masked",
    }
)
"""Kinds of silence as codes of http://terminology.hl7.org/CodeSystem/data-absent-reason; any other is `unknown`."""
_PERSONAL_NUMBER: Final = (
    "urn:oid:1.2.752.129.2.1.3.1"  # the Swedish personal identity number, as Swedish FHIR names it
)
_CO_ORDINATION_NUMBER: Final = "urn:oid:1.2.752.129.2.1.3.3"
_DIGITS: Final = re.compile(r"\d{6}(?P<day>\d{2})-?\d{4}")
_LAST_DAY: Final = 31  # a co-ordination number has the day of birth plus sixty


def bundle(summary: VisitSummary, forms: Mapping[int, Questionnaire]) -> Json:
    """Return a Bundle (type collection) of the summary's forms: each Questionnaire, and the answers to it.

    forms: the published form of each of `summary.forms`, by its place there. A form that isn't among them is left out.
    """
    entries = []
    for place, form in enumerate(summary.forms):
        if place not in forms:
            continue
        definition, answers = questionnaire(forms[place]), response(summary, form, forms[place])
        entries.append({"fullUrl": definition["url"], "resource": definition})
        entries.append({"fullUrl": _urn(summary, f"response {place}"), "resource": answers})
    return {
        "resourceType": "Bundle",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": _urn(summary, "bundle")},
        "type": "collection",
        "timestamp": _moment(summary.drawn_up_at),
        **({"entry": entries} if entries else {}),
    }


def to_text(resource: Json) -> str:
    """Return a resource as JSON text, laid out for people."""
    return json.dumps(resource, ensure_ascii=False, indent=1) + "\n"


def questionnaire(form: Questionnaire) -> Json:
    """Return the published form as a Questionnaire."""
    return fhir_forms.questionnaire(form)


def response(summary: VisitSummary, form: Form, published: Questionnaire) -> Json:
    """Return one filled-in form as a QuestionnaireResponse to `published`."""
    child = form.respondent.code == "child"
    flags = [flag for flag in summary.flags if flag.of_carers == (not child)]
    items = [_item(line, published, flags) for line in form.answers]
    if summary.child.age is not None and fhir_forms.asks_age(published):
        items.insert(0, {"linkId": AGE, "answer": [{"valueInteger": summary.child.age}]})
    if child:
        items += _closing(summary, published)
    found: Json = {
        "resourceType": "QuestionnaireResponse",
        "language": summary.language,
        "extension": [*_circumstances(form), *(_flag(each) for each in flags)],
        "questionnaire": f"{canonical(published)}|{published.version}",
        "status": "in-progress" if summary.is_draft else "completed",
        "subject": _subject(summary),
        "authored": _moment(form.handed_in) if form.handed_in else summary.visit.on.isoformat(),
        "source": _source(summary, form),
        "item": items,
    }
    if summary.signature:
        found["author"] = {"type": "Practitioner", "display": _text(summary.signature.name)}
    return {name: value for name, value in found.items() if value}


def _item(line: AnswerLine, published: Questionnaire, flags: Iterable[FlagLine]) -> Json:
    """One question with its answer, or with the reason why there is none, and the flags that it raised."""
    notes = [own("wantsToTalk", boolean=True)] if line.wants_to_talk else []
    if _text(line.words):
        notes.append(own("ownWords", string=line.words))
    notes += [_replaced(each, published) for each in line.replaced]
    notes += [_flag(each) for each in flags if each.item_id == line.item_id]
    if line.today.value is None:
        notes.insert(0, extension(ABSENT, code=REASONS.get(line.today.status, "unknown")))
    found: Json = {"extension": notes} if notes else {}
    found["linkId"] = line.item_id
    found |= translated(line.text, {line.language: line.asked} if line.language else {})
    if line.today.value is not None:
        found["answer"] = [{"valueCoding": _coding(line.today, published, line.language, line.chosen)}]
    return found


def _coding(answer: Answer, published: Questionnaire, language: str = "", chosen: str = "") -> Json:
    shown = translated(_text(answer.text) or str(answer.value), {language: chosen} if chosen else {})
    found: Json = {"system": f"{OWN}scale:{published.scale.code}", "code": str(answer.value), "display": shown["text"]}
    if "_text" in shown:
        found["_display"] = shown["_text"]
    return found


def _replaced(before: Replaced, published: Questionnaire) -> Json:
    """An answer as it was handed in, before somebody changed it."""
    parts = [extension("at", dateTime=_moment(before.at))]
    if before.answer.value is None:
        parts.append(extension("absent", code=REASONS.get(before.answer.status, "unknown")))
    else:
        parts.append(extension("answer", Coding=_coding(before.answer, published)))
    if _text(before.words):
        parts.append(extension("ownWords", string=before.words))
    if before.wants_to_talk:
        parts.append(extension("wantsToTalk", boolean=True))
    return {"url": f"{OWN}fhir:replaced", "extension": parts}


def _closing(summary: VisitSummary, published: Questionnaire) -> list[Json]:
    """Answers in words to the questions after the form: the summary gives them by the question's text."""
    asked = {question.text.get("sv"): question.id for question in published.closing}
    found: dict[str, list[Json]] = {}
    for quote in summary.child_voice:
        if quote.about in asked and _text(quote.words):
            found.setdefault(quote.about, []).append({"valueString": _text(quote.words)})
    return [{"linkId": asked[about], "text": about, "answer": answers} for about, answers in found.items()]


def _circumstances(form: Form) -> list[Json]:
    """How the answers came about, in the record's words."""
    told = {
        "mode": form.mode,
        "language": form.language,
        "shownIn": form.asked_in,
        "withinEarshot": form.within_earshot,
        "comprehension": form.comprehension,
        "period": form.period,
        "pauses": form.pauses,
    }
    parts = [extension(name, string=text) for name, text in told.items() if _text(text)]
    if form.started:
        parts.insert(0, extension("started", dateTime=_moment(form.started)))
    return [{"url": f"{OWN}fhir:circumstances", "extension": parts}] if parts else []


def _flag(flag: FlagLine) -> Json:
    """What answers raised, and how it stood when the summary was made: said of the form, and of the question."""
    told = (
        ("about", "string", flag.about),
        ("level", "code", flag.level.code),
        ("status", "code", flag.status.code),
        *(("reason", "string", reason) for reason in flag.reasons),
        ("ended", "string", flag.ended),
    )
    parts = [extension(name, **{kind: text}) for name, kind, text in told if _text(text)]
    return {"url": f"{OWN}fhir:flag", "extension": parts}


def _subject(summary: VisitSummary) -> Json:
    found: Json = {"type": "Patient", "display": _text(summary.child.name)}
    number = _DIGITS.fullmatch(summary.child.personal_number)
    if number:
        real = int(number["day"]) <= _LAST_DAY
        system = _PERSONAL_NUMBER if real else _CO_ORDINATION_NUMBER
        found["identifier"] = {"system": system, "value": summary.child.personal_number.replace("-", "")}
    return found


def _source(summary: VisitSummary, form: Form) -> Json:
    if form.respondent.code == "child":
        return {"type": "Patient", "display": _text(summary.child.name)}
    return {"type": "RelatedPerson", "display": _text(form.respondent_name) or form.respondent.text}


def _urn(summary: VisitSummary, part: str) -> str:
    """A name that depends on nothing but what is printed, so that making the document again gives the same one."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{fingerprint(summary)} {part}").urn


def _moment(at: Any) -> str:
    return str(at.isoformat().replace("+00:00", "Z"))


def _text(words: str) -> str:
    return words.strip()
