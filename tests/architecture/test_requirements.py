from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = {"runtime": ["postgres"], "dev": ["postgres", "dev"]}


def locked(name: str) -> dict[str, str]:
    """Return the version of each package in requirements/NAME.txt."""
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize("name", EXTRAS)
def test_lock_fits_the_project(name: str) -> None:
    extras = [line for extra in EXTRAS[name] for line in PROJECT["optional-dependencies"][extra]]
    versions = locked(name)
    for wanted in map(Requirement, [*PROJECT["dependencies"], *extras]):
        found = versions.get(canonicalize_name(wanted.name))
        assert found is not None, f"{wanted} is not locked: ./dev lock"
        assert wanted.specifier.contains(found), f"{wanted} is locked at {found}: ./dev lock"


def test_tests_run_on_what_is_shipped() -> None:
    assert locked("runtime").items() <= locked("dev").items()


@pytest.mark.parametrize("name", EXTRAS)
def test_lock_names_no_registry_and_hashes_everything(name: str) -> None:
    text = (ROOT / f"requirements/{name}.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    entries = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert all("--hash=sha256:" in entry for entry in entries)
