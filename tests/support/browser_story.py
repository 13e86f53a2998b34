"""A caseworker's week, told through the program's own use cases: something on every page, in every state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy.orm import selectinload

from followup.questionnaires import load_all
from followup.services.record import signing
from followup.services.record.filing import file_document
from followup.services.record.pressroom import keep
from followup.services.visit import planning
from followup.services.visit.agreeing import save_agreements
from followup.services.visit.answering import record_answers
from followup.services.visit.explaining import save_why
from followup.services.visit.raising_alarm import raise_alarm
from followup.services.visit.talking import save_talk
from followup.store.tables import Document, Setting, Visit
from tests.support.people import People
from tests.support.population import Kid, Person

_ITEMS = tuple(item.id for item in load_all().forms["barn-8-12"].items)
_LONG = "Jag vill att någon frågar mig innan ni bestämmer om sommaren. Förra året fick jag veta det sist av alla."


@dataclass(frozen=True)
class Story:
    """Visits by what has become of them. All are Maja's; `draft` is Alva's, with something in every step."""

    draft: UUID
    planned: UUID
    smallest: UUID
    cancelled: UUID
    waiting: UUID
    failed: UUID
    ready: UUID
    filed: UUID


def tell(people: People) -> Story:
    """Fill the population's store."""
    alva, vide, samira = people.alva, people.vide, people.samira
    with people.as_program() as uow:
        numbers = [{"name": "Socialjouren", "phone": "08-465 004 20"}]
        uow.add(
            Setting(
                organisation_id=people.organisation_id,
                key="on_call",
                value=numbers,
                valid_from=date(2026, 1, 1),
                set_by="prov",
            )
        )
    people.promise(alva, "Fråga mamma om hon kan ringa på onsdagar.", due=date(2026, 11, 20))
    people.promise(alva, "Ta reda på när simskolan börjar.", due=date(2026, 12, 4))
    filed = _held(people, alva, 400, {"b_sleep": 4, "b_friends": 4, "b_mood": 4, "b_safe": 5, "b_family": "declined"})
    _done(people, filed, reference="SN 2025-0417-11")
    ready = _held(people, alva, 210, {"b_sleep": 4, "b_friends": 3, "b_mood": 4, "b_safe": 5, "b_family": "dont_know"})
    _printed(people, ready, b"%PDF-1.7 not a real one")
    failed = _held(people, samira, 60, {"b_sleep": 4, "b_safe": 4})
    for _ in range(3):
        _printed(people, failed, None)
    waiting = _held(people, samira, 2, {"b_sleep": 5, "b_safe": 5})
    (draft, planned) = people.plan(alva, vide)
    _draft(people, alva, draft)
    (smallest,) = people.plan(people.leo, days=3)
    (cancelled,) = people.plan(vide, days=-30)
    with people.unit(people.maja) as uow:
        planning.cancel_visit(uow, cancelled, because="child_ill", note="Feber sedan i natt.")
    return Story(draft, planned, smallest, cancelled, waiting, failed, ready, filed)


def _held(people: People, kid: Kid, days_ago: int, answers: Mapping[str, int | str]) -> UUID:
    """A signed visit some days ago."""
    now = people.clock.now
    people.clock.now = now - timedelta(days=days_ago)
    (visit_id,) = people.plan(kid)
    _answer(people, visit_id, "child", {**dict.fromkeys(_ITEMS, 4), **answers})
    _why(people, visit_id, understanding="partly", self_blame="some", child_words="För att jag bråkade så mycket.")
    _private_talk(people, visit_id)
    sign(people, people.maja, visit_id)
    people.clock.now = now
    return visit_id


def ready_to_sign(people: People, visit_id: UUID) -> None:
    """Give a visit all that signing asks for but the reading back."""
    _answer(people, visit_id, "child", dict.fromkeys(_ITEMS, 4))
    _why(people, visit_id, understanding="own_words", self_blame="no_sign")
    _private_talk(people, visit_id)


def sign(people: People, person: Person, visit_id: UUID) -> None:
    """Read a visit back and sign it; it must lack nothing else."""
    with people.unit(person) as uow:
        signing.save_read_back(uow, visit_id, 0, {"outcome": "agrees", "words": "Skriv att jag vill ha en hund."})
    with people.unit(person) as uow:
        signing.sign_unread(uow, visit_id)


def _draft(people: People, kid: Kid, visit_id: UUID) -> None:
    answers: dict[str, int | str] = {
        "b_friends": 1, "b_school_ok": 3, "b_school_help": 5, "b_sleep": 2, "b_body": 4, "b_home_like": 4,
        "b_belong": 3, "b_adults_kind": 2, "b_safe": 4, "b_mood": 2, "b_help_feelings": "dont_know",
        "b_trusted_adult": 5, "b_family": "declined",
    }  # fmt: skip
    words = {"b_listen": _LONG, "b_sleep": "Jag vaknar och tänker på mamma."}
    _answer(people, visit_id, "child", answers, talk=("b_friends",), words=words)
    _answer(people, visit_id, "carer", {"f_sleep": 5, "f_settled": 4, "f_cope": 2})
    own = f"own:{uuid4()}"
    with people.unit(people.maja) as uow:
        save_talk(
            uow,
            visit_id,
            0,
            {
                "outcome-b_friends": "talked",
                "words-b_friends": "De säger att jag luktar konstigt.",
                "agreed-b_friends": "Maja pratar med skolan.",
                "lead-b_friends": "1",
                "leadnote-b_friends": "Det har pågått sedan i våras.",
                f"topic-{own}": "Hunden Sixten",
                f"words-{own}": "Får han följa med till mormor?",
            },
        )
    _why(people, visit_id, understanding="mistaken", self_blame="clear", child_words="Det var mitt fel.")
    row = uuid4()
    with people.unit(people.maja) as uow:
        save_agreements(
            uow,
            visit_id,
            0,
            {
                f"what-{row}": "Karin ringer skolsköterskan om nätterna.",
                f"owner-{row}": "other",
                f"who-{row}": "Karin Ängsull",
                f"kind-{row}": "action",
                f"due-{row}": "2026-12-04",
                f"area-{uuid4()}": "health",
                "private_talk": "partly",
                "private_minutes": "20",
                "private_reason": "Alva ville sitta i köket.",
                "next_visit_on": "2027-01-21",
            },
        )
    concern = uuid4()
    with people.unit(people.maja) as uow:
        raise_alarm(uow, visit_id, concern, {"words": "Han slog i dörren bredvid mig.", "question": "Vad hände sen?"})


def _answer(
    people: People,
    visit_id: UUID,
    respondent: str,
    answers: Mapping[str, int | str],
    talk: tuple[str, ...] = (),
    words: Mapping[str, str] | None = None,
) -> None:
    fields = {f"q-{item}": str(given) for item, given in answers.items()}
    fields |= {f"talk-{item}": "1" for item in talk}
    fields |= {f"words-{item}": text for item, text in (words or {}).items()}
    with people.unit(people.maja) as uow:
        record_answers(uow, visit_id, respondent, 0, {**fields, "shown": " ".join({*answers, *talk, *(words or {})})})


def _why(people: People, visit_id: UUID, **fields: str) -> None:
    plan = {
        "told_today": "Jag berättade att det var de vuxnas ansvar.",
        "next_step": "Maja tar upp det igen i januari.",
    }
    with people.unit(people.maja) as uow:
        save_why(uow, visit_id, 0, {**plan, **fields}, publish=True)


def _private_talk(people: People, visit_id: UUID) -> None:
    with people.unit(people.maja) as uow:
        save_agreements(uow, visit_id, 0, {"private_talk": "yes", "private_minutes": "25", "home_seen": "yes"})
    visit = people.visit(visit_id, selectinload(Visit.flags))
    talked = {f"outcome-{flag.subject}": "talked" for flag in visit.flags if not flag.withdrawn}
    with people.unit(people.maja) as uow:
        save_talk(uow, visit_id, 0, {name: value for name, value in talked.items() if ":" not in name})


def _printed(people: People, visit_id: UUID, content: bytes | None) -> None:
    """Store a PDF, or note once more that it could not be made."""
    (document,) = people.rows(Document, Document.visit_id == visit_id)
    with people.as_program() as uow:
        uow.one(uow.reachable(Document).where(Document.id == document.id)).tries += 1
    keep(people.store, document.id, content)


def _done(people: People, visit_id: UUID, reference: str) -> None:
    _printed(people, visit_id, b"%PDF-1.7 not a real one")
    with people.unit(people.maja) as uow:
        file_document(uow, visit_id, reference)
