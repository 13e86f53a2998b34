from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.silence import MOST, SILENT, USUAL, Silence, chosen, silences

STATUSES = st.sampled_from(["answered", "dont_know", "declined", "not_asked", "not_applicable"])


def kinds(*visits: str | None, least: int = 1) -> tuple[str, ...] | None:
    """What is silent about one topic. visits: its status at each, newest first; None where it didn't belong."""
    found = silences([{} if each is None else {"sleep": each} for each in visits], ["sleep"], least)
    return found[0].kinds if found else None


def test_an_answer_ends_a_silence() -> None:
    assert kinds("declined", "dont_know", "answered", "declined") == ("declined", "dont_know")
    assert kinds("answered", "declined") is None


def test_the_kinds_of_silence_are_kept_apart() -> None:
    (found,) = silences([{"sleep": "not_asked"}, {"sleep": "declined"}], ["sleep"])
    assert found == Silence("sleep", ("not_asked", "declined"), never=True)
    assert found.not_asked == 1


def test_what_does_not_apply_is_passed_over_and_another_form_ends_it() -> None:
    assert kinds("declined", "not_applicable", "declined", least=2) == ("declined", "declined")
    assert kinds("declined", None, "declined") == ("declined",)
    assert kinds("not_applicable") is None


def test_fewer_visits_than_asked_for_are_no_silence() -> None:
    assert kinds("declined", least=2) is None


def test_the_longest_silence_comes_first() -> None:
    visits = [{"a": "declined", "b": "declined"}, {"a": "answered", "b": "declined"}]
    assert [each.topic for each in silences(visits, ["a", "b"], 1)] == ["b", "a"]


@given(st.lists(st.dictionaries(st.sampled_from("abc"), STATUSES)), st.integers(1, 5))
def test_nothing_shorter_and_nothing_answered_is_named(visits: list[dict[str, str]], least: int) -> None:
    for each in silences(visits, "abc", least):
        assert len(each.kinds) >= least
        assert set(each.kinds) <= SILENT


@pytest.mark.parametrize(
    ("typed", "number"), [("3", 3), ("", USUAL), ("0", 1), ("400", MOST), ("-2", USUAL), ("²", USUAL), ("3.5", USUAL)]
)
def test_whatever_is_asked_for_gives_a_number_of_visits(typed: str, number: int) -> None:
    assert chosen(typed) == number
