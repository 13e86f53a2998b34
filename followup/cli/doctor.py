"""`followup doctor`: look the installation over."""

from __future__ import annotations

import click

from followup.services.installation.checkup import examine
from followup.settings import Settings


@click.command()
def doctor() -> None:
    """Look the installation over: keys, disk, PDF, recordings, database, log. Exit status 1 when something needs it."""
    sound = True
    for finding in examine(Settings.from_env()):
        click.echo(f"{'ok ' if finding.sound else 'NOT'}  {finding.what}: {finding.words}")
        sound = sound and finding.sound
    if not sound:
        raise SystemExit(1)
