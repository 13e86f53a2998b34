"""Settings: every problem at once, each with the variable's name and what to write instead."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from followup.settings import Settings, SettingsError


def test_nothing_set_is_a_sqlite_file_in_the_instance_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_env({})
    assert settings.instance == tmp_path / "instance"
    assert settings.database_url == f"sqlite:///{tmp_path}/instance/followup.sqlite3"
    assert settings.keys_file == tmp_path / "instance" / "keys.json"
    assert settings.is_sqlite
    assert (settings.demo, settings.https) == (False, False)
    assert settings.timezone.key == "Europe/Stockholm"


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    wrong = {
        "FOLLOWUP_INSTANCE": str(file),
        "FOLLOWUP_DATABASE_URL": "mysql://db",
        "FOLLOWUP_KEYS": str(tmp_path),
        "FOLLOWUP_DEMO": "maybe",
        "FOLLOWUP_HTTPS": "2",
        "FOLLOWUP_TIMEZONE": "Europe/Storstad",
        "FOLLOWUP_SESSION_IDLE_MINUTES": "0",
        "FOLLOWUP_SESSION_HOURS": "twelve",
        "FOLLOWUP_PDF_TIMEOUT_SECONDS": "-5",
        "FOLLOWUP_DATABSE_URL": "sqlite:///x",
    }
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(wrong)
    assert {problem.split(":")[0] for problem in caught.value.problems} == set(wrong)
    assert str(caught.value) == "\n".join(caught.value.problems)


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("FOLLOWUP_DEMO", "maybe", "1 or 0"),
        ("FOLLOWUP_TIMEZONE", "../etc/passwd", "Europe/Stockholm"),
        ("FOLLOWUP_TIMEZONE", "/etc/localtime", "Europe/Stockholm"),
        ("FOLLOWUP_SESSION_HOURS", "25", "from 1 to 24"),
        ("FOLLOWUP_SESSION_HOURS", "1e3", "from 1 to 24"),
        ("FOLLOWUP_DATABASE_URL", "db.sqlite3", "sqlite:///"),
        ("FOLLOWUP_SESION_HOURS", "8", "FOLLOWUP_SESSION_HOURS"),
    ],
)
def test_a_problem_says_how_to_mend_it(name: str, text: str, remedy: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_env({name: text})
    assert remedy in str(caught.value)


def test_a_password_in_the_database_url_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"FOLLOWUP_DATABASE_URL": "mysql://user:hemligt@host/db", "FOLLOWUP_HTTPS": "?"})
    assert "hemligt" not in str(caught.value)


def test_settings_do_not_show_the_database_password() -> None:
    settings = Settings.from_env({"FOLLOWUP_DATABASE_URL": "postgresql://followup:hemligt@db/followup"})
    assert "hemligt" in settings.database_url
    assert "hemligt" not in repr(settings)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_psycopg_whatever_the_host_calls_it(scheme: str) -> None:
    settings = Settings.from_env({"FOLLOWUP_DATABASE_URL": f"{scheme}://me@db/followup"})
    assert settings.database_url == "postgresql+psycopg://me@db/followup"
    assert not settings.is_sqlite


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("yes", True), ("ON", True), ("0", False), ("", False), (" no ", False)]
)
def test_yes_and_no_are_understood(text: str, value: bool) -> None:  # noqa: FBT001 - what is expected
    assert Settings.from_env({"FOLLOWUP_HTTPS": text, "FOLLOWUP_HOSTS": "followup.example"}).https is value


def test_other_variables_are_nobody_s_business() -> None:
    assert not Settings.from_env({"PATH": "/bin", "FOLLOW": "x"}).demo


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    settings = Settings.from_env({"FOLLOWUP_INSTANCE": "~/followup", "FOLLOWUP_KEYS": "~/keys.json"})
    assert settings.instance == Path("/home/someone/followup")
    assert settings.keys_file == Path("/home/someone/keys.json")


def test_settings_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.from_env({}).demo = True  # type: ignore[misc] # that is what is tried


def test_a_seal_is_a_certificate_with_what_belongs_to_it(tmp_path: Path) -> None:
    assert Settings.from_env({}).seal is None
    environ = {
        "FOLLOWUP_SEAL_CERTIFICATE": str(tmp_path / "seal.pem"),
        "FOLLOWUP_SEAL_KEY": str(tmp_path / "seal.key"),
        "FOLLOWUP_SEAL_PASSPHRASE_FILE": str(tmp_path / "passphrase"),
        "FOLLOWUP_SEAL_TIMESTAMP": "https://name:hemligt@tsa.example/",
    }
    seal = Settings.from_env(environ).seal
    assert seal
    assert (seal.certificate, seal.key) == (tmp_path / "seal.pem", tmp_path / "seal.key")
    assert seal.timestamp == "https://name:hemligt@tsa.example/"
    assert "hemligt" not in repr(Settings.from_env(environ))


@pytest.mark.parametrize(
    ("environ", "remedy"),
    [
        ({"FOLLOWUP_SEAL_KEY": "/k.pem"}, "FOLLOWUP_SEAL_KEY: means nothing without FOLLOWUP_SEAL_CERTIFICATE"),
        ({"FOLLOWUP_SEAL_TIMESTAMP": "https://tsa.example"}, "FOLLOWUP_SEAL_TIMESTAMP: means nothing"),
        (
            {"FOLLOWUP_SEAL_CERTIFICATE": "/c.pem", "FOLLOWUP_SEAL_TIMESTAMP": "tsa.example"},
            "FOLLOWUP_SEAL_TIMESTAMP: the address of the authority begins with https://",
        ),
        ({"FOLLOWUP_SEAL_CERTIFICATE": "/"}, "FOLLOWUP_SEAL_CERTIFICATE: / is a folder; name a file."),
    ],
)
def test_half_a_seal_is_none(environ: dict[str, str], remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(environ)
    assert remedy in str(caught.value)
