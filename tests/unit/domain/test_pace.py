from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from followup.domain.pace import Hurry, hurried
from followup.questionnaires import load_all

STARTED = datetime(2026, 11, 24, 13, 20, tzinfo=UTC)
OLDEST = [len(item.text.get("sv").split()) for item in load_all().forms["ung-13-20"].items]


def given(seconds: Sequence[float], words: Sequence[int] = OLDEST) -> list[tuple[int, datetime]]:
    """Answers that each took so many seconds."""
    at, answers = STARTED, []
    for count, each in zip(words, seconds, strict=False):
        at += timedelta(seconds=each)
        answers.append((count, at))
    return answers


def test_nineteen_questions_in_fifty_seconds() -> None:
    assert hurried(given([50 / 19] * 19), STARTED) == Hurry(19, 50)


def test_what_can_be_read_is_not_remarked_on_and_slow_never() -> None:
    for each in (4, 10, 60, 600):
        assert hurried(given([each] * 19), STARTED) is None


def test_the_greeting_and_the_pauses_are_no_time_of_reading() -> None:
    assert hurried(given([180, *[2] * 9, 300, *[2] * 8]), STARTED) == Hurry(19, 38)


def test_half_of_the_questions_must_have_gone_fast() -> None:
    assert hurried(given([1] * 8 + [12] * 11), STARTED) is None
    assert hurried(given([1] * 11 + [12] * 8), STARTED) == Hurry(19, 107)


def test_answers_that_came_in_together_share_the_time_since_the_one_before() -> None:
    away = [(10, STARTED + timedelta(seconds=60))] * 8  # eight questions while the network was gone: 7.5 s each
    assert hurried(away, STARTED) is None
    assert hurried([(10, STARTED + timedelta(seconds=8))] * 8, STARTED) == Hurry(8, 8)


def test_a_few_taps_say_nothing() -> None:
    assert hurried(given([1] * 4), STARTED) is None
    assert hurried([], STARTED) is None


def test_a_clock_that_was_set_back_is_no_error() -> None:
    assert hurried(given([-5, *[2] * 18]), STARTED) is not None
