"""Answers, explanation and conversations of a summary as lines of plain text (`plain_text`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from followup.domain.record_words import WORDS
from followup.domain.summary import AnswerLine, Conversation, Form, TrendPoint, VisitSummary
from followup.pdf import dates
from followup.pdf.sentences import change_words, handed_in, legend, stop
from followup.services.record.plain_pieces import after, answer, day, facts, quoted, sentence


def forms(s: VisitSummary, chosen: Iterable[Form]) -> Iterator[str]:
    """Give the lines of these forms: how they were answered, and each answer."""
    for form in chosen:
        yield " ".join(
            f"{name}{fact}{stop(fact)}"
            for name, fact in (
                ("", form.title),
                ("Gäller ", form.period),
                ("Svar av ", form.respondent_name),
                ("", form.mode),
                ("Språk: ", form.language),
                ("Inom hörhåll: ", form.within_earshot),
                ("", form.comprehension),
                ("", handed_in(form, s.zone)),
                ("Frågorna ställdes på ", form.asked_in),
                ("Skala: ", legend(form.scale)),
            )
            if fact
        )
        for line in form.answers:
            yield from _answer_lines(line, form)


def _answer_lines(line: AnswerLine, form: Form) -> Iterator[str]:
    before = form.previous_on
    change = change_words(line)
    previous = f"Förra gången{f' ({dates.plain_date(before)})' if before else ''}: "
    yield f"- {line.text}"
    yield "  " + sentence(
        f"I dag: {answer(line.today)}",
        f"{previous}{answer(line.previous)}{after(', ', change)}" if line.previous else "",
        "Vill prata om det" if line.wants_to_talk else "",
        "Blev samtal" if line.became_conversation else "",
    )
    if line.words:
        yield f"  Egna ord: {quoted(line.words)}"
    for old in line.replaced:
        first = f" Skrev först: {quoted(old.words)}" if old.words else ""
        yield f"  Ändrat, svarade först: {answer(old.answer)}.{first}"
    if line.history:
        yield "  Över tid: " + "; ".join(map(_earlier, line.history))
    if line.asked:
        yield f"  Så ställdes frågan: {line.asked}{after(' Så stod svaret: ', line.chosen)}"


def _earlier(point: TrendPoint) -> str:
    given = WORDS["answer_status"].get(point.status, "") if point.value is None else str(point.value)
    return f"{point.on.isoformat()} {given}"


def why(s: VisitSummary) -> Iterator[str]:
    """Give the lines of why the child lives where it does."""
    check = s.placement_check
    if check is None:
        return
    yield from facts(
        ("Vet varför", f"{check.understanding.text}{after('. ', check.understanding_reason)}"),
        ("Tar på sig skulden", f"{check.self_blame.text}{after('. ', check.self_blame_reason)}"),
        ("Barnets ord", quoted(check.child_words)),
        ("Berättat i dag", check.told_today),
        ("Barnet berättade tillbaka", quoted(check.retold)),
    )
    told = check.explanation
    if told:
        agreed = f"{after(', överenskommen med ', told.agreed_with)}{after(' ', day(told.agreed_on))}"
        changed = ", ändrad i dag" if told.changed_today else ""
        yield f"Gemensam förklaring, version {told.version}{changed}{agreed}:\n{quoted(told.text)}"
    yield from facts(("Nästa steg", check.next_step))


def talks(s: VisitSummary) -> Iterator[str]:
    """Give the lines of the conversations, and of what is good."""
    for talk in s.conversations:
        yield from _talk(talk)
    if s.strengths:
        yield f"Det som är bra: {'; '.join(s.strengths)}"


def _talk(talk: Conversation) -> Iterator[str]:
    yield f"- {talk.topic}{' (ville själv prata om det)' if talk.child_asked else ''}"
    asked = sentence(*talk.reasons, talk.question, talk.not_held)
    yield from (f"  {asked}",) if asked else ()
    yield from (
        f"  {line}"
        for line in facts(
            ("Barnets ord", quoted(talk.child_words)),
            ("Familjehemmet sa", talk.carer_words),
            ("Överenskommet", talk.agreed),
        )
    )
