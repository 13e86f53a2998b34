"""The organisation's own provider of identities, as pages see it: its name, and whether it lets somebody stay."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g
from flask_babel import gettext as _

from followup.domain.access import NOBODY
from followup.services.sign_in import single_sign_on
from followup.services.sign_in.identity_provider import Provider
from followup.settings import Settings
from followup.store.unit_of_work import UnitOfWork
from followup.web.units import unit


@dataclass(frozen=True)
class Shown:
    """What a page may say of it: what it is called, and whether one may also sign in with an account kept here."""

    name: str
    local_accounts: bool


def show(app: Flask) -> None:
    """Let pages tell of the provider, and ask it now and then whether whoever is signed in may stay."""
    app.before_request(_may_stay)
    app.add_template_global(shown, "single_sign_on")
    app.add_template_global(asks_again, "provider_asks_again")


def provider() -> Provider | None:
    """The provider; None when people sign in with accounts kept here alone."""
    found: Provider | None = current_app.extensions["followup_provider"]
    return found


def shown() -> Shown | None:
    """What a page may say of the provider; None when there is none."""
    found = provider()
    if found is None:
        return None
    return Shown(found.settings.name or _("organisationens konto"), local_accounts())


def local_accounts() -> bool:
    """Whether one may sign in with an account kept here."""
    settings: Settings = current_app.extensions["followup_settings"]
    return settings.local_accounts


def asks_again() -> bool:
    """Whether it is the provider who asks again who one is: it began this session, and knows the password."""
    if provider() is None or g.identity is None:
        return False
    if "asks_again" not in g:
        with unit(NOBODY, reads=True) as uow:
            g.asks_again = single_sign_on.by_provider(uow, g.identity.session_id)
    return bool(g.asks_again)


def units(reads: bool) -> UnitOfWork:  # noqa: FBT001 - what services of signing in ask for
    """Open a unit of work for nobody in particular."""
    return unit(NOBODY, reads=reads)


def _may_stay() -> None:
    asked = provider()
    if asked is None or not asked.settings.recheck_minutes or not g.identity or not g.identity.touch_due:
        return
    if not single_sign_on.may_stay(units, asked, g.identity.session_id):
        g.actor, g.identity = NOBODY, None
