"""The words for a page with questions where two versions of it are compared, and the languages to choose from."""

from __future__ import annotations

from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from flask_babel import get_locale
from flask_babel import gettext as _

from followup.domain import record_words
from followup.domain.questionnaire import Text
from followup.questionnaires import load_all
from followup.questionnaires.languages import words


class Wordings(NamedTuple):
    """A text as the caseworker sees it: the Swedish, and what whoever answers is shown where that is something else.

    unread: no native speaker has read what is shown. lang, direction: of what is shown, as HTML has them.
    """

    swedish: str
    shown: str | None
    unread: bool
    lang: str
    direction: str


def wordings(text: Text, lang: str) -> Wordings:
    """Return both wordings of a text of a form. lang: the language that the form is answered in."""
    spoken = words(lang)
    swedish, shown = words("sv").say(text), spoken.say(text)
    return Wordings(
        swedish, shown if shown != swedish else None, spoken.unread(text), spoken.html_lang, spoken.direction
    )


def language_choices(chosen: str) -> list[tuple[str, str]]:
    """Return the languages that a talk may be held in as (code, name), the chosen one among them."""
    codes = list(record_words.LANGUAGES)
    return [(code, language_name(code)) for code in (codes if chosen in codes else [*codes, chosen])]


def language_name(code: str) -> str:
    """Return a language's name in the interface's language; the code itself for one without a name.

    In Swedish the record's own words go first: CLDR calls Pashto “afghanska”, which nobody who speaks it does.
    """
    if _language() == "sv" and code in record_words.LANGUAGES:
        return record_words.language(code).capitalize()
    try:
        name = Locale.parse(code, sep="-").get_display_name(get_locale()) or code
    except (UnknownLocaleError, ValueError):
        name = record_words.language(code)
    return name[:1].upper() + name[1:]


def language_in_a_sentence(code: str) -> str:
    """Return a language's name as it stands within a sentence: Swedish writes it small, English doesn't."""
    name = language_name(code)
    return name[:1].lower() + name[1:] if _language() == "sv" else name


def label_of(name: str) -> str:
    """Word a field's name."""
    whole = {
        "mode": _("Hur svaren gavs"),
        "language": _("Språk"),
        "earshot": _("Vem kunde höra?"),
        "comprehension": _("Övningsfrågorna"),
    }
    kind, _dash, item_id = name.partition("-")
    found = load_all().find(item_id)
    if found is None:
        closing = {question.id: question.text for question in load_all().common.closing}
        return closing[item_id].get(_language()) if item_id in closing else whole.get(name, name)
    text = found[1].text.get(_language())
    return {
        "words": _("Egna ord: %(question)s", question=text),
        "talk": _("Vill prata om: %(question)s", question=text),
    }.get(kind, text)


def show_value(name: str, value: str) -> str:
    """Word a field's value where it is a code or a score."""
    common, lang = load_all().common, _language()
    if name == "language":
        return language_name(value)
    if name == "earshot":
        return ", ".join(common.earshot[code].get(lang) for code in value.split() if code in common.earshot)
    texts = {"mode": common.modes, "comprehension": common.comprehension}.get(name, {})
    if value in texts:
        return texts[value].get(lang)
    if name.startswith("talk-"):
        return _("Ja") if value else _("Nej")
    return _answer(name.removeprefix("q-"), value) if name.startswith("q-") else value


def _answer(item_id: str, value: str) -> str:
    common, lang = load_all().common, _language()
    if value in common.non_answers:
        return common.non_answers[value].get(lang)
    found = load_all().find(item_id)
    point = found[0].scale.point(int(value)) if found and value.isdecimal() else None
    return (point.label.get(lang) or value) if point else value


def _language() -> str:
    return str(get_locale() or "sv")[:2]
