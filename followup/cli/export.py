"""`followup export`: everything about one child, for whoever runs the machine; and whether such an archive is whole."""

from __future__ import annotations

from pathlib import Path

import click

from followup.cli.words import sentences
from followup.domain.errors import InvalidInput, NotAllowed, NotFound
from followup.pdf.errors import RenderingFailed
from followup.pdf.press import Press
from followup.services.record import bag_check, export_by_command, exporting
from followup.settings import Settings
from followup.store.opening import open_store


@click.group()
def export() -> None:
    """Take everything about one child out, encrypted; check such an archive."""


@export.command()
@click.argument("case_number")
@click.argument("out", type=click.Path(exists=False, dir_okay=False, path_type=Path))
@click.option("--by", required=True, help="User name of the lead who has decided it.")
@click.option("--purpose", type=click.Choice(exporting.PURPOSES), required=True)
@click.option(
    "--reason",
    prompt="Why (the decision or the request, with its day)",
    help="Why. Better left out: then it is asked for, and stands in no history of commands.",
)
def child(case_number: str, out: Path, by: str, purpose: str, reason: str) -> None:
    """Write everything about the child with CASE_NUMBER to the encrypted archive OUT (a new .zip file).

    For whoever runs the machine, at a lead's request: administrators see no case in the program, and this is no way
    round it. The log says that it was made on the server, for whom and why, and the lead's page shows it. A child with
    a protected identity is exported for a lead with an explicit grant only. Reason and passphrase are asked for when
    they are not given; without a passphrase one is made and shown once. It is kept nowhere.
    """
    if out.exists():
        raise click.ClickException(f"{out} is there already; name a new file.")
    passphrase = click.prompt(
        "Passphrase (empty: one is made)", default="", show_default=False, hide_input=True, confirmation_prompt=True
    )
    shown = "" if passphrase else exporting.new_passphrase()
    settings = Settings.from_env()
    try:
        with open_store(settings) as store, Press() as press:
            command = export_by_command.Command(store, settings, press.render)
            size = command.run(case_number, out, by, purpose, reason, passphrase or shown, _progress)
    except InvalidInput as error:
        raise click.ClickException(sentences(error)) from None
    except NotAllowed:
        raise click.ClickException(f"{by} may not export this child: not its lead today, or no grant.") from None
    except NotFound:
        raise click.ClickException(
            "There is no such user, or no such case number in the user's organisation."
        ) from None
    except RenderingFailed as error:
        raise click.ClickException(f"Nothing was written: {error}.") from None
    except OSError as error:
        raise click.ClickException(f"Nothing was written: {(error.strerror or 'the disk said no').lower()}.") from None
    click.echo(f"\nWrote {out} ({size} octets).")
    if shown:
        click.echo(f"Passphrase, shown this once: {shown}")


@export.command()
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(archive: Path) -> None:
    """Open ARCHIVE with its passphrase and check that the bag in it is whole. Needs neither database nor keys.

    It is unpacked, in clear, in a folder of its own that is taken away afterwards: do it on a machine you trust.
    """
    passphrase = click.prompt("Passphrase", hide_input=True)
    try:
        files = bag_check.check(archive, passphrase)
    except bag_check.NotWhole as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"The bag is whole: {files} files, each as it was written.")


def _progress(done: int, steps: int) -> None:
    click.echo(f"\r{done} of {steps} steps", nl=False, err=True)
