"""`followup demo`: an invented municipality to try the program in."""

from __future__ import annotations

import click

from followup.services.demo import filling, installing, sign_ins
from followup.services.demo.installing import NotADemonstration
from followup.services.installation import upkeep
from followup.settings import Settings

_STALE_DAYS = 14


@click.command()
@click.option("--reset", is_flag=True, help="Make it anew. Refused when the database holds anything else.")
@click.option("--seed", type=int, default=filling.SEED, show_default=True, help="Another seed, other answers.")
@click.option("--children", type=click.IntRange(0, 100_000), default=0, help="So many children more, for large data.")
@click.option("--visits", type=click.IntRange(1, 60), default=8, show_default=True, help="Visits of each of those.")
def demo(reset: bool, seed: int, children: int, visits: int) -> None:  # noqa: FBT001 # click passes it by name
    """Fill an empty database with an invented municipality, and print the sign-ins.

    Fourteen children with two years of visits, told step by step through the program's own services; everything counts
    from today, and the same seed gives the same names, answers and texts.

    --children adds plain children, fifteen to a caseworker, whose visits are stored in one go. They are judged, signed
    and filed like the others, but their PDFs are made only when somebody asks for them.
    """
    settings = Settings.from_env()
    for line in upkeep.upgrade(settings):
        click.echo(line)
    if reset:
        try:
            installing.remove(settings)
        except NotADemonstration as error:
            raise click.ClickException(str(error)) from None
    elif installing.state(settings) == "demo":
        raise click.ClickException("There is a demonstration already. Make it anew with: followup demo --reset")
    ensure(settings, filling.Plan(installing.today(settings), seed, children, visits))
    click.echo(sign_ins.listing(settings.instance))


def ensure(settings: Settings, plan: filling.Plan) -> None:
    """Fill in the demonstration unless it is there, and show how far it has come. Ends the command over other data."""
    if installing.state(settings) == "demo":
        made = installing.made_on(settings)
        if made and (plan.today - made).days > _STALE_DAYS:
            click.echo(f"The demonstration is from {made}, and its visits are late by now. Anew: followup demo --reset")
        return
    try:
        with click.progressbar(length=plan.signed_visits(), label="Filling in two years of visits") as bar:
            installing.install(settings, plan, lambda: bar.update(1))
    except NotADemonstration as error:
        raise click.ClickException(str(error)) from None
