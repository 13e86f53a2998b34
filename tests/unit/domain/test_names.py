from __future__ import annotations

import re

import pytest

from followup.domain.names import addresses_in, capitals_in, contacts_in, names_in, pattern, schools_in


def found(word: str, text: str) -> list[str]:
    return [each[0] for each in re.finditer(pattern(word), text)]


@pytest.mark.parametrize(
    "said",
    ["Ida", "ida", "IDA", "Idas", "Ida:s", "Ida's", "Ida’s", "Ida-Maria", "Anna-Ida", "I\u00adda", "\u200bI\u200dda"],
)
def test_a_name_is_found_however_it_is_written(said: str) -> None:
    rest = re.sub(pattern("Ida"), "*", f"Jag och {said} lekte.")
    assert re.fullmatch("Jag och \u200b?[*] lekte[.]", rest)


@pytest.mark.parametrize("said", ["idag", "Idag", "friida", "Idun", "Ide"])
def test_other_words_are_left_alone(said: str) -> None:
    assert found("Ida", f"Vi ses {said}.") == []


def test_letters_put_together_and_apart_are_the_same() -> None:
    assert found("Åsa", "A\u030asas och Åsa") == ["A\u030asas", "Åsa"]
    assert found("A\u030asa", "Åsa") == ["Åsa"]
    assert found("André", "Andres Andrés") == ["Andres", "Andrés"]


def test_a_name_that_is_a_word_too_needs_its_capital() -> None:
    assert found("Per", "Per får tre kronor per dag av PER, och Pers hund.") == ["Per", "PER", "Pers"]


def test_a_place_is_found_in_what_is_named_after_it() -> None:
    assert found("Lingonmo", "lingonmo, Lingonmoskolan, Lingonmobornas") == [
        "lingonmo",
        "Lingonmoskolan",
        "Lingonmobornas",
    ]


def test_several_words_are_found_over_a_line_break() -> None:
    assert found("Karin Ängsull", "karin\n ängsulls") == ["karin\n ängsulls"]


def test_signs_in_a_word_are_signs() -> None:
    assert found("Ida (8)", "Ida (8) och Ida 8") == ["Ida (8)"]
    assert pattern("  ?!") == ""


def test_names_are_read_out_of_a_line() -> None:
    assert list(names_in("mentor Elin Tuvmark, Mamma Sara")) == ["Elin Tuvmark", "Sara"]
    assert list(names_in("Karin och Per Ängsull")) == ["Karin", "Per Ängsull"]
    assert list(names_in("Familjehemmet")) == []


def test_capitals_that_begin_a_sentence_are_no_names() -> None:
    text = "Jag leker med Kalle. Sedan gick Kajsas mamma till Nybro. Vi åt!\nDet var gott. BUP ringer Mamma."
    assert list(capitals_in(text)) == ["Kalle", "Kajsa", "Nybro"]


def test_schools_have_names() -> None:
    text = "Skolan heter Lunda skola. Förskolan och grundskolan ligger vid Björkängsskolan, inte lundaskolan."
    assert list(schools_in(text)) == ["Lunda skola", "Björkängsskolan", "lundaskolan"]


def test_where_somebody_can_be_reached() -> None:
    assert list(contacts_in("Ring 070-174 06 11 den 2026-11-24 eller a.b@c.se")) == ["070-174 06 11", "a.b@c.se"]
    assert list(addresses_in("Ängsvägen 4 B, 123 45 Nybro")) == ["Ängsvägen 4 B", "123 45 Nybro"]
