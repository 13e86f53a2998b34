"""The words in the language of the one who answers: what is found, what is fallen back on, and what is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from followup.domain.questionnaire import NO_TEXT, Text
from followup.questionnaires import load_all
from followup.questionnaires.child_texts import fold, form_texts, shared_texts, ui_texts
from followup.questionnaires.languages import LANGUAGES, code_of, languages_for, unread_for, use_folder, words
from followup.resources import resource_dir
from followup.web.answer_words import wordings

NEXT = ui_texts()["question.next"]
HELLO = ui_texts()["start.hello"]
UNKNOWN = Text({"sv": "Vad heter din hamster?", "en": "What is your hamster called?"})
FORM = load_all().forms["barn-4-7"]


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    use_folder(None)
    yield
    use_folder(None)


def own(folder: Path, lang: str, *pairs: tuple[str, str], fuzzy: bool = False) -> None:
    """Lay a municipality's own file with these texts in the folder, and use it."""
    flag = "#, fuzzy\n" if fuzzy else ""
    texts = "".join(f'{flag}msgid "{swedish}"\nmsgstr "{text}"\n\n' for swedish, text in pairs)
    (folder / f"{lang}.po").write_text(f'msgid ""\nmsgstr "Language: {lang}\\n"\n\n{texts}', encoding="utf-8")
    use_folder(folder)


def test_arabic_and_dari_are_written_from_the_right_and_dari_is_called_what_browsers_know() -> None:
    assert {code for code, language in LANGUAGES.items() if language.direction == "rtl"} == {"ar", "prs"}
    assert {code: words(code).direction for code in LANGUAGES} == {
        code: language.direction for code, language in LANGUAGES.items()
    }
    assert (words("prs").html_lang, words("ar").html_lang) == ("fa-AF", "ar")


@pytest.mark.parametrize(
    ("asked", "found"),
    [("ar", "ar"), ("ar-SY", "ar"), ("en_GB", "en"), ("fa-AF", "prs"), ("FA-af", "prs"), ("fi", "sv"), ("", "sv")],
)
def test_a_language_goes_by_its_code_and_by_its_tag(asked: str, found: str) -> None:
    assert code_of(asked) == words(asked).lang == found


def test_a_text_is_said_in_the_language() -> None:
    assert words("sv").say(NEXT) == words("sv").ui("question.next") == "Nästa"
    assert words("en").say(NEXT) == "Next"
    assert words("es").say(NEXT) == "Siguiente"
    assert words("ti").has(NEXT)


def test_how_a_file_breaks_its_lines_is_no_part_of_a_text() -> None:
    assert fold(" Jag\n  sover\tbra. ") == "Jag sover bra."
    broken = Text({"sv": "Jag\n sover bra.", "en": "I sleep\n well."})
    assert words("es").say(broken) == "Duermo bien."
    assert words("sv").say(broken) == "Jag sover bra."


def test_what_a_language_lacks_is_shown_in_swedish_and_is_nobodys_translation() -> None:
    said = words("uk")
    assert said.say(UNKNOWN) == "Vad heter din hamster?"
    assert (said.has(UNKNOWN), said.unread(UNKNOWN)) == (False, False)
    assert words("en").say(UNKNOWN) == "What is your hamster called?"
    assert words("uk").say(NO_TEXT) == ""


def test_a_key_that_is_not_there_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        words("sv").ui("question.nxt")


def test_names_are_filled_in_and_stay_apart_in_a_line_from_the_right() -> None:
    assert words("es").ui("start.hello", child="Alva") == "¡Hola, Alva!"
    assert "\u2068Alva\u2069" in words("ar").ui("start.hello", child="Alva")
    assert words("ar").ui("question.score_of_ten", score=7) == "7 من 10"


@pytest.mark.parametrize("name", ["{0}", "{child.__class__}", "%s", "{", "}}", "{{child}}", "{name}"])
def test_a_name_with_braces_is_a_name(name: str) -> None:
    assert words("sv").ui("start.hello", child=name) == f"Hej {name}!"


def test_braces_without_a_value_never_raise() -> None:
    odd = Text({"sv": "Hur {mår} {du.x} { idag}?", "en": ""})
    assert words("sv").say(odd, child="Alva") == words("ar").say(odd) == "Hur {mår} {du.x} { idag}?"


def test_only_what_a_native_speaker_has_not_read_is_unread() -> None:
    assert not words("sv").unread(NEXT)
    assert words("en").unread(NEXT)
    assert words("ar").unread(NEXT)


def test_a_form_is_offered_where_every_text_of_it_is_translated() -> None:
    for form in load_all().forms.values():
        assert [language.code for language in languages_for(form)] == list(LANGUAGES)
    changed = replace(FORM, items=(replace(FORM.items[0], text=UNKNOWN), *FORM.items[1:]), sha256="")
    assert [language.code for language in languages_for(changed)] == ["sv", "en"]
    only_swedish = replace(FORM, items=(replace(FORM.items[0], text=Text({"sv": "Hej du"})),), sha256="other")
    assert [language.code for language in languages_for(only_swedish)] == ["sv"]


def test_a_municipalitys_own_text_goes_first_and_says_whether_it_was_read(tmp_path: Path) -> None:
    own(tmp_path, "es", ("Nästa", "Adelante"))
    assert words("es").say(NEXT) == "Adelante"
    assert not words("es").unread(NEXT)
    assert words("es").ui("question.back") == "Atrás"
    own(tmp_path, "en", ("Nästa", "Go on"), fuzzy=True)
    assert words("en").say(NEXT) == "Go on"
    assert words("en").unread(NEXT)
    use_folder(None)
    assert words("es").say(NEXT) == "Siguiente"


def test_an_own_text_can_complete_a_form_in_a_language(tmp_path: Path) -> None:
    changed = replace(FORM, items=(replace(FORM.items[0], text=UNKNOWN),), sha256="own")
    own(tmp_path, "es", ("Vad heter din hamster?", "¿Cómo se llama tu hámster?"))
    assert [language.code for language in languages_for(changed)] == ["sv", "en", "es"]


def test_a_broken_own_text_leaves_the_shipped_one_in_place(tmp_path: Path) -> None:
    own(tmp_path, "es", ("Hej {child}!", "¡Hola, {name}!"), ("Nästa", "Adelante"))
    assert words("es").say(HELLO, child="Alva") == "¡Hola, Alva!"
    assert words("es").say(NEXT) == "Adelante"
    (tmp_path / "es.po").write_bytes(b"\xff\xfe nonsense")
    use_folder(tmp_path)
    assert words("es").say(NEXT) == "Siguiente"


def test_a_language_is_unread_until_every_text_that_a_child_meets_has_been_read(tmp_path: Path) -> None:
    texts = {fold(text.get("sv")): words("es").say(text) for _, text in (*shared_texts(), *form_texts(FORM))}
    assert unread_for(FORM, "es")
    assert not unread_for(FORM, "sv")
    privacy = fold(FORM.privacy.get("sv"))
    own(tmp_path, "es", *((swedish, text) for swedish, text in texts.items() if swedish != privacy))
    assert unread_for(FORM, "es"), "who reads the answers is the text that matters most"
    own(tmp_path, "es", *texts.items())
    assert not unread_for(FORM, "es")


def test_both_wordings_for_the_caseworker() -> None:
    arabic = wordings(NEXT, "ar")
    assert (arabic.swedish, arabic.shown, arabic.unread) == ("Nästa", "التالي", True)
    assert (arabic.lang, arabic.direction) == ("ar", "rtl")
    assert wordings(NEXT, "sv")[:3] == ("Nästa", None, False)
    assert wordings(UNKNOWN, "ar")[:3] == ("Vad heter din hamster?", None, False)


def on_a_page(lang: str, *, marked: bool = True) -> str:
    templates = Environment(loader=FileSystemLoader(resource_dir("templates")), autoescape=True)
    templates.filters["wordings"] = wordings
    templates.globals["_"] = str
    page = "{% from 'macros/two_wordings.html' import two_wordings %}{{ two_wordings(text, lang, marked) }}"
    return templates.from_string(page).render(text=NEXT, lang=lang, marked=marked)


def test_the_page_shows_the_other_wording_in_its_own_direction_with_the_mark(tmp_path: Path) -> None:
    shown = on_a_page("prs")
    assert '<span lang="sv" dir="ltr">Nästa</span>' in shown
    assert '<span lang="fa-AF" dir="rtl">بعدی</span>' in shown
    assert "ej granskad översättning" in shown
    assert "ej granskad" not in on_a_page("prs", marked=False)
    assert on_a_page("sv") == '<span lang="sv" dir="ltr">Nästa</span>'
    own(tmp_path, "prs", ("Nästa", "بعدی"))
    assert "ej granskad" not in on_a_page("prs")
