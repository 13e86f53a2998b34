"""`followup log`: what is known of the access log outside the database."""

from __future__ import annotations

import click

from followup.services.installation import upkeep
from followup.settings import Settings
from followup.store.opening import open_store


@click.group()
def log() -> None:
    """Say what is known of the access log outside the database."""


@log.command()
@click.option(
    "--because",
    type=click.Choice(["restore", "moved", "lost", "judged"]),
    required=True,
    help="An older database was put in place; the program was moved; the folder was lost; what was found is judged.",
)
@click.confirmation_option(prompt="Have you kept a copy of the database as it is?")
def anew(because: str) -> None:
    """Let what the log holds today be what is known from now on. A line of the log says so, and why.

    What was known stays in a folder below FOLLOWUP_LOG_WITNESS.
    """
    with open_store(Settings.from_env()) as store:
        before = upkeep.begin_witness(store, because)
    differed = ", ".join(f"{what} {number}" for what, number in before.outside.items())
    click.echo(f"Begun anew; until now: {differed or 'nothing differed'}. Look it over: followup doctor")
