from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from followup.domain.masking import Choices, Decision, WordMask, masked
from followup.domain.questionnaire import Text
from followup.domain.secrecy import Ground
from followup.domain.summary import Note, Term, VisitSummary, from_json, to_json
from followup.domain.summary_blocks import at_path, blocks_of, linked, with_path
from tests.support.canaries import canary_summary, strings_in
from tests.support.sample_summary import sample_summary

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
BY = Decision("Maja Lövsprång", "socialsekreterare", AT)
OTHER = Ground("other_person", Text({"sv": "Uppgift om någon annan"}), "OSL 26 kap. 1 §", "OSL 26:1", date(2009, 6, 30))
HARM = Ground("harm", Text({"sv": "Betydande men"}), "OSL 12 kap. 3 §", "OSL 12:3", date(2009, 6, 30))


def mask(summary: VisitSummary, paths: Iterable[str] = (), words: Iterable[str] = ()) -> VisitSummary:
    chosen = [WordMask(word, "Namn på någon annan", OTHER) for word in words]
    return masked(summary, Choices(dict.fromkeys(paths, HARM), chosen), BY, 1)


LEFT_OF_BLOCKS = {
    ("Heading", "organisation"), ("Heading", "unit"), ("Heading", "case_number"), ("Heading", "secrecy"),
    ("Child", "name"), ("Child", "standing"),
    ("Placement", "responsible_caseworker"),
    ("Form", "title"), ("Form", "version"), ("ScalePoint", "text"),
    ("Signature", "name"), ("Signature", "title"),
    ("Version", "what"), ("Version", "version"),
    ("Amendment", "author"), ("Amendment", "title"), ("Amendment", "law"),
    ("Term", "code"), ("Term", "text"),
}  # fmt: skip
"""What is left when everything is masked: that there was a visit, which forms were used, and who answers for it."""
NEVER_SEARCHED = {
    ("Heading", "organisation"), ("Heading", "unit"), ("Heading", "case_number"), ("Heading", "secrecy"),
    ("Child", "name"), ("Placement", "responsible_caseworker"), ("Signature", "name"), ("Signature", "title"),
    ("Amendment", "author"), ("Amendment", "title"), ("Amendment", "law"), ("Version", "what"), ("Version", "version"),
    ("Term", "code"), ("Form", "version"), ("AnswerLine", "item_id"), ("ScalePoint", "text"),
    ("FlagLine", "item_id"),
}  # fmt: skip
"""Where a name is not looked for; a new field is looked in until it is added here and in the program."""


def test_with_every_block_masked_nothing_that_was_said_is_left() -> None:
    """Walks the dataclasses, not the program's list of blocks: a field that is added must find its way to one."""
    full = canary_summary()
    empty = mask(full, [block.path for block in blocks_of(full)])
    left = {(owner, name) for owner, name, text in strings_in(replace(empty, masked=())) if "Kanarie" in text}
    assert left == LEFT_OF_BLOCKS
    terms = {text for owner, name, text in strings_in(empty) if (owner, name) == ("Term", "text") and "Kanarie" in text}
    kept = {at_path(full, path).text for path in ("placement.kind", "placement.legal_basis", "visit.kind")}
    kept |= {term.text for note in full.notes for term in (note.area, note.kind)}
    kept |= {row.kind.text for row in (*full.agreements, *full.earlier_promises)}
    kept |= {term.text for row in full.amendments for term in (row.kind, row.section)}
    kept |= {form.respondent.text for form in full.forms}
    assert terms == kept
    for form in empty.forms:
        assert form.answers == ()
    assert all(drawing.path == "" for drawing in empty.drawings)


def test_with_every_answer_masked_one_by_one_no_figure_is_left() -> None:
    full = canary_summary()
    empty = mask(full, [block.path for block in blocks_of(full) if ".answers." in block.path])
    for form in empty.forms:
        for line in form.answers:
            assert (line.today.status, line.today.value, line.previous, line.history) == ("masked", None, None, ())
            assert line.replaced == ()
            assert not any((line.words, line.asked, line.chosen, line.wants_to_talk, line.became_conversation))


def test_a_word_is_masked_in_every_field() -> None:
    full = canary_summary("Ida ", " sover")
    without = mask(full, words=["Ida"])
    assert {(owner, name) for owner, name, text in strings_in(without) if "Ida" in text} == NEVER_SEARCHED
    (line,) = without.masked
    assert (line.number, line.what, line.law) == (1, "Namn på någon annan", "OSL 26 kap. 1 §")
    stood = [text for owner, name, text in strings_in(full) if (owner, name) not in NEVER_SEARCHED and "Ida" in text]
    assert line.places == len(stood) - 1  # less the words for the edition, which are another's now


def test_each_block_can_be_masked_alone_and_is_listed_in_place_and_at_the_end() -> None:
    full = canary_summary()
    for block in blocks_of(full):
        result = mask(full, [block.path])
        (line,) = result.masked
        assert (line.number, line.where, line.what) == (1, block.section, block.what)
        assert (line.ground, line.law, line.decided_by, line.title, line.at) == (
            "Betydande men", "OSL 12 kap. 3 §", "Maja Lövsprång", "socialsekreterare", AT,
        )  # fmt: skip
        assert any("[maskat 1, grund OSL 12:3]" in text for _, _, text in strings_in(result)), block.path
        assert from_json(to_json(result)) == result


def test_masking_nothing_changes_nothing_but_the_heading() -> None:
    before = sample_summary()
    after = masked(before, Choices({}), BY, 2)
    assert (after.heading.edition.code, after.heading.edition_number, after.drawn_up_at) == ("masked", 2, AT)
    assert after.masked == ()
    assert replace(after, heading=before.heading, drawn_up_at=before.drawn_up_at, notes=before.notes) == before


def test_why_a_note_was_to_be_tried_is_not_told_to_whoever_gets_the_copy() -> None:
    assert [note.restricted for note in mask(sample_summary()).notes] == [""] * len(sample_summary().notes)


def test_names_are_masked_in_every_form() -> None:
    before = replace(sample_summary(), assessment="Vides bror säger VIDE, vide och Vide-Emil; en video är en video.")
    after = mask(before, words=["Vide"])
    sign = "[maskat 1, grund OSL 26:1]"
    assert after.assessment == f"{sign} bror säger {sign}, {sign} och {sign}; en video är en video."
    assert after.child.name == "Alva Granbarr"


def test_different_people_are_not_told_apart_by_their_marks() -> None:
    after = mask(replace(sample_summary(), assessment="Vide och Sixten."), words=["Vide", "Sixten"])
    assert after.assessment == "[maskat 1, grund OSL 26:1] och [maskat 1, grund OSL 26:1]."


def test_a_mark_is_never_masked_in_its_turn() -> None:
    after = mask(
        replace(sample_summary(), assessment="Sven Grund och Osl."), ["strengths.0"], ["Grund", "Osl", "Maskat"]
    )
    assert after.strengths[0] == "[maskat 1, grund OSL 12:3]"
    assert after.assessment == "Sven [maskat 2, grund OSL 26:1] och [maskat 2, grund OSL 26:1]."


def test_words_that_look_like_a_mark_hide_nothing() -> None:
    after = mask(replace(sample_summary(), assessment="[maskat 1, grund Vide]"), words=["Vide"])
    assert after.assessment == "(maskat 1, grund [maskat 1, grund OSL 26:1]]"


def test_what_is_masked_in_one_place_is_masked_where_the_same_words_stand() -> None:
    words = "Mamma är sjuk och ligger på sjukhuset"
    before = replace(sample_summary(), assessment=f"Alva säger: ”{words}”.", most_important=(f"{words}.",))
    before = with_path(before, "child_voice.0", replace(before.child_voice[0], words=words))
    after = mask(before, ["child_voice.0"])
    assert words not in to_json(after)
    assert after.masked[0].places == 3


def test_what_a_masked_block_shares_with_others_is_no_reason_to_mask_them() -> None:
    """The area of a note, the name of a source, the words of a reason: they don't tell what was masked."""
    after = mask(sample_summary(), ["notes.5", "conversations.1", "flags.1"])
    assert after.notes[6].area.text == "Föräldrar och syskon"
    assert after.notes[3].source == "Karin Ängsull"
    assert "[maskat" not in to_json(replace(after, notes=(), conversations=(), flags=(), masked=()))


def test_a_form_that_is_masked_whole_needs_no_mark_for_each_answer() -> None:
    after = mask(sample_summary(), ["forms.0", "forms.0.answers.1"])
    assert [line.what for line in after.masked] == ["Hela formuläret"]


def test_an_answer_leads_to_what_came_of_it() -> None:
    topics = {"b_sleep": "Sömn", "b_family": "Kontakt med familjen"}
    found = linked(sample_summary(), ["forms.0.answers.3"], topics)
    assert found == {"conversations.1": "forms.0.answers.3", "flags.1": "forms.0.answers.3"}
    whole = linked(sample_summary(), ["forms.0"], topics)
    assert {"conversations.0", "conversations.1", "flags.0", "flags.1", "strengths.0"} <= set(whole)


def test_an_unknown_path_is_refused() -> None:
    with pytest.raises(KeyError):
        mask(sample_summary(), ["notes.99"])
    with pytest.raises(KeyError):
        with_path(sample_summary(), "notes.99.text", "x")


def test_an_empty_part_is_no_block() -> None:
    bare = replace(sample_summary(), notes=(Note(Term("health", "Hälsa"), Term("statement", "Uppgift"), ""),))
    assert not [block for block in blocks_of(bare) if block.path.startswith("notes")]


def test_every_part_of_a_summary_is_a_block_or_said_to_be_none() -> None:
    none = {
        "heading",
        "child",
        "placement",
        "visit",
        "drawn_up_at",
        "signature",
        "versions",
        "masked",
        "made_of",
        "language",
        "zone",
        "schema",
    }
    full = canary_summary()
    parts = {block.path.partition(".")[0] for block in blocks_of(full)}
    fields = {field.name for field in dataclasses.fields(VisitSummary)}
    assert fields - parts - none == set()
