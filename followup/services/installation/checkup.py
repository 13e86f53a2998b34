"""The check-up behind `followup doctor`: is this installation sound, and if not, what to do."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from followup.domain.access import SYSTEM
from followup.pdf.errors import PdfUnavailable
from followup.pdf.press import Press
from followup.pdf.seal_files import SealUnusable
from followup.questionnaires import exchange
from followup.questionnaires.languages import LANGUAGES, use_folder
from followup.questionnaires.recordings import recordings, strays
from followup.services.installation import upkeep
from followup.services.log_review import chain
from followup.services.record.sealing import REMEDIES, SOON_DAYS, Sealer, secret_files
from followup.services.sign_in.identity_provider import REMEDIES as REMEDIES_OF_PROVIDER
from followup.services.sign_in.identity_provider import Provider, ProviderDown
from followup.settings import OidcSettings, SealSettings, Settings
from followup.store.opening import Store, open_store
from followup.store.tables import Document, QuestionnaireVersion, Team

_OUTSIDE: Final = {
    "cut": "seal {number}, which was the newest, is gone: the end was cut off, or this is an older database",
    "absent": "lines that were counted outside the database are not in it: {number}",
    "unreadable": "files of the log's witness were not written by the program with these keys: {number}",
    "gone": "what was known of it outside the database is gone",
}
"""What differs from what is known outside the database (`log_chain.Verdict.outside`)."""

_ON_PURPOSE: Final = "If you put an older database in place yourselves: followup log anew --because restore"
_LOW_DISK_BYTES = 500 * 1024 * 1024
_MOST_TOLD = 5
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, whether it is sound, and what was found or what to do."""

    what: str
    sound: bool
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one thing after the other; nothing that is wrong stops the rest from being looked at."""
    yield _keys(settings)
    yield _disk(settings)
    yield _printing()
    if settings.seal:
        yield _seal(settings.seal)
    if settings.oidc:
        yield _sign_in(settings.oidc)
    if settings.filing_folder:
        yield _filing(settings.filing_folder)
    yield _recordings(settings)
    yield _translations(settings)
    try:
        problems = upkeep.check(settings)
    except SQLAlchemyError as error:
        yield Finding("database", False, f"can't be reached ({type(error).__name__}); check FOLLOWUP_DATABASE_URL")
        return
    yield Finding("database", not problems, "; ".join(problems) or "is up to date")
    if problems or not settings.keys_file.exists():
        return
    store = open_store(settings)
    yield _log(store)
    yield _witness(store)
    yield from _contents(store)
    if settings.oidc and settings.oidc.mapping.teams:
        yield _teams(store, settings.oidc)
    store.engine.dispose()


def _keys(settings: Settings) -> Finding:
    try:
        mode = settings.keys_file.stat().st_mode
    except FileNotFoundError:
        return Finding("keys", False, f"no key file at {settings.keys_file}; restore it, or run: followup db upgrade")
    if mode & _OTHERS:
        return Finding("keys", False, f"others may read {settings.keys_file}; run: chmod 600 {settings.keys_file}")
    return Finding("keys", True, "are there, and only their owner may read them")


def _disk(settings: Settings) -> Finding:
    folder = settings.instance if settings.instance.exists() else settings.instance.parent
    free = shutil.disk_usage(folder).free
    words = f"{free // (1024 * 1024)} MB free in {folder}"
    return Finding("disk", free > _LOW_DISK_BYTES, words if free > _LOW_DISK_BYTES else f"{words}; make room")


def _filing(folder: Path) -> Finding:
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return Finding("filing folder", False, f"the program can't write in {folder}; make it, or let its user write")
    return Finding("filing folder", True, f"documents are laid in {folder}")


def _printing() -> Finding:
    with Press() as press:
        try:
            press.warm_up().result()
        except PdfUnavailable as error:
            return Finding("PDF", False, str(error))
    return Finding("PDF", True, "can be made")


def _seal(settings: SealSettings) -> Finding:
    try:
        ends = Sealer(settings).examine()
    except SealUnusable as error:
        return Finding("seal", False, f"{REMEDIES[error.code].format(value=error.value)}; until then documents wait")
    known = [str(file) for file in secret_files(settings) if file.stat().st_mode & _OTHERS]
    if known:
        return Finding("seal", False, f"others may read {' and '.join(known)}; run: chmod 600 {' '.join(known)}")
    days = (ends - datetime.now(UTC)).days
    if days < SOON_DAYS:
        return Finding("seal", False, f"the certificate ends {ends:%Y-%m-%d}, in {days} days; then documents wait")
    return Finding("seal", True, f"can be set; the certificate ends {ends:%Y-%m-%d}")


def _sign_in(settings: OidcSettings) -> Finding:
    try:
        Provider(settings, lambda: datetime.now(UTC)).examine()
    except ProviderDown as error:
        return Finding("single sign-on", False, REMEDIES_OF_PROVIDER[error.code])
    file = settings.secret_file
    if file and file.stat().st_mode & _OTHERS:
        return Finding("single sign-on", False, f"others may read {file}; run: chmod 600 {file}")
    return Finding("single sign-on", True, "the provider answers")


def _teams(store: Store, settings: OidcSettings) -> Finding:
    with store.unit(SYSTEM, reads=True) as uow:
        known = set(uow.all(select(Team.name)))
    missing = sorted({rule.gives for rule in settings.mapping.teams} - known)
    if missing:
        return Finding("teams", False, f"FOLLOWUP_OIDC_MAPPING names {', '.join(missing)}; there is no such team here")
    return Finding("teams", True, "all that FOLLOWUP_OIDC_MAPPING names are here")


def _recordings(settings: Settings) -> Finding:
    counts = {lang: len(recordings(settings.audio, lang)) for lang in LANGUAGES}
    heard = ", ".join(f"{lang}: {count}" for lang, count in counts.items() if count)
    unused = strays(settings.audio)
    if unused:
        words = f"no text is named after {', '.join(unused[:5])}{' …' if unused[5:] else ''}"
        return Finding("recordings", False, f"{words}; see docs/questionnaires.md for the names")
    return Finding("recordings", True, heard or f"none in {settings.audio}; questions are read by the browser's voice")


def _translations(settings: Settings) -> Finding:
    use_folder(settings.child_texts)
    languages = [exchange.standing(code) for code in LANGUAGES]
    problems = [problem for language in languages for problem in language.problems]
    problems += exchange.strays(settings.child_texts)
    if problems:
        return Finding("translations", False, f"{'; '.join(problems)}; see docs/translating.md")
    own = ", ".join(f"{language.code}: {language.own}" for language in languages if language.own)
    return Finding("translations", True, f"texts of your own: {own}" if own else "as shipped")


def _log(store: Store) -> Finding:
    verdict = chain.check_now(store)
    if not verdict.sound:
        found = [_OUTSIDE[what].format(number=number) for what, number in verdict.outside.items()]
        found += [f"seal {number} does not fit" for number in verdict.broken]
        found += [f"line {number} was not written by the program as it stands" for number in verdict.forged]
        told = f"{'; '.join(found[:_MOST_TOLD])}{' …' if found[_MOST_TOLD:] else ''}"
        more = f" {_ON_PURPOSE}" if verdict.outside and not verdict.broken and not verdict.forged else ""
        return Finding(
            "access log", False, f"is not as the program left it: {told}. Secure the database as it is.{more}"
        )
    sealed = upkeep.seal_log(store)
    head = store.witness.head()
    newest = f"; newest seal {head.number}, {head.digest[:16]}" if head and head.number else ""
    return Finding("access log", True, f"is whole; {sealed} new lines sealed{newest}")


def _witness(store: Store) -> Finding:
    """Whether what is known of the log outside the database can be kept."""
    folder = store.witness.folder
    if folder is None or not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return Finding("log's witness", False, f"the program can't write in {folder}; make it, or let its user write")
    if folder.stat().st_mode & _OTHERS:
        return Finding("log's witness", False, f"others may read {folder}; run: chmod 700 {folder}")
    return Finding("log's witness", True, f"is kept in {folder}")


def _contents(store: Store) -> Iterator[Finding]:
    with store.unit(SYSTEM, reads=True) as uow:
        forms = uow.rows(select(func.count()).select_from(QuestionnaireVersion))[0][0]
        failed = uow.rows(uow.reachable(Document).where(Document.state == "failed").with_only_columns(func.count()))[0][
            0
        ]
    yield Finding(
        "questionnaires", forms > 0, f"{forms} versions published" if forms else "none; run: followup db upgrade"
    )
    words = (
        f"{failed} could not be made; open them from “Att föra till akt” and try again" if failed else "none has failed"
    )
    yield Finding("documents", not failed, words)
