"""What roles are called on pages, and what was done about an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from followup.domain.access import Role
from followup.services.installation.account_changes import BOTH, CHANGED, NEW, OFF, ON, PASSWORD, SECOND, Told


def role_words() -> dict[str, str]:
    """What a user can be, by code."""
    return {
        Role.CASEWORKER.value: _("handläggare"),
        Role.TEAM_LEAD.value: _("gruppledare"),
        Role.ADMIN.value: _("administratör"),
        Role.LOG_REVIEWER.value: _("logggranskare"),
        Role.STATISTICIAN.value: _("statistiker"),
    }


@dataclass(frozen=True)
class ToldUser:
    """A change in words, for the user whose account it is."""

    words: str
    at: datetime


def changes_told(changes: Sequence[Told]) -> list[ToldUser]:
    """Word what somebody else did about one's account; that it was made is no news to its user."""
    return [ToldUser(change_words(each), each.row.made_at) for each in changes if each.row.kind != NEW]


def change_words(told: Told) -> str:
    """Say what was done and by whom."""
    by = told.by or _("Den som sköter servern")
    said = {
        NEW: _("%(by)s lade upp kontot.", by=by),
        PASSWORD: _("%(by)s nollställde lösenordet. Det andra steget är kvar.", by=by),
        SECOND: _("%(by)s nollställde det andra steget. Lösenordet är kvar.", by=by),
        BOTH: _("%(by)s nollställde både lösenordet och det andra steget.", by=by),
        CHANGED: _("%(by)s ändrade roll eller team.", by=by),
        OFF: _("%(by)s stängde av kontot.", by=by),
        ON: _("%(by)s öppnade kontot igen.", by=by),
    }
    return said[told.row.kind]
