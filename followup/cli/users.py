"""`followup user`: add users, begin a sign-in anew, switch users off and on, say who leads which team, list them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import click

from followup.cli.words import sentences
from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidInput, InvalidTransition, NotFound
from followup.services.installation import account_changes, accounts, mandates, staff_list
from followup.services.log_review.addresses import keep_address
from followup.settings import Settings
from followup.store.opening import open_store
from followup.store.unit_of_work import UnitOfWork

_PASSWORD = click.option(
    "--password",
    prompt="New password",
    hide_input=True,
    confirmation_prompt=True,
    help=f"At least {accounts.SHORTEST_PASSWORD} characters. Better left out: then it is asked for and not shown.",
)


@click.group()
def user() -> None:
    """Add users, give new passwords, switch users off and on, say who leads which team, list them."""


@user.command()
@click.argument("user_name")
@click.option("--name", required=True, help="Full name, as it stands on documents.")
@click.option("--title", default="socialsekreterare", show_default=True)
@click.option("--role", type=click.Choice(accounts.ROLES), default="caseworker", show_default=True)
@click.option("--team", help="The team's name.")
@_PASSWORD
def add(user_name: str, name: str, title: str, role: str, team: str | None, password: str) -> None:
    """Add a user who signs in as USER_NAME."""
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            accounts.add_user(uow, user_name=user_name, name=name, title=title, role=role, team=team, password=password)
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    click.echo(f"{user_name} can sign in within seven days, and chooses a password of their own then.")


@user.command()
@click.argument("user_name")
@_PASSWORD
def password(user_name: str, password: str) -> None:
    """Give USER_NAME a new password and sign the user out everywhere."""
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            accounts.set_password(uow, user_name, password)
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    except NotFound:
        raise click.ClickException(f"There is no user called {user_name}. See: followup user list") from None
    click.echo("Good for seven days, to choose another. The user is signed out everywhere.")


@user.command()
@click.argument("user_name")
def reset(user_name: str) -> None:
    """Begin USER_NAME's sign-in anew: forget its second factors, sign it out, and show a password to hand over."""
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            given = accounts.reset_by_name(uow, user_name)
    except NotFound:
        raise click.ClickException(f"There is no user called {user_name}. See: followup user list") from None
    except InvalidTransition:
        raise click.ClickException(f"{user_name} signs in by the organisation's provider. Help is there.") from None
    click.echo(f"{user_name} signs in with this, once within seven days, and chooses another:\n\n  {given}\n")


@user.command()
@click.argument("user_name")
def code(user_name: str) -> None:
    """Give USER_NAME the second code that a new or reset account waits for, where no colleague can."""
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            given = account_changes.code_by_command(uow, accounts.by_name(uow, user_name).id)
    except NotFound:
        raise click.ClickException(f"Nobody called {user_name} waits for a code.") from None
    click.echo(f"{user_name} writes this after the password, once within a day:\n\n  {given}\n")


@user.command()
@click.argument("user_name")
def off(user_name: str) -> None:
    """Shut USER_NAME out at once, with every session, tablet on loan and calendar."""
    _switch(user_name, accounts.switch_off)
    click.echo(f"{user_name} is shut out.")


@user.command()
@click.argument("user_name")
def on(user_name: str) -> None:
    """Let USER_NAME in again."""
    _switch(user_name, accounts.switch_on)
    click.echo(f"{user_name} can sign in again.")


def _switch(user_name: str, switch: Callable[[UnitOfWork, UUID], object]) -> None:
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            switch(uow, accounts.by_name(uow, user_name).id)
    except NotFound:
        raise click.ClickException(f"There is no user called {user_name}. See: followup user list") from None
    except InvalidTransition:
        raise click.ClickException(f"{user_name} is the only administrator. Make somebody else one first.") from None


@user.command()
@click.argument("user_name")
@click.option("--address", prompt="Street address (empty forgets it)", default="", show_default=False)
def address(user_name: str, address: str) -> None:
    """Say where USER_NAME lives, so that the log's review sees who reads about a neighbour. It is shown nowhere."""
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            keep_address(uow, user_name, address)
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    except NotFound:
        raise click.ClickException(f"There is no user called {user_name}. See: followup user list") from None
    click.echo("Kept." if address.strip() else "Forgotten.")


@user.command("list")
def list_() -> None:
    """List the users."""
    with open_store(Settings.from_env()) as store, store.unit(SYSTEM, reads=True) as uow:
        for each in staff_list.list_users(uow):
            state = "" if each.active else "  (inactive)"
            team = each.team.name if each.team else "-"
            click.echo(f"{each.user_name:<20} {each.role:<13} {team:<20} {each.name}{state}")


@user.group()
def mandate() -> None:
    """Let a user lead a team besides: as deputy for a while, or as head of several teams."""


_TEAM = click.option("--team", required=True, help="The team's name.")
_DAY = click.DateTime(["%Y-%m-%d"])


@mandate.command()
@click.argument("user_name")
@_TEAM
@click.option("--kind", type=click.Choice(mandates.KINDS), default="deputy", show_default=True)
@click.option("--from", "first", type=_DAY, required=True, help="The first day, today at the earliest.")
@click.option("--until", "last", type=_DAY, help="The last day. A deputy has one, a year ahead at most.")
@click.option("--by", required=True, help="User name of the one who decided.")
def give(user_name: str, team: str, kind: str, first: datetime, last: datetime | None, by: str) -> None:
    """Let USER_NAME, a caseworker or lead, lead a team besides."""
    days = first.date(), last.date() if last else None
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
            mandates.give(uow, user_name, team, kind, *days, by)
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    except NotFound:
        raise click.ClickException("There is no such user, or no such team. See: followup user list") from None
    click.echo(f"{user_name} leads {team} from {days[0]}{f' to {days[1]}' if days[1] else ''}.")


@mandate.command()
@click.argument("user_name")
@_TEAM
def end(user_name: str, team: str) -> None:
    """End what USER_NAME has for a team, today."""
    with open_store(Settings.from_env()) as store, store.unit(SYSTEM) as uow:
        ended = mandates.end_by_name(uow, user_name, team)
    if not ended:
        raise click.ClickException("There was none. See: followup user mandate list")
    click.echo(f"{user_name} no longer leads {team}.")


@mandate.command("list")
def list_mandates() -> None:
    """List the mandates that hold, and those to come."""
    with open_store(Settings.from_env()) as store, store.unit(SYSTEM, reads=True) as uow:
        for each in mandates.given_for(uow):
            until = f"to {each.last}" if each.last else ""
            days = f"{each.mandate.start} {until}"
            click.echo(f"{each.team.name:<20} {each.mandate.kind:<7} {each.who.user_name:<20} {days}  by {each.by}")
