"""A child's answers over time, topic by topic. Signed visits only; words are read where they were said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, false, func, select

from followup.domain.age import age_on
from followup.domain.questionnaire import Item, Questionnaire
from followup.services.installation.publishing import form_of
from followup.services.overview.due import DONE
from followup.store.tables import Answer, QuestionnaireVersion, Response, Visit
from followup.store.unit_of_work import UnitOfWork

YOUNGEST_ON_A_CHART = 5


@dataclass(frozen=True)
class Given:
    """One answer to one item. status: as `domain.answers.Status`. heard: a foster carer was within earshot."""

    on: date
    questionnaire: Questionnaire
    item: Item
    status: str
    score: int | None
    heard: bool = False


@dataclass(frozen=True)
class Track:
    """One topic over the visits, oldest answer first; the age form, and with it the scale, may change on the way.

    current: the topic is in the form that was answered last.
    """

    code: str
    answers: tuple[Given, ...]
    current: bool

    @property
    def latest(self) -> Given:
        """The newest answer, or silence."""
        return self.answers[-1]


def answer_rows(uow: UnitOfWork, child_id: UUID, since: datetime | None = None) -> Sequence[Row[*tuple[Any, ...]]]:
    """Fetch (planned_at, visit_id, version_id, earshot, item, status, score) of the answers, oldest visit first.

    since: leave out the visits before this moment.
    """
    latest = [Visit.planned_at >= since] if since else []
    return uow.rows(
        uow.reachable(Answer)
        .join(Response, Response.id == Answer.response_id)
        .join(Visit, Visit.id == Response.visit_id)
        .where(Answer.child_id == child_id, Response.respondent == "child", Visit.state.in_(DONE), *latest)
        .order_by(Visit.planned_at)
        .with_only_columns(
            Visit.planned_at,
            Visit.id.label("visit_id"),
            Response.questionnaire_version_id.label("version_id"),
            func.coalesce(Response.earshot, "").label("earshot"),
            Answer.item,
            Answer.status,
            Answer.score,
        )
    )


def forms_by_id(uow: UnitOfWork, ids: Iterable[UUID]) -> Mapping[UUID, Questionnaire]:
    """Read published versions back as they were when they were answered."""
    wanted = list(ids)
    versions = select(QuestionnaireVersion).where(QuestionnaireVersion.id.in_(wanted) if wanted else false())
    return {version.id: form_of(version) for version in uow.all(versions)}


def is_talk_only(form: Questionnaire, born: date, on: date) -> bool:
    """Whether the answers were a talk and no measure: at four, three faces say yes or no at most."""
    return form.scale.kind == "faces" and age_on(born, on) < YOUNGEST_ON_A_CHART


def tracks_of(
    uow: UnitOfWork,
    rows: Iterable[Row[*tuple[Any, ...]]],
    forms: Mapping[UUID, Questionnaire],
    *,
    born: date | None = None,
) -> tuple[Track, ...]:
    """Gather the answers by topic: those of the latest form in its order, then those that are no longer asked.

    born: the child's birth date, so that what was a talk and no measure is left out.
    """
    by_track: dict[str, list[Given]] = {}
    latest: Questionnaire | None = None
    for row in rows:
        latest = forms[row.version_id]
        item = latest.item(row.item)
        if item is None:
            continue  # a closing question: words, no score
        on = uow.day_of(row.planned_at)
        if born and is_talk_only(latest, born, on):
            continue
        given = Given(on, latest, item, row.status, row.score, heard="carer" in row.earshot.split())
        by_track.setdefault(item.track, []).append(given)
    order = [item.track for item in latest.items] if latest else []
    found = [Track(code, tuple(answers), code in order) for code, answers in by_track.items()]
    return tuple(sorted(found, key=lambda track: order.index(track.code) if track.current else len(order)))
