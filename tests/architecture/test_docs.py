"""The documentation names what there is, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from followup.cli import followup as program

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
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


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert not list(broken_links(page))


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
