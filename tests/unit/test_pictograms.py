"""The drawings for children who can't use words: each question has one, and each drawing can be heard as well."""

from __future__ import annotations

from pathlib import Path
from xml.dom import minidom

import pytest
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from followup import questionnaires
from followup.resources import resource_dir

WORDS = yaml.safe_load(Path(questionnaires.__file__).with_name("pictograms.yaml").read_text(encoding="utf-8"))[
    "pictograms"
]
MACROS = Environment(loader=FileSystemLoader(resource_dir("templates")), autoescape=True, undefined=StrictUndefined)
PICTOGRAM = MACROS.get_template("macros/pictograms.html").module.pictogram  # type: ignore[attr-defined]  # a macro


def test_every_item_and_practice_item_for_the_youngest_has_a_drawing_and_its_words() -> None:
    form = questionnaires.load_all().forms["barn-4-7"]
    named = {item.pictogram for item in form.items}
    practised = {f"practice_{item.id.removeprefix('p_')}" for item in form.practice}
    assert named | practised == set(WORDS)
    assert all(words["sv"] and words["en"] for words in WORDS.values())


@pytest.mark.parametrize("name", sorted(WORDS))
def test_a_drawing_is_whole_silent_and_without_a_style_of_its_own(name: str) -> None:
    drawn = minidom.parseString(str(PICTOGRAM(name, 48))).documentElement  # noqa: S318  our own template, no foreign XML
    assert drawn is not None
    assert drawn.getAttribute("aria-hidden") == "true"
    assert drawn.getAttribute("width") == drawn.getAttribute("height") == "48"
    parts = drawn.getElementsByTagName("*")
    assert {part.getAttribute("class") for part in parts} <= {"stone", "stone shade", "ln", "fl"}
    assert not [part for part in parts if part.hasAttribute("style") or part.hasAttribute("fill")]


def test_an_unknown_drawing_gives_nothing() -> None:
    assert str(PICTOGRAM("")) == str(PICTOGRAM("nothing")) == ""
