"""Recorded readings of the questions, where the municipality has put any."""

from __future__ import annotations

from flask import abort, current_app, send_file, url_for
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.questionnaires.recordings import KINDS, recordings
from followup.settings import Settings
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages
from followup.web.views.child_mode import pages as child_mode

pages: Pages = child_mode


@pages.page("/my/audio/<lang>/<text>", needs=Permission.ANSWER)
def audio(_uow: UnitOfWork, lang: str, text: str) -> ResponseReturnValue:
    """Give out one recording, whole or in part. The file is looked up among those that are there, never named."""
    found = recordings(_settings().audio, lang).get(text)
    if found is None:
        abort(404)
    return send_file(found, mimetype=KINDS[found.suffix], conditional=True)


def recorded(lang: str) -> dict[str, str]:
    """Return the addresses of the recordings in a language, by text: a page asks for none that isn't there."""
    return {text: url_for("child_mode.audio", lang=lang, text=text) for text in recordings(_settings().audio, lang)}


def _settings() -> Settings:
    settings: Settings = current_app.extensions["followup_settings"]
    return settings
