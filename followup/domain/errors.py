"""What can go wrong in the domain, as exceptions the web layer turns into a status and a page.

Messages are Swedish sentences that serve as translation keys; values are filled in when the message is shown. Written
in the call itself they are found for translation; anywhere else they are marked with `translatable`.
`str(error)` never contains a message's values, because they may be personal data and exceptions end up in logs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field


def translatable(message: str) -> str:
    """Mark a message for translation and return it as it is: whoever shows it translates it."""
    return message


@dataclass(frozen=True)
class Problem:
    """One thing to put right in something a person filled in.

    field: name of the form field ("" when it concerns the whole form), e.g. "q-b_sleep".
    message: Swedish sentence, a translation key, with %(name)s placeholders for `values`.
    code: short stable name for tests and for JSON, e.g. "off_scale".
    """

    field: str
    message: str
    code: str = "invalid"
    values: Mapping[str, object] = dataclass_field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        """Say where and what kind, without the values."""
        return f"{self.field or 'form'}: {self.code}"


class DomainError(Exception):
    """Base of every error that has a meaning to the user.

    message: Swedish sentence and translation key, or "" when the page for the error says all there is to say.
    values: what the message's %(name)s placeholders stand for.
    """

    def __init__(self, message: str = "", **values: object) -> None:
        """Keep the message apart from its values (see the module's docstring)."""
        super().__init__(message)
        self.message = message
        self.values = values


class NotFound(DomainError):
    """It does not exist, or it is outside the actor's reach; the two must not be told apart."""


class NotAllowed(DomainError):
    """The actor may see it but not do this."""


class Conflict(DomainError):
    """Somebody, or another tab, has saved something else in the meantime."""


class InvalidTransition(DomainError):
    """The thing is not in a state where this can be done, e.g. an answer to a signed visit."""


class InvalidInput(DomainError):
    """What was filled in can't be used; carries every problem at once."""

    def __init__(self, problems: Iterable[Problem | tuple[str, str]]) -> None:
        """Take problems as values, or as (field, message) for short."""
        self.problems = tuple(each if isinstance(each, Problem) else Problem(*each) for each in problems)
        super().__init__("; ".join(str(each) for each in self.problems))
        self.message = translatable("Något behöver rättas.")


class StoreUnavailable(DomainError):
    """The database can't take the work right now (locked, full, gone). Nothing was saved; trying again may help.

    reason: "locked" | "full" | "gone".
    """

    def __init__(self, reason: str) -> None:
        """Keep the reason as a code: the database's own message may quote values."""
        super().__init__(reason)
        self.reason = reason
