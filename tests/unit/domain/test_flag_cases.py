from __future__ import annotations

from pathlib import Path

import pytest

from followup.cli.flag_cases import Case, read_cases
from followup.questionnaires import load_all, read_yaml

FILES = [Path("tests/data/flag_cases.yaml"), Path("tests/data/flag_cases_more.yaml")]


def all_cases() -> list[Case]:
    found = []
    for path in FILES:
        cases, problems = read_cases(read_yaml(Path(__file__).parents[3] / path), load_all(), source=path.name)
        assert not problems
        found += cases
    return found


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.id)
def test_case_raises_exactly_the_expected_flags(case: Case) -> None:
    assert case.expect is not None
    assert case.differences() == []


def test_every_rule_is_met_in_some_case() -> None:
    fired = {rule for case in all_cases() for flag in case.flags() for rule in flag.rules}
    assert fired == set(load_all().common.reasons) - {"R13"}  # raised by hand
