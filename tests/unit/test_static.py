from __future__ import annotations

import hashlib
import re
from pathlib import Path

import followup.web

STATIC = Path(followup.web.__file__).parent / "static"
KEEPS_A_CHOICE = {"desk.js"}  # whether its keys are on: about the reader's hands, not about any case
FILES = sorted([*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")])


def test_nothing_is_fetched_from_elsewhere() -> None:
    for file in FILES:
        assert not re.search(r"https?:|//[a-z]+\.[a-z]+|@import", file.read_text()), file.name


def test_every_font_is_there_is_named_by_its_content_and_has_its_licence() -> None:
    css = (STATIC / "css" / "fonts.css").read_text()
    named = dict(re.findall(r"url\(\.\./fonts/([\w.-]+)\?v=(\w+)\)", css))
    assert set(named) == {font.name for font in STATIC.glob("fonts/*.woff2")}
    for name, version in named.items():
        content = (STATIC / "fonts" / name).read_bytes()
        assert hashlib.sha256(content).hexdigest().startswith(version), name
    licences = (STATIC / "fonts" / "LICENSES.txt").read_text()
    assert all(name.split("-")[0] in licences for name in named)


def test_scripts_hold_no_words_and_leave_nothing_on_the_device() -> None:
    for file in STATIC.glob("js/*.js"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(), flags=re.DOTALL)
        assert not re.search("[åäöÅÄÖ]", code), file.name
        kept = r"sessionStorage|indexedDB|document\.cookie|caches\b"
        if file.name not in KEEPS_A_CHOICE:
            kept += "|localStorage"
        assert not re.search(kept, code), file.name


def test_old_browsers_get_every_colour_that_knows_light_and_dark() -> None:
    css = (STATIC / "css" / "app.css").read_text()
    start = css.index("@supports not (color:light-dark(")
    fallback = css[start : css.index("}\n}", start)]
    assert set(re.findall(r"(--[\w-]+):light-dark\(", css)) <= set(re.findall(r"(--[\w-]+):", fallback))
