from __future__ import annotations

from dataclasses import replace

from followup.domain.suggesting import Known, Suggestion, suggestions
from followup.domain.summary import VisitSummary
from tests.support.sample_summary import sample_summary

KNOWN = Known(people=("Vide Granbarr", "Karin och Per Ängsull"), addresses=("Ängsvägen 4",), places=("Lingonmo",))


def found(summary: VisitSummary, known: Known = KNOWN, *, protected: bool = False) -> dict[str, Suggestion]:
    return {each.text: each for each in suggestions(summary, known, protected=protected)}


def test_names_of_others_are_known_and_masked_unless_somebody_lets_them_stand() -> None:
    words = found(sample_summary())
    for name in ("Vide", "Karin", "Per", "Karin Ängsull", "Elin Tuvmark"):
        assert (words[name].kind, words[name].known, words[name].proposed) == ("person", True, True), name
    assert words["Karin"].places > 5
    assert "Elin" not in words  # the whole name covers it
    assert "Karin" in words["Karin"].seen


def test_the_child_and_the_authority_keep_their_names() -> None:
    words = found(sample_summary(), replace(KNOWN, staff=("Birgitta Åkerbär",)))
    assert not {"Alva", "Granbarr", "Alva Granbarr", "Maja", "Lövsprång", "Birgitta", "Åkerbär"} & set(words)


def test_a_sibling_of_the_same_surname_is_masked_by_the_first_name_and_by_both() -> None:
    summary = replace(sample_summary(), assessment="Vide Granbarr mår bra.")
    words = found(summary)
    assert words["Vide Granbarr"].places == 1
    assert "Granbarr" not in words


def test_what_looks_like_a_name_is_a_guess() -> None:
    words = found(replace(sample_summary(), assessment="Hon leker ofta med Kajsa."))
    assert (words["Kajsa"].kind, words["Kajsa"].known, words["Kajsa"].proposed) == ("guess", False, True)


def test_where_a_protected_child_lives_is_masked_and_otherwise_only_shown() -> None:
    summary = replace(
        sample_summary(), assessment="Skjuts till Björkskolan från Ängsvägen 4 i Lingonmo. Ring 0522-69 60 00."
    )
    kinds = {"Björkskolan": "school", "Ängsvägen 4": "address", "Lingonmo": "place", "0522-69 60 00": "contact"}
    open_words, protected_words = found(summary), found(summary, protected=True)
    for word, kind in kinds.items():
        assert open_words[word].kind == kind
        assert protected_words[word].proposed, word
    assert not any(open_words[word].proposed for word in ("Björkskolan", "Ängsvägen 4", "Lingonmo"))
    assert open_words["0522-69 60 00"].proposed


def test_a_known_name_that_stands_nowhere_is_not_asked_about() -> None:
    assert "Sigurd" not in found(sample_summary(), Known(people=("Sigurd Sten",)))


def test_another_child_with_an_officials_first_name_is_masked() -> None:
    words = found(replace(sample_summary(), assessment="Maja och Alva leker."), replace(KNOWN, people=("Maja Sten",)))
    assert (words["Maja"].kind, words["Maja"].known) == ("person", True)
