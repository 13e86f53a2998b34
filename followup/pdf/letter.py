"""The letter to a child before a visit: values to HTML, for printing. In the child's language, and without a trace.

Nothing here knows a case: what the letter says has been worded before it comes here, and the PDF is stored nowhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from followup.pdf.html import environment
from followup.pdf.jobs import PrintJob

PORTRAIT: Final = "portrait.jpg"


@dataclass(frozen=True)
class Letter:
    """What a letter says, line by line. lang: for the attribute `lang`; direction: "ltr" or "rtl".

    size: "large" for those who have just learnt to read. sender: the organisation; "" when it must not be told.
    before, after: lines above and below the day and time. rights: below the topics. portrait: a JPEG, or nothing.
    made_at: ISO 8601, for the file's own data.
    """

    lang: str
    direction: str
    size: str
    heading: str
    hello: str
    before: tuple[str, ...]
    meets: str
    day: str
    at: str
    after: tuple[str, ...]
    choose: str
    topics: tuple[str, ...]
    other: str
    rights: tuple[str, ...]
    bye: str
    sender: str
    portrait_says: str
    made_at: str
    portrait: bytes = b""


def job_of(letter: Letter) -> PrintJob:
    """Return the job that prints a letter."""
    values = {name: value for name, value in asdict(letter).items() if name != "portrait"}
    return PrintJob("letter", json.dumps(values), images={PORTRAIT: letter.portrait} if letter.portrait else {})


def letter_of(job: PrintJob) -> Letter:
    """Read a letter back from its job. Raises ValueError or TypeError for anything else."""
    values: dict[str, Any] = json.loads(job.source)
    read: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in values.items()}
    return Letter(**read, portrait=job.images.get(PORTRAIT, b""))


def letter_html(letter: Letter) -> str:
    """Return the letter as HTML for `render(…, style="letter.css")`."""
    return environment().get_template("letter.html").render(letter=letter, portrait=PORTRAIT if letter.portrait else "")
