"""`followup flags`: try the flag rules on made-up visits before changing a threshold."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from followup.cli.flag_cases import FORMAT, Case, read_cases
from followup.domain.checking import InvalidQuestionnaire
from followup.domain.wording import Wording
from followup.questionnaires import load_all, read_yaml

_DIFFERENT = 1
_UNUSABLE = 2


@click.group()
def flags() -> None:
    """Try the flag rules on made-up visits."""


@flags.command(
    "try",
    epilog=FORMAT,
    short_help="Evaluate a file of cases.",
)
@click.argument("cases", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print {case id: {item or _form: {level, rules}}}.")
@click.option(
    "--lang", type=click.Choice(("sv", "en")), default="sv", show_default=True, help="Language of the reasons."
)
def try_(cases: Path, as_json: bool, lang: str) -> None:  # noqa: FBT001 # click passes it by name
    """Evaluate the file CASES with the flag rules.

    A case without `expect` is answered with its flags in words, one with it only with the differences. Ends with
    status 1 if anything differs, and 2 if a case can't be used (the others are still evaluated).
    """
    library = load_all()
    try:
        usable, problems = read_cases(read_yaml(cases), library, source=cases.name)
    except InvalidQuestionnaire as error:
        raise click.ClickException(str(error)) from None
    differences = [f"{case.id}, {line}" for case in usable if case.expect is not None for line in case.differences()]
    if as_json:
        click.echo(json.dumps({case.id: _plain(case) for case in usable}, indent=1))
    else:
        _print_words((case for case in usable if case.expect is None), library.wording(lang))
        expected = sum(case.expect is not None for case in usable)
        if expected:
            click.echo(f"{expected} cases with expected flags, {len(differences)} differences.")
    for line in (*problems, *differences):
        click.echo(line, err=as_json or line in problems)
    sys.exit(_UNUSABLE if problems else _DIFFERENT if differences else 0)


def _plain(case: Case) -> dict[str, dict[str, object]]:
    return {flag.subject: {"level": str(flag.level), "rules": list(flag.rules)} for flag in case.flags()}


def _print_words(cases: Iterable[Case], wording: Wording) -> None:
    for case in cases:
        click.echo(case.id)
        raised = case.flags()
        for flag in raised:
            click.echo(f"  {wording.level(flag.level)}: {wording.flag(flag, case.questionnaire)}")
            scale = case.questionnaire.scale if case.questionnaire else None
            for reason in flag.reasons:
                click.echo(f"    {reason.rule}: {wording.reason(reason, scale)}")
        if not raised:
            click.echo("  -")
