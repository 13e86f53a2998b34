"""A drawing on a page: lines and nothing but lines, whatever anybody wrote."""

from __future__ import annotations

from flask import render_template_string

from followup.domain.drawings import Drawn
from tests.support.people import People
from tests.support.stores import NOW

EVIL = '"><script>alert(1)</script><svg onload="x" d=\'&'
PAGE = (
    "{% from 'macros/drawing.html' import drawing_figure %}{{ drawing_figure(drawn, question) }}"
    "{% from 'child/drawing.html' import drawing_place with context %}"
    "{{ drawing_place(words, 'b_sleep', question, drawn) }}"
)


class Words:
    """Words of a translator who means no good."""

    def ui(self, key: str) -> str:
        return f"{key}{EVIL}"


def test_no_markup_comes_from_a_drawing_its_question_or_a_translation(people: People) -> None:
    drawn = Drawn("b_sleep", (((1, 2), (30, 40)),), in_summary=True, drawn_at=NOW)
    with people.app.test_request_context():
        page = render_template_string(PAGE, drawn=drawn, question=EVIL, words=Words())
    assert page.count("<svg") == page.count("</svg>")
    assert "<script" not in page
    assert "onload=" not in page.replace("onload=&#34;", "")
    assert page.count('d="M1 2L30 40"') == 2
