"""Whatever is written in a field comes out as it was written, and reaches nothing outside its place."""

from __future__ import annotations

import io
import re
import time
import unicodedata
from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from followup.domain.record_words import term
from followup.domain.summary import Agreement, Child, Conversation, Note, Quote, ReadBack, VisitSummary
from followup.pdf import RenderingFailed, glyphs, render, summary_html
from tests.support.pdf_reading import fonts_of, letters_of, page_count, structure, words_of
from tests.support.sample_summary import sample_summary

MARKUP = (
    "<script>alert(1)</script>",
    '<img src="http://127.0.0.1:9/x.png" onerror=alert(1)>',
    "</bdi></p></blockquote><h1>Ny rubrik</h1>",
    "<style>*{display:none}</style>",
    "<link rel=attachment href=file:///etc/passwd>",
    "{{ 7*7 }} {% raw %}",
    "&lt;b&gt; &amp; &#x41;",
    "\"; url(file:///etc/passwd) @import 'x'",
    "-->]]>",
)
SCRIPTS = {
    "ar": "أحب أن أعيش هنا لكنني أفتقد أمي",
    "fa": "من اینجا را دوست دارم",
    "ti": "ኣብዚ ክነብር ደስ ይብለኒ",
    "uk": "Мені подобається тут жити",
    "el": "Μου αρέσει εδώ",  # noqa: RUF001 - Greek
    "tr": "Ağabeyim çok iyi, şimdi gülüyor",
    "cs": "Žluťoučký kůň",
    "vi": "Tôi thích ở đây",
    "zh": "我喜欢住在这里",
    "th": "ฉันชอบที่นี่",
    "ka": "მე მომწონს აქ",
}


def with_words(text: str, language: str = "") -> VisitSummary:
    """A short summary with the same text in fields of every kind."""
    full = sample_summary()
    return VisitSummary(
        full.heading,
        full.child,
        full.placement,
        full.visit,
        full.private_talk,
        full.drawn_up_at,
        most_important=(text,),
        child_voice=(Quote(text, text, language),),
        conversations=(Conversation(text, term("prompt_outcome", "talked"), (text,), text, text, text),),
        notes=(Note(term("area", "health"), term("note_kind", "statement"), text, text, text),),
        assessment=text,
        agreements=(Agreement(term("agreement", "promise"), text, text, term("agreement_state", "open"), when=text),),
        read_back=ReadBack(term("read_back", "disagrees"), text),
        signature=full.signature,
    )


def test_markup_in_words_is_only_words() -> None:
    data = render(summary_html(with_words("\n".join(MARKUP))))
    letters = letters_of(data)
    for text in MARKUP:
        assert letters.count("".join(text.split())) >= 10, text
    assert [kind for kind, _ in structure(data)].count("H1") == 1


def test_every_script_is_drawn_by_a_packaged_font() -> None:
    data = render(summary_html(with_words("\n".join(SCRIPTS.values()))))
    read = unicodedata.normalize("NFKC", words_of(data))
    letters = "".join(read.split())
    for language, text in SCRIPTS.items():
        if language in {"ar", "fa"}:  # the reader gives the letters of a line as they stand on paper, from the left
            assert all(word in read or word[::-1] in read for word in text.split()), language
        else:
            assert "".join(text.split()) in letters, language
    assert all(program is not None for program, _ in fonts_of(data).values())


def test_arabic_and_swedish_keep_to_their_own_direction() -> None:
    html = summary_html(replace(with_words("Hej"), child_voice=(Quote(SCRIPTS["ar"], "Arabiska", "ar"),)))
    assert '<blockquote class="voice short" dir="rtl">' in html
    assert '<bdi class="words" dir="rtl" lang="ar">' in html
    assert '<footer dir="ltr">' in html
    assert '<bdi class="words" dir="ltr">Arabiska' in html


def test_direction_overrides_stay_inside_their_element() -> None:
    data = render(summary_html(with_words("abc \u202edef")))
    assert "Handläggarens bedömning" in words_of(data)
    assert "Upprättad och signerad av Maja Lövsprång" in words_of(data)


def test_emoji_are_kept() -> None:
    assert letters_of(render(summary_html(with_words("Bra 😀🐶 dag")))).count("😀🐶") >= 10


def test_what_no_font_can_draw_is_printed_as_its_code() -> None:
    text = letters_of(render(summary_html(with_words("a\ue000b\U000f0000c\x07d"))))
    assert "a[U+E000]b[U+F0000]c[U+0007]d" in text


def test_lines_and_spaces_are_kept() -> None:
    assert "white-space: pre-wrap" in (glyphs.FONTS.parent / "summary.css").read_text("utf-8")
    assert "ett\n\n  två</bdi>" in summary_html(with_words("ett\n\n  två"))


def test_an_endless_word_is_all_there_and_inside_the_page() -> None:
    word = "".join(chr(ord("a") + number % 26) for number in range(10_000))
    data = render(summary_html(replace(with_words("kort"), child_voice=(Quote(word),))))
    assert letters_of(data).count("abcdefghijklmnopqrstuvwxyz") >= 10_000 // 26 - page_count(data)


ENDLESS = {
    "letters": "".join(chr(ord("a") + number % 26) for number in range(10_000)),
    "arabic": "ن" * 10_000,
    "spaces": "a" + " " * 10_000 + "b",
    "families": "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 2000,
    "empty lines": "a" + "\n" * 10_000 + "b",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_nothing_is_left_without_a_place_to_break(name: str) -> None:
    """Setting type takes the square of the length of what has none: minutes for a page."""
    pieces = re.split(r"\u200b|\n|(?<=\s)(?=\S)", glyphs.breakable(ENDLESS[name]))
    assert max(map(len, pieces)) < 20
    assert glyphs.breakable(ENDLESS[name]).replace("\u200b", "").strip("\n") == ENDLESS[name].replace(
        "\n" * 10_000, "\n" * 4
    )


def test_endless_words_cost_about_what_ordinary_ones_do() -> None:
    """In the narrowest place, by processor time: thirty times as much before."""
    ordinary, endless = (_promised_by(text) for text in ("abcdefgh " * 555, ENDLESS["letters"][:5000]))
    render(ordinary)
    assert _seconds(endless) < 10 * _seconds(ordinary)


def _promised_by(text: str) -> str:
    promise = Agreement(term("agreement", "promise"), "Kort", text, term("agreement_state", "open"), when="i dag")
    return summary_html(replace(with_words("kort"), agreements=(promise,)))


def _seconds(html: str) -> float:
    start = time.process_time()
    render(html)
    return time.process_time() - start


def test_places_to_break_leave_nothing_in_the_text_and_part_nothing_that_belongs_together() -> None:
    address = "https://exempel.invalid/" + "sida-" * 40
    data = render(summary_html(with_words(address)))
    assert address in letters_of(data)
    assert "\u200b" not in words_of(data)
    joined = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert all(part in {"", joined} for part in glyphs.breakable(joined * 40).replace(joined, "").split("\u200b"))
    accents = glyphs.breakable("e\u0301" * 100)
    assert "\u200b\u0301" not in accents
    assert glyphs.breakable("Ett långt men vanligt ord: " + "o" * 60) == "Ett långt men vanligt ord: " + "o" * 60


def test_a_long_text_goes_on_to_as_many_pages_as_it_needs() -> None:
    data = render(summary_html(replace(with_words("kort"), assessment="En bedömning med många ord. " * 2000)))
    assert page_count(data) > 5
    assert "Upprättad och signerad av Maja Lövsprång" in words_of(data)


def test_a_long_name_does_not_break_the_footer() -> None:
    full = sample_summary()
    summary = replace(full, child=Child("Å" * 300), heading=replace(full.heading, case_number="SN" * 60))
    assert "sida 1 (" in words_of(render(summary_html(summary)))


def test_nothing_is_fetched_from_outside() -> None:
    for address in ("http://127.0.0.1:9/x.png", "file:///etc/hostname", "ftp://x/y", "asset:fonts/../render.py"):
        with pytest.raises(RenderingFailed) as caught:
            render(f'<html lang="sv"><title>x</title><p><img src="{address}" alt="x">')
        assert address not in str(caught.value)


def test_the_fonts_are_packaged_ones_and_all_embedded(sample_pdf: bytes) -> None:
    fonts = fonts_of(sample_pdf)
    assert set(fonts) == {"Schibsted-Grotesk", "Schibsted-Grotesk-Semi-Bold", "Schibsted-Grotesk-Bold", "Literata"}
    assert all(program is not None for program, _ in fonts.values())


def test_glyphs_of_two_files_are_never_taken_for_one_font() -> None:
    """Two files of one family and weight would share one table of widths, and their glyphs be mixed up."""
    data = render(summary_html(with_words("Åsa Şahin Žižek, Мама, Γιαγιά, Tôi thích ở đây")))
    for name, (program, widths) in fonts_of(data).items():
        assert program is not None
        order, unit = program.getGlyphOrder(), program["head"].unitsPerEm
        for glyph, width in widths.items():
            if glyph < len(order):
                assert abs(program["hmtx"][order[glyph]][0] * 1000 / unit - width) < 2, name


def test_the_list_of_characters_is_that_of_the_fonts() -> None:
    assert glyphs.COVERAGE.read_text("ascii") == glyphs.coverage()


def test_each_font_has_a_family_name_of_its_own_and_a_licence() -> None:
    styles = (glyphs.FONTS.parent / "fonts.css").read_text("utf-8")
    blocks = styles.split("@font-face")[1:]
    assert len(blocks) == len(list(glyphs.FONTS.glob("*.woff2")))
    faces = [tuple(line for line in block.splitlines() if "family" in line or "weight" in line) for block in blocks]
    assert len(set(faces)) == len(faces)
    licences = (glyphs.FONTS / "LICENSES.txt").read_text("utf-8")
    for font in glyphs.FONTS.glob("*.woff2"):
        assert font.name.split("-")[0].split("_")[0].removesuffix(".woff2") in licences
        with TTFont(font) as opened:
            assert opened.getBestCmap()


@pytest.mark.parametrize("lines", range(8))
def test_no_row_stands_alone_on_its_page(lines: int) -> None:
    rows = "".join(f'<tr><th scope="row">Rad nummer {number}.<td>Ofta</tr>' for number in range(6))
    room = "".join("<p>Utfyllnad.</p>" for _ in range(43 + lines))
    head = '<thead><tr><th scope="col">Fråga<th scope="col">Svar</tr></thead>'
    data = render(f'<html lang="sv"><title>x</title><body>{room}<table>{head}<tbody>{rows}</tbody></table>')
    for page in PdfReader(io.BytesIO(data)).pages:
        assert page.extract_text().count("Rad nummer") != 1
