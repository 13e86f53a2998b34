"""Settings of single sign-on: all or nothing, https or this machine, every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from followup.settings import Settings, SettingsError

MAPPING = '[[roles]]\nclaim = "groups"\nvalue = "work"\nrole = "caseworker"\n'


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    mapping = tmp_path / "who.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return {
        "FOLLOWUP_OIDC_ISSUER": "https://login.example/tenant",
        "FOLLOWUP_OIDC_CLIENT_ID": "followup",
        "FOLLOWUP_OIDC_MAPPING": str(mapping),
    }


def problems(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as error:
        Settings.from_env(environ)
    return str(error.value)


def test_without_a_provider_there_are_local_accounts() -> None:
    settings = Settings.from_env({})
    assert (settings.oidc, settings.local_accounts) == (None, True)


def test_a_provider_is_read(environ: dict[str, str]) -> None:
    more = {"FOLLOWUP_LOCAL_ACCOUNTS": "0", "FOLLOWUP_OIDC_RECHECK_MINUTES": "10"}
    settings = Settings.from_env({**environ, **more, "FOLLOWUP_OIDC_WITHOUT_AUTH_TIME": "1"})
    assert settings.oidc is not None
    assert (settings.oidc.issuer, settings.oidc.client_id) == ("https://login.example/tenant", "followup")
    assert (settings.oidc.recheck_minutes, settings.local_accounts) == (10, False)
    assert settings.oidc.without_auth_time
    assert settings.oidc.mapping.roles[0].gives == "caseworker"


@pytest.mark.parametrize("issuer", ["http://login.example", "login.example", "https://a.example/?x=1", "https://a/#b"])
def test_what_is_said_to_the_provider_stays_between_us(environ: dict[str, str], issuer: str) -> None:
    assert "FOLLOWUP_OIDC_ISSUER" in problems({**environ, "FOLLOWUP_OIDC_ISSUER": issuer})


def test_a_provider_on_this_machine_may_be_tried(environ: dict[str, str]) -> None:
    for issuer in ("http://127.0.0.1:8080/realms/x", "http://localhost:8080", "http://[::1]:1"):
        assert Settings.from_env({**environ, "FOLLOWUP_OIDC_ISSUER": issuer}).oidc


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"FOLLOWUP_OIDC_CLIENT_ID": ""}, "FOLLOWUP_OIDC_CLIENT_ID: missing"),
        ({"FOLLOWUP_OIDC_MAPPING": ""}, "FOLLOWUP_OIDC_MAPPING: missing"),
        ({"FOLLOWUP_OIDC_MAPPING": "/no/such/file"}, "can't be read"),
        ({"FOLLOWUP_OIDC_ISSUER": ""}, "without FOLLOWUP_OIDC_ISSUER"),
        ({"FOLLOWUP_OIDC_RECHECK_MINUTES": "-1"}, "FOLLOWUP_OIDC_RECHECK_MINUTES"),
    ],
)
def test_what_lacks_is_told(environ: dict[str, str], changed: dict[str, str], words: str) -> None:
    assert words in problems({**environ, **changed})


@pytest.mark.parametrize(("text", "words"), [("not = [toml", "is not TOML"), ('x = "y"', "nobody could sign in")])
def test_what_is_wrong_with_the_mapping_is_told(environ: dict[str, str], text: str, words: str) -> None:
    Path(environ["FOLLOWUP_OIDC_MAPPING"]).write_text(text, encoding="utf-8")
    assert words in problems(environ)


def test_nobody_is_locked_out_by_settings() -> None:
    assert "nobody could sign in" in problems({"FOLLOWUP_LOCAL_ACCOUNTS": "0"})
