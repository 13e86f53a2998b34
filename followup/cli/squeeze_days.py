"""`followup squeeze-days`: say whether the office is closed on squeeze days, or see what has been said."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from followup.cli.words import sentences
from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidInput, NotFound
from followup.services.installation import working_days
from followup.settings import Settings
from followup.store.opening import open_store


@click.command("squeeze-days")
@click.argument("office", type=click.Choice(["open", "closed"]), required=False)
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="From which day; today when left out.")
@click.option("--by", help="User name of the one who decided.")
def squeeze_days(office: str | None, since: datetime | None, by: str | None) -> None:
    """Say whether the office is open or closed on single days between two free ones; without OFFICE, see what holds.

    The lead's deadlines count in working days. Deadlines that the law sets are not moved by this.
    """
    if office is None:
        _show()
        return
    if not by:
        raise click.UsageError("Say who decided it: --by USER_NAME")
    day = (since or datetime.now(UTC).astimezone()).date()
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            working_days.decide_squeeze_days(uow, free=office == "closed", since=day, by=by)
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    except NotFound:
        raise click.ClickException(f"There is no user called {by}. See: followup user list") from None
    click.echo(f"The office is {office} on squeeze days from {day}.")


def _show() -> None:
    with open_store(Settings.from_env()) as store, store.unit(SYSTEM, reads=True) as uow:
        decided = working_days.squeeze_days_decided(uow)
    for each in decided:
        click.echo(f"{each.organisation:<24} {'closed' if each.free else 'open':<7} from {each.since}  by {each.by}")
    if not decided:
        click.echo("Nothing is decided: the office is open on squeeze days.")
