"""Where the marks of the whole line lie."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from unittest.mock import sentinel

from flask import Flask
from flask_babel import Babel

from followup.questionnaires import load_all
from followup.services.overview.child_line import ChildLine, Moment
from followup.services.overview.child_tracks import Given, Track
from followup.web.line_strips import Axis, Strip, axis_of, strips_of

Answer = tuple[date, str, str, int | None]
DAYS = [date(2024, 2, 1), date(2024, 8, 1), date(2025, 2, 1), date(2026, 2, 1)]


def line(*answers: Answer, moments: Sequence[Moment] = ()) -> ChildLine:
    """A line of one topic: day, form, status, score."""
    given = []
    for on, code, status, score in answers:
        form = load_all().forms[code]
        item = next(item for item in form.items if item.track == "sleep")
        given.append(Given(on, form, item, status, score))
    days = tuple(on for on, *_ in answers)
    return ChildLine(sentinel.child, days, (Track("sleep", tuple(given), current=True),), tuple(moments), (), 0)


def drawn(found: ChildLine) -> tuple[Axis, Strip]:
    app = Flask(__name__)
    Babel(app)
    axis = axis_of(found)
    assert axis
    with app.test_request_context():
        (strip,) = strips_of(found, axis, load_all().common, "sv")
    return axis, strip


def test_time_is_drawn_as_it_passed() -> None:
    axis, strip = drawn(line(*((day, "barn-8-12", "answered", 4) for day in DAYS)))
    xs = [dot.x for dot in strip.stretches[0].dots]
    assert (xs[0], xs[-1]) == (3.0, 96.0)
    assert xs[2] - xs[1] < xs[3] - xs[2]  # half a year, a year
    assert [year for year, _ in axis.years] == [2025, 2026]


def test_a_silence_lies_below_the_scale_and_breaks_the_line() -> None:
    statuses = [("answered", 4), ("declined", None), ("answered", 4), ("answered", 5)]
    _, strip = drawn(line(*((day, "barn-8-12", *each) for day, each in zip(DAYS, statuses, strict=True))))
    (stretch,) = strip.stretches
    assert stretch.dots[1].silent
    assert stretch.dots[1].y > max(dot.y for dot in stretch.dots if not dot.silent)
    assert len(stretch.lines) == 1


def test_each_age_form_has_its_own_scale_and_no_line_crosses_between() -> None:
    forms = ["barn-4-7", "barn-8-12", "barn-8-12", "ung-13-20"]
    scores = [3, 5, 1, 10]
    rows = [(day, form, "answered", score) for day, form, score in zip(DAYS, forms, scores, strict=True)]
    _, strip = drawn(line(*rows))
    faces, words, figures = strip.stretches
    assert (faces.low_top, faces.lines, faces.dots[0].face) == (None, (), 5)
    assert [len(words.lines), len(figures.lines)] == [1, 0]
    assert words.dots[0].y == figures.dots[0].y  # the top of either scale
    assert (faces.right, words.right) == (words.left, figures.left)
    assert strip.story.tale == "first"  # nothing is compared over the break


def test_what_happened_after_the_last_visit_has_its_place_too() -> None:
    late = Moment(date(2026, 6, 1), "caseworker", "Idris Porslav")
    axis, _ = drawn(line((DAYS[0], "barn-8-12", "answered", 4), (DAYS[3], "barn-8-12", "answered", 4), moments=[late]))
    assert axis.place(late.on) == 96.0
    assert axis.place(DAYS[3]) < 96.0


def test_one_visit_lies_where_the_latest_is_looked_for() -> None:
    axis, strip = drawn(line((DAYS[0], "barn-8-12", "answered", 1)))
    assert axis.place(DAYS[0]) == 96.0
    assert strip.stretches[0].dots[0].low
    assert axis_of(line()) is None
