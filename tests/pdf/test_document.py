from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pikepdf

from followup.domain.record_words import term
from followup.domain.summary import Form, Note, UrgentConcern, fingerprint
from followup.pdf import render, summary_html
from tests.support.pdf_reading import page_count, structure, words_of
from tests.support.sample_forms import EARLIER, FACES, LADDER, line
from tests.support.sample_summary import empty_summary, sample_summary


def test_an_ordinary_visit_takes_three_pages_and_150_kilobytes_at_most(sample_pdf: bytes) -> None:
    assert page_count(sample_pdf) <= 3
    assert len(sample_pdf) <= 150_000


def test_an_unsigned_visit_is_as_short(sample_pdf: bytes) -> None:
    assert page_count(render(summary_html(replace(sample_summary(), signature=None)))) <= 3


def test_the_content_stands_in_the_order_of_a_summary(sample_pdf: bytes) -> None:
    text = words_of(sample_pdf)
    marks = [
        "Blåbärsby kommun",
        "Akt SN 2026-0417",
        "Omfattas av sekretess",
        "Besök hos Alva Granbarr",
        "Tisdag 24 november 2026, klockan 14.00 till 14.50",
        "Familjehem hos Karin och Per Ängsull",
        "SoL, sedan 14 oktober 2024",
        "Enskilt samtal",
        "Ja, 40 minuter",
        "Det viktigaste",
        "Egna ord och önskemål",
        "Att Sixten fick valpar!",
        "Svaren",
        "Jag har kompisar som är snälla mot mig.",
        "Varför Alva Granbarr bor här",
        "Går inte att bedöma",
        "Samtalen",
        "Vi ses bara på det där stället med soffan.",
        "Iakttagelser och uppgifter",
        "Uppgift från mentor Elin Tuvmark:",
        "Vårdnadshavare",
        "Familjehemmets egna svar",
        "Handläggarens bedömning",
        "Att följa upp, och hur det gick",
        "Överenskommelser",
        "4 december 2026",
        "Läst tillsammans",
        "Skriv att Sixten var med.",
        "Nästa besök",
        "Tisdag 23 februari 2027, klockan 15.00",
        "Signering",
        "24 november 2026 klockan 15.04",
        "Flaggregler 0.1.0",
    ]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_an_assessment_never_stands_among_the_facts(sample_pdf: bytes) -> None:
    text = words_of(sample_pdf)
    assessment = text.index("Umgänget med Vide behöver utökas")
    assert text.index("Handläggarens bedömning") < assessment < text.index("Att följa upp")
    assert text.count("Umgänget med Vide behöver utökas") == 1


def test_the_footer_has_case_number_date_and_checksum_but_no_name(sample_pdf: bytes) -> None:
    short = fingerprint(sample_summary())[:16]
    short = " ".join(short[place : place + 4] for place in range(0, 16, 4))
    assert words_of(sample_pdf).count(f"SN 2026-0417 · 24 november 2026 · utgåva 1 · {short}") == 3
    assert "sida 3 (3)" in words_of(sample_pdf)


def test_the_metadata_tell_what_it_is_and_never_who(sample_pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(sample_pdf)) as pdf, pdf.open_metadata() as found:
        assert found["dc:title"] == "Besök 24 november 2026, akt SN 2026-0417"
        assert (found["pdfaid:part"], found["pdfaid:conformance"]) == ("3", "A")
        assert found["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        assert "Alva" not in str(found)
        assert str(pdf.Root.Lang) == "sv"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.CreationDate).startswith("D:20261124140400")
        assert b"pdfaExtension:schemas" in pdf.Root.Metadata.read_bytes()


def test_tags_headings_lists_and_tables(sample_pdf: bytes) -> None:
    kinds = [kind for kind, _ in structure(sample_pdf)]
    assert kinds.count("H1") == 1
    assert {"H2", "H3", "L", "LI", "Table", "THead", "TH", "TD", "BlockQuote", "Figure"} <= set(kinds)
    levels = [int(kind[1]) for kind in kinds if kind in {"H1", "H2", "H3"}]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_table_headings_say_what_they_head_and_can_be_found(sample_pdf: bytes) -> None:
    scopes = {str(element.A.Scope) for kind, element in structure(sample_pdf) if kind == "TH"}
    assert scopes == {"/Column", "/Row"}
    with pikepdf.open(io.BytesIO(sample_pdf)) as pdf:
        names = list(pdf.Root.StructTreeRoot.IDTree.Kids[0].Names)[::2]
        assert names == sorted(names, key=bytes)
        assert len(names) > 40


def test_each_small_drawing_is_told_in_words(sample_pdf: bytes) -> None:
    told = [str(element.Alt) for kind, element in structure(sample_pdf) if kind == "Figure"]
    assert len(told) == 14
    assert "Tidigare, äldst först: Nästan aldrig, Ibland, Ofta, Ofta, Ofta, Ofta. I dag: Nästan aldrig." in told
    assert any("Vill inte svara" in sentence for sentence in told)


def test_the_same_summary_gives_the_same_bytes(sample_pdf: bytes) -> None:
    render(summary_html(empty_summary()))  # what was printed before does not matter
    assert render(summary_html(sample_summary())) == sample_pdf


def test_a_draft_says_so_and_has_no_signature() -> None:
    text = words_of(render(summary_html(replace(sample_summary(), signature=None))))
    assert text.count("UTKAST, inte signerat") == 3
    assert "Utkast: besök hos Alva Granbarr" in text
    assert "Signering" not in text
    assert "signerad av" not in text


def test_a_visit_with_nothing_to_say_has_no_empty_headings() -> None:
    data = render(summary_html(empty_summary()))
    assert page_count(data) == 1
    assert [kind for kind, _ in structure(data)].count("H2") == 0
    assert "None" not in words_of(data)


def test_a_protected_child_is_marked_and_nothing_invents_a_place() -> None:
    full = sample_summary()
    summary = replace(
        full,
        child=replace(full.child, protected=True),
        placement=replace(full.placement, home="", place=None),
        visit=replace(full.visit, place=None),
    )
    data = render(summary_html(summary))
    assert "Skyddade personuppgifter" in words_of(data)
    assert "Lingonmo" not in words_of(data)
    assert b"Lingonmo" not in data


def test_an_urgent_concern_stands_on_the_first_page() -> None:
    concern = UrgentConcern(
        "Jag vill inte sova här i natt.",
        "Berätta mer",
        told="Gruppledare Birgitta Åkerbär",
        told_at=datetime(2026, 11, 24, 13, 40, tzinfo=UTC),
    )
    text = words_of(render(summary_html(replace(sample_summary(), urgent_concerns=(concern,)))))
    assert text.index("Jag vill inte sova här i natt.") < text.index("Det viktigaste")
    assert "24 november 2026 klockan 14.40" in text


def test_thirty_questions_keep_their_head_on_every_page() -> None:
    form = Form(
        "Hur har du det? (13–20 år)",
        "0.1.0",
        term("respondent", "child"),
        LADDER,
        tuple(
            line(
                f"u_{number}",
                f"Påstående {number} som är så långt att det behöver mer än en rad i tabellen.",
                ["7", "8", "?", "10", "4", "-", "3"],
                LADDER,
                EARLIER,
            )
            for number in range(30)
        ),
    )
    data = render(summary_html(replace(sample_summary(), forms=(form,))))
    text = words_of(data)
    assert text.count("Påstående I dag Förra") == 2
    assert all(f"Påstående {number} som" in text for number in range(30))


def test_the_smallest_get_faces_and_no_line() -> None:
    form = Form(
        "Hur har du det? (4–7 år)",
        "0.1.0",
        term("respondent", "child"),
        FACES,
        (line("a_sleep", "Jag sover gott.", list("33?2-31"), FACES, EARLIER),),
    )
    html = summary_html(replace(sample_summary(), forms=(form,)))
    drawing = html[html.index("<svg") : html.index("</svg>")]
    assert drawing.count("<circle") == 5
    assert "polyline" not in drawing
    assert "L" not in drawing.split("</title>")[1].replace("</", "")


def test_a_note_that_must_be_tried_before_it_is_given_out_is_marked() -> None:
    note = Note(term("area", "health"), term("note_kind", "statement"), "Text", "mormor", "rör mormors hälsa")
    assert "Menprövas före utlämnande: rör mormors hälsa" in words_of(
        render(summary_html(replace(sample_summary(), notes=(note,))))
    )
