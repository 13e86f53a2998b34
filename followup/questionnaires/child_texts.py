"""Every text that a child or a carer meets, from the letter to the copy it keeps: what to translate, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from followup.domain.questionnaire import Practice, Questionnaire, Scale, Text
from followup.questionnaires import load_all, read_yaml
from followup.questionnaires.pictograms import descriptions

_CHILD_MODE = Path(__file__).parent / "child_mode.yaml"
_LETTER = Path(__file__).parent / "letter.yaml"
_COPY = Path(__file__).parent / "child_copy.yaml"


@dataclass(frozen=True)
class Message:
    """One text to translate.

    swedish: the message id, with whitespace folded. english: what it says in English, as a help. places: where it
    stands, e.g. "child_mode.start.hello", "barn-4-7.y_friends", "_common.scales.faces3.1".
    """

    swedish: str
    english: str
    places: tuple[str, ...]


def fold(text: str) -> str:
    """Return the text with every run of whitespace as one space: how a file breaks its lines is no part of a text."""
    return " ".join(text.split())


@cache
def ui_texts() -> Mapping[str, Text]:
    """Return the words around the questions by their key, e.g. "question.next"."""
    return _read(_CHILD_MODE)


@cache
def letter_texts() -> Mapping[str, Text]:
    """Return the texts of the letter before a visit by their key, e.g. "letter.who", "topics.school"."""
    return _read(_LETTER)


@cache
def copy_texts() -> Mapping[str, Text]:
    """Return the texts of the child's own copy of a visit by their key, e.g. "copy.agreed"."""
    return _read(_COPY)


def _read(path: Path) -> Mapping[str, Text]:
    groups = {group: entries for group, entries in read_yaml(path).items() if isinstance(entries, dict)}
    return {f"{group}.{key}": Text(dict(text)) for group, entries in groups.items() for key, text in entries.items()}


def practice_pictogram(practice: Practice) -> str:
    """Return the name of the drawing that goes with a practice item; the drawing need not exist."""
    return f"practice_{practice.id.removeprefix('p_')}"


def form_texts(form: Questionnaire) -> Iterator[tuple[str, Text]]:
    """Give each text of a form that the one who answers meets, as (place, text); never an empty one."""
    yield from _own_texts(form)
    yield from scale_texts(form.scale)
    yield from _closing_texts(form)
    yield from _picture_texts(form)


def scale_texts(scale: Scale) -> Iterator[tuple[str, Text]]:
    """Give each word of a scale, as (place, text)."""
    yield from ((f"_common.scales.{scale.code}.{point.value}", point.label) for point in scale.points if point.label)


def shared_texts() -> Iterator[tuple[str, Text]]:
    """Give each text that goes with every form, as (place, text): the words around the questions, and "Vet inte"."""
    common = load_all().common
    yield from ((f"child_mode.{key}", text) for key, text in ui_texts().items())
    yield from ((f"_common.non_answers.{code}", common.non_answers[code]) for code in common.child_non_answers)


@cache
def messages() -> Mapping[str, Message]:
    """Return all there is to translate in the shipped texts, by message id, in the order in which it is best read."""
    library = load_all()
    scales = chain.from_iterable(map(scale_texts, library.common.scales.values()))
    closing, own, pictures = (
        chain.from_iterable(map(texts, library.forms.values()))
        for texts in (_closing_texts, _own_texts, _picture_texts)
    )
    letter = ((f"letter.{key}", text) for key, text in letter_texts().items())
    copy = ((f"child_copy.{key}", text) for key, text in copy_texts().items())
    return messages_of(chain(shared_texts(), scales, closing, own, pictures, letter, copy))


def messages_of(texts: Iterable[tuple[str, Text]]) -> dict[str, Message]:
    """Gather texts by their Swedish: what reads the same is translated once."""
    found: dict[str, Message] = {}
    for place, text in texts:
        swedish = fold(text.get("sv"))
        earlier = found[swedish].places if swedish in found else ()
        found[swedish] = Message(swedish, fold(text.get("en")), tuple(dict.fromkeys((*earlier, place))))
    return found


def _own_texts(form: Questionnaire) -> Iterator[tuple[str, Text]]:
    whole = {"title": form.title, "recall": form.recall, "intro": form.intro, "privacy": form.privacy}
    yield from ((f"{form.code}.{place}", text) for place, text in whole.items() if text)
    yield from ((f"{form.code}.practice.{practice.id}", practice.text) for practice in form.practice)
    for item in form.items:
        yield f"{form.code}.{item.id}", item.text
        if item.hint:
            yield f"{form.code}.{item.id}.hint", item.hint


def _closing_texts(form: Questionnaire) -> Iterator[tuple[str, Text]]:
    yield from ((f"_common.closing_questions.{question.id}", question.text) for question in form.closing)


def _picture_texts(form: Questionnaire) -> Iterator[tuple[str, Text]]:
    if any(item.pictogram for item in form.items):
        drawn = [*map(practice_pictogram, form.practice), *(item.pictogram for item in form.items)]
        yield from ((f"pictograms.{name}", descriptions()[name]) for name in drawn if name in descriptions())
