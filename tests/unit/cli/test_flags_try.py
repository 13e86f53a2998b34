from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from followup.cli.flags import flags
from followup.cli.questionnaire import questionnaire
from followup.questionnaires import load_all

CASES = Path(__file__).parents[2] / "data" / "flag_cases.yaml"
ONE = """
forms: {m5: {scale: freq5, items: {sleep: {}, safe: {critical: true, critical_low: 2, watch: 3}}}}
cases:
- {id: A1, form: m5, now: {answers: {sleep: 2, safe: 5}}}
"""


def run_try(path: Path, *options: str) -> Result:
    return CliRunner().invoke(flags, ["try", str(path), *options])


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cases.yaml"
    path.write_text(text)
    return path


def test_expected_cases_pass_and_as_json(tmp_path: Path) -> None:
    assert run_try(CASES).output == "41 cases with expected flags, 0 differences.\n"
    found = json.loads(run_try(CASES, "--json").stdout)
    assert found["C01-first-visit-fine"] == {}
    assert found["C04-critical-low"] == {"safe": {"level": "escalate", "rules": ["R1", "R2"]}}
    assert found["C61-does-not-know"] == {"_form": {"level": "follow_up", "rules": ["R9b", "R9u"]}}


def test_without_expectation_the_flags_are_told_in_words(tmp_path: Path) -> None:
    result = run_try(written(tmp_path, ONE))
    assert result.exit_code == 0
    assert "Prata vidare: sleep: 2 av 5 i dag." in result.output
    assert "R1: Low answer" in run_try(written(tmp_path, ONE), "--lang", "en").output


def test_a_difference_is_told_and_ends_with_status_one(tmp_path: Path) -> None:
    text = ONE.replace("safe: 5}}}", "safe: 5}}, expect: {safe: {level: talk, rules: [R2w]}}}")
    result = run_try(written(tmp_path, text))
    assert result.exit_code == 1
    assert "A1, safe: expected talk (R2w), got no flag" in result.output
    assert "A1, sleep: expected no flag, got talk (R1)" in result.output


def test_a_threshold_can_be_tried(tmp_path: Path) -> None:
    text = ONE.replace("sleep: {}", "sleep: {low: 1}") + "rules: {skipped_share: 0.5}\n"
    assert json.loads(run_try(written(tmp_path, text), "--json").stdout) == {"A1": {}}


def test_a_shipped_form_can_be_named(tmp_path: Path) -> None:
    result = run_try(written(tmp_path, "cases:\n- {id: A, form: ung-13-20, now: {answers: {u_hope: 2}}}\n"))
    assert "Lyft till gruppledaren: Framtidstro: 2 av 10 i dag." in result.output


def test_a_case_with_a_problem_is_named_and_the_others_are_evaluated(tmp_path: Path) -> None:
    text = (
        ONE
        + "- {id: B2, form: m5, now: {answers: {sleep: 9, mood: 1, safe: x}, privat: false}}\n"
        + "- {id: C3, form: m9, now: {}}\n"
    )
    result = run_try(written(tmp_path, text), "--json")
    assert result.exit_code == 2
    assert list(json.loads(result.stdout)) == ["A1"]
    for expected in (
        "case B2, now.privat: unknown field",
        "case B2, now.answers.sleep: 9 is no answer; write a whole number from 1 to 5",
        "case B2, now.answers.mood: is no item of the form; choose one of sleep, safe",
        "case B2, now.answers.safe: 'x' is no answer",
        "case C3, form: choose one of m5",
    ):
        assert expected in result.stderr


def test_forms_that_cannot_be_used_stop_everything(tmp_path: Path) -> None:
    result = run_try(written(tmp_path, ONE.replace("freq5", "freq6")))
    assert result.exit_code == 1
    assert "forms.m5.scale: choose one of faces3, freq5" in result.output


def test_questionnaires_are_listed_and_checked(tmp_path: Path) -> None:
    listed = CliRunner().invoke(questionnaire, ["list"])
    assert f"barn-8-12        {load_all().forms['barn-8-12'].version}" in listed.output
    own = written(tmp_path, "id: own\n")
    result = CliRunner().invoke(questionnaire, ["check", str(own)])
    assert result.exit_code == 1
    assert "cases.yaml, items: is missing; add items:" in result.output
    shipped = Path(__file__).parents[3] / "followup" / "questionnaires" / "barn-8-12.yaml"
    assert "can be used" in CliRunner().invoke(questionnaire, ["check", str(shipped)]).output
    weak = written(tmp_path, shipped.read_text().replace("critical_low: 2", "critical_low: 1"))
    assert "may not be below 2" in CliRunner().invoke(questionnaire, ["check", str(weak)]).output
