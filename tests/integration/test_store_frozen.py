"""What the database itself refuses, whoever asks: a signed visit, a filed document, a published form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.exc import DBAPIError

from followup.domain.access import SYSTEM
from followup.services.overview.my_children import keep_promise
from followup.services.visit.agreeing import save_agreements
from followup.services.visit.preparing import save_prepare
from followup.services.visit.raising_alarm import raise_alarm
from followup.store.tables import (
    Action,
    Document,
    Filing,
    Note,
    PlacementCheck,
    Prompt,
    ReadBack,
    UrgentConcern,
    Visit,
)
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Person
from tests.support.queries import raw

ClientFor = Callable[[Person], LintingClient]

OF_VISIT = ("response", "placement_check", "note", "prompt", "read_back")
TEXT_COLUMN = {
    "response": "mode",
    "placement_check": "understanding",
    "note": "kind",
    "prompt": "subject",
    "read_back": "outcome",
}


def draft(people: People) -> UUID:
    """A visit with a row in every table that signing freezes."""
    (visit_id,) = people.plan(people.alva)
    people.answer(visit_id, {"b_sleep": 2})
    whose: dict[str, Any] = {"visit_id": visit_id, "child_id": people.alva.id}
    with people.as_program() as uow:
        uow.add(
            PlacementCheck(understanding="partly", **whose),
            Note(position=1, area="health", kind="observation", text="pigg", **whose),
            Prompt(subject="b_sleep", outcome="talked", recorded_at=uow.now, **whose),
            ReadBack(outcome="agrees", **whose),
        )
    return visit_id


@pytest.fixture
def signed(people: People) -> UUID:
    """A signed visit, and a draft of the same child beside it."""
    visit_id = draft(people)
    people.freeze(visit_id)
    return visit_id


def run(people: People, sql: str, **values: Any) -> None:
    """Run SQL past the program; ids as the engine stores them."""
    ids = [bindparam(name, type_=Uuid()) for name, value in values.items() if isinstance(value, UUID)]
    with people.store.engine.begin() as connection:
        connection.execute(text(sql).bindparams(*ids), values)


def refused(people: People, sql: str, reason: str = "frozen", **values: Any) -> None:
    with pytest.raises(DBAPIError, match=reason):
        run(people, sql, **values)


def test_rows_of_a_signed_visit_are_neither_changed_nor_taken_away(people: People, signed: UUID) -> None:
    for table in OF_VISIT:
        refused(people, f"UPDATE {table} SET {TEXT_COLUMN[table]} = 'x' WHERE visit_id = :id", id=signed)
        refused(people, f"DELETE FROM {table} WHERE visit_id = :id", id=signed)
    refused(people, "UPDATE answer SET score = 5")
    refused(people, "DELETE FROM answer")


def test_nothing_is_added_to_a_signed_visit(people: People, signed: UUID) -> None:
    new: list[Note | Prompt] = [
        Note(position=2, area="health", kind="observation", text="trött"),
        Prompt(subject="b_mood", outcome="later", recorded_at=people.clock()),
    ]
    for row in new:
        row.visit_id, row.child_id = signed, people.alva.id
        with pytest.raises(DBAPIError, match="frozen"), people.as_program() as uow:
            uow.add(row)
    with pytest.raises(DBAPIError, match="frozen"):
        people.answer(signed, {"f_sleep": 3}, respondent="carer")


def test_no_row_moves_between_a_signed_visit_and_another(people: People, signed: UUID) -> None:
    (other,) = people.plan(people.alva, days=7)
    people.answer(other, {"b_sleep": 4}, respondent="carer", form="barn-8-12")
    for table in OF_VISIT:
        refused(people, f"UPDATE {table} SET visit_id = :other WHERE visit_id = :id", id=signed, other=other)
    refused(people, "UPDATE response SET visit_id = :id WHERE visit_id = :other", id=signed, other=other)
    responses = "(SELECT id FROM response WHERE visit_id = :{})"
    move = f"UPDATE answer SET response_id = {responses} WHERE response_id = {responses}"
    refused(people, move.format("other", "id"), id=signed, other=other)
    refused(people, move.format("id", "other"), id=signed, other=other)


def test_a_signed_visit_itself_is_frozen(people: People, signed: UUID) -> None:
    for change in (
        "private_talk = 'yes'",
        "summary_sha256 = 'x'",
        "state = 'draft'",
        "state = 'cancelled'",
        "planned_at = '2020-01-01 00:00:00'",
        "summary = NULL",
    ):
        refused(people, f"UPDATE visit SET {change} WHERE id = :id", id=signed)
    refused(people, "DELETE FROM visit WHERE id = :id", id=signed)


def test_a_signed_visit_is_filed_and_nothing_else_changes_with_it(people: People, signed: UUID) -> None:
    for change in ("private_talk = 'yes'", "summary_sha256 = 'x'", "signed_by = NULL", "summary = NULL"):
        refused(people, f"UPDATE visit SET state = 'filed', {change} WHERE id = :id", id=signed)
    run(people, "UPDATE visit SET state = 'filed' WHERE id = :id", id=signed)
    assert people.visit(signed).state == "filed"
    for change in ("state = 'signed'", "state = 'draft'", "step = 'why'"):
        refused(people, f"UPDATE visit SET {change} WHERE id = :id", id=signed)
    refused(people, "UPDATE note SET kind = 'x' WHERE visit_id = :id", id=signed)


def test_the_program_files_a_signed_visit(people: People, signed: UUID) -> None:
    with people.unit(people.maja) as uow:
        uow.one(uow.reachable(Visit).where(Visit.id == signed)).state = "filed"
    assert people.visit(signed).state == "filed"


def test_other_visits_stay_open(people: People, signed: UUID) -> None:
    (other,) = people.plan(people.alva, days=7)
    people.answer(other, {"b_sleep": 4})
    run(people, "UPDATE answer SET score = 5 WHERE child_id = :id AND score = 4", id=people.alva.id)
    run(people, "UPDATE visit SET state = 'cancelled' WHERE id = :id", id=other)
    run(people, "DELETE FROM answer WHERE score = 5")
    assert people.visit(signed).state == "signed"


def test_a_stored_document_never_changes(people: People, signed: UUID) -> None:
    document_id = uuid4()
    whose: dict[str, Any] = {"visit_id": signed, "child_id": people.alva.id}
    with people.as_program() as uow:
        uow.add(Document(id=document_id, asked_for_at=uow.now, **whose))
    with people.as_program() as uow:
        document = uow.one(uow.reachable(Document))
        document.content, document.sha256, document.state = b"%PDF-", "x", "ready"
    for change in ("sha256 = 'y'", "content = NULL", "state = 'waiting'", "tries = 3"):
        refused(people, f"UPDATE document SET {change} WHERE id = :id", "never changes", id=document_id)
    refused(people, "DELETE FROM document WHERE id = :id", "never changes", id=document_id)
    with people.as_program() as uow:
        uow.add(Filing(document_id=document_id, reference="A1", filed_at=uow.now, filed_by=people.maja.id, **whose))
    refused(people, "UPDATE filing SET filed_at = '2020-01-01'", "append-only")
    refused(people, "DELETE FROM filing", "append-only")


def test_an_agreement_is_kept_or_broken_after_signing_and_never_reworded(people: People) -> None:
    visit_id = draft(people)
    promise = people.promise(people.alva, "Ringa mormor", visit_id=visit_id)
    people.freeze(visit_id)
    for change in (
        "what = 'x'",
        "child_wording = 'x'",
        "who = 'x'",
        "due = '2027-01-01'",
        "kind = 'action'",
        "visit_id = NULL",
    ):
        refused(people, f"UPDATE action SET {change} WHERE id = :id", id=promise)
    refused(people, "DELETE FROM action WHERE id = :id", id=promise)
    with pytest.raises(DBAPIError, match="frozen"):
        people.promise(people.alva, "Ringa farfar", visit_id=visit_id)
    loose = people.promise(people.alva, "Ringa moster")
    refused(people, "UPDATE action SET visit_id = :visit WHERE id = :id", id=loose, visit=visit_id)
    with people.unit(people.maja) as uow:
        keep_promise(uow, promise, done=True)
        row = uow.one(uow.reachable(Action).where(Action.id == promise))
        row.outcome, row.told_child_at, row.owner_id = "Hon kommer.", uow.now, people.idris.id
    run(people, "UPDATE action SET due = '2027-01-01', what = what WHERE id = :id", id=loose)
    run(people, "DELETE FROM action WHERE id = :id", id=loose)


def test_an_urgent_concern_keeps_its_words_before_signing_and_after(people: People) -> None:
    (visit_id,) = people.plan(people.alva)
    with people.unit(people.maja) as uow:
        concern = raise_alarm(uow, visit_id, uuid4(), {"words": "Jag är rädd."}).id
    for state in ("draft", "signed"):
        people.freeze(visit_id, state=state)
        for change in ("words = 'x'", "question = 'x'", "created_at = '2020-01-01 00:00:00'"):
            refused(people, f"UPDATE urgent_concern SET {change} WHERE id = :id", "kept as it was", id=concern)
        refused(people, "DELETE FROM urgent_concern WHERE id = :id", "kept as it was", id=concern)
    with people.unit(people.maja) as uow:
        raise_alarm(uow, visit_id, concern, {"told": "Gruppledaren", "told_time": "14.00"})
    (row,) = people.rows(UrgentConcern, UrgentConcern.id == concern)
    assert (row.words, row.told) == ("Jag är rädd.", "Gruppledaren")


def test_what_siblings_share_is_fixed_when_the_first_is_signed(people: People, client_for: ClientFor) -> None:
    alva, vide = people.plan(people.alva, people.vide)
    with people.unit(people.maja) as uow:
        save_prepare(uow, vide, 0, {"present": "Karin"})
    people.freeze(alva)
    home = people.visit(alva).home_visit_id
    for change in ("present = 'x'", "interpreter = 'x'", "home_seen = TRUE", "planned_at = '2020-01-01 00:00:00'"):
        refused(people, f"UPDATE home_visit SET {change} WHERE id = :id", id=home)
    browser = client_for(people.maja)
    for step, name, value in (("prepare", "present", "Per"), ("agreements", "home_seen", "yes")):
        path = f"/visits/{vide}/{step}"
        told = browser.autosave(path, {"revision": int(step == "prepare"), name: value})
        assert told.status_code == 422
        assert told.json is not None
        assert list(told.json["errors"]) == [name]
        page = browser.get(path).text
        assert "Låst, för ett annat barns besök samma gång är signerat." in page
        assert f'name="{name}"' not in page
    with people.unit(people.maja) as uow:
        save_prepare(uow, vide, 1, {"present": "Karin", "note": "Fika"})  # as it was: nothing is asked for
        save_agreements(uow, vide, 0, {"room_seen": "yes", "home_seen": ""})
    assert people.visit(vide).prepare_note == "Fika"


def test_published_forms_and_explanations_are_only_added(people: People) -> None:
    people.explain(people.alva, "Så här var det.", version=2)
    for table, column in (("questionnaire_version", "definition"), ("explanation", "agreed_with")):
        refused(people, f"UPDATE {table} SET {column} = {column}", "append-only")
        refused(people, f"DELETE FROM {table}", "append-only")


def test_the_app_user_of_postgresql_has_no_right_to_change_the_log(people: People) -> None:
    engine = people.store.engine
    if engine.dialect.name == "sqlite":
        return  # it has no users; the triggers are tried in test_audit.py
    granted = raw(
        engine,
        "SELECT string_agg(privilege_type, ',') FROM information_schema.table_privileges "
        "WHERE table_name = 'access_log' AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')",
    )
    assert granted is None


def test_a_unit_of_a_signed_visit_says_so_in_time(people: People, signed: UUID) -> None:
    # The trigger is the last lock; here it is met through the program, so that the message reaches whoever reads logs.
    with pytest.raises(DBAPIError, match="frozen"), people.store.unit(SYSTEM, now=people.clock() + timedelta(1)) as uow:
        uow.one(uow.reachable(Note)).text = "ändrat i efterhand"
