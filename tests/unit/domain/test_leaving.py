"""Names that tell nobody's, the tag files of a bag, and the counts of a timeline."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.domain.bag import Manifest
from followup.domain.neutral_names import Sidecar, file_name, free_name, sidecar_name
from followup.domain.timeline import Change, FlagEvent, Timeline, VisitEvent, from_json, to_json, with_gaps

DAY = date(2026, 11, 12)


def test_a_name_tells_case_day_kind_and_edition() -> None:
    assert file_name("SN 2026-0417", DAY, 2) == "SN-2026-0417-2026-11-12-fullstandig-utgava-2.pdf"
    assert file_name("SN 2026-0417", DAY, 1, "masked") == "SN-2026-0417-2026-11-12-maskad-utgava-1.pdf"
    assert sidecar_name("a.b.pdf") == "a.b.json"


@given(st.text(), st.text())
def test_any_case_number_makes_a_name_that_files_and_headers_hold(case_number: str, kind: str) -> None:
    name = file_name(case_number, DAY, 1, kind)
    assert name.isascii()
    assert not set(name) & set("\"\\/:*?<>|\r\n\t ;%'")


def test_a_taken_name_gets_a_number() -> None:
    taken = {"a.pdf", "a-2.pdf"}
    assert free_name("a.pdf", taken) == "a-3.pdf"
    assert free_name("b.pdf", taken) == "b.pdf"


def test_a_sidecar_is_the_same_text_for_the_same_document() -> None:
    at = datetime(2026, 11, 12, 14, 3, tzinfo=UTC)
    side = Sidecar("a.pdf", "0" * 64, 7, "Kommun", "Enhet", "1", DAY, "full", 1, "sv", at, None, "1" * 64)
    assert side.as_json() == side.as_json()
    said = json.loads(side.as_json())
    assert (said["on"], said["signed_at"], said["made_at"]) == ("2026-11-12", "2026-11-12T14:03:00Z", None)
    assert said["format"] == "followup-sidecar/1"


def test_a_bag_refuses_names_that_lead_elsewhere() -> None:
    manifest = Manifest()
    manifest.note("a/b.txt", "0" * 64, 1)
    for name in ("a/b.txt", "../x", "a//b", "/x", "a/./b", ""):
        with pytest.raises(ValueError, match="name"):
            manifest.note(name, "0" * 64, 1)


def test_the_tag_files_say_what_there_is() -> None:
    manifest = Manifest()
    manifest.note("b 100%.txt", "b" * 64, 2)
    manifest.note("a.txt", "a" * 64, 3)
    tags = dict(manifest.tag_files({"Source-Organization": "En\nkommun"}))
    assert tags["manifest-sha256.txt"].decode() == f"{'a' * 64}  data/a.txt\n{'b' * 64}  data/b 100%25.txt\n"
    assert tags["bag-info.txt"].decode() == "Source-Organization: En kommun\nPayload-Oxum: 5.2\n"
    assert list(tags)[-1] == "tagmanifest-sha256.txt"


def timeline() -> Timeline:
    visits = with_gaps(
        [
            VisitEvent(date(2026, 5, 1), "planned", "signed", "Maja", "no", None, "Syskonet ville vara med"),
            VisitEvent(date(2026, 1, 1), "planned", "filed", "Maja", "yes", 20, told=True),
            VisitEvent(date(2026, 3, 1), "planned", "cancelled", "Maja", because="child_ill"),
            VisitEvent(date(2026, 5, 9), "planned", "draft", "Maja"),
        ]
    )
    flags = (
        FlagEvent(date(2026, 5, 1), "Sömn", "Följ upp", "closed", ended_on=date(2026, 5, 11), by="Birgitta"),
        FlagEvent(date(2026, 1, 1), "Skuld", "Lyft", "open"),
    )
    made = datetime(2026, 11, 1, tzinfo=UTC)
    changes = (Change(date(2025, 12, 1), "caseworker", "Maja"),)
    return Timeline(
        "Kommun", "Enhet", "1", "Alva", DAY, made, "B", "", "Europe/Stockholm", visits, flags, changes, caseworkers=1
    )


def test_a_timeline_counts_what_was_held() -> None:
    sums = timeline().sums
    assert (sums.held, sums.cancelled, sums.alone, sums.not_alone, sums.unrecorded) == (3, 1, 1, 1, 1)
    assert (sums.told, sums.last_told, sums.flags, sums.closed) == (1, date(2026, 1, 1), 2, 1)
    assert sums.longest_gap == 120  # a cancelled visit is no visit


def test_a_timeline_is_in_order_and_names_what_nobody_has_ended() -> None:
    made = timeline()
    assert [year for year, _ in made.years] == [2025, 2026]
    days = [event.on for _, events in made.years for event in events]
    assert days == sorted(days)
    assert [flag.about for flag in made.open_flags] == ["Skuld"]
    assert made.flags[0].days == 10
    assert made.span == (date(2025, 12, 1), date(2026, 5, 9))


def test_a_timeline_is_read_back_as_it_was_written() -> None:
    assert from_json(to_json(timeline())) == timeline()


def test_an_empty_timeline_has_sums_too() -> None:
    empty = Timeline("K", "E", "1", "Alva", DAY, datetime(2026, 11, 1, tzinfo=UTC), "B", "", "Europe/Stockholm")
    assert (empty.sums.held, empty.sums.longest_gap, empty.sums.last_told, empty.span) == (0, None, None, None)
