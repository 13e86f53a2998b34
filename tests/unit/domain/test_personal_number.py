from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain import personal_number as numbers
from followup.domain.errors import InvalidInput

TODAY = date(2026, 11, 24)


# Numbers of the published test series.
@pytest.mark.parametrize("digits", ["189001019802", "189102279800", "201701012393", "201701022384"])
def test_published_test_numbers_are_valid(digits: str) -> None:
    number = numbers.parse(digits, today=TODAY, tests_only=True)
    assert (number.digits, number.is_test, number.coordination) == (digits, True, False)


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("20170101-2393", "201701012393"),
        ("170101-2393", "201701012393"),
        ("1701012393", "201701012393"),
        ("170101+2393", "191701012393"),
        (" 20170101 2393 ", "201701012393"),
    ],
)
def test_ways_of_writing(text: str, digits: str) -> None:
    assert numbers.parse(text, today=TODAY).digits == digits


def test_ten_digits_are_of_this_century_only_if_the_day_has_been() -> None:
    tomorrow = numbers.make_test_number(date(1926, 11, 25), "238").digits[2:]
    assert numbers.parse(tomorrow, today=TODAY).born == date(1926, 11, 25)


def test_coordination_number() -> None:
    number = numbers.parse("701063-2391", today=TODAY)  # Skatteverket's own example, SKV 707
    assert (number.born, number.coordination) == (date(1970, 10, 3), True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_a_number"),
        ("2017-01-01", "not_a_number"),
        ("20170101239x", "not_a_number"),
        ("٢٠١٧٠١٠١٢٣٩٣", "not_a_number"),  # digits, but not the ones of a personal number
        ("20170101-2394", "check_digit"),
        (f"20170230238{numbers.check_digit('170230238')}", "no_date"),
        (f"20270101238{numbers.check_digit('270101238')}", "no_date"),
        (f"20170160238{numbers.check_digit('170160238')}", "no_date"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        numbers.parse(text, today=TODAY)
    assert refused.value.problems[0].code == code


def test_real_numbers_are_refused_in_the_demonstration() -> None:
    nine = "170101123"
    with pytest.raises(InvalidInput) as refused:
        numbers.parse(f"20{nine}{numbers.check_digit(nine)}", today=TODAY, tests_only=True)
    assert refused.value.problems[0].code == "not_a_test_number"
    assert nine not in str(refused.value)


@given(
    st.dates(date(1900, 1, 1), TODAY),
    st.sampled_from(numbers.TEST_BIRTH_NUMBERS),
    st.booleans(),
)
def test_made_numbers_are_read_back(born: date, birth_number: str, coordination: bool) -> None:  # noqa: FBT001 # Hypothesis passes it by name
    made = numbers.make_test_number(born, birth_number, coordination=coordination)
    assert numbers.parse(made.digits, today=TODAY, tests_only=True) == made


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        numbers.parse(text, today=TODAY)
    except InvalidInput:
        return
