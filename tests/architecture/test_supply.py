"""What the program is made of: the page of licences, the list for auditors, and the question about vulnerabilities."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support import supply

LOOKED_AT = (
    "MIT",
    "BSD",
    "Apache",
    "Mozilla Public License",
    "PSF",
    "Python Software Foundation",
    "LGPL",
    "Public Domain",
    "Zlib",
)
"""Licences under which a package may be used beside ours (EUPL-1.2, appendix, and those without conditions on us)."""


def test_the_page_of_licences_tells_what_is_installed() -> None:
    assert supply.PAGE.read_text(encoding="utf-8") == supply.page(), "./dev fix writes it anew"


def test_every_licence_has_been_looked_at() -> None:
    assert not [each for each in supply.licences() if not any(known in each[1] for known in LOOKED_AT)]


def ended(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    def run(*_arguments: Any, **_more: Any) -> Any:
        return subprocess.CompletedProcess((), 1, text, "")

    monkeypatch.setattr(subprocess, "run", run)


@pytest.mark.parametrize(
    ("packages", "line", "status"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], "no known vulnerability in 1", 0),
        ([{"name": "a", "version": "1", "vulns": [{"id": "PYSEC-1"}]}], "a 1: PYSEC-1", 1),
        ([{"name": "a", "skip_reason": "unknown"}], "no answer about 1 of 1", 0),
        (None, "not asked", 0),
    ],
)
def test_no_answer_is_not_called_an_all_clear(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], packages: Any, line: str, status: int
) -> None:
    ended(monkeypatch, "no network" if packages is None else json.dumps({"dependencies": packages}))
    assert supply.audit() == status
    assert line in capsys.readouterr().out


def test_the_list_for_auditors_leaves_out_what_developers_install(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{"name": "Flask", "bom-ref": "flask"}, {"name": "pytest", "bom-ref": "pytest"}],
        "dependencies": [{"ref": "root", "dependsOn": ["flask", "pytest"]}, {"ref": "pytest", "dependsOn": []}],
    }

    def run(command: list[str], **_more: Any) -> None:
        Path(command[-1]).write_text(json.dumps(everything), encoding="utf-8")

    monkeypatch.setattr(subprocess, "run", run)
    found = supply.bill()
    assert [each["name"] for each in found["components"]] == ["Flask"]
    assert found["dependencies"] == [{"ref": "root", "dependsOn": ["flask"]}]
