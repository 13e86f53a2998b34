"""Settings from the environment: read once at start, frozen, every problem reported at once."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES = {"1", "true", "yes", "on"}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?|\[[0-9a-f:]+\](?::[0-9]{1,5})?")
_NO = {"0", "false", "no", "off", ""}


class SettingsError(Exception):
    """The settings can't be used. `problems` lists each with the variable's name and the way to mend it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class SealSettings:
    """Where the organisation's certificate and its key are, and who dates the seal ("" = nobody but this machine)."""

    certificate: Path
    key: Path | None
    passphrase_file: Path | None
    timestamp: str = field(repr=False)  # it may hold a password


@dataclass(frozen=True)
class Settings:
    """How this installation runs. See `docs/settings.md` for what each means."""

    instance: Path
    database_url: str = field(repr=False)  # it may hold a password
    keys_file: Path
    audio: Path
    child_texts: Path
    demo: bool
    second_factor: bool
    """Whether a password is not enough. No variable says otherwise: only the demonstration goes without."""
    https: bool
    hosts: tuple[str, ...]
    proxies: int
    requests_per_minute: int
    metrics_token_file: Path | None
    timezone: ZoneInfo
    session_idle_minutes: int
    session_hours: int
    pdf_timeout_seconds: int
    filing_folder: Path | None
    backup_to: str
    seal: SealSettings | None

    @staticmethod
    def from_env(environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the FOLLOWUP_ variables. Raises SettingsError naming every problem at once."""
        reader = _Reader(environ)
        instance = reader.folder("FOLLOWUP_INSTANCE", Path.cwd() / "instance")
        settings = Settings(
            instance=instance,
            database_url=reader.database("FOLLOWUP_DATABASE_URL", f"sqlite:///{instance / 'followup.sqlite3'}"),
            keys_file=reader.file("FOLLOWUP_KEYS", instance / "keys.json"),
            audio=reader.folder("FOLLOWUP_AUDIO", instance / "audio"),
            child_texts=reader.folder("FOLLOWUP_CHILD_TEXTS", instance / "child-texts"),
            demo=reader.flag("FOLLOWUP_DEMO"),
            second_factor=not reader.flag("FOLLOWUP_DEMO"),
            https=reader.flag("FOLLOWUP_HTTPS"),
            hosts=reader.hosts("FOLLOWUP_HOSTS"),
            proxies=reader.number("FOLLOWUP_PROXIES", 0, 0, 5),
            requests_per_minute=reader.number("FOLLOWUP_REQUESTS_PER_MINUTE", 600, 60, 60_000),
            metrics_token_file=reader.file_or_none("FOLLOWUP_METRICS_TOKEN_FILE"),
            timezone=reader.zone("FOLLOWUP_TIMEZONE", "Europe/Stockholm"),
            session_idle_minutes=reader.number("FOLLOWUP_SESSION_IDLE_MINUTES", 60, 5, 24 * 60),
            session_hours=reader.number("FOLLOWUP_SESSION_HOURS", 12, 1, 24),
            pdf_timeout_seconds=reader.number("FOLLOWUP_PDF_TIMEOUT_SECONDS", 60, 5, 600),
            filing_folder=reader.optional_folder("FOLLOWUP_FILING_FOLDER"),
            backup_to=reader.text("FOLLOWUP_BACKUP_TO"),
            seal=reader.seal(),
        )
        reader.refuse_unknown()
        if reader.problems:
            raise SettingsError(reader.problems)
        return settings

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")


class _Reader:
    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []
        self.known: set[str] = set()

    def _get(self, name: str) -> str:
        self.known.add(name)
        return self.environ.get(name, "").strip()

    def text(self, name: str) -> str:
        return self._get(name)

    def folder(self, name: str, default: Path) -> Path:
        text = self._get(name)
        path = Path(text).expanduser().absolute() if text else default
        if path.exists() and not path.is_dir():
            self.problems.append(f"{name}: {path} is a file; name a folder.")
        return path

    def optional_folder(self, name: str) -> Path | None:
        return self.folder(name, Path()) if self._get(name) else None

    def file(self, name: str, default: Path) -> Path:
        text = self._get(name)
        path = Path(text).expanduser().absolute() if text else default
        if path.is_dir():
            self.problems.append(f"{name}: {path} is a folder; name a file.")
        return path

    def database(self, name: str, default: str) -> str:
        url = self._get(name) or default
        if url.startswith(("postgres://", "postgresql://")):  # what hosts hand out; SQLAlchemy wants the driver named
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            scheme = url.split(":", 1)[0]
            self.problems.append(f"{name}: “{scheme}” is not supported; begin with sqlite:/// or postgresql://.")
        return url

    def flag(self, name: str) -> bool:
        text = self._get(name).lower()
        if text not in _YES | _NO:
            self.problems.append(f"{name}: “{text}” is neither yes nor no; set it to 1 or 0.")
        return text in _YES

    def number(self, name: str, default: int, low: int, high: int) -> int:
        text = self._get(name) or str(default)
        if not text.isdecimal() or not low <= int(text) <= high:
            self.problems.append(f"{name}: “{text}” is not a whole number from {low} to {high}.")
            return default
        return int(text)

    def hosts(self, name: str) -> tuple[str, ...]:
        hosts = tuple(self._get(name).lower().replace(",", " ").split())
        for host in hosts:
            if not _HOST.fullmatch(host):
                self.problems.append(
                    f"{name}: “{host}” is no host; write names as in the address bar, without https://."
                )
        if not hosts and self.environ.get("FOLLOWUP_HTTPS", "").strip().lower() in _YES:
            self.problems.append(f"{name}: with FOLLOWUP_HTTPS, name the host that people write in the address bar.")
        return hosts

    def seal(self) -> SealSettings | None:
        certificate = self.file_or_none("FOLLOWUP_SEAL_CERTIFICATE")
        others = {
            "FOLLOWUP_SEAL_KEY": (key := self.file_or_none("FOLLOWUP_SEAL_KEY")),
            "FOLLOWUP_SEAL_PASSPHRASE_FILE": (passphrase := self.file_or_none("FOLLOWUP_SEAL_PASSPHRASE_FILE")),
            "FOLLOWUP_SEAL_TIMESTAMP": (timestamp := self._get("FOLLOWUP_SEAL_TIMESTAMP")),
        }
        if timestamp and not timestamp.startswith(("https://", "http://")):
            self.problems.append(
                "FOLLOWUP_SEAL_TIMESTAMP: the address of the authority begins with https:// (or http://)."
            )
        if certificate:
            return SealSettings(certificate, key, passphrase, timestamp)
        for name, value in others.items():
            if value:
                self.problems.append(f"{name}: means nothing without FOLLOWUP_SEAL_CERTIFICATE; set both or none.")
        return None

    def file_or_none(self, name: str) -> Path | None:
        return self.file(name, Path()) if self._get(name) else None

    def zone(self, name: str, default: str) -> ZoneInfo:
        text = self._get(name) or default
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError):
            self.problems.append(f"{name}: no time zone is called “{text}”; write one such as Europe/Stockholm.")
            return ZoneInfo("UTC")

    def refuse_unknown(self) -> None:
        # A misspelt variable is a setting that silently isn't in force.
        for name in sorted(set(self.environ) - self.known):
            if name.startswith("FOLLOWUP_"):
                self.problems.append(f"{name}: there is no such setting; choose among {', '.join(sorted(self.known))}.")
