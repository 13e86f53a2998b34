"""`followup db`: migrate the database and check it."""

from __future__ import annotations

import click

from followup.services.installation import upkeep
from followup.settings import Settings


@click.group()
def db() -> None:
    """Migrate the database and check it."""


@db.command()
def upgrade() -> None:
    """Create the keys and the database if they don't exist, and migrate to this version of the program."""
    for line in upkeep.upgrade(Settings.from_env()):
        click.echo(line)


@db.command()
def check() -> None:
    """Say whether the database fits this version of the program; exit status 1 if it doesn't."""
    problems = upkeep.check(Settings.from_env())
    for line in problems or ["The database is up to date."]:
        click.echo(line)
    if problems:
        raise SystemExit(1)
