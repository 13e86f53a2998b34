"""Swedish personal numbers: ten or twelve digits with a check digit, of a birth date or a co-ordination number.

Source: Folkbokföringslagen (1991:481) 18 and 18 a §§; Skatteverket's SKV 704 (personal numbers) and SKV 707
(co-ordination numbers, where 60 is added to the day). A child may well have no number at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from followup.domain.errors import InvalidInput, Problem, translatable

TEST_BIRTH_NUMBERS = ("238", "239", "980", "981")
"""The birth numbers of 94 % of the personal numbers that the tax agency has published for tests: nobody bears them."""

_PATTERN = re.compile(r"(\d{2})?(\d{2})(\d{2})(\d{2})([-+]?)(\d{3})(\d)", re.ASCII)
_ADDED_TO_DAY = 60
_CENTURY = 100


@dataclass(frozen=True)
class PersonalNumber:
    """A valid number. digits: twelve, without sign, as stored. coordination: whether the person is not registered."""

    digits: str
    born: date
    coordination: bool

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the published test series."""
        return self.digits[8:11] in TEST_BIRTH_NUMBERS


def parse(text: str, *, today: date, tests_only: bool = False, field: str = "personal_number") -> PersonalNumber:
    """Read a number as people write it: 20160314-2380, 201603142380, 160314-2380, 160314+2380 (a hundred and over).

    today: tells the century of ten digits, and that nobody is born tomorrow. tests_only: refuse numbers outside the
    test series, as the demonstration does: real people have no place in it. Raises InvalidInput.
    """
    found = _PATTERN.fullmatch(text.replace(" ", ""))
    if not found:
        raise _refusal(field, "Skriv personnumret med tio eller tolv siffror: 20160314-2380.", "not_a_number")
    century, year, month, day, sign, birth_number, check = found.groups()
    if check_digit(f"{year}{month}{day}{birth_number}") != check:
        raise _refusal(field, "Kontrollera personnumret: sista siffran stämmer inte med de andra.", "check_digit")
    coordination = int(day) > _ADDED_TO_DAY
    born = _born(century, (int(year), int(month), int(day) % _ADDED_TO_DAY if coordination else int(day)), sign, today)
    if born is None:
        raise _refusal(field, "Kontrollera personnumret: det börjar inte med ett datum som har varit.", "no_date")
    number = PersonalNumber(f"{born.year}{month}{day}{birth_number}{check}", born, coordination)
    if tests_only and not number.is_test:
        message = translatable(
            "Här används bara Skatteverkets testnummer. Riktiga personnummer hör inte hemma i en demonstration."
        )
        raise _refusal(field, message, "not_a_test_number")
    return number


def make_test_number(born: date, birth_number: str, *, coordination: bool = False) -> PersonalNumber:
    """Return the number of the test series for a birth date. birth_number: one of TEST_BIRTH_NUMBERS."""
    day = f"{born.day + _ADDED_TO_DAY if coordination else born.day:02}"
    rest = f"{born:%m}{day}{birth_number}"
    return PersonalNumber(f"{born.year}{rest}{check_digit(f'{born:%y}{rest}')}", born, coordination)


def check_digit(nine: str) -> str:
    """Return the tenth digit (Luhn): every other digit doubled from the first, digits summed, up to the next ten."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(nine))
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def _born(century: str | None, parts: tuple[int, int, int], sign: str, today: date) -> date | None:
    year, month, day = parts
    if century:
        return _day(int(century) * _CENTURY + year, month, day, today)
    newest = today.year - today.year % _CENTURY + year
    days = (_day(newest - back * _CENTURY, month, day, today) for back in range(3))
    passed = [each for each in days if each]
    wanted = 1 if sign == "+" else 0  # the plus sign says: the year when one turns a hundred has come
    return passed[wanted] if len(passed) > wanted else None


def _day(year: int, month: int, day: int, today: date) -> date | None:
    try:
        born = date(year, month, day)
    except ValueError:
        return None
    return born if born <= today else None


def _refusal(field: str, message: str, code: str) -> InvalidInput:
    return InvalidInput([Problem(field, message, code)])
