"""From a child's story to events on the timeline: booking, visits, what was promised and kept, flags closed, filing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

from followup.questionnaires import load_all
from followup.services.demo import chance, judged, milestones, quick, visiting
from followup.services.demo.people import Cast, Kid, today_at
from followup.services.demo.stories import AmendStory, Ordinary, Promise, VisitStory
from followup.services.demo.timeline import Timeline
from followup.services.demo.visiting import Scene
from followup.services.overview.my_children import keep_promise
from followup.services.record import amending, filing
from followup.services.visit import planning, preparing
from followup.store.tables import Action, Visit
from followup.store.unit_of_work import UnitOfWork

_BOOKED_BEFORE = timedelta(days=9)
_FILED_AFTER = timedelta(days=2)
_LEFT_UNFILED = timedelta(days=14)
"""Visits newer than this wait to be filed."""
_EACH = timedelta(minutes=45)
"""How long the children of one home visit take, one after the other."""
_LEADS_HOUR, _WRITING_HOUR = time(8, 10), time(15, 20)


@dataclass(frozen=True)
class Teller:
    """Tells the stories of one day: everything counts from `today`."""

    people: Cast
    ordinary: Ordinary
    today: date
    zone: ZoneInfo
    timeline: Timeline

    def tell(self, kid: Kid) -> Scene | None:
        """Put the child's whole story on the timeline; returns its latest visit, if it has any."""
        scenes = self._scenes(kid)
        milestones.tell(self.timeline, kid, self.today, self.zone)
        if kid.story.plain:
            deed = partial(quick.tell, scenes=scenes)
            self.timeline.add(scenes[-1].at, kid.worker.actor, deed, signed=len(scenes))
            self.timeline.add(scenes[-1].at, kid.lead.actor, partial(judged.close_plain, scenes=scenes[:-1]))
            return scenes[-1]
        for scene in scenes:
            if not kid.story.together_with:
                self._book(kid, scene.at, scene.at - _BOOKED_BEFORE)
            if scene.story is kid.story.draft:
                self._begin(scene)
            else:
                self._visit(scene)
        self._book_next(kid)
        return scenes[-1] if scenes else None

    def finish(self, draft: Scene) -> None:
        """Let today's visit end as its sample says, and sign it."""
        scene = replace(draft, story=draft.kid.story.sample or VisitStory())
        worker, at = draft.kid.worker.actor, scene.at + timedelta(minutes=30)
        for deed in (
            *(visiting.add_closing, visiting.talk, visiting.explain, visiting.agree, visiting.talk),
            visiting.read_back,
        ):
            self.timeline.add(at, worker, partial(deed, scene=scene))
            at += timedelta(minutes=4)
        self.timeline.add(at, worker, partial(visiting.sign, scene=scene))

    def _scenes(self, kid: Kid) -> list[Scene]:
        """Settle what was answered at each visit, draft included."""
        story = kid.story
        told = list(zip(kid.times, story.visits, strict=True))
        if story.draft:
            told.append((today_at(self.today, self.zone), story.draft))
        usual, carers = chance.Usual(kid.chance), chance.Usual(kid.chance)
        library = load_all()
        scenes = []
        for number, (at, visit) in enumerate(told):
            on = at.astimezone(self.zone).date()
            form = library.form_for_age(kid.age(on))
            view = chance.carers_view(library.carer_form, form.scale.rules, visit.scores) if form else {}
            scenes.append(
                Scene(
                    kid=kid,
                    number=number,
                    at=at,
                    on=on,
                    story=visit,
                    form=form,
                    answers=usual.answers(form, kid.age(on), visit.scores) if form else {},
                    carer=carers.answers(library.carer_form, kid.age(on), view | dict(visit.carer)),
                    next_on=self._next(kid, number, told),
                    newest=number >= len(story.visits) - 1,
                    ordinary=self.ordinary,
                )
            )
        return scenes

    def _next(self, kid: Kid, number: int, told: Sequence[tuple[datetime, VisitStory]]) -> date | None:
        if number + 1 < len(told):
            return told[number + 1][0].astimezone(self.zone).date()
        if kid.story.planned:
            return self._planned_on(kid)
        on = told[number][0].astimezone(self.zone).date()
        return chance.workday(on + chance.QUARTER, avoid=kid.story.not_on)

    # --- booking

    def _book(self, kid: Kid, at: datetime, booked: datetime, kind: str = "planned") -> None:
        local = at.astimezone(self.zone)
        first_day = chance.at(kid.placed, time(9), self.zone)

        def book(uow: UnitOfWork) -> None:
            siblings = [each.id for each in self.people.visited_with(kid)]
            planning.plan_visit(uow, kid.id, on=local.date(), at=local.time(), kind=kind, together_with=siblings)

        self.timeline.add(max(booked, first_day), kid.worker.actor, book)

    def _book_next(self, kid: Kid) -> None:
        story, worker = kid.story, kid.worker.actor
        yesterday = chance.at(self.today - timedelta(days=1), time(16), self.zone)
        if story.planned and not story.together_with:
            at = chance.at(self._planned_on(kid), story.planned.at, self.zone)
            self._book(kid, at, yesterday)
            if story.planned.interpreter:
                note = partial(_book_interpreter, kid=kid, at=at, interpreter=story.planned.interpreter)
                self.timeline.add(yesterday + timedelta(minutes=5), worker, note)
        if story.cancelled:
            day = chance.workday(self.today - timedelta(days=story.cancelled.days_ago))
            at = chance.at(day, time(14), self.zone)
            self._book(kid, at, at - _BOOKED_BEFORE)
            self.timeline.add(at - timedelta(hours=5), worker, partial(_cancel, kid=kid, at=at))

    def _planned_on(self, kid: Kid) -> date:
        assert kid.story.planned  # noqa: S101 # for the type checker: asked only about booked visits
        return chance.workday_from(self.today + timedelta(days=kid.story.planned.in_days))

    # --- visits

    def _visit(self, scene: Scene) -> None:
        begin = self._begin(scene)
        worker = scene.kid.worker.actor
        for minutes, deed in (
            (33, visiting.explain),
            (38, visiting.agree),
            (40, visiting.talk),  # what was said about why, and a talk that wasn't in private, raise flags too
            (42, visiting.read_back),
        ):
            self.timeline.add(begin + timedelta(minutes=minutes), worker, partial(deed, scene=scene))
        self.timeline.add(begin + timedelta(minutes=44), worker, partial(visiting.sign, scene=scene), signed=1)
        for promise in scene.story.promises:
            self._keep(scene, promise)
        for told in scene.story.lead:
            judged.tell(self.timeline, scene, told, self.zone, chance.at(self.today, time(8), self.zone))
        if not scene.newest:
            self._close_flags(scene)
        age_of_visit = self.today - scene.on
        if age_of_visit > _LEFT_UNFILED and not (scene.newest and scene.kid.story.unfiled):
            self.timeline.add(scene.at + _FILED_AFTER, worker, partial(_file, scene=scene))
        for written in scene.story.amended:
            at = chance.at(chance.workday_from(scene.on + timedelta(days=written.days)), _WRITING_HOUR, self.zone)
            self.timeline.add(at, worker, partial(_amend, scene=scene, written=written))
            self.timeline.add(at + _FILED_AFTER, worker, partial(_file, scene=scene))

    def _begin(self, scene: Scene) -> datetime:
        """Prepare, answer and talk; returns when the child's part of the home visit began."""
        kid = scene.kid
        begin = scene.at + (_EACH if kid.story.together_with else timedelta())
        outcomes = {each.what: each.how for visit in kid.story.visits for each in visit.promises}
        worker, add = kid.worker.actor, self.timeline.add
        add(begin - timedelta(minutes=20), worker, partial(visiting.prepare, scene=scene, outcomes=outcomes))
        add(begin + timedelta(minutes=5), worker, partial(visiting.answer, scene=scene))
        add(begin + timedelta(minutes=15), worker, partial(visiting.answer_as_carer, scene=scene))
        if scene.alone and scene.alone.changed:
            add(begin + timedelta(minutes=18), worker, partial(visiting.change_mind, scene=scene))
        whole = scene.story is not kid.story.draft
        add(begin + timedelta(minutes=20), worker, partial(visiting.talk, scene=scene, whole=whole))
        return begin

    def _keep(self, scene: Scene, promise: Promise) -> None:
        if promise.done is None or scene.on + timedelta(days=promise.done) >= self.today:
            return
        at = scene.at + timedelta(days=promise.done)
        self.timeline.add(at, scene.kid.worker.actor, partial(_keep_promise, scene=scene, what=promise.what))

    def _close_flags(self, scene: Scene) -> None:
        words = scene.story.flags_closed or scene.kid.chance.choice(self.ordinary.closed)
        morning = chance.at(chance.workday_from(scene.on + timedelta(days=1)), _LEADS_HOUR, self.zone)
        at = scene.at + judged.CLOSED_AFTER
        if at.astimezone(self.zone).date() < self.today:
            self.timeline.add(morning, scene.kid.lead.actor, partial(judged.acknowledge_all, scene=scene))
            self.timeline.add(at, scene.kid.lead.actor, partial(judged.close_all, scene=scene, words=words))


def _book_interpreter(uow: UnitOfWork, kid: Kid, at: datetime, interpreter: str) -> None:
    visit = uow.one(uow.reachable(Visit).where(Visit.child_id == kid.id, Visit.planned_at == at))
    fields = preparing.open_preparation(uow, visit.id).fields() | {"interpreter": interpreter}
    preparing.save_prepare(uow, visit.id, 0, fields)


def _cancel(uow: UnitOfWork, kid: Kid, at: datetime) -> None:
    visit = uow.one(uow.reachable(Visit).where(Visit.child_id == kid.id, Visit.planned_at == at))
    off = kid.story.cancelled
    if off:
        planning.cancel_visit(uow, visit.id, because=off.because, note=off.note)


def _keep_promise(uow: UnitOfWork, scene: Scene, what: str) -> None:
    visit = visiting.visit_of(uow, scene)
    made = uow.all(uow.reachable(Action).where(Action.visit_id == visit.id))
    action = next(each for each in made if each.what == what)
    if action.owner_id == uow.actor.id:
        keep_promise(uow, action.id, done=True)
    else:  # somebody else's to do: the caseworker has heard that it is done
        action.state, action.done_on = "done", uow.today


def _file(uow: UnitOfWork, scene: Scene) -> None:
    """File before the PDF is made, so that nobody waits for it: the press prints it when the server is running."""
    visit = visiting.visit_of(uow, scene)
    filing.note_filed(uow, visit, filing.newest_document(uow, visit.id), scene.reference)


def _amend(uow: UnitOfWork, scene: Scene, written: AmendStory) -> None:
    fields = {name: getattr(written, name) for name in ("kind", "about", "text", "whose", "said_by")}
    said_on = (scene.on + timedelta(days=written.said)).isoformat() if written.whose != "caseworker" else ""
    amending.amend(uow, visiting.visit_of(uow, scene).id, uuid4(), {**fields, "said_on": said_on})
