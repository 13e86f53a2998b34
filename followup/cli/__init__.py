"""The `followup` command: everything an administrator does from a shell."""

from __future__ import annotations

import os
import sys

import click

from followup import __version__
from followup.cli import (
    access,
    backup,
    database,
    demo,
    doctor,
    documents,
    export,
    flags,
    keys,
    log,
    questionnaire,
    retention,
    sample,
    serve,
    squeeze_days,
    users,
    verify,
)
from followup.domain.errors import DomainError, StoreUnavailable
from followup.services.installation.backup import BackupUnusable
from followup.services.installation.key_parts import BadParts
from followup.services.installation.keys import AnotherRotation
from followup.settings import SettingsError
from followup.store.crypto import CannotOpen, KeysMissing
from followup.store.opening import SchemaOutdated
from followup.store.snapshot import SnapshotFailed
from followup.store.sqlite_file import CipherMissing

_UNAVAILABLE = {
    "locked": "The database is in use by another program, such as a running server. Stop that first.",
    "full": "The disk is full. Nothing was saved.",
    "gone": "The database can't be reached. Check FOLLOWUP_DATABASE_URL, and that the server is running.",
}

_TOLD = (
    CipherMissing,
    KeysMissing,
    SchemaOutdated,
    AnotherRotation,
    BadParts,
    BackupUnusable,
    SnapshotFailed,
    DomainError,
)
"""Errors that say in a sentence what is wrong and what to do."""


@click.group()
@click.version_option(__version__, prog_name="followup")
def followup() -> None:
    """Follow up children in foster care, visit by visit."""


followup.add_command(serve.serve)
followup.add_command(database.db)
followup.add_command(users.user)
followup.add_command(access.access)
followup.add_command(squeeze_days.squeeze_days)
followup.add_command(keys.keys)
followup.add_command(backup.backup)
followup.add_command(backup.verify_backup)
followup.add_command(backup.restore)
followup.add_command(demo.demo)
followup.add_command(questionnaire.questionnaire)
followup.add_command(flags.flags)
followup.add_command(sample.sample)
followup.add_command(doctor.doctor)
followup.add_command(log.log)
followup.add_command(verify.verify)
followup.add_command(export.export)
followup.add_command(documents.documents)
followup.add_command(retention.retention)


def main() -> None:
    """Run the command; what goes wrong is told in sentences, never as a trace."""
    os.umask(0o077)  # what is made here, the database above all, is its owner's alone
    try:
        followup(prog_name="followup")
    except SettingsError as error:
        _fail("The settings can't be used:", *error.problems)
    except StoreUnavailable as error:
        _fail(_UNAVAILABLE[error.reason])
    except CannotOpen as error:
        _fail(f"A value in {error} does not open: it was altered, moved, or sealed with other keys.")
    except FileExistsError as error:
        _fail(f"{error.filename} is there already, and is never overwritten.")
    except _TOLD as error:
        _fail(str(error) or type(error).__name__)


def _fail(*lines: str) -> None:
    for line in lines:
        click.echo(line, err=True)
    sys.exit(2)
