"""The keys on paper: enough parts restore them, fewer tell nothing, and mistakes are told in words."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest

from followup.services.installation.key_parts import BadParts, join, split
from followup.store.crypto import new_key_ring, with_new_key

RING = with_new_key(new_key_ring())
PARTS = split(RING, 5, 3, date(2026, 11, 22))


@pytest.mark.parametrize("chosen", list(combinations(range(5), 3)))
def test_any_three_of_five_restore_every_key(chosen: tuple[int, ...]) -> None:
    assert join(PARTS[number] for number in chosen) == RING


def test_what_is_typed_by_hand_may_have_other_breaks_and_cases() -> None:
    typed = [part.replace("\n", "\r\n  ").lower() for part in PARTS[:3]]
    assert join(typed) == RING


def test_one_sealed_block_is_enough() -> None:
    words_only = [part.split("SEALED KEYS")[0] for part in PARTS[1:3]]
    assert join([PARTS[0], *words_only]) == RING


def test_more_parts_than_needed_do_no_harm() -> None:
    assert join([*PARTS, PARTS[0]]) == RING


def test_two_parts_are_too_few_and_say_so_also_when_one_is_given_twice() -> None:
    with pytest.raises(BadParts, match="3 are needed"):
        join([PARTS[0], PARTS[1], PARTS[1]])


def test_parts_of_two_backups_do_not_mix() -> None:
    other = split(RING, 5, 3, date(2026, 11, 22))
    with pytest.raises(BadParts, match="different backups"):
        join([*PARTS[:2], other[2]])


def test_a_misread_word_or_letter_is_told() -> None:
    first = PARTS[0].split("WORDS\n")[1].split()[0]
    with pytest.raises(BadParts):
        join([PARTS[0].replace(first, "academic" if first != "academic" else "acid", 1), *PARTS[1:3]])
    letters = PARTS[0].splitlines()[-1]
    swapped = letters.translate(str.maketrans("ABCDEFGH", "BCDEFGHA"))
    with pytest.raises(BadParts, match=r"damaged|different"):
        join([part.replace(letters, swapped) for part in PARTS[:3]])


@pytest.mark.parametrize("text", ["", "hej", "WORDS\n", "SEALED KEYS\nAAAA", "WORDS\nåäö\nSEALED KEYS\n1!!"])
def test_anything_else_is_told_too(text: str) -> None:
    with pytest.raises(BadParts):
        join([text])


@pytest.mark.parametrize(("parts", "needed"), [(1, 1), (3, 1), (3, 4), (17, 3), (0, 0)])
def test_parts_that_protect_nothing_or_cannot_be_are_refused(parts: int, needed: int) -> None:
    with pytest.raises(BadParts):
        split(RING, parts, needed, date(2026, 11, 22))
