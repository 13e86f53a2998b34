from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from followup.domain.checking import InvalidQuestionnaire
from followup.domain.definition import definition_hash, parse, read_stored, weakened
from followup.domain.errors import NotFound
from followup.domain.questionnaire import Text
from followup.questionnaires import load_all, read_form, read_yaml

FOLDER = Path(load_all.__module__.replace(".", "/"))
LIBRARY = load_all()
CARER_ITEMS = [item.id for item in LIBRARY.carer_form.items]


def definition(name: str = "barn-8-12.yaml") -> dict[str, Any]:
    return copy.deepcopy(read_yaml(Path(__file__).parents[3] / FOLDER / name))


def item(whole: dict[str, Any], item_id: str) -> dict[str, Any]:
    return next(each for each in whole["items"] if each["id"] == item_id)


def problems(whole: dict[str, Any]) -> list[str]:
    with pytest.raises(InvalidQuestionnaire) as caught:
        parse(whole, LIBRARY.common, source="barn-8-12.yaml", carer_items=CARER_ITEMS)
    return list(caught.value.problems)


def test_the_shipped_forms_are_as_designed() -> None:
    assert {code: len(form.items) for code, form in LIBRARY.forms.items()} == {
        "barn-4-7": 8,
        "barn-8-12": 14,
        "ung-13-20": 19,
        "familjehem-vuxen": 10,
    }
    critical = {item.id for form in LIBRARY.forms.values() for item in form.items if item.critical}
    assert critical == {
        *("y_adults_kind", "b_adults_kind", "b_safe", "u_respect", "u_safe", "u_hope", "f_safe", "f_cope"),
    }


@pytest.mark.parametrize(
    ("age", "code"),
    [(0, None), (3, None), (4, "barn-4-7"), (7, "barn-4-7"), (8, "barn-8-12"), (13, "ung-13-20"), (20, "ung-13-20")],
)
def test_a_form_is_proposed_by_age(age: int, code: str | None) -> None:
    form = LIBRARY.form_for_age(age)
    assert (form.code if form else None) == code


def test_a_version_that_is_not_shipped_is_not_found() -> None:
    assert LIBRARY.get("barn-4-7", "1.0.0") is LIBRARY.forms["barn-4-7"]
    with pytest.raises(NotFound):
        LIBRARY.get("barn-4-7", "9.0.0")


@pytest.mark.parametrize("lang", ["sv", "en"])
def test_every_text_for_a_child_is_short_enough_to_hear_once(lang: str) -> None:
    for form in LIBRARY.forms.values():
        for each in form.items if form.respondent == "child" else ():
            assert len(each.text.get(lang).split()) <= (12 if lang == "sv" else 16), each.id


def test_a_critical_item_cannot_lack_its_threshold() -> None:
    whole = definition()
    del item(whole, "b_safe")["threshold"]["watch"]
    assert problems(whole) == [
        "barn-8-12.yaml, item b_safe, threshold.watch: critical items need a watch value; add watch: 3",
    ]


def test_all_problems_are_told_at_once() -> None:
    whole = definition()
    whole["version"] = "1.0"
    whole["colour"] = "red"
    whole["age"] = {"min": 12, "max": 8}
    del whole["title"]["en"]
    item(whole, "b_sleep")["track"] = "slep"
    item(whole, "b_body")["domain"] = "bodies"
    item(whole, "b_mood")["pairs_with"] = "f_moood"
    item(whole, "b_family")["id"] = "b_sleep"
    item(whole, "b_listen")["text"] = {"sv": "Ja", "en": False}
    item(whole, "b_friends")["threshold"] = {"low": 9, "watch": 3}
    del item(whole, "b_safe")["prompt"]
    item(whole, "b_adults_kind")["threshold"]["critical_low"] = "two"
    told = "\n".join(problems(whole))
    for expected in (
        "barn-8-12.yaml, version: write three numbers, for example 1.0.0 (now: '1.0')",
        "barn-8-12.yaml, colour: unknown field",
        "barn-8-12.yaml, age.min: is above max",
        'barn-8-12.yaml, title.en: is missing; add en: "..."',
        "item b_sleep, track: choose one of",
        "item b_body, domain: choose one of",
        "item b_mood, pairs_with: choose one of",
        "item b_sleep: the id is used more than once",
        "item b_listen, text.en: must be text; put it in quotes",
        "item b_friends, threshold.low: must be a whole number from 1 to 4 (now: '9')",
        "item b_friends, threshold.watch: has no effect unless the item is critical",
        "item b_safe, prompt: is missing; add prompt:",
        "item b_adults_kind, threshold.critical_low: must be a whole number from 1 to 4 (now: 'two')",
    ):
        assert expected in told
    assert len(told.splitlines()) == 13


@pytest.mark.parametrize(
    "broken", [{}, {"items": "none"}, {"items": [3]}, {"scale": "faces9"}, {"age": 3}, {"title": []}]
)
def test_nothing_in_a_file_makes_the_reading_fall_over(broken: dict[str, Any]) -> None:
    assert problems(definition() | broken if broken else {})


def test_a_stored_definition_is_the_whole_form() -> None:
    form = LIBRARY.forms["ung-13-20"]
    again = read_stored(json.dumps(json.loads(form.definition)))
    assert again == form
    assert again.scale.rules == LIBRARY.common.scales["ladder11"].rules
    assert again.item("u_hope") == form.item("u_hope")


def test_the_hash_does_not_depend_on_the_order_of_fields() -> None:
    whole = definition()
    assert definition_hash(whole) == definition_hash(dict(reversed(list(whole.items()))))
    assert definition_hash({"a": {0: "x", 10: "y", 5: "z"}}) == definition_hash({"a": {"10": "y", "5": "z", "0": "x"}})


def test_a_municipality_may_not_weaken_a_critical_item() -> None:
    shipped = LIBRARY.forms["barn-8-12"]
    whole = definition()
    item(whole, "b_safe")["threshold"]["critical_low"] = 1
    del item(whole, "b_adults_kind")["critical"]
    del item(whole, "b_adults_kind")["threshold"]
    changed = parse(whole, LIBRARY.common, source="own.yaml")
    assert weakened(shipped, changed) == [
        "barn-8-12, item b_adults_kind: must stay, and stay critical; put it back",
        "barn-8-12, item b_safe, threshold.critical_low: may not be below 2",
    ]
    assert weakened(shipped, shipped) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("id: a\nid: b\n", "own.yaml, line 2: id is there twice; keep one"),
        ("items: [", "own.yaml, line 1: "),
        ("- a\n", "own.yaml: must hold named fields"),
        ("", "own.yaml: must hold named fields"),
        ("a: \x00", "own.yaml: holds characters that YAML does not allow"),
    ],
)
def test_a_file_that_is_no_definition(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(text)
    with pytest.raises(InvalidQuestionnaire) as caught:
        read_form(file, LIBRARY)
    assert str(caught.value).startswith(problem)


def test_a_file_in_another_encoding(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_bytes("title: Sömn".encode("latin-1"))
    with pytest.raises(InvalidQuestionnaire, match="save it as UTF-8"):
        read_form(file, LIBRARY)


def test_a_text_falls_back_to_swedish() -> None:
    text = Text({"sv": "Sömn", "en": "Sleep"})
    assert [text.get(lang) for lang in ("sv", "en_GB", "en", "ar")] == ["Sömn", "Sleep", "Sleep", "Sömn"]
    assert not Text({})
