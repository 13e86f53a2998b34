"""`followup verify`: whether a PDF holds."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import click

from followup.domain.errors import StoreUnavailable
from followup.pdf.contents import Unreadable
from followup.services.record import verifying
from followup.settings import Settings

_MARKS = {True: "ok ", False: "NOT", None: "-  "}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--root", type=_FILE, multiple=True, help="Certificate (PEM) that a seal's certificate has to go back to."
)
@click.option("--alone", is_flag=True, help="Look at the file alone, without the database.")
def verify(file: Path, root: tuple[Path, ...], alone: bool) -> None:  # noqa: FBT001 # click passes it by name
    """Say whether the PDF in FILE holds: its files, its pages, its seal, and whether the database here knows it.

    The file is enough: without a database the rest is still looked at. Exit status 0 when it holds, 1 when it does not,
    2 when it can't be read, or holds nothing to judge it by.
    """
    beside = verifying.NO_STORE if alone else verifying.store_beside(Settings.from_env())
    holds = True
    try:
        with nullcontext() if isinstance(beside, str) else beside as store:
            roots = b"\n".join(each.read_bytes() for each in root)
            for remark in verifying.verify(file.read_bytes(), roots, store):
                click.echo(f"{_MARKS[remark.holds]}  {remark.words}")
                holds = holds and remark.holds is not False
    except Unreadable as error:
        _give_up(verifying.UNREADABLE[error.code])
    except verifying.NothingToVerify:
        _give_up("This PDF holds nothing to judge it by: no data, no checksums and no seal.")
    except StoreUnavailable:
        _give_up("The database can't be reached now. To look at the file alone: --alone")
    except OSError as error:
        _give_up(f"The file can't be read: {error.strerror}.")
    if isinstance(beside, str) and beside:
        click.echo(f"{_MARKS[None]}  {beside}")
    click.echo("It holds, as far as the lines above go." if holds else "It does NOT hold.")
    if not holds:
        raise SystemExit(1)


def _give_up(words: str) -> None:
    click.echo(words, err=True)
    raise SystemExit(2)
