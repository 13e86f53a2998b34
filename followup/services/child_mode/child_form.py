"""The form on a tablet that a child or a carer has: what its pages show, and the saving of each tap.

A child never meets two versions of its answers: what it taps last is its answer. What a page could post that no page of
its own does (who was near, how the answers were given, “not asked”) is not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from followup.domain.answers import GIVEN, Status
from followup.domain.display import SIZES, Display
from followup.domain.errors import InvalidInput, NotFound, Problem
from followup.domain.questionnaire import Item, Practice, Questionnaire
from followup.questionnaires import load_all
from followup.questionnaires.languages import Language, Words, languages_for, words
from followup.services.child_mode.on_loan import hold_sheet, loan_of
from followup.services.visit import steps
from followup.services.visit.answer_fields import ITEM_FIELDS
from followup.services.visit.answer_sheet import AnswerPage, open_page
from followup.services.visit.answering import STEP_OF, record_answers
from followup.services.visit.as_shown import shown_language
from followup.services.visit.sheets import CHILD
from followup.services.visit.steps import Saved
from followup.store.tables import Response, UserSession, Visit
from followup.store.unit_of_work import UnitOfWork

Fields = Mapping[str, str]

_OFFICE = frozenset({Status.NOT_ASKED, Status.NOT_APPLICABLE})  # the caseworker's to say
_OWN = (*ITEM_FIELDS, "practice-")


@dataclass(frozen=True)
class ChildForm:
    """The form that the tablet is locked to, with its sheet of answers.

    page: its visit, items and stored answers. response: the sheet, which handing over has begun.
    """

    page: AnswerPage
    form: Questionnaire
    response: Response

    @property
    def childs(self) -> bool:
        """Whether a child has the tablet, and not a carer."""
        return self.page.respondent == CHILD

    @property
    def words(self) -> Words:
        """The words in the language that was chosen; Swedish where a new version of the program lacks some of them."""
        return words(shown_language(self.form, self.response.language))

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages that the form can be shown in."""
        return languages_for(self.form)

    @property
    def items(self) -> tuple[Item, ...]:
        """The questions, in order."""
        return self.page.items

    @property
    def practice(self) -> tuple[Practice, ...]:
        """The practice items, until they have shown whether the scale was understood."""
        return () if self.response.comprehension else self.form.practice

    @property
    def handed_in(self) -> bool:
        """Whether the sheet is handed in: from then on it is only shown."""
        return self.response.handed_in_at is not None

    @property
    def over(self) -> bool:
        """Whether nothing more is taken: it is handed in, or the visit was signed or called off on another device."""
        return self.handed_in or self.page.visit.state not in steps.OPEN_STATES

    @property
    def paused(self) -> bool:
        """Whether there is a pause right now."""
        return self.response.paused_at is not None

    @property
    def begun(self) -> bool:
        """Whether anything at all has been answered."""
        return bool(self.response.answers or self.response.comprehension)

    @property
    def first_open(self) -> str | None:
        """The first question without an answer; None when all have one. “Don't know” is an answer as good as any."""
        given = {answer.item for answer in self.response.answers if answer.status in GIVEN}
        return next((item.id for item in self.items if item.id not in given), None)

    @property
    def topics(self) -> tuple[Item, ...]:
        """What to choose from to talk about first: what was marked, else all that was asked."""
        marked = {answer.item for answer in self.response.answers if answer.wants_to_talk}
        return tuple(item for item in self.items if item.id in marked) or self.items


def open_form(uow: UnitOfWork) -> ChildForm:
    """Fetch the form that the tablet is locked to. Raises NotFound when none is lent, or empty."""
    loan = loan_of(uow)
    page = open_page(uow, loan.visit_id, loan.respondent)
    if page.form is None or page.response is None:
        raise NotFound
    return ChildForm(page, page.form, page.response)


def save_answers(uow: UnitOfWork, fields: Fields) -> Saved:
    """Save what a screen posted: `q-`, `talk-`, `words-` and `practice-` fields, and `shown` (see `answer_fields`).

    Raises InvalidInput by field, and InvalidTransition when the sheet is handed in or the visit no longer open.
    """
    visit, sheet = hold_sheet(uow)
    sheet.end_pause(uow.now)
    return _record(uow, visit, sheet.respondent, _own(fields))


def save_display(uow: UnitOfWork, session_id: UUID, fields: Fields) -> None:
    """Keep how the pages are wanted: `language`, `size` (m, l, xl), `calm` and `aloud` ("1" or ""), those given.

    They are kept with the sheet too while it is open: when the tablet is handed over again they are the same. Values
    that no page offers change nothing.
    """
    loan = loan_of(uow)
    steps.hold(uow, loan.visit_id)
    session = uow.one(select(UserSession).where(UserSession.id == session_id))
    display = Display.of(session.display)
    size = fields.get("size", display.size)
    chosen = Display(
        size=size if size in SIZES else display.size,
        calm=fields["calm"] == "1" if "calm" in fields else display.calm,
        aloud=fields["aloud"] == "1" if "aloud" in fields else display.aloud,
        two_step=display.two_step,
    )
    session.display = chosen.stored()
    form = open_form(uow)
    if form.over:
        return
    form.response.display = chosen.stored()
    if fields.get("language") in {language.code for language in form.languages}:
        form.response.language = fields["language"]


def begin_pause(uow: UnitOfWork) -> None:
    """Note that a pause began. Raises InvalidTransition as `save_answers`."""
    _, sheet = hold_sheet(uow)
    if sheet.paused_at is None:
        sheet.pauses += 1
        sheet.paused_at = uow.now


def end_pause(uow: UnitOfWork) -> None:
    """Note that the pause, if there is one, is over. Raises InvalidTransition as `save_answers`."""
    _, sheet = hold_sheet(uow)
    sheet.end_pause(uow.now)


def save_first_topic(uow: UnitOfWork, item: str) -> None:
    """Keep what is to be talked about first, an item or "" for nothing in particular; what was not asked is not taken.

    Raises InvalidTransition as `save_answers`.
    """
    form = open_form(uow)
    _, sheet = hold_sheet(uow)
    if form.childs and item in {"", *(each.id for each in form.items)}:
        sheet.first_topic = item or None


def hand_in(uow: UnitOfWork, first_topic: str = "") -> None:
    """Hand the sheet in: from now on each change keeps the first answer. Handing in twice is handing in once.

    first_topic: the item to talk about first, or "". To choose it is to mark it; what was not asked is not taken.
    """
    form = open_form(uow)
    if form.handed_in:
        return
    visit, sheet = hold_sheet(uow)
    sheet.end_pause(uow.now)
    if form.childs and first_topic in {item.id for item in form.items}:
        stored = form.page.fields()
        told = {name: stored.get(name, "") for name in (f"q-{first_topic}", f"words-{first_topic}")}
        if told[f"q-{first_topic}"] in _OFFICE:
            told[f"q-{first_topic}"] = ""
        _record(uow, visit, CHILD, {**told, f"talk-{first_topic}": "1", "shown": first_topic})
        sheet.first_topic = first_topic
        uow.flush()  # the answer is marked before the sheet is frozen
    sheet.handed_in_at = uow.now
    steps.mark_saved(uow, visit, STEP_OF[sheet.respondent])


def _record(uow: UnitOfWork, visit: Visit, respondent: str, fields: Fields) -> Saved:
    saved = record_answers(uow, visit.id, respondent, visit.revisions.get(STEP_OF[respondent], 0), fields)
    if not isinstance(saved, Saved):  # the row is held, so the revision is the newest
        raise TypeError
    return saved


def _own(fields: Fields) -> dict[str, str]:
    """Return the fields that the one who answers may fill in; practice counts when it is whole."""
    own = {name: value for name, value in fields.items() if name == "shown" or name.startswith(_OWN)}
    for name, value in own.items():
        if name.startswith("q-") and value in _OFFICE:
            raise InvalidInput([Problem(name[:80], "Svaret gick inte att läsa. Välj ett av svaren.", "not_a_choice")])
    if any(_practised(form, own) for form in load_all().forms.values()):
        own["comprehension"] = ""  # for what the practice showed
    return own


def _practised(form: Questionnaire, fields: Fields) -> bool:
    return bool(form.practice) and all(fields.get(f"practice-{each.id}") for each in form.practice)
