"""import-linter holds the order of the layers (./dev check); this is what it can't say."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = sorted((ROOT / "followup/domain").glob("**/*.py"))


def imported(source: str) -> set[str]:
    """Return the full names of the modules that `source` imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.stem)
def test_domain_leans_on_the_standard_library_only(path: Path) -> None:
    foreign = {
        name
        for name in imported(path.read_text(encoding="utf-8"))
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("followup.domain")
    }
    assert not foreign


def test_domain_asks_neither_clock_nor_chance() -> None:
    for path in DOMAIN:
        source = path.read_text(encoding="utf-8")
        assert not {"random", "secrets", "time", "os"} & imported(source), path
        assert ".now(" not in source, path
        assert ".today(" not in source, path
        assert "uuid4(" not in source, path
