"""A published version never changes: children's answers are read against it for decades."""

from __future__ import annotations

import pytest

from followup.domain.definition import definition_hash, read_stored
from followup.questionnaires import load_all

# Every version that was ever published, oldest first within a form. Lines are only added.
PUBLISHED = {
    ("barn-4-7", "1.0.0"): "c8d874c29bd59ca5e190cfd7811afd2d2c07fdf718dc92a94939eb90c87b9576",
    ("barn-8-12", "1.0.0"): "905cc15586d69af6c225e3ee6af95551003180a326f964c51cef97fea0575990",
    ("ung-13-20", "1.0.0"): "6b946379c9b61de2f5d0a6a8ca805b9a694e54400a99aef062b267bb80ee53d5",
    ("familjehem-vuxen", "1.0.0"): "12c8f6b7d2b86fe349dbf03d2a0a20f88ffc76308c9345df0a6671ba38522c65",
    ("placeringskoll", "1.0.0"): "c830cb6f05c5024ecd8569f6835b097fec5ff9e5d33f9e0814ffc3fa591f6732",
}
RULES = {
    "1.0.0": "3f310a95c511fbb9176a7ae2f2ca5ef0bec7dc58a09faa3e0a583c941606c36c"
}  # version of _common.yaml: hash of its scales and rule settings

_BUMP = (
    "{code} {version} is published and its definition has changed. Published versions are frozen. Undo the change, or "
    "raise `version` in the file: major when the answers can't be compared any more, minor when an item is added, "
    "patch for spelling or a changed rule; run this test again, and add the line it gives. A change in the scales, "
    "rule_settings or closing_questions of _common.yaml is a change in every form."
)
_ADD = "{code} {version} is new. When it is final, add it here: ({code!r}, {version!r}): {sha256!r}"


def shipped() -> list[tuple[str, str, str]]:
    library = load_all()
    check = library.placement_check
    forms = [(form.code, form.version, form.sha256) for form in library.forms.values()]
    return [*forms, (check.code, check.version, check.sha256)]


@pytest.mark.parametrize(("code", "version", "sha256"), shipped(), ids=lambda value: value[:12])
def test_a_shipped_version_is_the_published_one(code: str, version: str, sha256: str) -> None:
    told = {"code": code, "version": version, "sha256": sha256}
    assert (code, version) in PUBLISHED, _ADD.format(**told)
    assert PUBLISHED[code, version] == sha256, _BUMP.format(**told)


def test_the_rules_of_a_version_stay_the_same() -> None:
    common = load_all().common
    found = definition_hash({key: common.source[key] for key in ("scales", "rule_settings")})
    assert RULES.get(common.version) == found, (
        f"the scales or rule settings of _common.yaml {common.version} have changed: raise its version, and add "
        f"{found!r} under it here"
    )


@pytest.mark.parametrize("code", load_all().forms)
def test_a_stored_definition_needs_no_other_file(code: str) -> None:
    form = load_all().forms[code]
    assert read_stored(form.definition) == form
