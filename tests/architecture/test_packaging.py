"""What `pip install` brings is the whole program: it serves pages and makes PDFs far from any checkout."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


def run(*command: str | Path, **options: Any) -> None:
    """Run to the end; a failure's message is what the program said."""
    words = [str(word) for word in command]
    result = subprocess.run(words, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    assert result.returncode == 0, result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build with the hatchling that is installed: no network."""
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT)
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in an environment of its own, and return that environment's bin folder.

    The dependencies are lent by a .pth file. A folder that is lent so can't lend on: the checkout stays out of sight.
    """
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False)
    places = {"base": str(home), "platbase": str(home)}
    site_packages = Path(sysconfig.get_path("purelib", "venv", vars=places))
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    python = home / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    return python.parent


def outside(tmp_path: Path) -> dict[str, str]:
    """Return an environment that knows nothing of the checkout, with its instance folder in `tmp_path`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FOLLOWUP_", "PYTHON"))}
    return {**kept, "FOLLOWUP_INSTANCE": str(tmp_path / "instance")}


@contextmanager
def serving(binaries: Path, tmp_path: Path) -> Iterator[str]:
    """Make a database and run `followup serve`, both in `tmp_path`; yield the address."""
    run(binaries / "followup", "db", "upgrade", cwd=tmp_path, env=outside(tmp_path))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    log = tmp_path / "serve.log"
    with log.open("wb") as output:
        command = [str(binaries / "followup"), "serve", "--port", str(port)]
        server = subprocess.Popen(
            command, cwd=tmp_path, env=outside(tmp_path), stdout=output, stderr=output, start_new_session=True
        )
        try:
            wait_for(address, server, log)
            yield address
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGTERM)
                server.wait(timeout=30)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text(encoding="utf-8")
        try:
            get(f"{address}/sign-in")
        except urllib.error.HTTPError:
            raise
        except OSError:  # not yet listening
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"no answer in {START_SECONDS} s:\n{log.read_text(encoding='utf-8')}")


def get(url: str, language: str = "sv") -> str:
    """Return the page; raises URLError unless the status is 200."""
    request = urllib.request.Request(url, headers={"Cookie": f"followup_locale={language}"})  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
        assert answer.status == 200
        return str(answer.read().decode("utf-8", "replace"))  # a page links to pictures too


def heading(page: str) -> str:
    match = re.search(r"<h1[^>]*>\s*(.*?)\s*</h1>", page, flags=re.DOTALL)
    assert match
    return match[1]


def test_wheel_holds_every_file_the_program_reads(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    folders = {"followup": "followup", "templates": "followup/templates", "translations": "followup/translations"}
    for folder, inside in folders.items():
        files = (path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        missing = {f"{inside}/{path.relative_to(ROOT / folder)}" for path in files} - names
        assert not missing
    assert {".css", ".html", ".js", ".mo", ".py", ".woff2", ".yaml"} <= {Path(name).suffix for name in names}
    assert any(name.startswith("followup/store/migrations/versions/") for name in names)
    assert "followup/translations/en/LC_MESSAGES/messages.mo" in names


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    version = wheel.name.split("-")[1]
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"followup", f"followup-{version}.dist-info"}


def test_wheel_carries_both_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    licences = {name.partition(".dist-info/licenses/")[2] for name in names} - {""}
    assert licences == {"LICENSE", "LICENSES/CC0-1.0.txt"}


def test_installed_followup_serves_pages_in_both_languages(installed: Path, tmp_path: Path) -> None:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        english = read_po(file, locale="en")
    with serving(installed, tmp_path) as address:
        swedish_heading = heading(get(f"{address}/sign-in", language="sv"))
        message = english.get(swedish_heading)
        assert message is not None
        page = get(f"{address}/sign-in", language="en")
        assert heading(page) == message.string
        for link in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            get(address + link)


def test_installed_followup_makes_a_pdf(installed: Path, tmp_path: Path) -> None:
    out = tmp_path / "summary.pdf"
    run(installed / "followup", "sample-summary", out, cwd=tmp_path, env=outside(tmp_path))
    assert out.read_bytes().startswith(b"%PDF-")
