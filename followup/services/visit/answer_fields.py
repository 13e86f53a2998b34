"""The fields of a page with questions, as names and values.

Per question `q-<item>` (a score, or dont_know, declined, not_asked, not_applicable), `talk-<item>` ("1") and
`words-<item>`; `shown`: the items on the page, with spaces between. About the whole: `mode`, `language` (BCP 47),
`earshot` (codes with spaces between), `comprehension` (ready, not_ready, or "" for what the practice showed) and
`practice-<id>` (a score, never stored).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from followup.domain.answers import parse_answers
from followup.domain.errors import InvalidInput, Problem
from followup.domain.questionnaire import Practice, Questionnaire
from followup.questionnaires import load_all
from followup.services.visit.posted import Posted, tidied

CHILD_STEP, CARER_STEP = "answers", "carer"
ITEM_FIELDS = ("q-", "talk-", "words-")
NOBODY = "nobody"

Fields = Mapping[str, str]

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def read_fields(form: Questionnaire, fields: Fields) -> dict[str, str]:
    """Return a page's fields as they are stored: texts tidied, every question shown with all its fields.

    Fields about the whole that are not on the page are left out. Raises InvalidInput with every problem by field.
    """
    tidy = Posted(tidied(fields))
    shown = _shown(tidy.fields)
    closing = {question.id for question in form.closing}
    read = {"shown": " ".join(shown)}
    for item in shown:
        names = ("words-",) if item in closing else ITEM_FIELDS
        read |= {f"{name}{item}": tidy.fields.get(f"{name}{item}", "") for name in names}
    problems = parse_answers(form, read, shown=shown).problems
    read |= _about_the_whole(form, tidy)
    if problems or tidy.problems:
        raise InvalidInput([*problems, *tidy.problems])
    return read


def practised(practice: Iterable[Practice], low: int, high: int, fields: Fields) -> str:
    """Return what the practice items showed: ready, not_ready, or "" until all of them are answered.

    Ready: every answer lies at the end that its question calls for. low, high: the scale's ends.
    """
    wanted = {each.id: {"low": {str(low)}, "high": {str(high)}}.get(each.expect) for each in practice}
    given = {name: fields.get(f"practice-{name}", "") for name in wanted}
    if not wanted or not all(given.values()):
        return ""
    return "ready" if all(ends is None or given[name] in ends for name, ends in wanted.items()) else "not_ready"


def _shown(fields: Fields) -> list[str]:
    """Return the items on the page: those it names, and those it answers without having named them."""
    answered = (name.split("-", 1)[1] for name in fields if name.startswith(ITEM_FIELDS))
    return list(dict.fromkeys([*fields.get("shown", "").split(), *answered]))


def _about_the_whole(form: Questionnaire, posted: Posted) -> dict[str, str]:
    common = load_all().common
    read = {}
    if "mode" in posted.fields:
        read["mode"] = posted.choice("mode", common.modes) or "together"
    if "language" in posted.fields:
        read["language"] = _language(posted)
    if "earshot" in posted.fields:
        read["earshot"] = _earshot(posted, common.earshot)
    if form.practice and "comprehension" in posted.fields:
        rules = form.scale.rules
        by_hand = posted.choice("comprehension", common.comprehension)
        read["comprehension"] = by_hand or practised(form.practice, rules.minimum, rules.maximum, posted.fields)
    return read


def _language(posted: Posted) -> str:
    code = posted.fields["language"].strip() or "sv"
    if not _LANGUAGE.fullmatch(code):
        posted.note(Problem("language", "Språket finns inte. Välj ett av dem som visas.", "unknown_code"))
    return code


def _earshot(posted: Posted, known: Iterable[str]) -> str:
    chosen = posted.fields["earshot"].split()
    order = list(known)
    if not set(chosen) <= set(order):
        posted.note(Problem("earshot", "Alternativet finns inte. Välj ett av dem som visas.", "unknown_code"))
    if set(chosen) - {NOBODY}:
        chosen = [code for code in chosen if code != NOBODY]  # “nobody” beside somebody means: nobody besides
    return " ".join(code for code in order if code in chosen)
