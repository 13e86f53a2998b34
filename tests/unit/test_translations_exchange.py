"""Files to translators and back: nothing is lost on the way, and what is broken is named with its line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.questionnaires.catalogue import LARGEST_FILE, Translation, parse_catalogue, placeholders, read_catalogue
from followup.questionnaires.child_texts import messages
from followup.questionnaires.exchange import BrokenTranslations, export_po, read_delivery, standing, take_in
from followup.questionnaires.languages import LANGUAGES, SHIPPED, shipped_catalogue, use_folder, words

HEADER = 'msgid ""\nmsgstr "Language: {}\\n"\n\n'
TRANSLATED = [code for code in LANGUAGES if code != "sv"]


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    use_folder(None)
    yield
    use_folder(None)


def written(tmp_path: Path, body: str, lang: str = "es") -> Path:
    path = tmp_path / "from-translator.po"
    path.write_text(HEADER.format(lang) + body, encoding="utf-8")
    return path


def problems_of(path: Path, code: str = "") -> tuple[str, ...]:
    with pytest.raises(BrokenTranslations) as caught:
        read_delivery(path, code)
    return caught.value.problems


@pytest.mark.parametrize("code", TRANSLATED)
def test_what_is_exported_can_be_imported_and_says_the_same(code: str, tmp_path: Path) -> None:
    path = tmp_path / "out.po"
    path.write_bytes(export_po(code))
    delivery = read_delivery(path)
    assert delivery.code == code
    assert delivery.catalogue.translations == shipped_catalogue(code).translations
    assert not [remark for remark in delivery.remarks if "no text of this version" in remark]


@pytest.mark.parametrize("code", [code for code in TRANSLATED if code != "en"])
def test_a_shipped_file_is_what_the_export_writes(code: str) -> None:
    assert export_po(code) == (SHIPPED / f"{code}.po").read_bytes()


def test_an_export_holds_all_texts_with_place_english_and_flag() -> None:
    exported = export_po("prs").decode()
    assert (
        "#. English: Is it good to live here?\n#: barn-4-7.y_home\n#, fuzzy\n"
        'msgid "Är det bra att bo här?"\nmsgstr "زندگی کردن در این‌جا خوب است؟"\n'
    ) in exported
    assert exported.count("\nmsgid ") == len(messages()) + 1


def test_what_a_translator_approves_and_mends_is_taken_in_and_the_rest_is_as_shipped(tmp_path: Path) -> None:
    folder = tmp_path / "child-texts"
    exported = tmp_path / "out.po"
    exported.write_text(
        export_po("es").decode().replace('#, fuzzy\nmsgid "Nästa"\nmsgstr "Siguiente"', 'msgid "Nästa"\nmsgstr "Sigue"')
    )
    target = take_in(read_delivery(exported), folder)
    assert read_catalogue(target).translations == {"Nästa": Translation("Sigue", unread=False)}
    use_folder(folder)
    assert words("es").ui("question.next") == "Sigue"
    assert (standing("es").own, len(standing("es").unread)) == (1, len(messages()) - 1)
    assert 'msgid "Nästa"\nmsgstr "Sigue"' in export_po("es").decode()


def test_a_second_file_keeps_what_it_does_not_translate(tmp_path: Path) -> None:
    take_in(read_delivery(written(tmp_path, 'msgid "Nästa"\nmsgstr "Sigue"\n')), tmp_path)
    take_in(read_delivery(written(tmp_path, 'msgid "Paus"\nmsgstr "Un rato"\n\nmsgid "Nästa"\nmsgstr ""\n')), tmp_path)
    assert {text.text for text in read_catalogue(tmp_path / "es.po").translations.values()} == {"Sigue", "Un rato"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["es.po", "from-translator.po"]


def test_an_own_file_that_is_broken_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "es.po").write_text("half a fi")
    with pytest.raises(BrokenTranslations, match="move it away"):
        take_in(read_delivery(written(tmp_path, 'msgid "Nästa"\nmsgstr "Sigue"\n')), tmp_path)
    assert (tmp_path / "es.po").read_text() == "half a fi"


@pytest.mark.parametrize(
    ("swedish", "text", "wanted"),
    [
        ("Hej {child}!", "¡Hola!", "{child}"),
        ("Hej {child}!", "¡Hola, {name}!", "{child}"),
        ("Hej {child}!", "¡Hola, {child} y {name}!", "{child}"),
        ("Hej {child}!", "¡Hola, {child.__class__}!", "{child}"),
        ("Hej {child}!", "¡Hola, {child!r:>9}!", "{child}"),
        ("Hej {child}!", "¡Hola, {child!", "{child}"),
        ("Nästa", "Siguiente {child}", "may not hold braces"),
        ("Nästa", "Siguiente }", "may not hold braces"),
    ],
)
def test_placeholders_are_those_of_the_swedish(tmp_path: Path, swedish: str, text: str, wanted: str) -> None:
    (problem,) = problems_of(written(tmp_path, f'msgid "{swedish}"\nmsgstr "{text}"\n'))
    assert problem.startswith("from-translator.po, line 4: ")
    assert wanted in problem


def test_placeholders_may_change_places_and_repeat() -> None:
    assert placeholders("{b} {a} {b}") == placeholders("{a} {b}") == frozenset("ab")
    assert placeholders("{}") is None
    assert placeholders("{0}") is None


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"\xff\xfeN\x00", "line 1: is not UTF-8"),
        (HEADER.format("es").encode() + 'msgid "Nästa"\nmsgstr "Ñ"'.encode("latin-1"), "line 4: is not UTF-8"),
        (b"x" * (LARGEST_FILE + 1), "larger than 2 MB"),
        (b'msgid "a"\nmsgstr "b\n', "line 2: is no PO"),
        (b'msgid "a"\n', "line 1: is no PO: missing msgstr"),
        (b"# nothing\nhello\n", "line 2: is no PO"),
        (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=latin-1\\n"\n', "charset=utf-8"),
        (b'msgid ""\nmsgstr "POT-Creation-Date: yesterday\\n"\n', "header"),
        (b'msgid ""\nmsgstr "Plural-Forms: nplurals=many;\\n"\n', "header"),
        (HEADER.format("es").encode() + b'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n', "plural"),
        (
            HEADER.format("es").encode() + b'msgid "a"\nmsgstr "b\x07"\n',
            "line 4: \u201ca\u201d: holds control characters",
        ),
        (HEADER.format("es").encode() + b'msgid "a"\nmsgstr "' + b"b" * 5000 + b'"\n', "longer than"),
        (HEADER.format("es").encode(), "no translated text"),
        (HEADER.format("fi").encode() + b'msgid "a"\nmsgstr "b"\n', "names none of"),
        (HEADER.format("sv").encode() + b'msgid "a"\nmsgstr "b"\n', "names none of"),
        (b'msgid "a"\nmsgstr "b"\n', "names none of"),
        (b"", "names none of"),
    ],
)
def test_a_file_that_can_not_be_used_says_why_and_where(tmp_path: Path, content: bytes, wanted: str) -> None:
    path = tmp_path / "x.po"
    path.write_bytes(content)
    (problem,) = problems_of(path)
    assert problem.startswith("x.po")
    assert wanted in problem


def test_a_file_in_another_language_than_asked_for_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, 'msgid "Nästa"\nmsgstr "Sigue"\n')
    assert "is es, not ar" in problems_of(path, "ar")[0]
    assert read_delivery(path, "es").code == "es"
    without = tmp_path / "without.po"
    without.write_text('msgid "Nästa"\nmsgstr "Sigue"\n', encoding="utf-8")
    assert read_delivery(without, "es").code == "es"


def test_several_problems_are_told_at_once_and_one_file_may_come_with_a_mark_of_its_encoding(tmp_path: Path) -> None:
    path = written(tmp_path, 'msgid "Hej {child}!"\nmsgstr "x"\n\nmsgid "Tack {child}!"\nmsgstr "{"\n')
    assert [problem.split(":")[0] for problem in problems_of(path)] == [
        "from-translator.po, line 4",
        "from-translator.po, line 7",
    ]
    marked = tmp_path / "marked.po"
    marked.write_text(HEADER.format("es") + 'msgid "Nästa"\nmsgstr "Sigue"\n', encoding="utf-8-sig")
    assert read_delivery(marked).catalogue.translations


def test_unknown_texts_are_kept_and_remarked_and_so_is_swedish_that_was_left(tmp_path: Path) -> None:
    path = written(tmp_path, 'msgid "Vad heter din hamster?"\nmsgstr "¿?"\n\nmsgid "Nästa"\nmsgstr "Nästa"\n')
    delivery = read_delivery(path)
    assert [remark.split(":")[0] for remark in delivery.remarks] == ["line 4", "line 7"]
    assert "Vad heter din hamster?" in read_catalogue(take_in(delivery, tmp_path)).translations


def test_old_texts_that_a_translators_program_keeps_are_no_texts() -> None:
    assert parse_catalogue(HEADER.format("es") + '#~ msgid "Nästa"\n#~ msgstr "Sigue"\n').translations == {}


def test_a_folder_where_a_file_is_asked_for_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "es.po").mkdir()
    use_folder(tmp_path)
    assert words("es").ui("question.next") == "Siguiente"
    assert "can't be read" in standing("es").problems[0]


@given(
    st.lists(
        st.sampled_from(
            ['msgid "a"', 'msgstr "b"', '"', 'msgstr[1] "x"', "#, fuzzy", "#~ x", "#: \u2068", 'msgctxt "c"', "", "{"]
        )
    )
)
def test_no_file_makes_the_reader_fall_over(lines: list[str]) -> None:
    found = parse_catalogue("\n".join(lines))
    assert found.problems or all(text for text in found.translations)


@given(st.text())
def test_no_text_makes_the_reader_fall_over(content: str) -> None:
    parse_catalogue(content)
    parse_catalogue(f'msgid ""\nmsgstr "{content}"\n')
    parse_catalogue(f'msgid "Hej {{child}}!"\nmsgstr "{content}"\n')
