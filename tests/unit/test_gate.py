"""The gate's own judgements, without a program around them."""

from __future__ import annotations

import pytest

from followup.settings import Settings, SettingsError
from followup.web.gate import Pace, is_ours


@pytest.mark.parametrize(
    ("host", "hosts", "ours"),
    [
        ("followup.example", ("followup.example",), True),
        ("FOLLOWUP.example:8443", ("followup.example",), True),
        ("followup.example:8443", ("followup.example:443",), False),
        ("followup.example.evil.example", ("followup.example",), False),
        ("evil.example", ("followup.example",), False),
        ("127.0.0.1", ("followup.example",), False),
        ("", ("followup.example",), False),
        ("localhost:5000", (), True),
        ("demo.localhost", (), True),
        ("192.168.1.20:5000", (), True),
        ("[::1]:5000", (), True),
        ("[::1]", (), True),
        ("localhost.evil.example", (), False),
        ("evil.example:5000", (), False),
        ("127.0.0.1.evil.example", (), False),
        ("", (), False),
    ],
)
def test_a_host_is_ours_by_name(host: str, hosts: tuple[str, ...], ours: bool) -> None:  # noqa: FBT001 - a table's column
    assert is_ours(host, hosts) is ours


def test_the_pace_forgets_the_oldest_and_never_grows_without_end() -> None:
    pace = Pace(lambda: 0.0)
    for number in range(10_050):
        pace.wait(str(number), 60)
    assert len(pace._buckets) == 10_000


def test_https_without_a_host_is_told() -> None:
    with pytest.raises(SettingsError, match="FOLLOWUP_HOSTS"):
        Settings.from_env({"FOLLOWUP_HTTPS": "1"})
    for wrong in ("https://followup.example", "followup.example/", "*.example", "-"):
        with pytest.raises(SettingsError, match="FOLLOWUP_HOSTS"):
            Settings.from_env({"FOLLOWUP_HOSTS": wrong})
    assert Settings.from_env({"FOLLOWUP_HOSTS": "A.example, b.example:8443"}).hosts == ("a.example", "b.example:8443")
