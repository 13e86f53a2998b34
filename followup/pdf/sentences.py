"""Sentences of the document that are put together from several facts.

Whatever was written by hand goes through `words`, so that it can neither turn its surroundings round nor become markup.
"""

from __future__ import annotations

import re
from datetime import date

from markupsafe import Markup, escape

from followup.domain.masking import MARK
from followup.domain.summary import Agreement, AnswerLine, Conversation, FlagLine, Form, Scale, Visit
from followup.pdf import dates, glyphs


def words(text: str, language: str = "") -> Markup:
    """A free text in an element of its own, with its direction: nothing in it can reach outside.

    language: its BCP 47 tag if it is known to be another than the document's. The caller gives what block it stands
    in; lines and spaces are kept by the style sheet.
    """
    language = language or glyphs.script_tag(text)
    tongue = Markup(' lang="{}"').format(language) if language else ""
    return Markup('<bdi class="words" dir="{}"{}>{}</bdi>').format(
        glyphs.direction(text), tongue, marked(glyphs.breakable(glyphs.printable(text)))
    )


def marked(text: str) -> Markup:
    """The text with its marks of what is masked set apart."""
    return Markup(MARK.sub(_mark, str(escape(text))))  # noqa: S704 - escaped just here


def _mark(found: re.Match[str]) -> str:
    """A mark of two parts that are not broken: "[maskat 2," and "grund OSL 26:1]"."""
    number, _, ground = found[0].partition(", ")
    return f'<span class="masked"><span>{number},</span> <span>{ground}</span></span>'


def about(form: Form, zone: str) -> Markup:
    """How a form was answered: its name, period, who, how, language, who was within earshot, when, and its pauses."""
    facts = (
        ("", form.title),
        ("Gäller ", form.period),
        ("Svar av ", form.respondent_name),
        ("", form.mode),
        ("Språk: ", "" if form.language == form.asked_in else form.language),
        ("Inom hörhåll: ", form.within_earshot),
        ("", form.comprehension),
        ("", handed_in(form, zone)),
        ("Frågorna ställdes på ", form.asked_in),
    )
    return Markup(" ").join(Markup("{}{}{}").format(name, words(fact), stop(fact)) for name, fact in facts if fact)


def handed_in(form: Form, zone: str) -> str:
    """When a form was answered on the tablet and handed in, and its pauses; nothing for one that wasn't."""
    if form.handed_in is None:
        return ""
    started = form.started or form.handed_in
    same_day = dates.day_of(started, zone) == dates.day_of(form.handed_in, zone)
    tell = dates.clock if same_day else dates.stamp
    pauses = f", {form.pauses}" if form.pauses else ""
    return f"På plattan {tell(started, zone)} till {tell(form.handed_in, zone)}{pauses}"


def first_said(line: AnswerLine) -> Markup:
    """What was handed in before it was changed: "ändrat från ”Sällan”"; nothing where the answer itself is the same."""
    before = next(iter(line.replaced), None)
    if before is None or before.answer == line.today:
        return Markup()
    return Markup("ändrat från ”{}”").format(words(before.answer.text))


def stop(text: str) -> str:
    """The full stop that a sentence lacks, or nothing."""
    return "" if text.rstrip().endswith((".", "?", "!", "…")) else "."


def asked(conversation: Conversation) -> Markup:
    """Why something was taken up, the question, and what came of it if it was not talked about."""
    parts = []
    if conversation.reasons:
        parts.append(Markup('<span class="quiet">{}.</span>').format(words(". ".join(conversation.reasons))))
    if conversation.question:
        parts.append(words(conversation.question))
    if conversation.not_held:
        parts.append(Markup("<strong>{}.</strong>").format(conversation.not_held))
    return Markup(" ").join(parts)


def ending(flag: FlagLine, day: date, writer: str) -> Markup:
    """Where a flag stands and how it ended; day and name only if they are not those of the document."""
    said = Markup("{}").format(flag.status.text)
    if flag.on and flag.on != day:
        said += f" {dates.plain_date(flag.on)}"
    if flag.by and flag.by != writer:
        said += Markup(" av {}").format(words(flag.by))
    return said + (Markup(". {}").format(words(flag.ended)) if flag.ended else "")


def outcome(agreement: Agreement) -> Markup:
    """How an earlier promise went, and when the child was told."""
    said = Markup("<strong>{}</strong>").format(agreement.state.text)
    if agreement.outcome:
        said += Markup(". {}").format(words(agreement.outcome))
    if agreement.child_told_on:
        said += f"{stop(agreement.outcome)} Barnet fick veta det {dates.plain_date(agreement.child_told_on)}"
    return said


def change_words(line: AnswerLine) -> str:
    """The change since the answer before: "2 lägre", "lika", or nothing."""
    if line.change is None:
        return ""
    if line.change == 0:
        return "lika"
    return f"{abs(line.change)} {'lägre' if line.change < 0 else 'högre'}"


def legend(scale: Scale) -> str:
    """The scale in one line: "1 Aldrig, 2 Nästan aldrig ..."."""
    return ", ".join(f"{point.value} {point.text}" for point in scale.points)


def when(agreement: Agreement) -> str:
    """By when: the words that were agreed, or the date."""
    return agreement.when or (dates.plain_date(agreement.due) if agreement.due else "")


def seen(visit: Visit) -> str:
    """What of the home was seen, in words; nothing if it was not recorded."""
    rooms = (("hemmet", visit.home_seen), ("barnets rum", visit.room_seen))
    saw = [name for name, was_seen in rooms if was_seen]
    missed = [name for name, was_seen in rooms if was_seen is False]
    said = [" och ".join(saw)] if saw else []
    return ", ".join([*said, *(f"inte {name}" for name in missed)]).capitalize()
