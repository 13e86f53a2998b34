"""Settings from the environment: read once at start, frozen, every problem reported at once."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from followup.domain.claims import ClaimsMapping, MappingUnusable, mapping_of

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
class OidcSettings:
    """The organisation's own provider of identities (OpenID Connect), and who its users are here.

    secret_file: None for a client that has no secret and lives by PKCE alone. recheck_minutes: how often the provider
    is asked whether somebody may stay; 0 is never. without_auth_time: its tokens never say when it asked who it is, so
    that it was told to ask must do.
    """

    issuer: str
    client_id: str
    secret_file: Path | None
    mapping: ClaimsMapping
    name: str
    recheck_minutes: int
    without_auth_time: bool = False


@dataclass(frozen=True)
class Settings:
    """How this installation runs. See `docs/settings.md` for what each means."""

    instance: Path
    database_url: str = field(repr=False)  # it may hold a password
    keys_file: Path
    audio: Path
    child_texts: Path
    log_witness: Path
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
    oidc: OidcSettings | None
    local_accounts: bool

    @staticmethod
    def from_env(environ: Mapping[str, str] = os.environ) -> Settings:
        """Read the FOLLOWUP_ variables. Raises SettingsError naming every problem at once."""
        reader = _Reader(environ)
        instance = reader.folder("FOLLOWUP_INSTANCE", Path.cwd() / "instance")
        keys_file = reader.file("FOLLOWUP_KEYS", instance / "keys.json")
        settings = Settings(
            instance=instance,
            database_url=reader.database(
                "FOLLOWUP_DATABASE_URL", f"sqlite:///{instance / 'followup.sqlite3'}", "FOLLOWUP_SQLCIPHER", keys_file
            ),
            keys_file=keys_file,
            audio=reader.folder("FOLLOWUP_AUDIO", instance / "audio"),
            child_texts=reader.folder("FOLLOWUP_CHILD_TEXTS", instance / "child-texts"),
            log_witness=reader.folder("FOLLOWUP_LOG_WITNESS", instance / "log-witness"),
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
            oidc=(oidc := reader.oidc()),
            local_accounts=reader.local_accounts(oidc),
        )
        reader.refuse_unknown()
        if reader.problems:
            raise SettingsError(reader.problems)
        return settings

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def sqlcipher(self) -> bool:
        """Whether the database is a SQLite file that is encrypted as a whole."""
        return self.is_sqlite and "?keys=" in self.database_url


def encrypted(url: str, keys_file: Path) -> str:
    """Return the address of the same SQLite file, encrypted as a whole with a key from the key file."""
    return f"{url}?keys={quote(str(keys_file))}"


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

    def database(self, name: str, default: str, cipher: str, keys_file: Path) -> str:
        url = self._get(name) or default
        if url.startswith(("postgres://", "postgresql://")):  # what hosts hand out; SQLAlchemy wants the driver named
            url = "postgresql+psycopg://" + url.split("://", 1)[1]
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            scheme = url.split(":", 1)[0]
            self.problems.append(f"{name}: “{scheme}” is not supported; begin with sqlite:/// or postgresql://.")
        if not self.flag(cipher):
            return url
        if not url.startswith("sqlite:///") or "?" in url:
            self.problems.append(f"{cipher}: only a SQLite file can be encrypted; encrypt PostgreSQL's disk instead.")
            return url
        return encrypted(url, keys_file)

    def flag(self, name: str, default: str = "") -> bool:
        text = self._get(name).lower() or default
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

    def oidc(self) -> OidcSettings | None:
        issuer = self._get("FOLLOWUP_OIDC_ISSUER")
        client_id = self._get("FOLLOWUP_OIDC_CLIENT_ID")
        secret_file = self.file_or_none("FOLLOWUP_OIDC_SECRET_FILE")
        mapping_file = self.file_or_none("FOLLOWUP_OIDC_MAPPING")
        name = self._get("FOLLOWUP_OIDC_NAME")
        recheck = self.number("FOLLOWUP_OIDC_RECHECK_MINUTES", 0, 0, 24 * 60)
        silent = self.flag("FOLLOWUP_OIDC_WITHOUT_AUTH_TIME")
        if not issuer:
            if client_id or secret_file or mapping_file or name or recheck or silent:
                self.problems.append("FOLLOWUP_OIDC_…: means nothing without FOLLOWUP_OIDC_ISSUER; set it, or none.")
            return None
        if not _is_safe(issuer):
            self.problems.append("FOLLOWUP_OIDC_ISSUER: begins with https://, and has neither ? nor #.")
        if not client_id:
            self.problems.append("FOLLOWUP_OIDC_CLIENT_ID: missing; write the id that the provider gave this program.")
        mapping = self._mapping(mapping_file)
        return OidcSettings(issuer, client_id, secret_file, mapping, name, recheck, silent) if mapping else None

    def _mapping(self, file: Path | None) -> ClaimsMapping | None:
        if file is None:
            self.problems.append("FOLLOWUP_OIDC_MAPPING: missing; name the file that says who gets which role.")
            return None
        try:
            return mapping_of(tomllib.loads(file.read_text(encoding="utf-8")))
        except OSError:
            self.problems.append(f"FOLLOWUP_OIDC_MAPPING: {file} can't be read.")
        except ValueError as error:  # of TOML and of UTF-8
            self.problems.append(f"FOLLOWUP_OIDC_MAPPING: {file} is not TOML: {error}.")
        except MappingUnusable as error:
            self.problems += [f"FOLLOWUP_OIDC_MAPPING: {problem}." for problem in error.problems]
        return None

    def local_accounts(self, oidc: OidcSettings | None) -> bool:
        allowed = self.flag("FOLLOWUP_LOCAL_ACCOUNTS", "1")
        if not allowed and oidc is None:
            self.problems.append("FOLLOWUP_LOCAL_ACCOUNTS: without FOLLOWUP_OIDC_ISSUER nobody could sign in; set it.")
        return allowed

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


def _is_safe(address: str) -> bool:
    """Whether what is said to this address stays between us: https, or this very machine."""
    parts = urlsplit(address)
    own = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    return (own or parts.scheme == "https") and bool(parts.hostname) and not parts.query and not parts.fragment
