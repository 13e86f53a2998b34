from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.domain.answers import WORDS_LIMIT, Answer, Status, parse_answers
from followup.questionnaires import load_all

FORM = load_all().forms["barn-8-12"]
YOUNG = load_all().forms["ung-13-20"]
ITEMS = [item.id for item in FORM.items]
CLOSING = [question.id for question in FORM.closing]


def test_a_page_becomes_answers_and_leaves_other_items_alone() -> None:
    raw = {
        "csrf_token": "x",
        "q-b_sleep": "2",
        "talk-b_sleep": "1",
        "words-b_sleep": "Jag vaknar.\r\nIgen.",
        "q-b_safe": "declined",
        "q-b_mood": "5",
        "words-close_good": "Vi badade",
    }
    parsed = parse_answers(FORM, raw, shown=["b_sleep", "b_safe", "b_body", "close_good"])
    assert parsed.answers == {
        "b_sleep": Answer("b_sleep", 2, Status.ANSWERED, wants_to_talk=True, words="Jag vaknar.\nIgen."),
        "b_safe": Answer("b_safe", None, Status.DECLINED),
        "close_good": Answer("close_good", None, words="Vi badade"),
    }
    assert parsed.blank == ("b_body",)
    assert not parsed.problems


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("6", "off_scale"),
        ("0", "off_scale"),
        ("-1", "off_scale"),
        ("9" * 10_000, "off_scale"),
        ("två", "not_a_score"),
        ("2.5", "not_a_score"),
        ("1e1", "not_a_score"),
        ("٣", "not_a_score"),
        ("answered", "not_a_score"),
        (["2"], "not_a_choice"),
        (True, "not_a_choice"),
    ],
)
def test_a_score_that_cannot_be_used_costs_only_itself(value: object, code: str) -> None:
    parsed = parse_answers(FORM, {"q-b_sleep": value, "q-b_mood": "4"}, shown=["b_sleep", "b_mood"])
    assert [(problem.field, problem.code) for problem in parsed.problems] == [("q-b_sleep", code)]
    assert parsed.answers == {"b_mood": Answer("b_mood", 4)}


def test_text_that_is_too_long_is_refused_and_never_cut() -> None:
    raw = {"words-b_sleep": "å" * 3_000_000, "q-b_mood": 4, "words-b_mood": "å" * WORDS_LIMIT}
    parsed = parse_answers(FORM, raw, shown=["b_sleep", "b_mood"])
    assert [problem.code for problem in parsed.problems] == ["too_long"]
    assert len(parsed.answers["b_mood"].words) == WORDS_LIMIT


def test_unknown_items_are_told() -> None:
    parsed = parse_answers(FORM, {"q-b_nope": "3"}, shown=["b_older"])
    assert {(problem.field, problem.code) for problem in parsed.problems} == {
        ("q-b_nope", "unknown_item"),
        ("q-b_older", "unknown_item"),
    }


def test_a_wish_to_talk_is_kept_without_an_answer() -> None:
    parsed = parse_answers(FORM, {"talk-b_family": "1"}, shown=["b_family"])
    assert parsed.answers["b_family"] == Answer("b_family", None, Status.NOT_ASKED, wants_to_talk=True)


def test_no_problem_repeats_what_was_written() -> None:
    parsed = parse_answers(FORM, {"q-b_sleep": "hemligt", "words-b_mood": 7}, shown=["b_sleep", "b_mood"])
    assert "hemligt" not in " ".join(map(str, parsed.problems))
    assert [str(problem) for problem in parsed.problems] == ["q-b_sleep: not_a_score", "words-b_mood: not_text"]


def test_some_items_are_asked_from_an_age() -> None:
    assert "u_life_skills" in [item.id for item in YOUNG.items_for(16)]
    assert "u_life_skills" not in [item.id for item in YOUNG.items_for(15)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.sampled_from(list(Status)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from([f"{kind}-{item}" for kind in ("q", "talk", "words") for item in (*ITEMS, *CLOSING, "nope")])


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(FIELDS | st.text() | st.integers(), ANYTHING), st.sets(st.sampled_from([*ITEMS, *CLOSING, "x"])))
def test_parse_answers_never_raises(raw: dict[str, object], shown: set[str]) -> None:
    parsed = parse_answers(FORM, raw, shown=shown)
    told = {problem.field.split("-", 1)[-1] for problem in parsed.problems}
    for item in shown:
        assert (item in parsed.answers) + (item in parsed.blank) + (item in told) == 1
    for answer in parsed.answers.values():
        assert answer.item in shown
        if answer.item in ITEMS:
            assert (answer.score is not None) == (answer.status is Status.ANSWERED)
        assert answer.score is None or FORM.scale.rules.holds(answer.score)
