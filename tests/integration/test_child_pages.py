"""The child's pages: what they show and in which language, what they never hold, and what they weigh."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from followup.domain.questionnaire import Text
from followup.questionnaires import load_all
from followup.questionnaires.languages import LANGUAGES
from followup.resources import resource_dir
from followup.services.child_mode.child_form import ChildForm
from followup.store.tables import Response
from tests.support.answered import sheet_of
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.tablet import lend, tap

SIZE_LIMIT = 250_000
FONT_OF = {"ar": "vazirmatn-arabic", "prs": "vazirmatn-arabic", "uk": "noto-cyrillic", "ti": "noto-ethiopic"}
PAGES = ("/my/start", "/my/questions", "/my/closing", "/my/pause", "/my/thanks", "/my/give-back")

ONE_ENGINE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For what a page shows, whatever the database."""


@pytest.fixture
def visit(people: People) -> UUID:
    (visit_id,) = people.plan(people.alva)
    return visit_id


@pytest.fixture
def tablet(people: People, visit: UUID) -> LintingClient:
    """Alva's."""
    return lend(people, visit, people.alva)


def test_without_scripts_practice_is_kept_on_the_way_back_and_forth(people: People) -> None:
    (visit,) = people.plan(people.vide)
    tablet = lend(people, visit, people.vide)
    assert tablet.submit("/my/questions?item=intro", {"go": "next"}).location == "/my/questions?item=p_play"
    both = {"practice-p_play": "3", "practice-p_toe": "1"}
    second = tablet.submit("/my/questions?item=p_play", {"practice-p_play": "3", "go": "next"}).text
    assert re.search(r'<input type="hidden" name="practice-p_play" value="3">', second)
    first = tablet.submit("/my/questions?item=p_toe", {**both, "go": "back"}).text
    assert re.search(r'name="practice-p_play" value="3" checked', first)
    assert re.search(r'<input type="hidden" name="practice-p_toe" value="1">', first)
    intro = tablet.submit("/my/questions?item=p_play", {**both, "go": "back"}).text
    assert intro.count('<input type="hidden" name="practice-') >= 2
    assert sheet_of(people, visit).comprehension is None
    done = tablet.submit("/my/questions?item=p_toe", {**both, "go": "next"})
    assert done.location == "/my/questions?item=y_friends"
    assert sheet_of(people, visit).comprehension == "ready"


def test_marked_questions_are_what_one_chooses_from(tablet: LintingClient) -> None:
    assert tablet.get("/my/closing?item=last").text.count('name="first_topic"') == 15
    tap(tablet, "b_sleep", "4", **{"talk-b_sleep": "1"})
    tap(tablet, "b_body", "4", **{"talk-b_body": "1"})
    assert tablet.get("/my/closing?item=last").text.count('name="first_topic"') == 3


# What is shown


@ONE_ENGINE
def test_the_pages_hold_nothing_of_the_case(people: People) -> None:
    people.sign(people.alva)
    (visit,) = people.plan(people.alva)
    people.promise(people.alva, "Maja ringer skolan")
    tablet = lend(people, visit, people.alva)
    tap(tablet, "b_adults_kind", "1", **{"words-b_adults_kind": "Ibland skriker de."})
    for path in PAGES:
        page = tablet.get(path).text
        for word in (
            "Granbarr",
            "Lövsprång",
            "SN 2026-0417",
            "Ängsull",
            "ringer skolan",
            "kritisk",
            "critical",
            "gruppledar",
        ):
            assert word not in page, (path, word)
        assert str(visit) not in page
        assert str(people.alva.id) not in page
    assert "Ibland skriker de." in tablet.get("/my/thanks").text


@ONE_ENGINE
def test_the_carer_never_sees_the_childs_answers_nor_the_child_the_carers(people: People, visit: UUID) -> None:
    tablet = lend(people, visit, people.alva)
    tap(tablet, "b_sleep", "1", **{"words-b_sleep": "Bara mina ord."})
    tablet.take_back()
    carers = lend(people, visit, people.alva, form="carer")
    assert tap(carers, "f_sleep", "5", **{"words-f_sleep": "Bara våra ord."}) == 200
    assert tap(carers, "b_sleep", "5") == 422
    for path in PAGES:
        assert "Bara mina ord." not in carers.get(path).text, path
    assert "Bara våra ord." in carers.get("/my/thanks").text
    carers.submit("/my/closing?item=last", go="hand_in")
    assert sheet_of(people, visit, "carer").handed_in_at
    assert sheet_of(people, visit).handed_in_at is None


@ONE_ENGINE
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_speaks_the_language_that_was_chosen(people: People, visit: UUID, lang: str) -> None:
    tablet = lend(people, visit, people.alva, language=lang)
    language = LANGUAGES[lang]
    for path in PAGES[:-1]:
        page = tablet.get(path).text
        assert f'<html lang="{language.html_lang}" dir="{language.direction}"' in page, path
        if lang != "sv":
            shown = re.sub(r'<(\w+)[^>]* lang="sv"[^>]*>.*?</\1>|data-sv="[^"]*"|Svenska', "", page)
            assert not re.search(r"Nästa|Tillbaka|Vet inte|frågor|sparade", shown), path


def test_a_form_that_lost_its_translation_is_all_swedish_as_its_record_says() -> None:
    form = replace(load_all().forms["barn-8-12"], intro=Text({"sv": "En ny inledning."}), sha256="")
    page: Any = None  # the words ask nothing of it
    assert ChildForm(page, load_all().forms["barn-8-12"], Response(language="ar")).words.lang == "ar"
    assert ChildForm(page, form, Response(language="ar")).words.lang == "sv"


@ONE_ENGINE
def test_how_one_wants_it_is_kept_and_nothing_else_is(people: People, visit: UUID, tablet: LintingClient) -> None:
    for fields in ({"size": "xl"}, {"calm": "1"}, {"aloud": "1"}, {"language": "ar"}):
        back = tablet.submit("/my/display", {**fields, "back": "pause"}).location
        assert back == "/my/pause?choosing=1"
        assert '<details class="fold" open>' in tablet.get(back).text  # one more may be wanted
    page = tablet.get("/my/start").text
    for mark in ('data-size="xl"', 'data-colours="calm"', "data-aloud", 'dir="rtl"'):
        assert mark in page, mark
    for fields in ({"size": "xxl"}, {"language": "tlh"}, {"two_step": "1"}, {"lent_visit_id": str(visit)}):
        tablet.submit("/my/display", fields)
    assert tablet.get("/my/start").text.count('data-size="xl"') == 1
    assert sheet_of(people, visit).language == "ar"


@ONE_ENGINE
def test_a_page_is_asked_for_at_a_question_and_gives_what_was_answered(tablet: LintingClient) -> None:
    tap(tablet, "b_sleep", "4", **{"words-b_sleep": "Jag <b>läser</b> först."})
    page = tablet.get("/my/questions?item=b_sleep").text
    assert "Fråga 4 av 14" in page
    assert re.search(r'name="q-b_sleep" value="4" checked', page)
    assert "Jag &lt;b&gt;läser&lt;/b&gt; först." in page
    assert page.count(" checked") == 1
    assert "Fråga 5 av 14" not in tablet.get("/my/questions?item=nonsense").text.split("</h1>")[0]


@ONE_ENGINE
def test_without_an_answer_one_is_asked_to_choose_and_what_was_written_is_kept(tablet: LintingClient) -> None:
    fields = {"shown": "b_sleep", "words-b_sleep": "Ibland."}
    answer = tablet.submit("/my/questions?item=b_sleep", fields, go="next")
    assert answer.status_code == 422
    assert "Välj ett svar." in answer.text
    assert "Ibland." in answer.text
    assert tablet.submit("/my/questions?item=b_sleep", fields, go="back").location.endswith("item=b_school_help")


def test_nothing_lies_beyond_the_last_page(tablet: LintingClient) -> None:
    assert tablet.submit("/my/closing?item=last", {"go": "next"}).location == "/my/closing?item=last"


# Weight


def weight(texts: Mapping[str, str], tablet: LintingClient) -> int:
    """Bytes of the pages and of the style sheets and scripts that they name."""
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"', "".join(texts.values())))
    return sum(len(text.encode()) for text in texts.values()) + sum(len(tablet.get(path).data) for path in named)


@ONE_ENGINE
@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_of_child_mode_weighs_less_than_a_photograph(people: People, lang: str) -> None:
    name = FONT_OF.get(lang, "schibsted-latin")
    font = resource_dir("templates").parent / "followup" / "web" / "static" / "fonts" / f"{name}.woff2"
    for kid in (people.vide, people.alva, people.elliot):
        (visit,) = people.plan(kid)
        tablet = lend(people, visit, kid, language=lang)
        whole = weight({path: tablet.get(path).text for path in PAGES}, tablet) + font.stat().st_size
        assert whole < SIZE_LIMIT, f"{kid.age} years, {lang}: {whole} bytes"
