"""`followup questionnaire`: list the shipped forms, check a form of one's own, and see to the translations."""

from __future__ import annotations

from pathlib import Path

import click

from followup.cli.translations import translations
from followup.domain.checking import InvalidQuestionnaire
from followup.domain.definition import weakened
from followup.domain.questionnaire import Questionnaire
from followup.questionnaires import load_all, read_form


@click.group()
def questionnaire() -> None:
    """List questionnaires, check one of your own, and see to the translations."""


questionnaire.add_command(translations)


@questionnaire.command("list")
def list_() -> None:
    """List the shipped questionnaires: code, version, status, ages, items, critical items, first part of the hash."""
    for form in load_all().forms.values():
        click.echo(_line(form))


@questionnaire.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Check the questionnaire in FILE (YAML), and print every problem at once.

    A form with the id of a shipped one may add items and raise thresholds, and may not weaken a critical item.
    """
    library = load_all()
    try:
        form = read_form(file, library)
    except InvalidQuestionnaire as error:
        raise click.ClickException(f"{len(error.problems)} to put right:\n{error}") from None
    shipped = library.forms.get(form.code)
    if shipped and (problems := weakened(shipped, form)):
        raise click.ClickException(f"{len(problems)} to put right:\n" + "\n".join(problems))
    click.echo(f"{file.name} can be used.\n{_line(form)}")


def _line(form: Questionnaire) -> str:
    critical = sum(item.critical for item in form.items)
    ages = f"{form.age_min}-{form.age_max}"
    return (
        f"{form.code:<16} {form.version:<7} {form.status:<8} {form.respondent:<6} ages {ages:<6} "
        f"{len(form.items):>2} items, {critical} critical  {form.sha256[:12]}"
    )
