"""A skipped test is a failed run: what was not tried is not known to work. And no time goes into what never changes."""

from __future__ import annotations

import gc

import pytest

pytest_plugins = ["tests.support.stores", "tests.support.presses", "tests.support.people"]

# Reasons for which a test may be skipped, word for word. None so far; a new one needs a sentence that defends it.
ALLOWED_REASONS: frozenset[str] = frozenset()

_skipped: list[str] = []


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look no more for garbage among what stays until the end, and seldom among the rest.

    Each search takes as long as some tests: a fifth of the time, with the thresholds that Python begins with.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1000)


def _note_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if reason.removeprefix("Skipped: ") not in ALLOWED_REASONS:
        _skipped.append(f"{report.nodeid}: {reason}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note_skip(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note_skip(report)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped:
        terminalreporter.section("skipped tests: the run fails", red=True, bold=True)
        for line in _skipped:
            terminalreporter.line(line)
