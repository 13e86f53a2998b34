from __future__ import annotations

from werkzeug.datastructures import MultiDict

from followup.web.conflicts import resolved

Fields = MultiDict[str, str]


def two_versions(*pairs: tuple[str, str]) -> Fields:
    return MultiDict([("resolve", "1"), ("revision", "4"), ("csrf_token", "t"), *pairs])


def words(pick: str = "") -> Fields:
    picked = [("pick-words", pick)] if pick else []
    return two_versions(("q-sleep", "3"), ("differs", "words"), ("mine-words", "Här"), ("theirs-words", "Där"), *picked)


def test_an_ordinary_form_is_left_alone() -> None:
    form: Fields = MultiDict([("mine-words", "a"), ("pick-words", "theirs")])
    assert resolved(form) is form


def test_the_chosen_version_takes_the_fields_place() -> None:
    assert resolved(words("mine")).getlist("words") == ["Här"]
    assert resolved(words("theirs")).getlist("words") == ["Där"]


def test_both_are_kept_one_after_the_other_with_what_was_saved_first_on_top() -> None:
    assert resolved(words("both"))["words"] == "Där\n\nHär"


def test_without_a_choice_nothing_is_lost() -> None:
    assert resolved(words())["words"] == "Där\n\nHär"


def test_the_rest_of_the_form_comes_along_and_the_page_s_own_fields_do_not() -> None:
    assert set(resolved(words("mine"))) == {"revision", "csrf_token", "q-sleep", "words"}


def test_a_choice_with_several_values_keeps_all_of_them() -> None:
    form = two_versions(
        ("differs", "present"),
        ("mine-present", "child"),
        ("mine-present", "carer"),
        ("theirs-present", "child"),
        ("pick-present", "mine"),
    )
    assert resolved(form).getlist("present") == ["child", "carer"]


def test_the_same_text_twice_is_kept_once_and_an_empty_side_adds_nothing() -> None:
    same = two_versions(("differs", "a"), ("mine-a", "Lika"), ("theirs-a", "Lika"), ("pick-a", "both"))
    empty = two_versions(("differs", "a"), ("mine-a", ""), ("theirs-a", "Text"), ("pick-a", "both"))
    assert resolved(same).getlist("a") == ["Lika"]
    assert resolved(empty).getlist("a") == ["Text"]


def test_a_field_that_only_looks_like_a_choice_is_kept() -> None:
    form = two_versions(("differs", "a"), ("mine-a", "x"), ("theirs-a", "y"), ("pick-a", "mine"), ("mine-other", "z"))
    assert resolved(form)["mine-other"] == "z"
