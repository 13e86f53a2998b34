"""`followup user`: add users, give new passwords, list them."""

from __future__ import annotations

import click

from followup.cli.words import sentences
from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidInput, NotFound
from followup.services.installation import accounts
from followup.settings import Settings
from followup.store.opening import open_store

_PASSWORD = click.option(
    "--password",
    prompt="New password",
    hide_input=True,
    confirmation_prompt=True,
    help=f"At least {accounts.SHORTEST_PASSWORD} characters. Better left out: then it is asked for and not shown.",
)


@click.group()
def user() -> None:
    """Add users, give new passwords, list them."""


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
    click.echo(f"{user_name} can sign in.")


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
    click.echo("The password is changed, and the user is signed out everywhere.")


@user.command("list")
def list_() -> None:
    """List the users."""
    with open_store(Settings.from_env()) as store, store.unit(SYSTEM, reads=True) as uow:
        for each in accounts.list_users(uow):
            state = "" if each.active else "  (inactive)"
            team = each.team.name if each.team else "-"
            click.echo(f"{each.user_name:<20} {each.role:<13} {team:<20} {each.name}{state}")
