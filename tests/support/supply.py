"""What the program is made of, besides our own code: `python -m tests.support.supply sbom [FILE] | licences | audit`.

sbom      a CycloneDX list of the packages that a server installs, with versions and licences
licences  writes docs/licences.md
audit     asks for known vulnerabilities; without a network it says so and is content. 1: something was found
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
LOCK = ROOT / "requirements" / "runtime.txt"
PATIENCE_SECONDS = 60

READ_BY_US = {"sqlcipher3": "Zlib"}
"""Licences of packages that bring the text and give it no name."""

_HEAD = """# Licences

What a server installs besides Followup itself (`requirements/runtime.txt`), and the licence that each package gives
itself. Versions and checksums stand in that file. None of them is changed by us. `./dev fix` writes the list; a test
compares it with what is installed, and refuses a licence that nobody has looked at.

Fonts in the program: OFL-1.1. Texts of the questionnaires: CC0-1.0. Both stand in the [README](../README.md#licence).

| Package | Licence |
|---|---|
"""


def locked() -> list[str]:
    """The names of the packages that a server installs, on any platform."""
    return re.findall(r"^([a-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), flags=re.MULTILINE)


def licences() -> Iterator[tuple[str, str]]:
    """Yield each package that is installed here, with its licence."""
    for name in locked():
        try:
            yield name, READ_BY_US.get(name) or _licence(distribution(name))
        except PackageNotFoundError:  # it belongs to another platform
            continue


def _licence(package: Distribution) -> str:
    told = package.metadata
    written = str(told["License-Expression"] or "")
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or () if line.startswith("License ::")
    ]
    free = str(told["License"] or "").strip().partition("\n")[0]
    return written or ", ".join(sorted(set(classified) - {"OSI Approved"})) or free[:60] or _titled(package)


def _titled(package: Distribution) -> str:
    """The first words of the licence that comes with the package."""
    for file in package.files or ():
        if file.name.upper().startswith("LICEN"):
            return file.read_text().strip().partition("\n")[0][:60]
    return "not told"


def page() -> str:
    """The page, as it should be."""
    return _HEAD + "".join(f"| {name} | {licence} |\n" for name, licence in licences())


def bill() -> dict[str, Any]:
    """The CycloneDX list. Made from what is installed, without what only developers install."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sbom.json"
        command = ["-m", "cyclonedx_py", "environment", sys.executable, "--pyproject", str(ROOT / "pyproject.toml")]
        options = ["--output-reproducible", "--of", "JSON", "-o", str(file)]
        subprocess.run([sys.executable, *command, *options], check=True, capture_output=True, timeout=600)
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    wanted = set(locked())
    found["components"] = [each for each in found["components"] if _plain(each["name"]) in wanted]
    known = {each["bom-ref"] for each in found["components"]} | {found["metadata"]["component"]["bom-ref"]}
    found["dependencies"] = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", []) if ref in known]}
        for each in found.get("dependencies", [])
        if each["ref"] in known
    ]
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def audit() -> int:
    """Say in a line whether anything that a server installs is known to be vulnerable; 1 when something is."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(LOCK), "--disable-pip", "--require-hashes", "-f", "json"]
    try:
        ended = subprocess.run(
            [*command, "--progress-spinner", "off", "--timeout", "5"],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        packages = json.loads(ended.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        print("pip-audit: not asked, because the list of vulnerabilities can't be reached from here.")  # noqa: T201
        return 0
    found = [f"{each['name']} {each['version']}: {flaw['id']}" for each in packages for flaw in each.get("vulns", ())]
    unknown = sum("skip_reason" in each for each in packages)  # not known to whoever was asked
    print("\n".join(_verdict(found, unknown, len(packages))))  # noqa: T201 - that is what it is asked for
    return 1 if found else 0


def _verdict(found: list[str], unknown: int, asked: int) -> list[str]:
    if found:
        return ["pip-audit: KNOWN VULNERABILITIES", *found]
    if unknown:
        return [f"pip-audit: no answer about {unknown} of {asked} packages; none known of the others."]
    return [f"pip-audit: no known vulnerability in {asked} packages."]


def main(asked: list[str]) -> int:
    """Do what is asked for."""
    if asked == ["audit"]:
        return audit()
    if asked == ["licences"]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if asked[:1] == ["sbom"] and len(asked) <= 2:
        text = json.dumps(bill(), indent=2, ensure_ascii=False) + "\n"
        if asked[1:]:
            Path(asked[1]).write_text(text, encoding="utf-8")
        else:
            sys.stdout.write(text)
        return 0
    sys.stderr.write(f"{__doc__}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
