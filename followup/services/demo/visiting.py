"""One visit told step by step, through the services that the pages call: what a story says is what a form posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from followup.domain.flags import FORM, Level
from followup.domain.placement_check import NOT_ASKED
from followup.domain.questionnaire import Questionnaire
from followup.questionnaires import load_all
from followup.services.demo import chance
from followup.services.demo.alone import hand_in
from followup.services.demo.people import Kid, made_id
from followup.services.demo.stories import Alone, AreaNote, Check, Ordinary, Private, ReadBack, Score, Talk, VisitStory
from followup.services.record import signing
from followup.services.visit import agreeing, answering, explaining, preparing, steps, talking
from followup.services.visit.sheets import CARER, CHILD
from followup.services.visit.steps import Saved, Stale
from followup.store.tables import Visit
from followup.store.unit_of_work import UnitOfWork

_SMALL = 4
"""Age below which there is no form, and nobody to read to."""
_OLD_ENOUGH_TO_ANSWER_ALONE = 13
_NOT_TALKED_ABOUT = frozenset({NOT_ASKED, "child_declined"})


@dataclass(frozen=True)
class Scene:
    """A visit to be told. number: from 0. answers, carer: item -> score or silence. next_on: when the next one is.

    newest: whether it is the latest there is, so that what only asks for a talk may still be open.
    """

    kid: Kid
    number: int
    at: datetime
    on: date
    story: VisitStory
    form: Questionnaire | None
    answers: Mapping[str, Score]
    carer: Mapping[str, Score]
    next_on: date | None
    newest: bool
    ordinary: Ordinary

    @property
    def age(self) -> int:
        """The child's age on the day."""
        return self.kid.age(self.on)

    @property
    def alone(self) -> Alone | None:
        """How the form was answered alone; None when the two answered together."""
        if self.story.alone or self.age < _OLD_ENOUGH_TO_ANSWER_ALONE:
            return self.story.alone
        return Alone(chance.dice(self.number, self.kid.story.name, "seconds").randrange(170, 290))

    @property
    def check(self) -> Check:
        """What was said about why."""
        if self.story.check:
            return self.story.check
        if self.age < _SMALL:
            return Check(NOT_ASKED, NOT_ASKED, "ability")
        return Check(words=self.kid.story.says)

    @property
    def reference(self) -> str:
        """Where the made-up case system has the visit's document."""
        return f"{self.kid.case_number.removeprefix('SN ')}, handling {self.number + 3}"

    @property
    def private(self) -> Private:
        """The talk in private."""
        return self.story.private or Private()


def visit_of(uow: UnitOfWork, scene: Scene) -> Visit:
    """Find the booked visit."""
    return uow.one(uow.reachable(Visit).where(Visit.child_id == scene.kid.id, Visit.planned_at == scene.at))


def prepare(uow: UnitOfWork, scene: Scene, *, outcomes: Mapping[str, str]) -> None:
    """Prepare: who will be there, and what became of promises. outcomes: promise -> what came of it, for the child."""
    visit = visit_of(uow, scene)
    fields = {"present": _present(scene)}
    for action in preparing.open_preparation(uow, visit.id).promises if outcomes else ():
        if action.state == "done":
            fields |= {f"outcome-{action.id}": outcomes.get(action.what, ""), f"told-{action.id}": "1"}
    _must(preparing.save_prepare(uow, visit.id, _revision(visit, preparing.STEP), fields))


def answer(uow: UnitOfWork, scene: Scene) -> None:
    """Fill in the child's form; for the smallest, only pass by."""
    visit = visit_of(uow, scene)
    fields: dict[str, str] = {}
    if scene.form:
        fields = _answer_fields(scene.form, scene.answers) | _around(scene)
        items = {item.track: item.id for item in scene.form.items}
        fields |= {f"words-{items[track]}": words for track, words in scene.story.words.items()}
        fields |= {f"talk-{items[track]}": "1" for track in scene.story.wants_to_talk}
    _must(answering.record_answers(uow, visit.id, CHILD, _revision(visit, "answers"), fields))
    if scene.form and scene.alone:
        luck = chance.dice(scene.number, scene.kid.story.name, "alone")
        hand_in(uow, visit, scene.alone, {item.track: item.id for item in scene.form.items}, luck)


def change_mind(uow: UnitOfWork, scene: Scene) -> None:
    """Write what the child changed its mind about when the tablet was back."""
    visit, changed = visit_of(uow, scene), scene.alone.changed if scene.alone else {}
    if scene.form and changed:
        answers = {item.id: changed[item.track] for item in scene.form.items if item.track in changed}
        fields = _answer_fields(scene.form, answers)
        _must(answering.record_answers(uow, visit.id, CHILD, _revision(visit, "answers"), fields))


def add_closing(uow: UnitOfWork, scene: Scene) -> None:
    """Answer the closing questions, after the others."""
    visit = visit_of(uow, scene)
    fields = {f"words-{question}": words for question, words in scene.story.closing.items()}
    _must(answering.record_answers(uow, visit.id, CHILD, _revision(visit, "answers"), fields))


def answer_as_carer(uow: UnitOfWork, scene: Scene) -> None:
    """Fill in the carers' form."""
    visit = visit_of(uow, scene)
    fields = _answer_fields(load_all().carer_form, scene.carer) | {"mode": "alone", "earshot": "nobody"}
    _must(answering.record_answers(uow, visit.id, CARER, _revision(visit, "carer"), fields))


def talk(uow: UnitOfWork, scene: Scene, *, whole: bool = True) -> None:
    """Talk about what is flagged and not yet talked about. whole: also about what the story doesn't mention."""
    visit = steps.open_visit(uow, visit_of(uow, scene).id, *steps.loaded(Visit.flags, Visit.prompts))
    raised = {flag.subject: Level(flag.level) for flag in visit.flags if not flag.withdrawn}
    told = {subject: Talk() for subject in _untold(scene, visit)} if whole else {}
    told |= dict(_told_talks(scene, raised))
    for prompt in visit.prompts:
        told.pop(prompt.subject, None)
    fields: dict[str, str] = {}
    for subject, said in told.items():
        fields |= {f"outcome-{subject}": said.outcome, f"words-{subject}": said.words, f"agreed-{subject}": said.agreed}
        if subject.startswith(talking.OWN):
            fields[f"topic-{subject}"] = "Något eget"
    if fields:
        _must(talking.save_talk(uow, visit.id, _revision(visit, talking.STEP), fields))


def explain(uow: UnitOfWork, scene: Scene) -> None:
    """Ask why, tell again, and agree on an explanation where the story has one for this visit."""
    visit, check = visit_of(uow, scene), scene.check
    fields = {
        "understanding": check.understanding,
        "understanding_reason": check.reason if check.understanding == NOT_ASKED else "",
        "self_blame": check.self_blame,
        "self_blame_reason": check.reason if check.self_blame == NOT_ASKED else "",
        "child_words": check.words,
        "told_today": check.told,
        "retold": check.retold,
        "next_step": check.next,
        "always_said": "" if check.understanding in _NOT_TALKED_ABOUT else "1",
    }
    for each in scene.kid.story.explanations:
        if each.visit == scene.number:
            fields |= {"explanation": each.text, "agreed_with": each.agreed_with}
    _must(explaining.save_why(uow, visit.id, _revision(visit, explaining.STEP), fields, publish=True))


def agree(uow: UnitOfWork, scene: Scene) -> None:
    """Note promises, areas and the talk in private."""
    visit, private = visit_of(uow, scene), scene.private
    minutes = private.minutes
    if minutes is None and private.held == "yes":
        minutes = scene.kid.chance.randrange(15, 40, 5)
    fields = {
        "private_talk": private.held,
        "private_minutes": "" if minutes is None else str(minutes),
        "private_reason": private.reason,
        "home_seen": "yes",
        "room_seen": "yes" if private.held == "yes" else "no",
        "next_visit_on": scene.next_on.isoformat() if scene.next_on else "",
    }
    for promise in scene.story.promises:
        key = made_id(0, visit.id, promise.what)
        fields |= {
            f"what-{key}": promise.what,
            f"child-{key}": promise.child,
            f"kind-{key}": promise.kind,
            f"owner-{key}": "other" if promise.who else "caseworker",
            f"who-{key}": promise.who,
            f"due-{key}": (scene.on + timedelta(days=promise.due)).isoformat(),
        }
    for place, note in enumerate(_notes(scene)):
        key = made_id(0, visit.id, place, note.text)
        fields |= {f"area-{key}": note.area, f"nkind-{key}": note.kind}
        fields |= {f"source-{key}": note.source, f"note-{key}": note.text}
    _must(agreeing.save_agreements(uow, visit.id, _revision(visit, agreeing.STEP), fields))


def read_back(uow: UnitOfWork, scene: Scene) -> None:
    """Read the summary with the child."""
    visit, said = visit_of(uow, scene), scene.story.read_back
    luck = scene.kid.chance
    if said is None and scene.age < _SMALL:
        said = ReadBack("not_done", f"{scene.kid.first_name} är för liten för att vi ska läsa tillsammans.")
    elif said is None:
        words = chance.one_for(luck, scene.ordinary.read_back, scene.age) if luck.random() < chance.HALF else ""
        said = ReadBack(words=words or "")
    fields = {"outcome": said.outcome, "words": said.words}
    _must(signing.save_read_back(uow, visit.id, _revision(visit, signing.STEP), fields))


def sign(uow: UnitOfWork, scene: Scene) -> UUID:
    """Sign the visit; returns its id."""
    visit = visit_of(uow, scene)
    signing.sign_unread(uow, visit.id)
    return visit.id


# --- what forms post -------------------------------------------------------------------------------------------------


def _answer_fields(form: Questionnaire, given: Mapping[str, Score]) -> dict[str, str]:
    fields = {f"q-{item}": str(score) for item, score in given.items()}
    return fields | {"shown": " ".join(item.id for item in form.items if item.id in given)}


def _around(scene: Scene) -> dict[str, str]:
    """How the answers were given, and the closing questions."""
    closing = dict(scene.story.closing)
    luck = scene.kid.chance
    if not closing and not scene.story.talk and luck.random() < chance.HALF:
        closing = {"close_good": chance.one_for(luck, scene.ordinary.good, scene.age) or ""}
    heard = {"yes": "nobody", "partly": "carer", "no": "carer"}[scene.private.held]
    return {
        "mode": "alone" if scene.alone else "together",
        "earshot": "interpreter" if scene.kid.story.language != "sv" else heard,
        "comprehension": "ready",
        **{f"words-{question}": words for question, words in closing.items() if words},
    }


def _present(scene: Scene) -> str:
    kid = scene.kid
    carers = "Familjehemmet" if kid.story.protected else kid.home.name
    return f"{kid.first_name}\n{kid.worker.actor.name}\n{carers}"


def _told_talks(scene: Scene, raised: Mapping[str, Level]) -> list[tuple[str, Talk]]:
    items = {item.track: item.id for item in scene.form.items} if scene.form else {}
    told = []
    for track, said in scene.story.talk.items():
        item = items[track]
        own = f"{talking.OWN}{made_id(0, scene.kid.id, scene.number, track)}"
        told.append((item if item in raised else own, said))
    return told


def _untold(scene: Scene, visit: Visit) -> list[str]:
    """List what was flagged and must be talked about, or was talked about as a matter of course."""
    subjects = []
    for flag in visit.flags:
        level = Level(flag.level)
        grave = level.rank >= Level.FOLLOW_UP.rank
        if flag.withdrawn or flag.respondent == "caseworker" or not (grave or level is Level.TALK):
            continue
        if grave or not scene.newest:
            carers = (flag.respondent, flag.subject) == (CARER, FORM)
            subjects.append(talking.CARER_FORM if carers else flag.subject)
    return subjects


def _notes(scene: Scene) -> list[AreaNote]:
    if scene.story.notes:
        return list(scene.story.notes)
    luck = scene.kid.chance
    found = [chance.one_for(luck, scene.ordinary.notes, scene.age) for _ in range(3)]
    return list({note.area: note for note in found if note}.values())


def _revision(visit: Visit, step: str) -> int:
    return visit.revisions.get(step, 0)


def _must(outcome: Saved | Stale) -> None:
    if isinstance(outcome, Stale):
        message = f"the demonstration fell behind itself at {outcome.step}"
        raise RuntimeError(message)  # noqa: TRY004 # no slip of type: somebody else writes in the same database
