"""`followup documents`: how many PDFs are still to be made, and making them all at once."""

from __future__ import annotations

import click

from followup.pdf.press import Press
from followup.services.record import bulk_print
from followup.services.record.sealing import Sealer
from followup.settings import Settings
from followup.store.opening import Store, open_store

_WORDS = {"waiting": "wait to be made", "unmade": "not asked for yet", "failed": "could not be made"}


@click.group()
def documents() -> None:
    """Make the PDFs of signed visits that are not made yet."""


@documents.command()
def left() -> None:
    """Count the documents that have no PDF yet."""
    with open_store(Settings.from_env()) as store:
        _tell(store)


@documents.command("print")
@click.option("--all", "everything", is_flag=True, help="Also those not asked for yet, and those that failed.")
def print_(everything: bool) -> None:  # noqa: FBT001 # click passes it by name
    """Make every document that waits. It may be stopped at any moment and run again; a server may run beside it.

    What was being made when it was stopped is taken up again three minutes later.
    """
    settings = Settings.from_env()
    sealer = Sealer(settings.seal)
    if sealer.problem():
        raise click.ClickException("Documents wait for their seal. See: followup doctor")
    with open_store(settings) as store, Press(timeout=settings.pdf_timeout_seconds) as press:
        before = sum(bulk_print.count_left(store).values())
        done = 0
        for progress in bulk_print.print_left(store, press.render, sealer, everything=everything):
            done = progress.done
            click.echo(f"\r{progress.done} of {progress.of} visits", nl=False, err=True)
        if done:
            click.echo(err=True)
        click.echo(f"Made {before - sum(bulk_print.count_left(store).values())} documents.")
        _tell(store)


def _tell(store: Store) -> None:
    found = bulk_print.count_left(store)
    for state in bulk_print.LEFT:
        if found.get(state):
            click.echo(f"{found[state]:>7}  {_WORDS[state]}")
    if not found:
        click.echo("Every document is made.")
