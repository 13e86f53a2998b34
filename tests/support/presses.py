"""One warm printing process for all tests of a worker: to start it takes longer than to print most documents."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from followup.pdf.press import Press
from followup.services.record.pressroom import Pressroom


class LentPress(Press):
    """A press that outlives the programs and tests it is lent to."""

    def lend(self, pressroom: Pressroom) -> None:
        """Let the pressroom print with it."""
        vars(pressroom)["_press"] = self

    def close(self) -> None:
        """Stay warm for the next."""

    def end(self) -> None:
        """End the process."""
        super().close()


@pytest.fixture(scope="session")
def press() -> Iterator[LentPress]:
    """The press; its process begins with the first document."""
    press = LentPress()
    yield press
    press.end()
