from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from followup.deadlines.citations import cited
from followup.domain.amending import CHILDS_WORDS, KINDS, WHOSE, Draft, about, problems_of, sections_of
from followup.domain.record_words import WORDS, term
from followup.domain.summary import SCHEMA, Amendment, fingerprint, from_json, to_json
from followup.pdf import amended
from tests.support.sample_summary import empty_summary, sample_summary

AT = datetime(2026, 12, 3, 13, 32, tzinfo=UTC)


def amendment(
    number: int = 1, kind: str = "correction", section: str = "notes", whose: str = "caseworker"
) -> Amendment:
    return Amendment(
        number=number,
        kind=term("amendment", kind),
        section=term("section", section),
        text="Det var hos tandläkaren.",
        whose=term("whose", whose),
        author="Maja Lövsprång",
        title="socialsekreterare",
        at=AT,
        edition=2,
    )


def fields_of(draft: Draft) -> list[str]:
    return [problem.field for problem in problems_of(draft, sections_of(sample_summary()))]


def test_a_full_summary_has_every_section_and_an_empty_one_the_visit_and_the_whole() -> None:
    assert set(WORDS["section"]) - set(sections_of(sample_summary())) <= {"urgent"}
    assert set(sections_of(empty_summary())) >= {"visit", "whole"}
    assert "notes" not in sections_of(empty_summary())


def test_each_amendment_stands_at_its_section_once() -> None:
    summary = sample_summary()
    rows = tuple(amendment(n, section=code) for n, code in enumerate(WORDS["section"], 1))
    shown = summary.amended(rows, 2, AT)
    found = [each for code in sections_of(summary) for each in about(shown, code)]
    assert sorted(each.number for each in found) == [each.number for each in rows]


def test_one_about_a_section_that_is_not_there_stands_with_the_whole() -> None:
    shown = empty_summary().amended((amendment(section="notes"),), 2, AT)
    assert about(shown, "notes") == ()
    assert about(shown, "whole") == shown.amendments


@pytest.mark.parametrize("section", sorted(CHILDS_WORDS))
def test_nobody_corrects_what_a_child_has_said(section: str) -> None:
    assert fields_of(Draft("correction", section, "caseworker", "Fel.")) == ["kind"]
    assert not fields_of(Draft("addendum", section, "caseworker", "Mer."))
    assert not fields_of(Draft("disputed", section, "child", "Jag sa inte så.", said_on=date(2026, 12, 2)))


def test_a_disagreement_is_somebody_elses_and_has_its_day() -> None:
    for whose in WHOSE:
        lacking = fields_of(Draft("disputed", "notes", whose, "Det är fel."))
        named = ["said_by"] if whose in {"guardian", "carer", "other"} else []
        assert lacking == (["whose"] if whose == "caseworker" else [*named, "said_on"])


def test_the_writers_own_needs_neither_name_nor_day() -> None:
    for kind in KINDS[:2]:
        assert not fields_of(Draft(kind, "notes", "caseworker", "Så här."))
        assert not fields_of(Draft(kind, "notes", None, "Så här."))


def test_all_that_lacks_is_told_at_once() -> None:
    assert fields_of(Draft(None, None, None, " ")) == ["kind", "about", "text"]


def test_what_was_signed_is_the_same_in_each_edition() -> None:
    signed = sample_summary()
    second = signed.amended((amendment(),), 2, AT)
    same = replace(second, amendments=(), heading=signed.heading, drawn_up_at=signed.drawn_up_at, schema=signed.schema)
    assert fingerprint(same) == fingerprint(signed)
    assert from_json(to_json(second)) == second


def test_a_summary_of_an_older_schema_loads_and_its_next_edition_is_of_this_one() -> None:
    old = from_json(to_json(replace(sample_summary(), schema=1)))
    assert old.schema == 1
    assert old.amendments == ()
    assert old.amended((amendment(),), 2, AT).schema == SCHEMA


def test_editions_are_named_and_replace_none_before_them() -> None:
    heading = sample_summary().heading
    names = [amended.edition(replace(heading, edition_number=number)) for number in (1, 2, 3, 5)]
    assert names[0] == heading.edition.text
    assert [name.split("utgåva ")[-1] for name in names[1:]] == ["1", "1 och 2", "1–4"]
    masked = replace(heading, edition=term("edition", "masked"), edition_number=2)
    assert "ersätter" not in amended.edition(masked)


def test_the_first_page_names_the_first_eight() -> None:
    summary = sample_summary()
    assert amended.notice(summary) == ""
    told = amended.notice(summary.amended(tuple(amendment(n) for n in range(1, 11)), 11, AT))
    assert "Rättelse 8 (Iakttagelser och uppgifter) och 2 till" in told


def test_who_said_it_and_by_which_law() -> None:
    said = replace(
        amendment(kind="disputed", whose="guardian"),
        said_by="Anna Ek, mamma",
        said_on=date(2026, 12, 2),
        law=cited("disputed", date(2026, 12, 3)),
    )
    who = "Vårdnadshavare anser att något här är felaktigt (Anna Ek, mamma), 2 december 2026"
    assert amended.source(said) == who
    assert amended.signed(said, "Europe/Stockholm") == (
        "Maja Lövsprång, socialsekreterare, 3 december 2026 klockan 14.32. Kom till i utgåva 2. "
        "Antecknat enligt 14 kap. 6 § socialtjänstlagen (2025:400)."
    )
    assert amended.source(amendment()) == ""
    assert amended.source(amendment(1, "addendum", whose="child")) == "Barnet"


def test_the_law_is_dated_data_and_nowhere_else() -> None:
    assert cited("disputed", date(2025, 6, 30)) == ""
    assert "2025:400" in cited("disputed", date(2025, 7, 1))
    code = (Path(amended.__file__), Path(amended.__file__).parents[2] / "templates" / "pdf" / "amendments.html")
    assert not [path for path in code if "2025:400" in path.read_text("utf-8")]
