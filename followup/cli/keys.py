"""`followup keys`: make, change, back up and restore the keys that names and words are sealed with."""

from __future__ import annotations

from pathlib import Path

import click

from followup.services.installation import keys as service
from followup.settings import Settings
from followup.store.opening import create_keys

_READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def keys() -> None:
    """Make, change, back up and restore the keys. Whoever loses them has destroyed the archive."""


@keys.command()
def new() -> None:
    """Make the key file of a new installation."""
    settings = Settings.from_env()
    if not create_keys(settings):
        raise click.ClickException(f"There are keys in {settings.keys_file} already. To add one: followup keys rotate")
    click.echo(f"Made keys in {settings.keys_file}. Back them up now: followup keys backup FOLDER")


@keys.command()
def status() -> None:
    """Tell which keys there are, and how much is sealed with each."""
    found = service.standing(Settings.from_env())
    for key in found.ids:
        count = sum(number for (_, key_id), number in found.values.items() if key_id == key)
        click.echo(f"key {key}: {count} values{' (seals what is written now)' if key == found.active else ''}")
    unbound = sum(number for (version, _), number in found.values.items() if version == 1)
    if unbound:
        click.echo(f"{unbound} values are not bound to their rows yet. Run: followup keys rotate")
    if found.left:
        click.echo(f"A rotation isn't finished: {found.left} rows are left. Run: followup keys rotate")


@keys.command()
def rotate() -> None:
    """Add a new key and seal everything anew with it; the program may run meanwhile, and it may be stopped."""
    for progress in service.rotate(Settings.from_env()):
        click.echo(f"\r{progress.done} of {progress.of} rows", nl=False)
    click.echo("\nEverything is sealed with the new key. Back up the keys anew: followup keys backup FOLDER")


@keys.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--parts", default=5, show_default=True, help="How many parts to print, each for another keeper.")
@click.option("--needed", default=3, show_default=True, help="How many of them restore the keys.")
def backup(folder: Path, parts: int, needed: int) -> None:
    """Write the keys to FOLDER as parts to print: some of them together restore all keys, fewer tell nothing."""
    paths = service.write_parts(Settings.from_env(), folder, parts, needed)
    for path in paths:
        click.echo(path)
    click.echo(f"Print each, give it to another keeper, delete the files. Any {needed} of {parts} restore the keys.")
    click.echo("Try it now: followup keys restore --check FILE FILE ...")


@keys.command()
@click.argument("files", nargs=-1, required=True, type=_READABLE)
@click.option("--check", is_flag=True, help="A drill: only say whether the parts would restore the keys in use.")
def restore(files: tuple[Path, ...], *, check: bool) -> None:
    """Make the key file anew from the parts in FILES."""
    settings = Settings.from_env()
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in files]
    if not check:
        service.restore(settings, texts)
        click.echo(f"The keys are back in {settings.keys_file}.")
    elif service.drill(settings, texts):
        click.echo("These parts would restore every key in use.")
    else:
        raise click.ClickException("These parts are older than the keys in use. Make a new backup.")
