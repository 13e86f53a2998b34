"""Exports of everything about a child, asked for and made by a press that only says what it was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pyzipper

from followup.domain.access import Actor
from followup.pdf.jobs import PrintJob
from followup.services.record import exporting
from followup.services.record.porter import Porter
from followup.store.tables import ChildExport
from tests.support.people import People
from tests.support.population import Kid, Person

PASSPHRASE = "sju sjösjuka sjömän 238"
REASON = "Begäran från barnet 2026-11-02"


def printed(job: PrintJob) -> bytes:
    """Stand in for the press: what matters here is what it is asked for."""
    return f"%PDF {job.kind}".encode()


def actor_of(people: People, who: Person) -> Actor:
    """The person as the door knows it."""
    return replace(who.actor, mandated=who in (people.dag, people.hedda))


def asked(people: People, who: Person, kid: Kid, **more: str) -> UUID:
    values = {"purpose": "access", "reason": REASON, "passphrase": PASSPHRASE, **more}
    with people.store.unit(actor_of(people, who), now=people.clock()) as uow:
        return exporting.ask(uow, kid.id, values["purpose"], values["reason"], values["passphrase"]).id


def made(people: People, porter: Porter, kid: Kid, who: Person | None = None) -> Path:
    who = who or people.birgitta
    export_id = asked(people, who, kid)
    porter.make(export_id, who.actor, PASSPHRASE)
    assert row(people, export_id).ended is None
    return exporting.archive_path(porter.folder, export_id)


def row(people: People, export_id: UUID) -> ChildExport:
    return people.rows(ChildExport, ChildExport.id == export_id)[0]


def opened(path: Path) -> dict[str, bytes]:
    with pyzipper.AESZipFile(path) as archive:
        archive.setpassword(PASSPHRASE.encode())
        return {name.split("/", 1)[1]: archive.read(name) for name in archive.namelist()}
