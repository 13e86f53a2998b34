"""Questions read aloud: by a voice that lives on the device, or a recording; never by a voice of somebody's service."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SignedInPage
from tests.browser.test_drawing import hand_over
from tests.support.browser import Watch, axe_faults, layout_faults
from tests.support.people import People

LOCAL = {"name": "Alva", "lang": "sv-SE", "localService": True}
REMOTE = {"name": "Moln", "lang": "sv-SE", "localService": False}
ENGLISH = {"name": "Ann", "lang": "en-GB", "localService": True}
ARABIC = {"name": "Amal", "lang": "ar_SA", "localService": True}
PERSIAN = {"name": "Farah", "lang": "fa-IR", "localService": True}

SLEEP = ["Jag sover bra.", "Aldrig", "Nästan aldrig", "Ibland", "Ofta", "Alltid", "Vet inte", "Vill inte svara"]

SPEECH = """voices => {
  // A machine with these voices: what it says is kept, and said in no time unless `slow`.
  const events = new EventTarget();
  const synth = {
    said: [], voices, slow: false, cancelled: 0, speaking: false, pending: false,
    getVoices: () => synth.voices,
    speak(utterance) {
      synth.said.push({ text: utterance.text, voice: utterance.voice?.name, lang: utterance.lang,
        marked: [...document.querySelectorAll('[data-speaking]')].map(part => part.textContent.trim()) });
      synth.current = utterance;
      synth.speaking = true;
      if (synth.slow) return;
      setTimeout(() => { synth.speaking = false; if (synth.current === utterance) utterance.onend?.(); }, 5);
    },
    cancel() { synth.cancelled += 1; synth.speaking = false; synth.current = null; },
    addEventListener: (...more) => events.addEventListener(...more),
    arrive(late) { synth.voices = late; events.dispatchEvent(new Event('voiceschanged')); },
  };
  window.synth = synth;
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  Object.defineProperty(window, 'speechSynthesis', { value: synth, configurable: true });
}"""


@pytest.fixture
def visit(people: People) -> UUID:
    return people.plan(people.alva)[0]


def speaking(page: Page, *voices: dict[str, Any]) -> None:
    """Give the browser these voices, on every page from now on."""
    page.add_init_script(f"({SPEECH})({json.dumps(voices)})")


def said(page: Page) -> list[dict[str, Any]]:
    spoken: list[dict[str, Any]] = page.evaluate("synth.said")
    return spoken


def heard(page: Page, count: int) -> list[dict[str, Any]]:
    """Wait until so much has been said, and nothing more is marked."""
    for _ in range(200):
        if len(said(page)) >= count and not page.locator("[data-speaking]").count():
            break
        page.wait_for_timeout(50)  # the page's policy forbids to evaluate a condition in it
    assert len(said(page)) == count
    return said(page)


def button(page: Page, item: str = "b_sleep") -> Locator:
    return page.locator(f"[data-screen={item}] [data-read]")


def record(people: People, name: str) -> Path:
    """Put a short, silent recording in the municipality's folder; WAV inside, which browsers tell by its contents."""
    path = people.settings.audio / name
    path.parent.mkdir(parents=True, exist_ok=True)
    silence = bytes(1600)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", *(b"RIFF", 36 + 1600, b"WAVE", b"fmt ", 16), *(1, 1, 8000, 8000, 1, 8), *(b"data", 1600)
    )
    path.write_bytes(head + silence)
    return path


def test_a_local_voice_reads_the_question_and_each_answer(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja)
    speaking(page, REMOTE, ENGLISH, LOCAL)
    hand_over(page, visit)
    expect(button(page)).to_have_text("Lyssna")
    button(page).click()
    expect(button(page)).to_have_text("Lyssna")
    spoken = heard(page, 8)
    assert [each["text"] for each in spoken] == SLEEP
    assert {each["voice"] for each in spoken} == {"Alva"}
    assert [each["marked"] for each in spoken] == [[text] for text in SLEEP], "what is read is marked"


def test_a_remote_voice_is_never_used(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    page = signed_in_page(people.maja)
    speaking(page, REMOTE, ENGLISH, {"name": "Vag", "lang": "sv-SE"})
    hand_over(page, visit)
    expect(page.locator("[data-screen=b_sleep] h2.question")).to_be_visible()
    page.evaluate("voices => synth.arrive(voices)", [REMOTE])
    expect(button(page)).to_be_hidden()
    button(page).dispatch_event("click")
    assert said(page) == []


def test_voices_may_come_late(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    page = signed_in_page(people.maja)
    speaking(page)
    hand_over(page, visit)
    expect(button(page)).to_be_hidden()
    page.evaluate("voices => synth.arrive(voices)", [REMOTE, LOCAL])
    expect(button(page)).to_be_visible()


def test_without_any_speech_there_is_no_button(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    page = signed_in_page(people.maja)
    page.add_init_script(
        "delete window.speechSynthesis; Object.defineProperty(window, 'speechSynthesis', {value: undefined})"
    )
    hand_over(page, visit)
    expect(page.locator("[data-screen=b_sleep] h2.question")).to_be_visible()
    expect(button(page)).to_be_hidden()
    page.goto("/my/start")
    expect(page.locator("[data-if-read]")).to_be_hidden()


def test_it_falls_silent_on_a_tap_on_the_next_screen_and_when_left(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja)
    speaking(page, LOCAL)
    hand_over(page, visit)
    page.evaluate("synth.slow = true")
    button(page).click()
    expect(button(page)).to_have_text("Tyst")
    assert [*axe_faults(page), *layout_faults(page)] == []
    button(page).click()
    expect(button(page)).to_have_text("Lyssna")
    assert page.evaluate("synth.speaking") is False
    assert page.locator("[data-speaking]").count() == 0

    button(page).click()
    page.get_by_role("radio", name="Ofta").check(force=True)
    assert page.evaluate("synth.speaking") is False
    button(page).click()
    page.keyboard.press("Escape")
    assert page.evaluate("synth.speaking") is False
    button(page).click()
    page.get_by_role("button", name="Nästa").click()
    assert page.evaluate("synth.speaking") is False
    assert len(said(page)) == 4, "nothing more is read"
    button(page, "b_body").click()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert page.evaluate("synth.speaking") is False


def test_it_reads_by_itself_where_that_is_wanted_but_never_before_a_tap(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja)
    speaking(page, LOCAL)
    hand_over(page, visit)
    page.goto("/my/start")
    page.locator("[data-if-read] button[value='1']").click()
    page.wait_for_url("**/my/start*")
    expect(page.locator("[data-if-read] button[value='1']")).to_have_attribute("aria-pressed", "true")
    page.goto("/my/questions?item=b_sleep")
    expect(button(page)).to_be_visible()
    assert said(page) == []
    page.get_by_role("radio", name="Ofta").check(force=True)
    page.get_by_role("button", name="Nästa").click()
    assert heard(page, 8)[0]["text"] == "Jag mår bra i kroppen."


def test_what_is_asked_anew_on_a_screen_is_read_too(people: People, signed_in_page: SignedInPage) -> None:
    (visit,) = people.plan(people.vide)
    page = signed_in_page(people.maja)
    speaking(page, LOCAL)
    hand_over(page, visit, item="y_sleep", two_step=True)
    page.goto("/my/start")
    page.locator("[data-if-read] button[value='1']").click()
    expect(page.locator("[data-if-read] button[value='1']")).to_have_attribute("aria-pressed", "true")
    page.goto("/my/questions?item=y_sleep")
    button(page, "y_sleep").click()
    assert [each["text"] for each in heard(page, 5)][1:] == ["Nej", "Ja", "Vet inte", "Vill inte svara"]
    page.get_by_role("radio", name="Ja", exact=True).check(force=True)
    more = ["Ja, eller ibland?", "Nej", "Ibland", "Ja", "Vet inte", "Vill inte svara"]
    assert [each["text"] for each in heard(page, 11)][5:] == more


def test_of_eleven_figures_those_with_words_are_read(people: People, signed_in_page: SignedInPage) -> None:
    (visit,) = people.plan(people.moa)
    page = signed_in_page(people.follows(people.moa))
    speaking(page, LOCAL)
    hand_over(page, visit, item="u_sleep")
    button(page, "u_sleep").click()
    spoken = [each["text"] for each in heard(page, 6)]
    assert spoken[1:4] == ["0 av 10: Stämmer inte alls", "5 av 10: Stämmer delvis", "10 av 10: Stämmer helt"]


@pytest.mark.parametrize(
    ("language", "voice", "question"), [("ar", ARABIC, "أنام"), ("prs", PERSIAN, ""), ("en", ENGLISH, "I sleep well.")]
)
def test_each_language_has_its_own_voice(
    people: People,
    signed_in_page: SignedInPage,
    visit: UUID,
    language: str,
    voice: dict[str, Any],
    question: str,
) -> None:
    page = signed_in_page(people.maja)
    speaking(page, LOCAL, voice)
    hand_over(page, visit, language=language)
    button(page).click()
    spoken = heard(page, 8)
    assert {each["voice"] for each in spoken} == {voice["name"]}
    assert question in spoken[0]["text"]


def test_recordings_are_played_and_what_has_none_is_said(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    for name in ("barn-8-12.b_sleep.mp3", "_common.scales.freq5.1.ogg"):
        record(people, f"sv/{name}")
    page = signed_in_page(people.maja)
    speaking(page, LOCAL)
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url) if "/my/audio/" in request.url else None)
    hand_over(page, visit)
    assert fetched == [], "nothing is fetched before somebody listens"
    button(page).click()
    spoken = heard(page, 6)
    assert [url.split("/my/audio/")[1] for url in fetched] == ["sv/barn-8-12.b_sleep", "sv/_common.scales.freq5.1"]
    assert [each["text"] for each in spoken] == SLEEP[2:]


def test_recordings_alone_are_enough(people: People, signed_in_page: SignedInPage, visit: UUID) -> None:
    record(people, "ti/barn-8-12.b_sleep.mp3")
    record(people, "ti/_common.scales.freq5.5.mp3")
    page = signed_in_page(people.maja)
    speaking(page, LOCAL, REMOTE)
    hand_over(page, visit, language="ti")
    expect(button(page)).to_be_visible()
    expect(button(page, "b_body")).to_be_hidden()
    with page.expect_request("**/my/audio/ti/_common.scales.freq5.5"):
        button(page).click()
    assert said(page) == [], "a Swedish voice reads no Tigrinya"


def test_what_one_may_want_to_talk_about_first_is_read_to_who_cannot_read(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    page = signed_in_page(people.maja)
    speaking(page, LOCAL)
    hand_over(page, visit)
    page.locator("label:has([name=talk-b_sleep])").click()
    expect(page.locator("#saved")).to_be_visible()
    page.goto("/my/closing?item=last")
    button(page, "last").click()
    assert [each["text"] for each in heard(page, 4)][-2:] == ["Inget särskilt", "Jag sover bra."]


def test_who_reads_the_answers_can_be_heard_though_no_greeting_with_a_name_is_recorded(
    people: People, signed_in_page: SignedInPage, visit: UUID
) -> None:
    record(people, "ti/barn-8-12.privacy.mp3")
    page = signed_in_page(people.maja)
    speaking(page, LOCAL)
    hand_over(page, visit, language="ti")
    page.goto("/my/start")
    with page.expect_request("**/my/audio/ti/barn-8-12.privacy"):
        page.locator("[data-read]").click()
    expect(page.locator("[data-if-read]")).to_be_visible()


def test_a_recording_that_cannot_be_played_gives_way_to_the_voice(
    people: People, signed_in_page: SignedInPage, visit: UUID, watches: list[Watch]
) -> None:
    record(people, "sv/barn-8-12.b_sleep.mp3").write_bytes(b"no sound at all")
    page = signed_in_page(people.maja)
    watches[0].allowed.append("Failed to load resource")
    speaking(page, LOCAL)
    hand_over(page, visit)
    button(page).click()
    assert heard(page, 8)[0]["text"] == SLEEP[0]
