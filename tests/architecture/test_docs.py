"""The documentation names what there is, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from followup.cli import followup as program
from followup.store.tables import Base
from followup.store.types import EncryptedBytes

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("**/*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

_LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|(?:src|href)=\"([^\"]+)\"")
_SETTING = re.compile(r"\bFOLLOWUP_[A-Z][A-Z0-9_]*[A-Z0-9]\b")


def commands(group: click.Group, name: str) -> Iterator[str]:
    """Yield the full name of every command below `group`: "followup db upgrade"."""
    for word, command in group.commands.items():
        full = f"{name} {word}"
        if isinstance(command, click.Group):
            yield from commands(command, full)
        elif not command.hidden:
            yield full


def settings_in_code() -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "followup").glob("**/*.py"))
    return {name for source in sources for name in _SETTING.findall(source)}


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as code hosts make them."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    plain = (re.sub(r"[^\w\s-]", "", heading.replace("`", "")).lower() for heading in headings)
    return {re.sub(r"\s", "-", heading) for heading in plain}


def broken_links(page: Path) -> Iterator[str]:
    for found in _LINK.finditer(page.read_text(encoding="utf-8")):
        link = found[1] or found[2]
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or not target.is_relative_to(ROOT):
            yield f"{link}: no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{link}: no such heading"


@pytest.mark.parametrize("document", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    assert not list(broken_links(document))


def test_every_command_is_in_the_documentation() -> None:
    missing = [name for name in commands(program, "followup") if not re.search(rf"\b{re.escape(name)}\b", TEXT)]
    assert not missing


def test_commands_in_the_documentation_exist() -> None:
    """Checks what stands in code: `followup db check`, and lines of code blocks."""
    for line in re.findall(r"(?:^|`|\./dev )followup ([a-z][a-z -]*)", TEXT, flags=re.MULTILINE):
        group: click.Command = program
        for word in line.split():
            if not isinstance(group, click.Group):
                break
            assert word in group.commands, f"the documentation speaks of: followup {line}"
            group = group.commands[word]


def test_every_setting_is_in_the_documentation_and_the_other_way_round() -> None:
    assert set(_SETTING.findall(TEXT)) == settings_in_code()


def test_the_data_model_names_every_table_and_what_is_sealed() -> None:
    page = (ROOT / "docs" / "data-model.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", page, flags=re.MULTILINE)
    told = {table: set(re.findall(r"`(\w+)`", sealed)) for table, sealed in rows}
    assert told == {
        table.name: {column.name for column in table.columns if isinstance(column.type, EncryptedBytes)}
        for table in Base.metadata.sorted_tables
    }


def test_what_is_linked_by_its_name_is_in_the_file() -> None:
    """[`sign_visit`](../followup/services/record/signing.py) leads to a file that defines sign_visit."""
    for page in PAGES:
        for name, link in re.findall(r"\[`([\w.]+)`\]\(([^)#]+\.py)\)", page.read_text(encoding="utf-8")):
            source = (page.parent / link).read_text(encoding="utf-8")
            last = name.rpartition(".")[2]
            assert re.search(rf"\b(?:def|class) {last}\b|^{last}\b.*=", source, flags=re.MULTILINE), (
                f"{page.name}: {name}"
            )


def test_every_page_is_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        links = (found[1] or found[2] for found in _LINK.finditer(page.read_text(encoding="utf-8")))
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in links if ":" not in link]
    assert not set(PAGES) - reached


def test_decisions_are_numbered_and_short() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert [page.name[:4] for page in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert len(text.splitlines()) <= 60, f"{page.name}: more than a page"


def test_pictures_are_small() -> None:
    """A newcomer downloads them all, and the repository keeps every version for ever."""
    assert not [picture for picture in (ROOT / "docs").glob("**/*.png") if picture.stat().st_size > 120_000]


def test_the_readme_fits_on_one_screen() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 60
