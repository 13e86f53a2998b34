"""Mina barn, and a child's own page."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from followup.domain.access import Permission
from followup.store.unit_of_work import UnitOfWork
from followup.web.door import Pages

pages = Pages("children", __name__)


@pages.page("/children", needs=Permission.READ_CASES)
def mine(uow: UnitOfWork) -> ResponseReturnValue:
    """The actor's children, in the order of what is due."""
    return render_template("start/no_cases.html")
