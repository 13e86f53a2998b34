"""The PIN with which a caseworker takes the tablet back: four to six digits that are not the first guess."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from followup.domain.errors import InvalidInput, Problem, translatable

SHORTEST, LONGEST = 4, 6
_FEWEST_DIFFERENT = 3
_KEYPAD = frozenset({"2580", "0852", "147258", "258369"})  # straight down the keys


def read_pin(typed: str) -> str:
    """Return what was typed as plain digits where it is digits: spaces go, and other scripts' digits become 0–9."""
    return "".join(_plain(sign) for sign in typed[:80] if not sign.isspace())


def judge_pin(pin: str) -> None:
    """Judge a PIN that somebody wants, as `read_pin` returns it. Raises InvalidInput on the field “pin”."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        raise InvalidInput([Problem("pin", "Välj fyra till sex siffror.", "not_a_pin")])
    if _is_the_first_guess(pin):
        message = translatable("Den är för lätt att gissa. Ta minst tre olika siffror som inte kommer i följd.")
        raise InvalidInput([Problem("pin", message, "too_easy")])


def _is_the_first_guess(pin: str) -> bool:
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    in_a_row = steps in ({1}, {9})
    twice = pin[: len(pin) // 2] * 2 == pin
    return len(set(pin)) < _FEWEST_DIFFERENT or in_a_row or twice or pin in _KEYPAD


def _plain(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
