"""veraPDF for tests: one Java machine in a process of its own judges every document of a test session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Final, Self

INSTALL: Final = (
    "veraPDF needs Java 11 or later, and this machine has none: ./dev test installs it (Debian: default-jre-headless, "
    "Homebrew: openjdk, with JAVA_HOME set to its libexec/openjdk.jdk/Contents/Home)"
)
_HOME: Final = Path(__file__).resolve().parents[2]


class JavaMissing(Exception):
    """There is no Java machine here; the message tells what to install."""


class VeraPdf:
    """Judges PDFs by PDF/A-3a and PDF/UA-1. Close it, or use it as a context."""

    def __init__(self) -> None:
        """Start the process (about a second). Raises JavaMissing."""
        self._folder = tempfile.TemporaryDirectory(prefix="verapdf-")
        self._complaints = (Path(self._folder.name) / "complaints").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.verapdf_worker"],
            cwd=_HOME,
            env=os.environ | {"PYTHONUTF8": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
        )
        if self._listen() != "ready":
            self.close()
            raise JavaMissing(INSTALL)

    def broken(self, data: bytes) -> dict[str, list[str]]:
        """Return the rules that a document breaks, by standard; an empty list for a standard that it keeps."""
        path = Path(self._folder.name) / "document.pdf"
        path.write_bytes(data)
        assert self._process.stdin
        self._process.stdin.write(json.dumps(str(path)) + "\n")
        self._process.stdin.flush()
        found = self._listen()
        assert isinstance(found, dict), self._said()
        return found

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._complaints.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _listen(self) -> object:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if line:
            return json.loads(line)
        self._process.wait()
        message = f"veraPDF broke off: {self._said()[-2000:]}"
        raise RuntimeError(message)

    def _said(self) -> str:
        self._complaints.seek(0)
        return self._complaints.read()
