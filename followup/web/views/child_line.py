"""A child through the years: the whole line, the child's and the carers' pictures side by side, and the story."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue

from followup.domain import silence
from followup.domain.access import Permission
from followup.domain.age import age_on
from followup.domain.questionnaire import Text
from followup.questionnaires import load_all
from followup.services.overview import child_line as lines
from followup.services.overview.child_story import child_story
from followup.services.overview.child_tracks import Given
from followup.services.overview.child_voices import Said, voices
from followup.store.unit_of_work import UnitOfWork
from followup.web.area_words import area_words
from followup.web.child_trends import word_of
from followup.web.door import Pages
from followup.web.languages import language
from followup.web.line_strips import HEIGHT, Strip, axis_of, strips_of

pages = Pages("child_line", __name__)


@pages.page("/children/<uuid:child_id>/line", needs=Permission.READ_CASES)
def line(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """The whole line. `?silent=N`: name what has been silent for N visits in a row."""
    least = silence.chosen(request.args.get("silent", ""))
    found = lines.child_line(uow, child_id, least)
    axis = axis_of(found)
    strips = strips_of(found, axis, load_all().common, language()) if axis else []
    return render_template(
        "children/line.html",
        child=found.child,
        age=age_on(found.child.birth_date, uow.today),
        line=found,
        axis=axis,
        marks=[(axis.place(moment.on), moment.kind) for moment in found.moments] if axis else [],
        height=HEIGHT,
        groups=_groups(strips),
        topics=_topics(),
        least=least,
        choices=range(silence.FEWEST, silence.MOST + 1),
        areas=area_words(),
        why=lines.WHY,
        blame=lines.BLAME,
        area=lines.AREA,
        today=uow.today,
    )


@pages.page("/children/<uuid:child_id>/voices", needs=Permission.READ_CASES)
def side_by_side(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """What the child said on its own beside what the carers said."""
    common, lang = load_all().common, language()
    found = voices(uow, child_id)

    def word(said: Said) -> str:
        given = Given(uow.today, said.form, said.item, said.status, said.score)
        return word_of(given, common, lang)

    return render_template(
        "children/voices.html", child=found.child, voices=found, domains=common.domains, modes=common.modes, word=word
    )


@pages.page("/children/<uuid:child_id>/story", needs=Permission.READ_CASES)
def story(uow: UnitOfWork, child_id: UUID) -> ResponseReturnValue:
    """“Därför bor jag här” through the years."""
    found = child_story(uow, child_id)
    return render_template(
        "children/story.html", child=found.child, story=found, check_texts=load_all().placement_check, today=uow.today
    )


def _groups(strips: list[Strip]) -> dict[str, list[Strip]]:
    """Gather the strips as the page shows them: worry, strength, between, silent; and old, for what isn't asked now."""
    found: dict[str, list[Strip]] = {"worry": [], "strength": [], "between": [], "silent": [], "old": []}
    for strip in strips:
        found[strip.stand.group if strip.current else "old"].append(strip)
    found["strength"].reverse()  # the strongest first, as the weakest first above it
    return found


def _topics() -> dict[str, Text]:
    return dict(load_all().common.tracks)
