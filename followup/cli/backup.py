"""`followup backup`, `verify-backup` and `restore`: one encrypted file, made while the program runs."""

from __future__ import annotations

from pathlib import Path

import click

from followup.services.installation import backup as service
from followup.settings import Settings

_NEW = click.Path(dir_okay=False, path_type=Path)
_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
_IDENTITY = click.option(
    "--identity", required=True, type=_READABLE, help="The file that `followup backup --new-identity` wrote."
)


@click.command()
@click.argument("file", type=_NEW)
@click.option("--to", "recipient", default="", help="The recipient, age1...; else FOLLOWUP_BACKUP_TO.")
@click.option("--new-identity", is_flag=True, help="Write a new identity to FILE instead, and print its recipient.")
def backup(file: Path, recipient: str, *, new_identity: bool) -> None:
    """Back up to FILE, encrypted. The keys are not in it: followup keys backup."""
    if new_identity:
        click.echo(service.new_identity(file))
        click.echo("Keep the file apart from this machine: whoever has it and the keys can read everything.", err=True)
        return
    settings = Settings.from_env()
    told = service.make(settings, file, recipient or settings.backup_to)
    click.echo(f"{file}: {file.stat().st_size // 1024} kB, {len(told.files)} files, schema {told.schema}")


@click.command("verify-backup")
@click.argument("file", type=_READABLE)
@_IDENTITY
def verify_backup(file: Path, identity: Path) -> None:
    """Read the backup in FILE from beginning to end and judge it."""
    told = service.verify(Settings.from_env(), file, identity)
    click.echo(f"The backup is whole: made {told.made_at.isoformat()}, Followup {told.program}, schema {told.schema}.")


@click.command()
@click.argument("file", type=_READABLE)
@_IDENTITY
def restore(file: Path, identity: Path) -> None:
    """Put the backup in FILE back into an empty place."""
    told = service.restore(Settings.from_env(), file, identity)
    click.echo(f"The backup of {told.made_at.isoformat()} is in place. Look it over: followup doctor")
    click.echo("What was logged after it was made is not in the access log, which has a line that says so.")
