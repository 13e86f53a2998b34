"""Documents: fetching a summary, and filing it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages

pages = Pages("documents", __name__)


@pages.page("/documents", needs=Permission.READ_CASES)
def unfiled(uow: UnitOfWork) -> ResponseReturnValue:
    """Signed visits whose document is not filed yet."""
    return render_template("start/no_cases.html")
