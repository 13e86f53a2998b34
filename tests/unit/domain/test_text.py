from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.domain.errors import InvalidInput
from followup.domain.text import clean_text


def test_line_ends_controls_and_accents() -> None:
    assert clean_text("a\r\nb\rc\x00\x1b\x7f\x85\td e\u0301", 100) == "a\nb\nc\td é"


def test_direction_marks_and_emoji_are_kept() -> None:
    text = "\u202eabc\u202c 👩\u200d👧 \u2028 <script>alert(1)</script> '; --"
    assert clean_text(text, 100) == text


def test_too_long_is_told_with_its_field() -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_text("x" * 11, 10, field="told_today")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code, dict(problem.values)) == (
        "told_today",
        "too_long",
        {"length": 11, "limit": 10},
    )


@settings(deadline=None)
@given(st.text(alphabet=st.characters()))
def test_cleaning_twice_changes_nothing_and_can_be_stored(text: str) -> None:
    cleaned = clean_text(text, 10_000)
    cleaned.encode()
    assert clean_text(cleaned, 10_000) == cleaned
