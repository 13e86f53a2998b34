from __future__ import annotations

from followup.domain.answers import Answer, AnswerSheet, Status, sheet_for
from followup.domain.flag_rules import raise_flags
from followup.domain.flags import FORM, Flag, Level, Reason
from followup.domain.prompts import prompts_for, strengths
from followup.domain.visit_rules import VisitFacts
from followup.questionnaires import load_all
from tests.support.sheets import FACES, FIVE, TODAY, form, sheet

LIBRARY = load_all()
MIDDLE = LIBRARY.forms["barn-8-12"]


def answered(scores: dict[str, int], *, wishes: tuple[str, ...] = ()) -> AnswerSheet:
    return sheet_for(
        MIDDLE, TODAY, [Answer(item, score, wants_to_talk=item in wishes) for item, score in scores.items()]
    )


def flag(subject: str, level: Level, rule: str = "R1", *, critical: bool = False, **values: object) -> Flag:
    return Flag(subject, (Reason(rule, level, {"max": 5, **values}),), critical)


def order(*flags: Flag) -> list[str]:
    return [prompt.subject for prompt in prompts_for(flags, MIDDLE, LIBRARY.common)]


def test_the_order_of_the_screen() -> None:
    assert order(
        flag("b_body", Level.TALK, now=2, before=3),
        flag("b_school_ok", Level.TALK, now=2, before=5),
        flag("b_listen", Level.TALK, now=1),
        flag("b_safe", Level.TALK, critical=True, now=3),
        flag("b_friends", Level.TALK, rule="R12", now=5),
        flag("b_sleep", Level.FOLLOW_UP, now=2),
        flag("b_adults_kind", Level.ESCALATE, critical=True, now=2),
        flag(FORM, Level.INFO, rule="R11"),
    ) == ["b_adults_kind", "b_sleep", "b_friends", "b_safe", "b_listen", "b_school_ok", "b_body"]


def test_what_the_child_wants_to_begin_with_comes_before_all_but_what_is_raised_with_the_lead() -> None:
    scores = {item.id: 2 for item in MIDDLE.items if not item.critical} | {"b_friends": 5, "b_sleep": 1, "b_safe": 1}
    flags = raise_flags(answered(scores, wishes=("b_friends", "b_body")), form=MIDDLE.flag_rules)
    prompts = prompts_for(flags, MIDDLE, LIBRARY.common, begin_with="b_friends")
    assert [prompt.subject for prompt in prompts[:3]] == ["b_safe", "b_friends", "b_sleep"]
    assert [prompt.subject for prompt in prompts if prompt.first] == ["b_friends"]
    assert not prompts[1].folded
    assert prompts_for(flags, MIDDLE, LIBRARY.common)[2].subject == "b_body"


def test_only_the_mild_ones_are_folded() -> None:
    scores = {item.id: 2 for item in MIDDLE.items if not item.critical} | {"b_sleep": 1, "b_mood": 1}
    prompts = prompts_for(raise_flags(answered(scores), form=MIDDLE.flag_rules), MIDDLE, LIBRARY.common)
    shown = [prompt for prompt in prompts if not prompt.folded]
    assert [prompt.level for prompt in shown] == [Level.FOLLOW_UP] * 2 + [Level.TALK] * 5
    assert all(prompt.level is Level.TALK for prompt in prompts[len(shown) :])
    assert len(prompts) == len(scores)


def test_a_prompt_carries_its_open_question_and_guidance() -> None:
    young = LIBRARY.forms["ung-13-20"]
    now = sheet_for(young, TODAY, [Answer("u_hope", 2)])
    (prompt,) = prompts_for(raise_flags(now, form=young.flag_rules), young, LIBRARY.common)
    assert prompt.question.get("sv") == "Hur tänker du om tiden framöver?"
    assert "inte vilja leva" in prompt.guidance.get("sv")
    assert not prompt.own_wish


def test_a_flag_on_the_visit_has_a_question_without_a_form() -> None:
    visit = VisitFacts(TODAY, private_talk=False, understanding="does_not_know", self_blame="no_sign")
    (prompt,) = prompts_for(raise_flags(None, visit=visit), None, LIBRARY.common)
    assert prompt.question.get("sv").startswith("Vad undrar du över")


def test_something_good_is_shown_beside() -> None:
    rules = form(FIVE, ("sleep", "friends", "mood", "school"))
    now = sheet(rules, {"sleep": 3, "friends": 5, "mood": 4, "school": 2})
    before = sheet(rules, {"sleep": 1, "friends": 5, "mood": 5, "school": 2}, days_ago=90)
    assert [(each.item, each.before) for each in strengths(now, [before], rules)] == [
        ("sleep", 1),
        ("friends", 5),
        ("mood", 5),
    ]


def test_a_silence_and_a_form_that_was_not_understood_are_no_strength() -> None:
    rules = form(FACES)
    assert strengths(sheet(rules, {"sleep": 3}, ready=False), [], rules) == ()
    assert strengths(sheet(rules, {"sleep": Status.DECLINED.value, "mood": 2}), [], rules) == ()
