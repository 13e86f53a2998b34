"""Brings the shipped translations of what a child meets up to date: `./dev fix` runs this file.

Texts that are new stand there empty, those that are gone are taken away, and each says where it is met.
"""

from __future__ import annotations

from followup.questionnaires.child_texts import messages
from followup.questionnaires.exchange import to_po
from followup.questionnaires.languages import LANGUAGES, SHIPPED, shipped_catalogue


def gather() -> None:
    """Write every shipped file anew. A text that can't be used (see the test of them) is emptied."""
    for code in LANGUAGES:
        if code not in {"sv", "en"}:
            shipped = shipped_catalogue(code)
            known = {swedish: given for swedish, given in shipped.translations.items() if swedish in messages()}
            (SHIPPED / f"{code}.po").write_bytes(to_po(code, known, shipped))


if __name__ == "__main__":
    gather()
