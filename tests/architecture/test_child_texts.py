"""Every word that a child or a carer can meet is in every shipped translation, and can be drawn with a shipped font."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from fontTools.ttLib import TTFont

import followup.questionnaires
import followup.web
from followup.questionnaires import load_all
from followup.questionnaires.catalogue import placeholders
from followup.questionnaires.child_texts import fold, messages
from followup.questionnaires.languages import LANGUAGES, SHIPPED, shipped_catalogue

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(followup.questionnaires.__file__).parent
STATIC = Path(followup.web.__file__).parent / "static"
TRANSLATED = [code for code in LANGUAGES if code not in {"sv", "en"}]
OTHER_SCRIPTS = {"ar": "\u0600-\u06ff", "prs": "\u0600-\u06ff", "uk": "\u0400-\u04ff", "ti": "\u1200-\u137f"}


def texts_in(value: object) -> Iterator[str]:
    """Yield every Swedish text below a value of a YAML file."""
    if isinstance(value, dict):
        if isinstance(value.get("sv"), str):
            yield fold(value["sv"])
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def read(name: str) -> dict[str, object]:
    values = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    assert isinstance(values, dict)
    return values


def wanted() -> set[str]:
    """Gather what a child or a carer can meet straight from the files, not by the program's own reading of them."""
    common = read("_common.yaml")
    for_child = [text for text in dict(common["non_answers"]).values() if text["who"] == "child"]  # type: ignore[call-overload] # a mapping of mappings
    files = [read(f"{name}.yaml") for name in ("child_mode", "letter", "child_copy", "pictograms")]
    shown: list[object] = [*files, common["scales"], for_child]
    shown.append(common["closing_questions"])
    for name in ("barn-4-7", "barn-8-12", "ung-13-20", "familjehem-vuxen"):
        form = read(f"{name}.yaml")
        shown += [form.get(key) for key in ("title", "recall", "intro", "privacy", "practice")]
        items = form["items"]
        assert isinstance(items, list)
        shown += [[item["text"], item.get("hint")] for item in items]
    return set(texts_in(shown))


def test_the_forms_are_those_that_this_test_knows() -> None:
    assert set(load_all().forms) == {"barn-4-7", "barn-8-12", "ung-13-20", "familjehem-vuxen"}


def test_translators_get_every_text_and_no_other() -> None:
    assert set(messages()) == wanted()


def test_what_reads_the_same_in_swedish_means_the_same() -> None:
    """One message has one translation; two meanings need two Swedish wordings."""
    pairs = set()
    for code in ("child_mode", "letter", "child_copy", "_common", "pictograms", *load_all().forms):
        name = f"{code}.yaml"
        pairs |= {(sv, en) for sv, en in pairs_in(read(name)) if sv in messages()}
    english: dict[str, set[str]] = {}
    for sv, en in pairs:
        english.setdefault(sv, set()).add(en)
    assert {sv: said for sv, said in english.items() if len(said) > 1} == {}


def pairs_in(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("sv"), str):
            yield fold(value["sv"]), fold(value["en"])
        for each in value.values():
            yield from pairs_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from pairs_in(each)


def test_a_file_is_shipped_for_every_language_and_no_other() -> None:
    assert {path.stem for path in SHIPPED.iterdir()} == set(TRANSLATED)


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_shipped_translation_is_complete_and_holds_nothing_stale(code: str) -> None:
    catalogue = shipped_catalogue(code)
    assert catalogue.problems == ()
    assert catalogue.language == code
    assert set(catalogue.translations) == set(catalogue.lines) == wanted()


@pytest.mark.parametrize("code", [*TRANSLATED, "en"])
def test_placeholders_and_question_marks_are_those_of_the_swedish(code: str) -> None:
    for swedish, translation in shipped_catalogue(code).translations.items():
        assert placeholders(translation.text) == placeholders(swedish), swedish
        asked = translation.text.count("?") + translation.text.count("؟")
        assert asked == swedish.count("?"), swedish


@pytest.mark.parametrize("code", OTHER_SCRIPTS)
def test_no_swedish_is_left_in_another_script(code: str) -> None:
    """Words in Latin letters stand only in brackets: the Swedish name of something that children here hear."""
    for swedish, translation in shipped_catalogue(code).translations.items():
        plain = re.sub(r"\{\w+\}|\([a-zåäö ]+\)", "", translation.text)
        assert not re.search("[A-Za-zÅÄÖåäö]", plain), swedish
        assert re.search(f"[{OTHER_SCRIPTS[code]}]", plain), swedish


@pytest.mark.parametrize("code", ["so", "es"])
def test_no_swedish_is_left_in_latin_letters(code: str) -> None:
    for swedish, translation in shipped_catalogue(code).translations.items():
        assert translation.text != swedish
        assert not re.search("[ÅÄÖåäö]", re.sub(r"\([a-zåäö ]+\)", "", translation.text)), swedish


@pytest.mark.parametrize("code", [*TRANSLATED, "en"])
def test_the_words_of_a_scale_are_told_apart(code: str) -> None:
    said = shipped_catalogue(code).translations
    for scale in load_all().common.scales.values():
        labels = [said[fold(point.label.get("sv"))].text for point in scale.points if point.label]
        assert len(set(labels)) == len(labels), scale.code


def test_the_languages_that_nobody_has_read_are_named_to_those_who_choose() -> None:
    unread = {
        code for code in [*TRANSLATED, "en"] if any(t.unread for t in shipped_catalogue(code).translations.values())
    }
    names = {
        "en": "English", "ar": "Arabic", "so": "Somali", "uk": "Ukrainian",
        "prs": "Dari", "ti": "Tigrinya", "es": "Spanish",
    }  # fmt: skip
    for document in ("README.md", "docs/translating.md"):
        told = re.search(r"No native speaker has read[^.]*\.", (ROOT / document).read_text(encoding="utf-8"))
        assert told, document
        assert {code for code, name in names.items() if name in told[0]} == unread, document


@cache
def faces() -> list[tuple[str, list[range], frozenset[int]]]:
    """Return family, ranges and characters of each @font-face of the pages."""
    found = []
    css = (STATIC / "css" / "fonts.css").read_text(encoding="utf-8")
    for rule in re.findall(r"@font-face\{(.*?)\}", css, flags=re.DOTALL):
        parts = dict(part.split(":", 1) for part in rule.split(";"))
        ranges = [
            range(int(low, 16), int(high or low, 16) + 1)
            for low, high in re.findall(r"U\+([0-9A-Fa-f]+)(?:-([0-9A-Fa-f]+))?", parts["unicode-range"])
        ]
        name = re.search(r"fonts/([\w-]+\.woff2)", parts["src"])
        assert name
        with TTFont(STATIC / "fonts" / name[1]) as font:
            found.append((parts["font-family"].strip('"'), ranges, frozenset(font.getBestCmap())))
    return found


def undrawn(text: str, families: set[str]) -> set[str]:
    """Return the characters that no face of the families has within its range."""
    usable = [(ranges, has) for family, ranges, has in faces() if family in families]
    covered = {c for c in text for ranges, has in usable if ord(c) in has and any(ord(c) in each for each in ranges)}
    return set(text) - covered


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_character_of_every_translation_is_in_a_shipped_font(code: str) -> None:
    own = shipped_catalogue(code).translations.values() if code != "sv" else ()
    text = "".join([*messages(), *(translation.text for translation in own)])
    assert undrawn(text, {"Schibsted", "Vazirmatn", "Noto Cyrillic", "Noto Ethiopic"}) == set()


def test_whatever_a_child_writes_in_these_languages_is_in_a_shipped_font() -> None:
    letters = {
        "uk": "АБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯабвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "ti": "".join(map(chr, range(0x1200, 0x1248))) + "ቐቕቨጐኰዐ፡።፣፤፥፦፧፨፩፪፫",
        "prs": "ءآأؤئابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیۀة۰۱۲۳۴۵۶۷۸۹،؛؟",
        "ar": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيًٌٍَُِّْ٠١٢٣٤٥٦٧٨٩،؛؟",
        "es": "ÁÉÍÑÓÚÜáéíñóúü¿¡",
    }
    for code, alphabet in letters.items():
        assert undrawn(alphabet, {"Schibsted", "Vazirmatn", "Noto Cyrillic", "Noto Ethiopic"}) == set(), code


def test_languages_are_chosen_by_their_own_names_without_their_big_fonts() -> None:
    assert undrawn("".join(language.name for language in LANGUAGES.values()), {"Schibsted", "Language names"}) == set()
    names = list(STATIC.glob("fonts/*-names.woff2"))
    assert sum(path.stat().st_size for path in names) < 15_000


def test_one_scripts_font_is_small() -> None:
    for path in STATIC.glob("fonts/*.woff2"):
        assert path.stat().st_size < 90_000, path.name
