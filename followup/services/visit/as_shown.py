"""What stood on the screen when a question was answered: translations may be mended later, a record may not change."""

from __future__ import annotations

from followup.domain.answers import Answer, Status
from followup.domain.questionnaire import NO_TEXT, Questionnaire, Text
from followup.questionnaires import load_all
from followup.questionnaires.languages import code_of, languages_for, words

_NOT_SHOWN = frozenset({Status.NOT_ASKED, Status.NOT_APPLICABLE})


def shown_language(form: Questionnaire, language: str) -> str:
    """Return the language a form is shown in to somebody who speaks this one: Swedish where it isn't translated."""
    code = code_of(language)
    return code if code in {each.code for each in languages_for(form)} else "sv"


def as_shown(form: Questionnaire, answer: Answer, language: str) -> dict[str, str | None]:
    """Return the language, the question and the words on the answer, as `store.tables.Answer` keeps them.

    language: the one the form is shown in. Of a question that wasn't shown nothing is known.
    """
    if answer.status in _NOT_SHOWN and not (answer.wants_to_talk or answer.words):
        return {"language": None, "asked": "", "chosen": ""}
    said = words(language)
    return {
        "language": language,
        "asked": said.say(_question(form, answer.item)),
        "chosen": said.say(_choice(form, answer)),
    }


def _question(form: Questionnaire, item_id: str) -> Text:
    item = form.item(item_id)
    return item.text if item else next((each.text for each in form.closing if each.id == item_id), NO_TEXT)


def _choice(form: Questionnaire, answer: Answer) -> Text:
    if answer.score is None:
        common = load_all().common
        return common.non_answers[answer.status] if answer.status in common.child_non_answers else NO_TEXT
    point = form.scale.point(answer.score)
    return point.label if point else NO_TEXT
