from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.web.charts import HEIGHT, MOST_POINTS, WIDTH, Kind, Point, Trend, trend


def drawn(*scores: int | None, low: int = 2, lo: int = 1, hi: int = 5, kind: Kind = "buttons") -> Trend:
    """A chart of these scores; None is "I don't want to answer"."""
    points = [
        Point(f"besök {number}", score, "answered" if score is not None else "declined")
        for number, score in enumerate(scores, start=1)
    ]
    return trend(points, low, lo, hi, kind)


def test_a_higher_score_lies_higher_and_later_visits_further_on() -> None:
    marks = drawn(1, 3, 5).marks
    assert [mark.y for mark in marks] == [70.5, 40.5, 10.5]
    assert [mark.x for mark in marks] == [26.0, 118.0, 210.0]


def test_a_missing_answer_breaks_the_line_and_lies_below_the_scale() -> None:
    chart = drawn(4, 4, None, 2, 3)
    assert len(chart.lines) == 2
    assert chart.marks[2].missing
    assert chart.marks[2].y > chart.marks[3].y
    assert not chart.marks[2].low


def test_two_answers_that_cannot_be_compared_are_not_joined() -> None:
    points = [Point("a", 4), Point("b", 4), Point("c", 2, breaks=True), Point("d", 2)]
    assert len(trend(points, 2, 1, 5, "buttons").lines) == 2


def test_a_lone_answer_is_a_mark_without_a_line_where_the_latest_is_looked_for() -> None:
    chart = drawn(4)
    assert chart.lines == ()
    assert chart.marks[0].x == 210.0


def test_answers_at_or_under_the_threshold_are_low_and_lie_in_the_zone() -> None:
    chart = drawn(0, 4, 5, 10, low=4, lo=0, hi=10, kind="number_row")
    assert [mark.low for mark in chart.marks] == [True, True, False, False]
    assert all((mark.y > chart.low_top) == mark.low for mark in chart.marks)


def test_faces_lie_in_a_row_without_a_line() -> None:
    chart = drawn(3, 1, None, 2, low=1, lo=1, hi=3, kind="faces")
    assert chart.lines == ()
    assert chart.grid == ()
    assert [mark.face for mark in chart.marks] == [5, 1, 0, 3]
    assert len({mark.y for mark in chart.marks if not mark.missing}) == 1
    assert [mark.low for mark in chart.marks] == [False, True, False, False]


def test_many_faces_get_smaller_instead_of_touching() -> None:
    chart = drawn(*[3] * 20, low=1, lo=1, hi=3, kind="faces")
    between = chart.marks[1].x - chart.marks[0].x
    assert chart.size <= between + 0.1


def test_the_latest_visits_are_drawn_and_all_are_kept_for_the_table() -> None:
    chart = drawn(*[5] * 20, 1)
    assert len(chart.marks) == MOST_POINTS
    assert chart.marks[-1].point.score == 1
    assert len(chart.points) == 21


def test_nothing_answered_is_no_error() -> None:
    assert drawn().marks == ()
    assert drawn().story.tale == "none"


@pytest.mark.parametrize(
    ("scores", "tale", "steps"),
    [
        ([None, None], "none", 0),
        ([3], "first", 0),
        ([4, 4], "steady", 0),
        ([4, 3], "fell", 1),
        ([2, 5], "rose", 3),
        ([4, None, 3], "fell", 1),
        ([4, 2], "fell", 2),
        ([1, 2], "often_low", 1),
        ([2, None, 4, 1], "often_low", 3),
        ([4, None], "unanswered", 0),
        ([2, None], "unanswered_low", 0),
    ],
)
def test_what_the_chart_says(scores: list[int | None], tale: str, steps: int) -> None:
    story = drawn(*scores).story
    assert (story.tale, story.steps) == (tale, steps)


def test_a_break_makes_the_next_answer_the_first() -> None:
    points = [Point("a", 1), Point("b", 5, breaks=True)]
    assert trend(points, 2, 1, 5, "buttons").story.tale == "first"


@pytest.mark.parametrize(("scores", "lo", "hi"), [([6], 1, 5), ([0], 1, 5), ([1], 1, 1)])
def test_stored_data_gone_wrong_is_refused(scores: list[int], lo: int, hi: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        drawn(*scores, lo=lo, hi=hi)


@given(st.lists(st.none() | st.integers(0, 10), max_size=40), st.integers(0, 10))
def test_everything_lies_inside_the_drawing(scores: list[int | None], low: int) -> None:
    chart = drawn(*scores, low=low, lo=0, hi=10, kind="number_row")
    assert all(0 <= mark.x <= WIDTH and 0 <= mark.y <= HEIGHT for mark in chart.marks)
    joined = sum(len(re.findall(r"[ML]", line)) for line in chart.lines)
    assert joined <= sum(not mark.missing for mark in chart.marks)
