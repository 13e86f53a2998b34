"""`followup access`: open a child to somebody, bar somebody from one, and tell who may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from followup.cli.words import sentences
from followup.domain.access import SYSTEM
from followup.domain.errors import InvalidInput, NotFound
from followup.services.need_to_know import by_command
from followup.settings import Settings
from followup.store.opening import open_store
from followup.store.unit_of_work import UnitOfWork

_BY = click.option("--by", required=True, help="User name of the lead or head who has decided it.")
_WHY = "Why. Better left out: then it is asked for, and stands in no history of commands."


def _named(command: Callable[..., None]) -> Callable[..., Any]:
    """Take the child's case number and the user's name."""
    return click.argument("case_number")(click.argument("user_name")(command))


@click.group()
def access() -> None:
    """Open a child to somebody, bar somebody from one, and tell who may. Each is a line of the access log.

    For a team without a head, whose protected children nobody else could open. It shows nothing of a case.
    """


@access.command()
@_named
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="The last day; without it until ended.")
@click.option("--why", prompt="Why", help=_WHY)
@_BY
def grant(case_number: str, user_name: str, last: datetime | None, why: str, by: str) -> None:
    """Open the child with CASE_NUMBER to USER_NAME, from today. A protected child is opened by this alone."""
    with _unit() as uow:
        by_command.give(uow, case_number, user_name, by, why=why, last=last.date() if last else None)
    click.echo(f"{user_name} may open {case_number}{f' to {last:%Y-%m-%d}' if last else ''}.")


@access.command()
@_named
@_BY
def end(case_number: str, user_name: str, by: str) -> None:
    """End what USER_NAME has for the child by decision, now."""
    with _unit() as uow:
        ended = by_command.end(uow, case_number, user_name, by)
    if not ended:
        raise click.ClickException("There was none. See: followup access list CASE_NUMBER")
    click.echo(f"{user_name} may no longer open {case_number} by decision.")


@access.command()
@_named
@click.option("--kind", type=click.Choice(by_command.KINDS), required=True, help="How the user is close to the child.")
@click.option("--why", prompt="More about why (may be empty)", default="", show_default=False, help=_WHY)
@_BY
def bar(case_number: str, user_name: str, kind: str, why: str, by: str) -> None:
    """Bar USER_NAME from the child with CASE_NUMBER: wins over every other way in."""
    with _unit() as uow:
        by_command.bar(uow, case_number, user_name, by, kind=kind, why=why)
    click.echo(f"{user_name} is barred from {case_number}.")


@access.command()
@_named
@_BY
def lift(case_number: str, user_name: str, by: str) -> None:
    """Lift what bars USER_NAME from the child."""
    with _unit() as uow:
        lifted = by_command.lift(uow, case_number, user_name, by)
    if not lifted:
        raise click.ClickException("There was none. See: followup access list CASE_NUMBER")
    click.echo(f"{user_name} is no longer barred from {case_number}.")


@access.command("list")
@click.argument("case_number")
def list_(case_number: str) -> None:
    """List who may open the child with CASE_NUMBER, and who is barred, today and to come. Leads of its team besides."""
    with _unit() as uow:
        for way in by_command.ways(uow, case_number):
            click.echo(
                f"{way.what:<11} {way.user_name:<20} {way.first} {f'to {way.last}' if way.last else ''}".rstrip()
            )


@contextmanager
def _unit() -> Iterator[UnitOfWork]:
    try:
        with open_store(Settings.from_env()) as store, store.unit(SYSTEM, request_id="command") as uow:
            yield uow
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    except NotFound:
        raise click.ClickException("There is no such user, or no such case number. See: followup user list") from None
