from __future__ import annotations

import pytest

from tests.support import catalogue


def test_english_is_there() -> None:
    assert "en" in catalogue.translations()


@pytest.mark.parametrize("language", catalogue.translations())
def test_a_translation_is_complete(language: str) -> None:
    faults = list(catalogue.faults(language))
    assert not faults, "Run ./dev fix, then translate in translations/:\n" + "\n".join(faults)


def test_templates_and_python_are_both_read() -> None:
    used_in = {location.split("/")[0] for message in catalogue.wanted() for location, _line in message.locations}
    assert used_in == {"followup", "templates"}
