from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from followup.domain.answers import Answer, AnswerSheet, Status, sheet_for
from followup.domain.flag_rules import raise_flags
from followup.domain.flags import Flag, Level, Reason
from followup.domain.questionnaire import Questionnaire
from followup.domain.visit_rules import VisitFacts
from followup.questionnaires import load_all
from tests.support.sheets import TODAY

LIBRARY = load_all()
YOUNGEST, MIDDLE = LIBRARY.forms["barn-4-7"], LIBRARY.forms["barn-8-12"]


def answered(form: Questionnaire, **answers: int | Status) -> AnswerSheet:
    return sheet_for(
        form,
        TODAY,
        [
            Answer(item, value) if isinstance(value, int) else Answer(item, status=value)
            for item, value in answers.items()
        ],
    )


def sentence(form: Questionnaire, now: AnswerSheet, *earlier: AnswerSheet, lang: str = "sv") -> str:
    (flag,) = raise_flags(now, earlier, form=form.flag_rules)
    return LIBRARY.wording(lang).flag(flag, form)


def test_a_flag_in_a_sentence() -> None:
    before, now = answered(MIDDLE, b_sleep=4), answered(MIDDLE, b_sleep=2)
    assert sentence(MIDDLE, now, before) == "Sömn: 2 av 5 i dag, 4 förra gången (2 steg lägre)."
    assert sentence(MIDDLE, now, before, lang="en") == "Sleep: 2 of 5 today, 4 last time (down 2)."


def test_faces_are_told_by_their_words() -> None:
    before, now = answered(YOUNGEST, y_sleep=3), answered(YOUNGEST, y_sleep=1)
    assert sentence(YOUNGEST, now, before) == "Sömn: ”Nej” i dag, ”Ja” förra gången (2 steg lägre)."


def test_a_silence_is_told_in_the_childs_words() -> None:
    before, now = answered(MIDDLE, b_sleep=1), answered(MIDDLE, b_sleep=Status.DECLINED, b_mood=4, b_body=4)
    assert sentence(MIDDLE, now, before) == "Sömn: ”Vill inte svara” i dag, 1 förra gången."


def test_an_answer_from_further_back_than_last_time_says_so() -> None:
    before = answered(MIDDLE, b_sleep=4, b_mood=4)
    between = replace(answered(MIDDLE, b_sleep=Status.DECLINED, b_mood=4), on=TODAY - timedelta(days=90))
    before, now = replace(before, on=TODAY - timedelta(days=180)), answered(MIDDLE, b_sleep=2)
    assert sentence(MIDDLE, now, before, between) == "Sömn: 2 av 5 i dag, 4 vid senaste svaret (2 steg lägre)."
    told = sentence(MIDDLE, now, before, between, lang="en")
    assert told == "Sleep: 2 of 5 today, 4 at the last answer (down 2)."
    (flag,) = raise_flags(now, [before, between], form=MIDDLE.flag_rules)
    fall = next(reason for reason in flag.reasons if reason.rule == "R3")
    assert LIBRARY.wording().reason(fall, MIDDLE.scale) == (
        "Svaret har sjunkit 2 steg: 2 av 5 i dag, 4 vid senaste svaret."
    )


def test_a_visit_without_a_form_in_between_is_not_passed_over_in_silence() -> None:
    before, now = replace(answered(MIDDLE, b_sleep=4), on=TODAY - timedelta(days=180)), answered(MIDDLE, b_sleep=2)
    visits = [VisitFacts(TODAY - timedelta(days=days), private_talk=True) for days in (180, 90)]
    (flag,) = raise_flags(now, [before], form=MIDDLE.flag_rules, earlier_visits=visits)
    assert (flag.passed, flag.fall) == (1, 2)
    (flag,) = raise_flags(now, [before], form=MIDDLE.flag_rules, earlier_visits=visits[:1])
    assert flag.passed == 0


def test_the_sentence_never_gives_the_carers_answer() -> None:
    carer = answered(LIBRARY.carer_form, f_sleep=5)
    (flag,) = raise_flags(answered(MIDDLE, b_sleep=2), form=MIDDLE.flag_rules, carer=carer)
    wording = LIBRARY.wording()
    assert wording.flag(flag, MIDDLE) == "Sömn: 2 av 5 i dag, familjehemmets bild är en annan."
    (pair,) = (reason for reason in flag.reasons if reason.rule == "R8a")
    assert "5 av 5" in wording.reason(pair, MIDDLE.scale)


def test_flags_on_the_visit() -> None:
    visit = VisitFacts(TODAY, private_talk=False, understanding="partly", self_blame="no_sign")
    (flag,) = raise_flags(None, visit=visit, earlier_visits=[visit])
    assert LIBRARY.wording().flag(flag) == "Inget enskilt samtal två besök i rad. Varför jag bor här: ”Vet delvis”."


def test_decimals_follow_the_language() -> None:
    reason = Reason("R7", Level.FOLLOW_UP, {"mean": 0.7857, "items": 14})
    assert "0,8 steg" in LIBRARY.wording("sv").reason(reason)
    assert "0.8 lower" in LIBRARY.wording("en").reason(reason)


@pytest.mark.parametrize("lang", ["sv", "en"])
@pytest.mark.parametrize("rule", LIBRARY.common.reasons)
def test_every_reason_can_be_put_into_words_once_and_again(rule: str, lang: str) -> None:
    values: dict[str, object] = {
        "now": 2,
        "max": 5,
        "before": 4,
        "steps": 2,
        "limit": 2,
        "usual": 4.5,
        "carer": 5,
        "carer_max": 5,
        "unanswered": 6,
        "of": 14,
        "items": 8,
        "mean": 1.0,
        "status": "declined",
        "code": "not_asked",
    }
    for times in (1, 2):
        reason = Reason(rule, Level.TALK, values | {"times": times})
        told = LIBRARY.wording(lang).reason(reason, MIDDLE.scale)
        assert told.endswith(".")
        assert "{" not in told
        assert LIBRARY.wording(lang).flag(Flag("b_sleep", (reason,)), MIDDLE)
