from __future__ import annotations

import dataclasses
import json
import types
import typing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from followup.domain import plain_json
from followup.domain.record_words import WORDS, term
from followup.domain.summary import (
    SCHEMA,
    Answer,
    AnswerLine,
    Signature,
    Visit,
    VisitSummary,
    fingerprint,
    from_json,
    to_json,
)
from tests.support.sample_summary import sample_summary


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a field's type, with text of every kind."""
    if isinstance(kind, types.UnionType):
        return st.one_of(*(values(part) for part in kind.__args__))
    if typing.get_origin(kind) is tuple:
        return st.lists(values(kind.__args__[0]), max_size=2).map(tuple)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fixed = {"schema": st.just(SCHEMA)}
        return st.builds(kind, **{name: fixed.get(name, values(hint)) for name, hint in hints.items()})
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: st.text(max_size=8),
        int: st.integers(),
        bool: st.booleans(),
        date: st.dates(),
        datetime: st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - Hypothesis adds the zone
        types.NoneType: st.none(),
    }
    return simple[kind]


@settings(deadline=None, max_examples=40)
@given(values(VisitSummary))
def test_json_gives_back_exactly_what_was_written(summary: VisitSummary) -> None:
    text = to_json(summary)
    assert from_json(text) == summary
    assert to_json(from_json(text)) == text
    assert fingerprint(from_json(text)) == fingerprint(summary)


def test_json_is_canonical() -> None:
    text = to_json(sample_summary())
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert "Blåbärsby" in text
    assert '"at":"2026-11-24T14:04:00Z"' in text


def test_the_zone_of_a_time_does_not_change_the_fingerprint() -> None:
    summary = sample_summary()
    swedish = replace(summary, drawn_up_at=summary.drawn_up_at.astimezone(timezone(timedelta(hours=1))))
    assert fingerprint(swedish) == fingerprint(summary)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = replace(sample_summary(), drawn_up_at=datetime(2026, 11, 24, 14, 4))  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="without a zone"):
        to_json(naive)


def test_a_single_changed_word_changes_the_fingerprint() -> None:
    summary = sample_summary()
    assert fingerprint(replace(summary, assessment=summary.assessment + " ")) != fingerprint(summary)


def test_fields_that_an_older_program_did_not_write_take_their_defaults() -> None:
    raw = json.loads(to_json(sample_summary()))
    for name in ("strengths", "urgent_concerns", "next_visit", "versions"):
        raw.pop(name, None)
    assert from_json(json.dumps(raw)).next_visit is None


def test_seen_or_not_seen_is_kept_apart_from_not_recorded() -> None:
    visit = Visit(date(2026, 11, 24), term("visit_kind", "planned"), home_seen=False)
    kept = plain_json.load(Visit, plain_json.dump(visit))
    assert (kept.home_seen, kept.room_seen) == (False, None)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda raw: raw.pop("child"), "VisitSummary.child"),
        (lambda raw: raw["child"].update(age="tio"), "VisitSummary.child.age"),
        (lambda raw: raw["child"].update(age=True), "VisitSummary.child.age"),
        (lambda raw: raw["visit"].update(on="i går"), "VisitSummary.visit.on"),
        (lambda raw: raw.update(child_voice={}), "VisitSummary.child_voice"),
        (
            lambda raw: raw["forms"][0]["answers"][2].update(mood="hemligt"),
            r"VisitSummary.forms\[0\].answers\[2\].mood",
        ),
    ],
    ids=["missing", "text for a number", "truth for a number", "no date", "no list", "unknown"],
)
def test_what_does_not_fit_is_named_and_never_quoted(change: Any, named: str) -> None:
    raw = json.loads(to_json(sample_summary()))
    change(raw)
    with pytest.raises(plain_json.UnreadableValueError, match=named) as caught:
        from_json(json.dumps(raw))
    assert not {"tio", "i går", "hemligt", "Alva"} & set(str(caught.value).split())


def test_a_summary_of_a_newer_program_is_refused() -> None:
    raw = json.loads(to_json(sample_summary()))
    raw["schema"] = SCHEMA + 1
    with pytest.raises(ValueError, match="schema"):
        from_json(json.dumps(raw))


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(plain_json.UnreadableValueError):
        from_json("{")


def test_at_most_five_sentences_are_the_most_important() -> None:
    with pytest.raises(ValueError, match="at most 5"):
        replace(sample_summary(), most_important=("a",) * 6)


def test_signing_dates_the_record() -> None:
    draft = replace(sample_summary(), signature=None)
    assert draft.is_draft
    signed = draft.signed(Signature("Maja Lövsprång", "socialsekreterare", datetime(2026, 11, 24, 15, 0, tzinfo=UTC)))
    assert not signed.is_draft
    assert signed.drawn_up_at == datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def test_a_change_is_told_only_between_two_answers() -> None:
    def line(today: int | None, before: int | None) -> AnswerLine:
        def said(value: int | None) -> Answer:
            return Answer("declined", "Vill inte svara") if value is None else Answer("answered", str(value), value)

        return AnswerLine("b_sleep", "Jag sover bra.", said(today), said(before))

    assert line(2, 4).change == -2
    assert line(0, 0).change == 0
    assert line(None, 4).change is None
    assert line(2, None).change is None
    assert AnswerLine("b_sleep", "Jag sover bra.", Answer("answered", "2", 2)).change is None


def test_every_code_has_words() -> None:
    for group, words in WORDS.items():
        for code in words:
            assert term(group, code).text
