"""Every kind of document that is printed, in four languages and with what strains a page: for the judges of a PDF.

A new kind of document belongs in `DOCUMENTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

from followup.domain.record_words import term
from followup.domain.summary import AnswerLine, Drawing, Form, Quote, UrgentConcern, VisitSummary
from followup.pdf import render, summary_html
from followup.questionnaires import load_all
from followup.questionnaires.languages import words
from tests.support.records import record_pdf
from tests.support.sample_alone import alone_in_arabic, heart
from tests.support.sample_editions import (
    amended_edition,
    copy_for_the_child,
    masked_edition,
    record_of_the_home,
    timeline_of,
)
from tests.support.sample_forms import EARLIER, LADDER, line
from tests.support.sample_letters import letter, printed
from tests.support.sample_summary import empty_summary, sample_summary
from tests.support.sealing import ORGANISATION, newly_sealed, sealed_document

LANGUAGES: Final = ("sv", "en", "ar", "ti")
SAID: Final = {
    "sv": "Jag vill träffa Vide oftare. Vi ska baka kladdkaka.",
    "en": "I want to see Vide more often. We'll bake a cake.",
    "ar": "لا أستطيع النوم عندما أفكر في أمي. أريد أن أرى أخي أكثر.",
    "ti": "ንሓወይ ብዙሕ ግዜ ክርእዮ እደሊ። ምስኡ ዶልሺ ክንሰርሕ ኢና።",
}
LONG: Final = 15  # times what was said: enough to go over the end of a page


def said(lang: str, times: int = 1) -> str:
    """What a child may say, so many times."""
    return " ".join([SAID[lang]] * times)


def asked_in(lang: str, form: Form) -> Form:
    """A form of the sample as it is when it was shown in another language."""
    if lang == "sv":
        return form
    spoken, definition = words(lang), load_all().forms["barn-8-12"]

    def shown(asked: AnswerLine) -> AnswerLine:
        item = definition.item(asked.item_id)
        point = definition.scale.point(asked.today.value or 0)
        assert item
        texts: dict[str, Any] = {"asked": spoken.say(item.text), "chosen": spoken.say(point.label) if point else ""}
        return replace(asked, language=spoken.html_lang, words=said(lang), **texts)

    return replace(form, asked_in="ett annat språk", answers=tuple(shown(each) for each in form.answers))


def ordinary(lang: str) -> VisitSummary:
    """The sample with a child's words in a language wherever a child's words stand, and drawings."""
    full, text = sample_summary(), said(lang)
    child, carers = full.forms
    check = full.placement_check
    assert check
    return replace(
        full,
        forms=(asked_in(lang, child), carers),
        child_voice=(Quote(text, "Annat att berätta", "" if lang == "sv" else lang), *full.child_voice),
        drawings=tuple(Drawing(text, heart()) for _ in range(1 if lang == "sv" else 4)),
        conversations=tuple(replace(each, child_words=text) for each in full.conversations[:2]),
        placement_check=replace(check, child_words=text, retold=text),
        urgent_concerns=(UrgentConcern(text, "Berätta mer", said("sv"), "Gruppledaren", full.drawn_up_at, said("sv")),),
    )


def much(lang: str) -> VisitSummary:
    """Long texts, thirty questions, and more of everything else that comes in rows than fits on a page."""
    full, text = ordinary(lang), said(lang, LONG)
    answers = tuple(
        replace(line(f"u_{number}", f"Påstående {number}.", list("78?4-3"), LADDER, EARLIER[:5]), words=said(lang))
        for number in range(30)
    )
    check = full.placement_check
    assert check
    return replace(
        full,
        forms=(Form("Hur har du det? (13–20 år)", "0.1.0", term("respondent", "child"), LADDER, answers),),
        child_voice=tuple(replace(each, words=text) for each in full.child_voice),
        conversations=tuple(replace(each, child_words=text, agreed=said("sv", LONG)) for each in full.conversations),
        placement_check=replace(check, told_today=said("sv", LONG), retold=text),
        assessment=said("sv", LONG),
        agreements=full.agreements * 8,
        flags=full.flags * 4,
        earlier_promises=full.earlier_promises * 10,
    )


def summary_pdf(summary: VisitSummary) -> bytes:
    """A summary, printed in this process."""
    return render(summary_html(summary))


def _printed(make: Callable[[str], VisitSummary], lang: str) -> bytes:
    return summary_pdf(make(lang))


def _masked(lang: str) -> bytes:
    return summary_pdf(masked_edition(ordinary(lang)))


def _letter(lang: str) -> bytes:
    return printed(letter(lang))


def _each_language() -> dict[str, Callable[[], bytes]]:
    made: dict[str, Callable[[], bytes]] = {}
    for lang in LANGUAGES:
        made |= {
            f"full {lang}": partial(_printed, ordinary, lang),
            f"full with much {lang}": partial(_printed, much, lang),
            f"masked {lang}": partial(_masked, lang),
            f"child's copy {lang}": partial(copy_for_the_child, lang, "plain", said(lang)),
            f"letter {lang}": partial(_letter, lang),
        }
    return made


DOCUMENTS: Final[dict[str, Callable[[], bytes]]] = {
    "full": lambda: summary_pdf(sample_summary()),
    "full draft": lambda: summary_pdf(replace(sample_summary(), signature=None)),
    "full empty": lambda: summary_pdf(empty_summary()),
    "full with files inside": record_pdf,
    "full, sealed": sealed_document,
    "full alone": lambda: summary_pdf(alone_in_arabic()),
    "amended": lambda: summary_pdf(amended_edition(sample_summary(), said("ar"))),
    "child's copy large": lambda: copy_for_the_child("sv", "large", said("sv")),
    "home's record": lambda: record_of_the_home(said("ar")),
    "timeline": lambda: timeline_of(6, said("ti")),
    "timeline, sealed": lambda: newly_sealed(timeline_of(1, said("sv"), ORGANISATION)),
    "timeline of nothing": lambda: timeline_of(0, ""),
    "letter large": lambda: printed(letter("sv", "large")),
    "letter without a picture": lambda: printed(replace(letter("ti"), portrait=b"")),
    **_each_language(),
}
