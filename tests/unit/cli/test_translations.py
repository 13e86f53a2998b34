from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from followup.cli.questionnaire import questionnaire
from followup.questionnaires.child_texts import messages
from followup.questionnaires.languages import LANGUAGES, use_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOLLOWUP_CHILD_TEXTS", str(tmp_path / "texts"))
    return tmp_path / "texts"


@pytest.fixture(autouse=True)
def _as_shipped_again(folder: Path) -> object:
    yield
    use_folder(None)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(questionnaire, ["translations", *map(str, arguments)])


def test_the_table_tells_of_every_language() -> None:
    result = run()
    assert result.exit_code == 0
    rows = {line.split()[0]: line.split()[1:4] for line in result.stdout.splitlines()[1:]}
    texts = str(len(messages()))
    assert rows == {code: [texts, "0", "0" if code == "sv" else texts] for code in LANGUAGES}


def test_a_language_lists_each_text_with_its_place() -> None:
    result = run("uk")
    assert "unread   barn-4-7.y_home\n         Är det bra att bo här?\n" in result.stdout
    assert run("sv").exit_code == 2


def test_to_a_translator_and_back(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "spanish.po"
    assert run("--export", "es", file).exit_code == 0
    file.write_text(file.read_text().replace('#, fuzzy\nmsgid "Nästa"', 'msgid "Nästa"'))
    result = run("--import", file)
    assert result.exit_code == 0
    assert f"{len(messages())} texts read" in result.stdout
    assert (folder / "es.po").exists()
    after = run("es").stdout
    assert f"{len(messages()) - 1}         1" in after.splitlines()[1]
    assert "child_mode.question.next" not in after


def test_a_file_that_can_not_be_used_changes_nothing(tmp_path: Path, folder: Path) -> None:
    file = tmp_path / "broken.po"
    file.write_text('msgid ""\nmsgstr "Language: es\\n"\n\nmsgid "Hej {child}!"\nmsgstr "Hola"\n')
    result = run("--import", file)
    assert result.exit_code == 1
    assert "nothing was taken in. 1 to put right:\nbroken.po, line 4:" in result.stderr
    assert not folder.exists()


def test_an_own_file_that_was_spoilt_is_told_of(folder: Path) -> None:
    folder.mkdir()
    (folder / "so.po").write_text("spoilt")
    result = run()
    assert result.exit_code == 1
    assert result.stderr.startswith("your so.po, line 1: is no PO")


def test_a_file_that_no_language_is_named_after_is_told_of(folder: Path) -> None:
    folder.mkdir()
    (folder / "arabic.po").touch()
    result = run()
    assert result.exit_code == 1
    assert result.stderr.startswith("your arabic.po is named after no language")


def test_what_can_not_be_written_is_told_of(tmp_path: Path, folder: Path) -> None:
    assert "ends with .po" in run("--export", "es", tmp_path / "spanish.txt").stderr
    assert "can't be written" in run("--export", "es", tmp_path / "nowhere" / "es.po").stderr
    assert run("--export", "es", tmp_path / "a.po", "--import", __file__).exit_code == 2
    file = tmp_path / "es.po"
    run("--export", "es", file)
    folder.mkdir()
    (folder / "es.po.new").mkdir()
    assert "nothing was taken in" in run("--import", file).stderr
