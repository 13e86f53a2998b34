"""A statement on case data without a reach never leaves the program, however it is written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import Table, delete, exists, func, insert, literal, literal_column, or_, select, text, union, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import aliased, selectinload

from followup.store.guard import GUARDED_TABLES, ReadOnlyUnit, UnscopedQuery
from followup.store.tables import Answer, Base, Child, Note, Organisation, Placement, SetAside, Team, User, Visit
from followup.store.unit_of_work import UnitOfWork
from tests.support.people import People
from tests.support.queries import counted, log_lines

CHILD = cast("Table", Child.__table__)
_someone = aliased(Child)

UNSCOPED: dict[str, Callable[[], Any]] = {
    "rows": lambda: select(Child),
    "a column": lambda: select(Child.name),
    "an id": lambda: select(Child.id),
    "two columns of two tables": lambda: select(User.name, Visit.id),
    "a count": lambda: select(func.count(Child.id)),
    "a count of the table": lambda: select(func.count()).select_from(Child),
    "a relation's join": lambda: select(Placement).join(Placement.child),
    "a join from an open table": lambda: select(User).join(Child, Child.team_id == User.team_id),
    "an alias": lambda: select(_someone),
    "a sub-query in where": lambda: select(User).where(User.id.in_(select(Visit.caseworker_id))),
    "a sub-query in from": lambda: select(select(Child.id).subquery()),
    "a scalar sub-query": lambda: select(User.name, select(func.count(Child.id)).scalar_subquery()),
    "a lateral": lambda: select(User, select(Child.id).where(Child.team_id == User.team_id).lateral()),
    "a common table expression": lambda: select(select(Child.id).cte("theirs")),
    "exists": lambda: select(User).where(exists().where(Visit.caseworker_id == User.id)),
    "bare exists": lambda: select(select(Child.id).exists()),
    "order by a sub-query": lambda: select(User).order_by(select(func.count(Visit.id)).scalar_subquery()),
    "having": lambda: select(User.role).group_by(User.role).having(exists().where(Child.id.is_not(None))),
    "a case's answer": lambda: select(func.coalesce(select(Answer.score).limit(1).scalar_subquery(), literal(0))),
    "union": lambda: union(select(User.id), select(Child.id)),
    "rows from a union": lambda: select(Child).from_statement(union(select(Child), select(Child))),
    "a table": lambda: select(CHILD),
    "a table's column": lambda: select(CHILD.c.name),
    "words of SQL": lambda: text("SELECT name FROM child"),
    "words of SQL in where": lambda: select(User).where(text("EXISTS (SELECT 1 FROM child)")),
    "words of SQL for rows": lambda: select(Child).from_statement(text("SELECT * FROM child")),
    "a bulk update": lambda: update(Child).values(language="en"),
    "an update by a case": lambda: update(User).where(User.id.in_(select(Visit.caseworker_id))).values(locale="en"),
    "an update of a table": lambda: CHILD.update().values(language="en"),
    "a bulk delete": lambda: delete(Note),
    "a bulk insert": lambda: insert(Note).values(id=uuid4()),
    "an insert from a select": lambda: insert(Team).from_select(
        ["id", "organisation_id", "name"], select(Child.id, Child.organisation_id, Child.case_number)
    ),
    "an insert of cases from a select": lambda: insert(SetAside).from_select(["id"], select(User.id)),
    "what an update returns": lambda: update(Child).values(language="en").returning(Child.name),
}


def _session(uow: UnitOfWork) -> Any:
    return uow._session


def test_no_statement_without_a_reach_is_sent(people: People) -> None:
    got_through = []
    for what, statement in UNSCOPED.items():
        with counted(people.store) as sent, people.unit(people.maja) as uow:
            sent.sql.clear()  # the reach itself was asked for
            with suppress(UnscopedQuery):
                _session(uow).execute(statement())
                got_through.append(what)
            assert not sent.sql, what
    assert not got_through


def test_words_of_sql_within_a_reach_are_refused(people: People) -> None:
    for words in (
        lambda: text("EXISTS (SELECT 1 FROM child)"),
        lambda: literal_column("(SELECT name FROM child LIMIT 1)") == "Tor",
    ):
        for _ in range(2):  # the second time it is known
            with counted(people.store) as sent, people.unit(people.maja) as uow:
                sent.sql.clear()
                with pytest.raises(UnscopedQuery, match="raw SQL"):
                    uow.all(uow.reachable(Child).where(words()))
                assert not [sql for sql in sent.sql if "FROM child" in sql]


_theirs = aliased(Placement)
_all_visits = select(Visit.id, Visit.state).subquery()

LED_ASTRAY: dict[str, Callable[[UnitOfWork], Any]] = {
    "the others of a home": lambda uow: (
        uow.reachable(Placement).join(_theirs, _theirs.foster_home_id == Placement.foster_home_id).add_columns(_theirs)
    ),
    "everybody": lambda uow: uow.reachable(Visit).join(Child, Child.language != Visit.state).add_columns(Child.name),
    "one way or another": lambda uow: uow.reachable(Visit).join(
        Child, or_(Child.id == Visit.child_id, Child.language == "sv")
    ),
    "a sub-query": lambda uow: uow.reachable(Child).join(_all_visits, _all_visits.c.state == Child.language),
    "within a sub-query": lambda uow: uow.reachable(Child).where(
        Child.id.in_(select(Note.child_id).join(Visit, Visit.state == Note.kind))
    ),
}


def test_a_join_within_a_reach_stays_with_the_same_child(people: People) -> None:
    for what, statement in LED_ASTRAY.items():
        for _ in range(2):
            with people.unit(people.maja, reads=True) as uow, pytest.raises(UnscopedQuery, match="same child"):
                uow.rows(statement(uow))
                pytest.fail(what)
    with people.as_program() as uow:  # it reaches everybody anyhow
        assert uow.rows(LED_ASTRAY["the others of a home"](uow))


def test_the_error_names_the_table_and_no_value(people: People) -> None:
    with pytest.raises(UnscopedQuery, match="child: select by") as caught, people.unit(people.maja) as uow:
        uow.all(select(Child).where(Child.case_number == people.tor.case_number))
    assert people.tor.case_number not in str(caught.value)


def test_a_reach_opens_rows_columns_counts_and_joins(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        names = {kid.name for kid in people.reached_by(people.maja)}
        assert {child.name for child in uow.all(uow.reachable(Child))} == names
        assert {row.name for row in uow.rows(uow.reachable(Child).with_only_columns(Child.name))} == names
        assert uow.first(uow.reachable(Child).with_only_columns(func.count())) == len(names)
        homes = uow.rows(uow.reachable(Placement).join(Placement.child).with_only_columns(Child.name, Placement.start))
        assert {row.name for row in homes} == names


def test_get_by_id_is_refused(people: People) -> None:
    with pytest.raises(UnscopedQuery), people.unit(people.maja) as uow:
        _session(uow).get(Child, people.alva.id)


def test_the_old_query_interface_is_refused(people: People) -> None:
    with pytest.raises(UnscopedQuery), people.unit(people.maja) as uow:
        _session(uow).query(Child).count()


def test_a_lazy_load_is_refused_and_a_loader_option_lets_in(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        alva = uow.one(uow.reachable(Child).where(Child.id == people.alva.id))
        with pytest.raises(InvalidRequestError, match="raise_on_sql"):
            _ = alva.placements
    with people.unit(people.maja, reads=True) as uow:
        loaded = uow.reachable(Child).where(Child.id == people.alva.id).options(selectinload(Child.placements))
        assert [placement.legal_basis for placement in uow.one(loaded).placements] == ["sol"]


def test_open_tables_need_no_reach(people: People) -> None:
    with people.unit(people.ada, reads=True) as uow:
        assert uow.one(select(Organisation)).name == "Blåbärsby kommun"
        assert uow.one(select(func.count(User.id))) == len(people.staff)


def test_no_reach_no_rows(people: People) -> None:
    people.plan(people.alva)
    for person in (people.ada, people.lovisa, people.stig):
        with people.unit(person, reads=True) as uow:
            for entity in (Child, Placement, Visit):
                assert not uow.all(uow.reachable(entity)), f"{person.user_name} sees {entity.__name__}"


def test_what_columns_were_asked_for_is_logged_by_table(people: People) -> None:
    with people.unit(people.maja, reads=True) as uow:
        uow.rows(uow.reachable(Child).with_only_columns(Child.name))
    (line,) = log_lines(people.store, actor=people.maja.id)
    assert (line.action, line.objects) == ("read", {"child": []})


def test_a_unit_that_reads_refuses_to_write(people: People) -> None:
    with pytest.raises(ReadOnlyUnit), people.unit(people.maja, reads=True) as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.alva.id)).language = "fi"
    with pytest.raises(ReadOnlyUnit), people.unit(people.maja, reads=True) as uow:
        uow.add(Team(organisation_id=people.organisation_id, name="Team Ny"))
    with pytest.raises(ReadOnlyUnit), people.unit(people.maja, reads=True) as uow:
        uow.execute(update(User).values(locale="en"))
    with people.unit(people.maja, reads=True) as uow, pytest.raises(ReadOnlyUnit):
        uow.insert(Note(child_id=people.alva.id))
    with people.as_program() as uow:
        assert uow.one(uow.reachable(Child).where(Child.id == people.alva.id)).language == "sv"
        assert set(uow.all(select(User.locale))) == {"sv"}


def test_a_new_row_for_a_child_out_of_reach_is_refused(people: People) -> None:
    def placement(person: Any, kid: Any) -> None:
        with people.unit(person) as uow:
            uow.add(Placement(child_id=kid.id, foster_home_id=kid.home.id, start=date(2026, 11, 1), legal_basis="sol"))

    placement(people.maja, people.alva)
    for person in (people.maja, people.birgitta, people.ada):
        with pytest.raises(UnscopedQuery):
            placement(person, people.tor)


def test_a_lead_adds_to_a_child_looked_up_in_the_team(people: People) -> None:
    with people.unit(people.birgitta) as uow:
        elliot = uow.one(uow.reachable(Child).where(Child.id == people.elliot.id))
        uow.add(
            Placement(child_id=elliot.id, foster_home_id=people.myrholm.id, start=date(2026, 11, 1), legal_basis="sol")
        )
    assert len(people.rows(Placement, Placement.child_id == people.elliot.id)) == 2


def test_every_table_of_case_data_is_guarded() -> None:
    open_tables = {
        "access_log", "access_log_child", "account_change", "break_glass", "log_check", "log_outcome", "log_review",
        "log_sample", "log_seal", "mandate", "organisation", "passkey", "questionnaire_version", "recovery_code",
        "retention_stub", "setting", "sign_in_attempt", "sso_errand", "sso_identity", "sso_session", "sso_spent",
        "staff_address", "team", "totp", "user", "user_session",
    }  # fmt: skip
    tables = set(CHILD.metadata.tables)
    assert tables - GUARDED_TABLES == open_tables


def test_no_relation_leads_from_an_open_or_shared_row_to_a_child() -> None:
    # The guard lets relations of a row pass, because whoever holds the row may hold what hangs on it. True only as long
    # as nothing that several children share (a home, a user) leads on to each of them.
    for mapper in Base.registry.mappers:
        about_one_child = issubclass(mapper.class_, Child) or "child_id" in mapper.columns
        for relation in mapper.relationships:
            target = relation.mapper.class_
            if issubclass(target, Child) or "child_id" in relation.mapper.columns:
                assert about_one_child, f"{mapper.class_.__name__}.{relation.key} leads to children"
