"""What those who don't see the page hear: the tree of one question on each scale, from the question to the answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.browser_server import LiveServer
from tests.support.people import People
from tests.support.tablet import open_tablet

FACES = """
- group "Känns det bra när du ska sova? nu för tiden":
  - img "Ett barn ligger i en säng. Månen syns."
  - heading "Känns det bra när du ska sova?" [level=2]
  - text: nu för tiden
  - radio "Nej"
  - text: Nej
  - radio "Ibland"
  - text: Ibland
  - radio "Ja" [checked]
  - text: Ja
  - radio "Vet inte"
  - text: Vet inte
  - radio "Vill inte svara"
  - text: Vill inte svara
"""
BARS = """
- group "Jag sover bra. de senaste två veckorna":
  - heading "Jag sover bra." [level=2]
  - text: de senaste två veckorna
  - radio "Aldrig"
  - text: Aldrig
  - radio "Nästan aldrig"
  - text: Nästan aldrig
  - radio "Ibland" [checked]
  - text: Ibland
  - radio "Ofta"
  - text: Ofta
  - radio "Alltid"
  - text: Alltid
  - radio "Vet inte"
  - text: Vet inte
  - radio "Vill inte svara"
  - text: Vill inte svara
"""
FIGURES = """
- group "Jag sover så bra att jag orkar med dagarna. den senaste månaden":
  - heading "Jag sover så bra att jag orkar med dagarna." [level=2]
  - text: den senaste månaden
  - 'radio "0 av 10: Stämmer inte alls"'
  - text: 0 Stämmer inte alls
  - radio "1 av 10"
  - text: "1"
  - radio "2 av 10"
  - text: "2"
  - radio "3 av 10" [checked]
  - text: "3"
  - radio "4 av 10"
  - text: "4"
  - 'radio "5 av 10: Stämmer delvis"'
  - text: 5 Stämmer delvis
  - radio "6 av 10"
  - text: "6"
  - radio "7 av 10"
  - text: "7"
  - radio "8 av 10"
  - text: "8"
  - radio "9 av 10"
  - text: "9"
  - 'radio "10 av 10: Stämmer helt"'
  - text: 10 Stämmer helt
  - radio "Vet inte"
  - text: Vet inte
  - radio "Vill inte svara"
  - text: Vill inte svara
"""
WORDS = """
- group "Vi får det stöd vi behöver från socialtjänsten. den senaste månaden":
  - heading "Vi får det stöd vi behöver från socialtjänsten." [level=2]
  - text: den senaste månaden
  - radio "Stämmer inte alls"
  - text: Stämmer inte alls
  - radio "Stämmer ganska dåligt"
  - text: Stämmer ganska dåligt
  - radio "Stämmer till viss del" [checked]
  - text: Stämmer till viss del
  - radio "Stämmer ganska bra"
  - text: Stämmer ganska bra
  - radio "Stämmer helt"
  - text: Stämmer helt
  - radio "Vet inte"
  - text: Vet inte
  - radio "Vill inte svara"
  - text: Vill inte svara
"""
ARABIC = """
- 'radio "0 من 10: غير صحيح إطلاقًا"'
- text: 0 غير صحيح إطلاقًا
- radio "1 من 10"
"""


@pytest.mark.parametrize(
    ("child", "form", "lang", "item", "tree"),
    [
        ("vide", "child", "sv", "y_sleep", FACES),
        ("alva", "child", "sv", "b_sleep", BARS),
        ("elliot", "child", "sv", "u_sleep", FIGURES),
        ("elliot", "child", "ar", "u_sleep", ARABIC),
        ("alva", "carer", "sv", "f_support", WORDS),
    ],
)
def test_a_question_its_place_on_the_scale_and_the_answer_are_heard(
    people: People,
    server: LiveServer,
    open_browser: Callable[..., BrowserContext],
    child: str,
    form: str,
    lang: str,
    item: str,
    tree: str,
) -> None:
    tablet = open_tablet(people, getattr(people, child), open_browser, server.address, form=form, lang=lang)
    tablet.page.goto(f"/my/questions?item={item}")
    if lang == "sv":
        tablet.choose(3)
        tablet.saved()
    expect(tablet.page.locator("main")).to_match_aria_snapshot(tree)
