"""Drawings: what is taken in, what is refused, and that the path can hold nothing but a path."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.drawings import (
    HEIGHT,
    MOST_POINTS,
    MOST_STROKES,
    WIDTH,
    Strokes,
    dump_strokes,
    parse_strokes,
    svg_path,
)
from followup.domain.errors import InvalidInput

POINT = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
STROKES = st.lists(st.lists(POINT, min_size=1, max_size=12).map(tuple), max_size=8).map(tuple)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(STROKES)
def test_what_was_drawn_comes_back_as_it_was(strokes: Strokes) -> None:
    assert parse_strokes(dump_strokes(strokes)) == strokes


@given(STROKES)
def test_the_path_holds_letters_figures_and_spaces_alone(strokes: Strokes) -> None:
    assert re.fullmatch(r"(M\d+ \d+(L\d+ \d+Q\d+ \d+ \d+ \d+)*L\d+ \d+ ?)*", svg_path(strokes))


@given(STROKES)
def test_each_line_begins_and_ends_where_the_finger_did(strokes: Strokes) -> None:
    lines = [line for line in svg_path(strokes).split("M") if line]
    assert len(lines) == len(strokes)
    for line, stroke in zip(lines, strokes, strict=True):
        assert line.startswith(f"{stroke[0][0]} {stroke[0][1]}")
        if len(stroke) > 1:
            assert line.strip().endswith(f"L{stroke[-1][0]} {stroke[-1][1]}")


@given(ANYTHING)
def test_anything_is_either_a_drawing_or_refused(value: Any) -> None:
    try:
        strokes = parse_strokes(json.dumps(value))
    except InvalidInput:
        return
    assert json.loads(dump_strokes(strokes)) == value


@given(st.text(max_size=60))
def test_any_text_is_either_a_drawing_or_refused(text: str) -> None:
    try:
        parse_strokes(text)
    except InvalidInput:
        return
    assert text.strip().startswith("[")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "{}",
        "[[]]",
        "[[[1]]]",
        "[[[1,2,3]]]",
        "[[[1,2],3]]",
        "[[[true,false]]]",
        "[[[1.0,2]]]",
        "[[[NaN,1]]]",
        "[[[Infinity,1]]]",
        '[[["1","2"]]]',
        '[[{"0":1,"1":2}]]',
        "[[[-1,0]]]",
        "[[[0,-1]]]",
        f"[[[{WIDTH + 1},0]]]",
        f"[[[0,{HEIGHT + 1}]]]",
        '[[["<script>",0]]]',
        "[[[1e999,1]]]",
        "[[[" + "9" * 5000 + ",1]]]",
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a":' * 50_000,
        "x" * 3_000_000,
        " " * 3_000_000,
        "\ud800",
        "[[[1,2]]",
        "[[[1,2]]]\x00",
    ],
)
def test_what_no_finger_draws_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_strokes(text)


def test_the_limits_are_the_last_that_is_taken() -> None:
    line = [[1, 1]] * (MOST_POINTS // MOST_STROKES)
    rest = [[2, 2]] * (MOST_POINTS - len(line) * MOST_STROKES)
    fullest = [*([line] * (MOST_STROKES - 1)), line + rest]
    assert sum(map(len, parse_strokes(json.dumps(fullest)))) == MOST_POINTS
    with pytest.raises(InvalidInput):
        parse_strokes(json.dumps([*fullest[:-1], [*fullest[-1], [3, 3]]]))
    assert len(parse_strokes(json.dumps([[[0, 0]]] * MOST_STROKES))) == MOST_STROKES
    with pytest.raises(InvalidInput):
        parse_strokes(json.dumps([[[0, 0]]] * (MOST_STROKES + 1)))


def test_the_longest_drawing_fits_in_the_text_that_is_read() -> None:
    widest = [[[WIDTH, HEIGHT]] * MOST_POINTS]
    assert parse_strokes(json.dumps(widest))


def test_a_dot_is_seen() -> None:
    assert svg_path((((5, 6),),)) == "M5 6L6 6"


def test_a_house_keeps_its_corners_and_a_curve_has_none() -> None:
    assert svg_path((((100, 600), (100, 300), (500, 300)),)) == "M100 600L100 312Q100 300 112 300L500 300"
    assert svg_path((((0, 0), (10, 0), (20, 6), (28, 14)),)) == "M0 0L5 0Q10 0 15 3L15 3Q20 6 24 10L28 14"


def test_a_refusal_names_no_value() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_strokes('["hemligt"]')
    assert "hemligt" not in str(refused.value)
    assert refused.value.problems[0].message == "Bilden gick inte att spara."
