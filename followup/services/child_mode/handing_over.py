"""Handing the tablet over to a child or a carer, and taking it back.

Handing over locks the caseworker's own session: it gets a new token, so that the old one is dead in every tab and in
the browser's memory, and whoever has it from then on reaches one form. Back by her PIN, five tries, or by signing in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select, update

from followup.domain.access import Loan
from followup.domain.display import Display
from followup.domain.errors import InvalidInput, InvalidTransition, NotAllowed, Problem
from followup.domain.pin import judge_pin, read_pin
from followup.questionnaires import languages
from followup.questionnaires.languages import Language
from followup.services.child_mode.on_loan import sheet_of, sheet_on_loan
from followup.services.sign_in.passwords import hash_password, matches
from followup.services.sign_in.sessions import hash_of, loan_of, new_token
from followup.services.visit.answer_sheet import AnswerPage, open_page
from followup.services.visit.answering import STEP_OF, record_answers
from followup.services.visit.sheets import CHILD
from followup.services.visit.steps import OPEN_STATES, hold
from followup.store.crypto import key_ring
from followup.store.tables import Response, User, UserSession
from followup.store.unit_of_work import UnitOfWork

TRIES = 5
"""How many wrong PINs a loan allows before it takes a password."""

Fields = Mapping[str, str]


@dataclass(frozen=True)
class Errand:
    """What the page before handing over shows.

    languages: those that the form can be shown in. has_pin: whether the user has chosen a PIN. obstacle: why the
    tablet can't be handed over: closed, no_form, handed_in, or "" when it can.
    """

    page: AnswerPage
    languages: tuple[Language, ...]
    has_pin: bool

    @property
    def obstacle(self) -> str:
        """Why there is nothing to hand over."""
        if self.page.visit.state not in OPEN_STATES:
            return "closed"
        if self.page.form is None:
            return "no_form"
        return "handed_in" if self.page.response and self.page.response.handed_in_at else ""

    @property
    def two_steps_possible(self) -> bool:
        """Whether the form's scale may be asked as “yes or no?” first and “sometimes?” then."""
        return bool(self.page.form and self.page.form.scale.two_step)

    def fields(self) -> dict[str, str]:
        """What is known already, as the page posts it."""
        codes = [language.code for language in self.languages]
        stored = self.page.response.language if self.page.response else ""
        spoken = self.page.visit.child.language if self.page.respondent == CHILD else ""
        known = next((code for code in (stored, spoken) if code in codes), "sv")
        two_step = bool(self.page.response and Display.of(self.page.response.display).two_step)
        return {"language": known, "earshot": "", "two_step": "1" if two_step else ""}


@dataclass(frozen=True)
class TakenBack:
    """What became of a PIN: a new token for the cookie, or None and how many tries are left."""

    token: str | None
    tries_left: int = TRIES


def open_errand(uow: UnitOfWork, visit_id: UUID, respondent: str) -> Errand:
    """Gather what the page before handing over shows. respondent: child | carer. Raises NotFound."""
    page = open_page(uow, visit_id, respondent)
    known = languages.languages_for(page.form) if page.form else ()
    return Errand(page, known, uow.one(select(User).where(User.id == uow.actor.id)).pin_hash is not None)


def hand_over(
    uow: UnitOfWork, session_id: UUID, visit_id: UUID, respondent: str, fields: Fields, *, device_language: str = ""
) -> str:
    """Lock the session to the form and return its new token.

    respondent: child | carer. fields: earshot (codes with spaces between, at least one), language, two_step ("1" or
    ""), pin and pin_again for a user without one. device_language: what the browser asks for (BCP 47), or "".
    A planned visit becomes a draft.
    Raises InvalidInput by field, InvalidTransition when there is an obstacle, NotFound.
    """
    hold(uow, visit_id)
    errand = open_errand(uow, visit_id, respondent)
    page = errand.page
    if errand.obstacle:
        raise InvalidTransition(errand.obstacle)
    pin, again = fields.get("pin", ""), fields.get("pin_again", "")
    problems = [*_problems(errand, fields), *(() if errand.has_pin else _pin_problems(pin, again))]
    if problems:
        raise InvalidInput(problems)
    if not errand.has_pin:
        choose_pin(uow, pin, again)
    loan = Loan(page.visit.id, page.visit.child_id, page.respondent)
    sheet = _prepare_sheet(uow, page, loan, fields, device_language)
    two_step = errand.two_steps_possible and fields.get("two_step") == "1"
    display = replace(Display.of(sheet.display), two_step=two_step)  # the child's own size and colours, if it chose any
    sheet.display = display.stored()
    token = _lock(uow, session_id, loan, display)
    uow.note("hand_over", child_id=loan.child_id, visit=str(loan.visit_id), respondent=loan.respondent)
    return token


def take_back(uow: UnitOfWork, session_id: UUID, typed: str) -> TakenBack:
    """Unlock the session when this is the PIN of the user whose it is.

    Each try is counted in the statement that asks whether there are any left, and holds the row until the unit ends:
    of tries at the same time, five are heard. Leave the unit without raising, or a wrong try is forgotten. A button
    pressed with nothing in the field is no try.
    """
    pin = read_pin(typed)
    if not pin:
        return TakenBack(None, tries_left(uow, session_id))
    heard = uow.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.lent_visit_id.is_not(None), UserSession.wrong_pins < TRIES)
        .values(wrong_pins=UserSession.wrong_pins + 1)
    )
    loan = uow.actor.loan
    if not heard or loan is None:
        return TakenBack(None, 0)
    session, user = _session(uow, session_id), uow.one(select(User).where(User.id == uow.actor.id))
    if not (user.pin_hash and matches(user.pin_hash, _peppered(user.id, pin))):
        left = TRIES - session.wrong_pins
        uow.note("wrong_pin", child_id=loan.child_id, tries_left=left)
        return TakenBack(None, left)
    token = new_token()
    session.token_hash, session.wrong_pins = hash_of(token), 0
    session.lent_visit_id = session.lent_child_id = session.lent_respondent = None
    sheet_on_loan(uow).end_pause(uow.now)
    uow.note("take_back", child_id=loan.child_id, visit=str(loan.visit_id), by="pin")
    return TakenBack(token)


def tries_left(uow: UnitOfWork, session_id: UUID) -> int:
    """Return how many times a PIN may still be tried on this loan."""
    return max(0, TRIES - uow.one(select(UserSession.wrong_pins).where(UserSession.id == session_id)))


def choose_pin(uow: UnitOfWork, typed: str, again: str) -> None:
    """Give the user a PIN, instead of the one before if any. Raises InvalidInput (pin, pin_again)."""
    problems = _pin_problems(typed, again)
    if problems:
        raise InvalidInput(problems)
    user = uow.one(select(User).where(User.id == uow.actor.id))
    user.pin_hash = hash_password(_peppered(user.id, read_pin(typed)))
    uow.note("choose_pin")


def _problems(errand: Errand, fields: Fields) -> list[Problem]:
    problems = []
    if not fields.get("earshot", "").split():
        problems.append(Problem("earshot", "Välj vem som kan höra, eller Ingen annan.", "missing"))
    if fields.get("language") not in {language.code for language in errand.languages}:
        problems.append(Problem("language", "Språket finns inte. Välj ett av dem som visas.", "unknown_code"))
    return problems


def _pin_problems(typed: str, again: str) -> list[Problem]:
    try:
        judge_pin(read_pin(typed))
    except InvalidInput as error:
        return list(error.problems)
    if read_pin(typed) == read_pin(again):
        return []
    return [Problem("pin_again", "PIN-koderna är inte lika. Skriv samma kod en gång till.", "differs")]


def _prepare_sheet(uow: UnitOfWork, page: AnswerPage, loan: Loan, fields: Fields, device_language: str) -> Response:
    """Write down on the answer sheet what holds from now on, and make the sheet if there is none."""
    told = {"earshot": fields["earshot"], "language": fields["language"]}
    if page.response and page.response.answers:
        told["earshot"] += f" {page.response.earshot or ''}"  # who was near the first time was near some of the answers
    else:
        told["mode"] = "alone"  # with answers that were given together, that is what the sheet goes on saying
    revision = page.visit.revisions.get(STEP_OF[page.respondent], 0)
    record_answers(uow, page.visit.id, page.respondent, revision, told)
    sheet = sheet_of(uow, loan)
    sheet.device_language = device_language or None
    sheet.paused_at = None  # a pause that ended elsewhere: how long it was, nobody knows
    return sheet


def _lock(uow: UnitOfWork, session_id: UUID, loan: Loan, display: Display) -> str:
    session = _session(uow, session_id)
    if loan_of(session) not in {None, loan}:  # a second click is no second loan
        raise NotAllowed
    token = new_token()
    session.token_hash, session.wrong_pins, session.display = hash_of(token), 0, display.stored()
    session.lent_visit_id, session.lent_child_id = loan.visit_id, loan.child_id
    session.lent_respondent = loan.respondent
    session.last_seen_at = uow.now
    session.proved_at = None  # a PIN that the child has watched proves less than what is asked for before signing
    return token


def _session(uow: UnitOfWork, session_id: UUID) -> UserSession:
    owned = select(UserSession).where(UserSession.id == session_id, UserSession.user_id == uow.actor.id)
    return uow.one(owned.with_for_update().execution_options(populate_existing=True))


def _peppered(user_id: UUID, pin: str) -> str:
    """Mix in the key: ten thousand PINs are tried in minutes by whoever has the database and nothing else."""
    return key_ring().blind_index(f"pin:{user_id}:{pin}").hex()
