"""`followup sample-summary`: what comes out in the end, without installing anything."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from followup.pdf import PdfUnavailable, Press
from followup.services.demo.sample import sample_job


@click.command("sample-summary")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def sample(out: Path) -> None:
    """Write the PDF of a signed visit to an invented child to the file OUT.

    It needs neither database nor keys: those it makes for it are gone afterwards.
    """
    if not out.parent.is_dir():
        raise click.ClickException(f"There is no folder {out.parent}.")
    if out.exists():
        click.echo(f"{out} is replaced.")
    job = sample_job(date.today())  # noqa: DTZ011 # the day on the user's own calendar
    try:
        with Press() as press:
            content = press.render(job)
    except PdfUnavailable as error:
        raise click.ClickException(str(error)) from None
    out.write_bytes(content)
    click.echo(f"{out}: {len(content) // 1000} kB")
