"""`followup questionnaire translations`: how far the languages have come, and files to and from translators."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from followup.questionnaires.child_texts import Message
from followup.questionnaires.exchange import (
    BrokenTranslations,
    Standing,
    export_po,
    read_delivery,
    standing,
    strays,
    take_in,
)
from followup.questionnaires.languages import LANGUAGES, use_folder
from followup.settings import Settings

_WRONG = 1
_TRANSLATED = [code for code in LANGUAGES if code != "sv"]
_LANG = click.Choice(_TRANSLATED)


@click.command()
@click.argument("lang", type=_LANG, required=False)
@click.option(
    "--export",
    "out",
    type=(_LANG, click.Path(dir_okay=False, path_type=Path)),
    metavar="LANG FILE.po",
    help="Write a file for translators: all texts, with their places and the English.",
)
@click.option(
    "--import",
    "delivered",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.po",
    help="Check a translator's file, and lay it over the texts that are here. LANG says which language it must be in.",
)
def translations(lang: str | None, out: tuple[str, Path] | None, delivered: Path | None) -> None:
    """Tell how far each language has come: texts, missing, not yet read by a native speaker.

    With LANG, list those texts. Ends with status 1 when a text is missing, or a file can't be used.
    """
    if out and delivered:
        raise click.UsageError("Choose one of --export and --import.")
    folder = Settings.from_env().child_texts
    use_folder(folder)
    if out:
        _export(*out)
    elif delivered:
        _import(delivered, lang or "", folder)
    else:
        languages = [standing(code) for code in ([lang] if lang else LANGUAGES)]
        _table(languages)
        if lang:
            _list("missing", languages[0].missing)
            _list("unread", languages[0].unread)
        _judge(languages, strays(folder))


def _export(lang: str, file: Path) -> None:
    if file.suffix != ".po":
        raise click.ClickException(f"{file.name}: name a file that ends with .po; translators' programs go by that.")
    try:
        file.write_bytes(export_po(lang))
    except OSError as error:
        raise click.ClickException(f"{file} can't be written: {error.strerror}") from None
    click.echo(f"{file}: {standing(lang).texts} texts in {lang}.")


def _import(file: Path, lang: str, folder: Path) -> None:
    try:
        delivery = read_delivery(file, lang)
        target = take_in(delivery, folder)
    except BrokenTranslations as error:
        lines = "\n".join(error.problems)
        raise click.ClickException(f"nothing was taken in. {len(error.problems)} to put right:\n{lines}") from None
    except OSError as error:
        raise click.ClickException(f"nothing was taken in: {folder} can't be written: {error.strerror}") from None
    for remark in delivery.remarks:
        click.echo(f"{file.name}, {remark}", err=True)
    own = standing(delivery.code).own
    click.echo(
        f"{len(delivery.catalogue.translations)} texts read. {target} holds the {own} that differ from what is shipped."
    )
    click.echo("They are shown from when the program is started next.")
    _table([standing(delivery.code)])


def _judge(languages: list[Standing], misnamed: tuple[str, ...]) -> None:
    problems = [*(problem for language in languages for problem in language.problems), *misnamed]
    for problem in problems:
        click.echo(problem, err=True)
    if problems or any(language.missing for language in languages):
        sys.exit(_WRONG)


def _table(languages: list[Standing]) -> None:
    click.echo(f"{'':<4} {'texts':>6} {'missing':>8} {'unread':>7} {'your own':>9}")
    for each in languages:
        counts = f"{each.texts:>6} {len(each.missing):>8} {len(each.unread):>7} {each.own:>9}"
        click.echo(f"{each.code:<4} {counts}  {LANGUAGES[each.code].name}")


def _list(what: str, texts: tuple[Message, ...]) -> None:
    for text in texts:
        click.echo(f"{what:<8} {', '.join(text.places)}\n         {text.swedish}")
