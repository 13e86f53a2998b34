"""A child's drawings and the recordings of its questions, by address: what gets in, and what gets out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from followup.services.child_mode.drawing import drawings_of
from tests.support.linting_client import LintingClient
from tests.support.people import People, browser
from tests.support.population import Person
from tests.support.queries import contents

HOUSE = [[[100, 600], [300, 100], [500, 600]]]
JSON = {"Accept": "application/json"}
MP3 = b"ID3" + bytes(997)

Lend = Callable[..., LintingClient]


@pytest.fixture
def visit(people: People) -> UUID:
    return people.plan(people.alva)[0]


@pytest.fixture
def lend(people: People, client_for: Callable[[Person], LintingClient], visit: UUID) -> Lend:
    """Hand Maja's tablet to the child, or to its carers: `lend("carer")`."""

    def lend(respondent: str = "child") -> LintingClient:
        client = client_for(people.maja)
        assert client.hand_over(visit, form=respondent).status_code == 302
        return client

    return lend


@pytest.fixture
def audio(people: People) -> Path:
    folder = people.settings.audio
    for name in ("sv/barn-8-12.b_sleep.mp3", "sv/_common.scales.freq5.1.ogg", "ar/barn-8-12.b_sleep.m4a"):
        put(folder / name)
    return folder


def put(path: Path, content: bytes = MP3) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def drawn(people: People, visit: UUID) -> dict[str, bool]:
    with people.unit(people.maja, reads=True) as uow:
        return {item: drawing.in_summary for item, drawing in drawings_of(uow, visit).items()}


def test_a_script_saves_after_each_stroke_and_hears_when(people: People, lend: Lend, visit: UUID) -> None:
    tablet = lend()
    answer = tablet.autosave("/my/drawings/b_sleep", strokes=json.dumps(HOUSE))
    assert (answer.status_code, answer.json) == (200, {"saved_at": "14.32"})
    assert drawn(people, visit) == {"b_sleep": False}
    tablet.autosave("/my/drawings/b_sleep", strokes=json.dumps(HOUSE), in_summary="yes")
    assert drawn(people, visit) == {"b_sleep": True}
    tablet.autosave("/my/drawings/b_sleep", strokes="[]")
    assert drawn(people, visit) == {}


def test_an_ordinary_post_works_too(people: People, lend: Lend, visit: UUID) -> None:
    answer = lend().submit("/my/drawings/close_good", strokes=json.dumps(HOUSE), in_summary="no")
    assert (answer.status_code, answer.location) == (302, "/my")
    assert drawn(people, visit) == {"close_good": False}


@pytest.mark.parametrize("strokes", ["", "nothing", "[[[1001,0]]]", "[[[0.5,0]]]", "[" * 300_000, "9" * 3_000_000])
def test_what_is_no_drawing_is_refused_calmly(people: People, lend: Lend, visit: UUID, strokes: str) -> None:
    tablet = lend()
    answer = tablet.autosave("/my/drawings/b_sleep", strokes=strokes)
    assert (answer.status_code, answer.json) == (422, {"errors": {"strokes": ["Bilden gick inte att spara."]}})
    assert tablet.submit("/my/drawings/b_sleep", {"strokes": strokes}).status_code == 400
    assert drawn(people, visit) == {}


def test_a_question_of_another_form_is_not_there(people: People, lend: Lend, visit: UUID) -> None:
    tablet = lend()
    for item in ("y_sleep", "p_food", "nothing", "b_sleep;", "%2e%2e"):
        assert tablet.autosave(f"/my/drawings/{item}", strokes=json.dumps(HOUSE)).status_code == 404, item
    assert drawn(people, visit) == {}


def test_a_carer_does_not_draw(people: People, lend: Lend, visit: UUID) -> None:
    answer = lend("carer").autosave("/my/drawings/b_sleep", strokes=json.dumps(HOUSE))
    assert answer.status_code == 403
    assert drawn(people, visit) == {}


def test_nobody_else_gets_in(people: People, client_for: Callable[[Person], LintingClient], audio: Path) -> None:
    before = contents(people.store)
    for client, status in ((browser(people), 401), (client_for(people.idris), 403)):
        assert client.autosave("/my/drawings/b_sleep", strokes=json.dumps(HOUSE)).status_code == status
        assert client.get("/my/audio/sv/barn-8-12.b_sleep", headers=JSON).status_code == status
    assert contents(people.store)["drawing"] == before["drawing"]
    assert audio.is_dir()


def test_a_recording_is_given_out_whole_or_in_part(lend: Lend, audio: Path) -> None:
    tablet = lend()
    whole = tablet.get("/my/audio/sv/barn-8-12.b_sleep")
    assert (whole.status_code, whole.mimetype, whole.data) == (200, "audio/mpeg", MP3)
    assert whole.headers["Cache-Control"] == "no-store"
    part = tablet.get("/my/audio/sv/barn-8-12.b_sleep", headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"ID3", "bytes 0-2/1000")
    assert tablet.get("/my/audio/sv/_common.scales.freq5.1").mimetype == "audio/ogg"
    assert tablet.get("/my/audio/ar/barn-8-12.b_sleep").mimetype == "audio/mp4"
    assert audio.is_dir()


def test_what_is_not_recorded_is_not_there(lend: Lend, audio: Path) -> None:
    tablet = lend()
    for path in ("sv/barn-8-12.b_mood", "en/barn-8-12.b_sleep", "xx/barn-8-12.b_sleep", "sv/barn-8-12.b_sleep.mp3"):
        assert tablet.get(f"/my/audio/{path}").status_code == 404, path
    assert audio.is_dir()


def test_no_path_leads_out_of_the_folder(people: People, lend: Lend, audio: Path) -> None:
    put(audio / "barn-8-12.b_mood.mp3", b"no language")
    put(audio.parent / "barn-8-12.b_mood.mp3", b"outside")
    put(audio / "sv" / "secret.mp3", b"no text has this name")
    put(audio / "sv" / "barn-8-12.b_mood.exe", b"no sound")
    (audio / "sv" / "barn-8-12.b_body.mp3").symlink_to(people.settings.keys_file)
    (audio / "sv" / "barn-8-12.b_safe.mp3").mkdir()
    (audio / "es").symlink_to(audio.parent)
    tablet = lend()
    tricks = (
        *("sv/barn-8-12.b_body", "sv/barn-8-12.b_safe", "sv/secret", "es/barn-8-12.b_mood", "./barn-8-12.b_mood"),
        *("sv/..%2fbarn-8-12.b_mood", "..%2f..%2fetc/passwd", "sv/%2e%2e%2f%2e%2e%2fkeys.json", "sv/..", "../sv"),
        *("%2e%2e/barn-8-12.b_mood", "sv%00/barn-8-12.b_sleep", "sv/barn-8-12.b_sleep%00", "sv//etc/passwd", "SV/x"),
        *("sv\\..\\x", "sv/" + "a" * 5000, "sv/%ff", "sv/barn-8-12.b_sleep.mp3%00.mp3"),
    )
    for trick in tricks:
        answer = tablet.get(f"/my/audio/{trick}", lint=False)
        assert answer.status_code in {302, 308, 404}, (
            trick
        )  # 302: to sign in, as for every address that isn't the child's
        assert b"outside" not in answer.data


def test_a_link_within_the_folder_is_followed(lend: Lend, audio: Path) -> None:
    (audio / "sv" / "barn-8-12.b_mood.mp3").symlink_to(audio / "sv" / "barn-8-12.b_sleep.mp3")
    assert lend().get("/my/audio/sv/barn-8-12.b_mood").data == MP3
