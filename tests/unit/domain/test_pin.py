"""Which PINs are let through: not the ones that a ten-year-old tries first."""

from __future__ import annotations

import pytest

from followup.domain.errors import InvalidInput
from followup.domain.pin import judge_pin, read_pin


@pytest.mark.parametrize("pin", ["2749", "27491", "274913", "0918", "1357", "9024"])
def test_an_ordinary_pin_is_good(pin: str) -> None:
    judge_pin(pin)


@pytest.mark.parametrize(
    ("pin", "code"),
    [
        *((pin, "not_a_pin") for pin in ("", "123", "1234567", "12a4", "12-34", "²³⁴⁵")),
        *((pin, "too_easy") for pin in ("0000", "1111", "999999", "1122", "1212", "1112")),
        *((pin, "too_easy") for pin in ("1234", "4321", "0123", "7890", "9012", "234567", "098765")),
        *((pin, "too_easy") for pin in ("123123", "275275", "2580", "147258")),
    ],
)
def test_the_first_guesses_are_not(pin: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        judge_pin(pin)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("pin", code)]


def test_digits_of_any_script_are_digits() -> None:
    assert read_pin(" ٢٧ ٤٩ ") == read_pin("\N{FULLWIDTH DIGIT TWO}749") == read_pin("2749\n") == "2749"
