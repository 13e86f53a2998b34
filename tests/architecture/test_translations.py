from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import catalogue

PACKAGE = catalogue.ROOT / "followup"
# Words of the record, which is Swedish whoever reads it, and a page's name in a sentence for administrators.
SWEDISH = {
    *(
        "domain/log_readers.py",
        "domain/names.py",
        "domain/password.py",
        "domain/fhir_forms.py",
        "domain/record_words.py",
        "domain/suggesting.py",
        "domain/summary_blocks.py",
        "domain/summary_parts.py",
        "services/installation/checkup.py",
        "services/record/export_contents.py",
        "services/record/unfiled_zip.py",
        "services/record/attachments.py",
        "services/record/masking.py",
        "services/record/proof_pack.py",
        "services/record/plain_answers.py",
        "services/record/plain_text.py",
        "services/record/summarising.py",
        "services/record/summary_talks.py",
        "services/record/verifying.py",
    ),
    "services/visit/talking.py",
}


def test_english_is_there() -> None:
    assert "en" in catalogue.translations()


@pytest.mark.parametrize("language", catalogue.translations())
def test_a_translation_is_complete(language: str) -> None:
    faults = list(catalogue.faults(language))
    assert not faults, "Run ./dev fix, then translate in translations/:\n" + "\n".join(faults)


def test_templates_and_python_are_both_read() -> None:
    used_in = {location.split("/")[0] for message in catalogue.wanted() for location, _line in message.locations}
    assert used_in == {"followup", "templates"}


def swedish_strings(path: Path) -> Iterator[str]:
    """Yield the strings with Swedish letters, docstrings apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
            continue
        if re.search("[åäöÅÄÖ]", node.value):
            yield node.value


def test_no_swedish_text_slips_past_the_translators() -> None:
    """A message that is built elsewhere than in the call that shows it is marked with `translatable`."""
    known = {
        text for message in catalogue.wanted() for text in ([message.id] if isinstance(message.id, str) else message.id)
    }
    missed = [
        f"{path.relative_to(PACKAGE)}: {text}"
        for path in sorted(PACKAGE.glob("**/*.py"))
        if str(path.relative_to(PACKAGE)) not in SWEDISH and not {"demo", "pdf"} & set(path.parts)
        for text in swedish_strings(path)
        if text not in known
    ]
    assert not missed
