"""The browser that ./dev found (CHROMIUM), as pytest-playwright starts it."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    # as root, which bare machines and containers are, Chromium starts only without its sandbox
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def base_url() -> str:
    """Return nothing: each test knows its own server, and the plug-in's own fixture warns in pytest 9."""
    return ""
