"""What a user proves itself by beside the password, as a whole: which there are, and judging the one that is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from followup.domain.errors import InvalidTransition
from followup.services.installation import account_changes
from followup.services.sign_in import app_codes, passkeys, recovery_codes
from followup.services.sign_in.passkeys import Site
from followup.store.tables import Passkey, RecoveryCode, Totp, User
from followup.store.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Shown:
    """What somebody shows to prove who it is; "" for what was left empty.

    code: from the app, or one on paper. passkey: what the browser got signed, as JSON, at `site`. borne: what the
    browser bears of those who have signed in on it before (`known_browsers`).
    """

    site: Site
    password: str = ""
    code: str = ""
    passkey: str = ""
    borne: str = ""

    @property
    def app_code(self) -> str:
        """The code, if it is one as the app shows them; "" for one that was given on paper or in words."""
        digits = "".join(self.code.split())
        return digits if digits.isdecimal() and len(digits) == app_codes.DIGITS else ""

    @property
    def guessable(self) -> bool:
        """Whether somebody could hit it by trying."""
        return bool(self.app_code) and not self.passkey

    @property
    def anything(self) -> bool:
        """Whether there is something to judge."""
        return bool(self.password or self.code or self.passkey)


@dataclass(frozen=True)
class Factors:
    """Which second factors a user has, and how many codes on paper are still good."""

    app: bool
    passkeys: Sequence[Passkey]
    codes_left: int

    @property
    def how_many(self) -> int:
        """How many there are, paper not counted."""
        return int(self.app) + len(self.passkeys)


def factors_of(uow: UnitOfWork, user_id: UUID | None) -> Factors:
    """Gather the user's second factors."""
    app = uow.first(select(Totp.id).where(Totp.user_id == user_id, Totp.confirmed_at.is_not(None)))
    return Factors(bool(app), passkeys.passkeys_of(uow, user_id), recovery_codes.left(uow, user_id))


_APP = select(Totp.id).where(Totp.user_id == User.id, Totp.confirmed_at.is_not(None)).exists()
_PASSKEY = select(Passkey.id).where(Passkey.user_id == User.id).exists()


def kinds_of(uow: UnitOfWork, user_id: UUID | None) -> frozenset[str]:
    """Say which kinds of second factors the user has in use: app, passkey."""
    ((app, passkey),) = uow.rows(select(_APP, _PASSKEY).where(User.id == user_id))
    return frozenset(kind for kind, has in (("app", app), ("passkey", passkey)) if has)


def has_factor(uow: UnitOfWork, user_id: UUID | None) -> bool:
    """Whether the user has a second factor in use."""
    return bool(kinds_of(uow, user_id))


def asks_second(uow: UnitOfWork, user_id: UUID | None) -> bool:
    """Whether the user proves something beside the password: a factor, or a code that somebody else has given."""
    return has_factor(uow, user_id) or bool(account_changes.asked(uow, user_id))


def users_with_factor(uow: UnitOfWork) -> frozenset[UUID]:
    """Return the ids of all users with a second factor in use."""
    apps = uow.all(select(Totp.user_id).where(Totp.confirmed_at.is_not(None)))
    return frozenset({*apps, *uow.all(select(Passkey.user_id))})


def take(uow: UnitOfWork, user_id: UUID, session_id: UUID, shown: Shown) -> str:
    """Judge what is shown and spend it; returns app, passkey, paper or given, or "" when it is none of the user's."""
    if shown.passkey:
        return "passkey" if passkeys.take(uow, user_id, session_id, shown.site, shown.passkey) else ""
    if shown.app_code:
        return "app" if app_codes.take(uow, user_id, shown.app_code) else ""
    if shown.code and recovery_codes.take(uow, user_id, shown.code):
        return "paper"
    return "given" if shown.code and account_changes.take(uow, user_id, shown.code) else ""


def remove_app(uow: UnitOfWork, *, required: bool) -> None:
    """Forget the user's app. Raises InvalidTransition when it is the last factor and one is required."""
    _keep_one(uow, required=required)
    app_codes.remove(uow)


def remove_passkey(uow: UnitOfWork, passkey_id: UUID, *, required: bool) -> None:
    """Forget one of the user's passkeys. Raises NotFound, InvalidTransition as `remove_app`."""
    _keep_one(uow, required=required)
    passkeys.remove(uow, passkey_id)


def forget_all(uow: UnitOfWork, user_id: UUID) -> None:
    """Forget all that a user has, as an administrator does for one who has lost it."""
    for table in (Totp, Passkey, RecoveryCode):
        uow.execute(delete(table).where(table.user_id == user_id))


def _keep_one(uow: UnitOfWork, *, required: bool) -> None:
    uow.one(select(User).where(User.id == uow.actor.id).with_for_update())  # two that go at once don't leave none
    if required and factors_of(uow, uow.actor.id).how_many == 1:
        raise InvalidTransition("Lägg till en annan app eller nyckel först: du behöver minst en.")
