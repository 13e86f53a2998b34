"""A published form as a FHIR R4 Questionnaire, and the small parts that answers use too. See `followup.domain.fhir`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from followup.domain.questionnaire import ClosingQuestion, Item, Questionnaire, ScalePoint, Text

Json = dict[str, Any]

OWN: Final = "urn:followup:"
AGE: Final = "child_age"
_HL7: Final = "http://hl7.org/fhir/StructureDefinition/"


def questionnaire(form: Questionnaire) -> Json:
    """Return the form with its questions in the order they are asked, and the closing ones after a child's."""
    items = [_question(item, form) for item in form.items]
    if asks_age(form):
        hidden = extension(f"{_HL7}questionnaire-hidden", boolean=True)
        items.insert(0, {"extension": [hidden], "linkId": AGE, "text": "Ålder, hela år", "type": "integer"})
    if form.respondent == "child":
        items += [_in_words(question) for question in form.closing]
    title = form.title.get("sv")
    return {
        "resourceType": "Questionnaire",
        "language": "sv",
        "url": canonical(form),
        "version": form.version,
        **translated(title, _others(form.title), "title"),
        "status": form.status,
        "subjectType": ["Patient"],
        **translated(form.intro.get("sv").strip(), _others(form.intro), "description"),
        "copyright": form.licence,
        "item": items,
    }


def canonical(form: Questionnaire) -> str:
    """Return the name of the form, in all its versions."""
    return f"{OWN}questionnaire:{form.code}"


def asks_age(form: Questionnaire) -> bool:
    """Tell whether some question is asked from a certain age on, so that the age belongs to the answers."""
    return any(item.age_min is not None for item in form.items)


def extension(url: str, **value: Any) -> Json:
    """Return an extension with one value, whose name is FHIR's name of its type: code="masked"."""
    [(kind, content)] = value.items()
    content = content.strip() if isinstance(content, str) else content
    return {"url": url, f"value{kind[0].upper()}{kind[1:]}": content}


def own(name: str, **value: Any) -> Json:
    """Return an extension of our own."""
    return extension(f"{OWN}fhir:{name}", **value)


def translated(text: str, others: Mapping[str, str], name: str = "text") -> Json:
    """Return a text under its name, and in other languages (by BCP 47 tag) beside it; nothing for an empty one."""
    if not text.strip():
        return {}
    found: Json = {name: text.strip()}
    extensions = [
        {"url": f"{_HL7}translation", "extension": [extension("lang", code=lang), extension("content", string=words)]}
        for lang, words in sorted(others.items())
        if lang and words.strip()
    ]
    if extensions:
        found[f"_{name}"] = {"extension": extensions}
    return found


def _others(text: Text) -> dict[str, str]:
    return {lang: words for lang, words in text.languages.items() if lang != "sv"}


def _question(item: Item, form: Questionnaire) -> Json:
    found: Json = {
        "extension": _advice(item),
        "linkId": item.id,
        "code": [{"system": f"{OWN}track", "code": item.track}, {"system": f"{OWN}domain", "code": item.domain}],
        **translated(item.text.get("sv"), _others(item.text)),
        "type": "choice",
        "required": False,
        "answerOption": [{"valueCoding": _point(point, form)} for point in form.scale.points],
    }
    if item.age_min is not None:
        found["enableWhen"] = [{"question": AGE, "operator": ">=", "answerInteger": item.age_min}]
    if item.hint:
        shown = {"coding": [{"system": "http://hl7.org/fhir/questionnaire-display-category", "code": "instructions"}]}
        kind = extension(f"{_HL7}questionnaire-displayCategory", CodeableConcept=shown)
        hint = translated(item.hint.get("sv"), _others(item.hint))
        found["item"] = [{"extension": [kind], "linkId": f"{item.id}.hint", **hint, "type": "display"}]
    return found


def _advice(item: Item) -> list[Json]:
    """What the program does with an answer: FHIR has no rules, so they stand beside the question."""
    rules = item.rules
    levels = {"low": rules.low, "veryLow": rules.very_low, "criticalLow": rules.critical_low, "watch": rules.watch}
    thresholds = [extension(name, integer=value) for name, value in levels.items() if value is not None]
    found = [{"url": f"{OWN}fhir:thresholds", "extension": thresholds}]
    if item.critical:
        found.append(own("critical", boolean=True))
    for name, text in (("prompt", item.prompt), ("guidance", item.guidance)):
        if text:
            found.append(own(name, string=text.get("sv")))
    if rules.pairs_with:
        found.append(own("pairsWith", string=rules.pairs_with))
    return found


def _point(point: ScalePoint, form: Questionnaire) -> Json:
    label = point.label.get("sv") or str(point.value)
    named = translated(label, _others(point.label), "display")
    ordinal = extension(f"{_HL7}ordinalValue", decimal=point.value)
    return {"extension": [ordinal], "system": f"{OWN}scale:{form.scale.code}", "code": str(point.value), **named}


def _in_words(question: ClosingQuestion) -> Json:
    return {
        "linkId": question.id,
        **translated(question.text.get("sv"), _others(question.text)),
        "type": "text",
        "repeats": True,
    }
