"""`followup retention`: what would be thinned and by which law, letting it go, and what has gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import click

from followup.deadlines.retention import retention_book
from followup.domain.access import SYSTEM
from followup.services.installation import retention as thinning
from followup.services.record.porter import exports_folder
from followup.settings import Settings
from followup.store.opening import Store, open_store


@click.group()
def retention() -> None:
    """Thin what has a clock, by dated rules with their law. Files on placed children never go."""


@retention.command()
def plan() -> None:
    """Show what would go today: how many, why, by which law, since when; and what never goes. Nothing is changed."""
    settings = Settings.from_env()
    with open_store(settings) as store:
        _show(thinning.plan(_place(settings, store)))


@retention.command()
@click.option("--yes", is_flag=True, help="Don't ask: for a nightly job.")
def run(yes: bool) -> None:  # noqa: FBT001 # click passes it by name
    """Let go what `followup retention plan` shows, in small steps, each logged. Stopped midway, run it again."""
    settings = Settings.from_env()
    with open_store(settings) as store:
        place = _place(settings, store)
        due = thinning.plan(place)
        if not yes:
            _show(due)
        if not sum(each.number for each in due):
            click.echo("Nothing is to go today.")
            return
        if not yes:
            click.confirm("Let it go? It can't be brought back but from a backup.", abort=True)
        gone: dict[str, int] = {}
        for rule, each in thinning.run(place):
            what = rule.what.get("en")
            gone[what] = gone.get(what, 0) + each.number
    for what, number in gone.items():
        click.echo(f"{number:>7}  {what}")


@retention.command()
def log() -> None:
    """Show what has gone: when, how many of what, by which rule and law."""
    with open_store(Settings.from_env()) as store, store.unit(SYSTEM, reads=True) as uow:
        rows = thinning.stubs(uow)
        for each in rows:
            when = each.thinned_at.astimezone(uow.zone)
            click.echo(f"{when:%Y-%m-%d %H:%M}  {each.number:>6}  {each.kind:<16} {each.rule:<16} {each.law}")
    if not rows:
        click.echo("Nothing has been thinned.")


def _place(settings: Settings, store: Store) -> thinning.Place:
    return thinning.Place(store, exports_folder(settings), datetime.now(UTC))


def _show(due: Sequence[thinning.Due]) -> None:
    for each in due:
        since = f", the oldest from {each.oldest:%Y-%m-%d}" if each.oldest else ""
        click.echo(f"{each.number:>7}  {each.rule.what.get('en')}{since}")
        click.echo(f"         {each.version.law}, from {each.version.since}: {each.version.why.get('en')}")
    click.echo("\nNever goes:")
    for kept in retention_book().kept:
        click.echo(f"         {kept.what.get('en')} ({len(kept.tables)} tables)")
        click.echo(f"         {kept.law}: {kept.why.get('en')}")
