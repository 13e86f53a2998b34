"""The parts of a visit summary, in the order of a summary: see `followup.domain.summary`, which gives them all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Term:
    """A code of the data model and the words for it, e.g. Term("partly", "Vet delvis")."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose document it is. `secrecy` is the mark as printed ("Omfattas av sekretess"); edition full|masked|child."""

    organisation: str
    unit: str
    case_number: str
    secrecy: str = ""
    edition: Term = Term("full", "Fullständig utgåva")
    edition_number: int = 1


@dataclass(frozen=True, slots=True)
class Child:
    """The child as at the visit. `age` in whole years; `standing` e.g. "har fyllt 15 år och är part"."""

    name: str
    age: int | None = None
    personal_number: str = ""
    protected: bool = False
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and on what ground the child lives. `home` = the carers' names, `kind` foster|emergency|kinship."""

    kind: Term
    legal_basis: Term
    responsible_caseworker: str
    home: str = ""
    place: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit as an event. `home_seen`/`room_seen`: None = not recorded. `previous` = date of the visit before."""

    on: date
    kind: Term
    starts: datetime | None = None
    ends: datetime | None = None
    place: str | None = None
    present: tuple[str, ...] = ()
    interpreter: str = ""
    home_seen: bool | None = None
    room_seen: bool | None = None
    previous: date | None = None


@dataclass(frozen=True, slots=True)
class PrivateTalk:
    """Talk alone with the child: yes|partly|no, minutes (whole), and the reason unless yes."""

    held: Term
    minutes: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """The child's own words, and what they answer. `language` is a BCP 47 tag, empty = the record's language.

    `asked` = the question as it was shown, where that was in another language.
    """

    words: str
    about: str = ""
    language: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The shared explanation "Därför bor jag här" as it stood after the visit."""

    text: str
    version: int
    agreed_with: str = ""
    agreed_on: date | None = None
    changed_today: bool = False


@dataclass(frozen=True, slots=True)
class PlacementCheck:
    """Does the child know why (understanding), and blame itself (self_blame): two separate answers, codes of the check.

    The reasons are for `not_asked`. `told_today` are the caseworker's words; `child_words` and `retold` the child's.
    """

    understanding: Term
    self_blame: Term
    understanding_reason: str = ""
    self_blame_reason: str = ""
    child_words: str = ""
    told_today: str = ""
    retold: str = ""
    explanation: Explanation | None = None
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A prompt and what came of it: outcome talked|declined|later.

    `reasons` are worded with their values ("2 av 5 i dag, 4 förra gången"); `question` as it was asked. A conversation
    `with_carers`, without the child, has `carer_words` and no `child_words`: nobody's words are given to another.
    """

    topic: str
    outcome: Term
    reasons: tuple[str, ...] = ()
    question: str = ""
    child_words: str = ""
    agreed: str = ""
    child_asked: bool = False
    with_carers: bool = False
    carer_words: str = ""

    @property
    def not_held(self) -> str:
        """What came of it if it was not talked about; "" too where it is masked, which its topic says."""
        return "" if self.outcome.code in {"talked", "masked"} else self.outcome.text


@dataclass(frozen=True, slots=True)
class Note:
    """A note: area = one of the six, carer or guardian; kind observation|statement|assessment.

    A statement names its source. `restricted` = why the note must be tried for harm before it is given out; empty if
    it is not marked.
    """

    area: Term
    kind: Term
    text: str
    source: str = ""
    restricted: str = ""


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A flag and how it ended: level info|talk|follow_up|escalate, status open|acknowledged|closed.

    `of_carers`: it was raised by the carers' answers, not by the child's. `item_id`: the question
    whose answer raised it, "" where it was no single one.
    """

    about: str
    level: Term
    status: Term
    reasons: tuple[str, ...] = ()
    ended: str = ""
    by: str = ""
    on: date | None = None
    of_carers: bool = False
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An action or promise: what, who, when; state open|done|not_done.

    `when` is for words instead of a date ("från i dag"); `outcome` says how it went.
    """

    kind: Term
    what: str
    who: str
    state: Term
    due: date | None = None
    when: str = ""
    outcome: str = ""
    child_told_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What the child said when the summary was read together: agrees|changed|disagrees|not_done (then a reason)."""

    result: Term
    child_words: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class UrgentConcern:
    """A concern raised at once: the exact words, the question they answered, who was told and when, what was done."""

    child_words: str = ""
    question: str = ""
    observed: str = ""
    told: str = ""
    told_at: datetime | None = None
    done: str = ""


@dataclass(frozen=True, slots=True)
class NextVisit:
    """When the next visit is; `note` e.g. what the child wishes for it."""

    on: date | None = None
    starts: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who drew up the record and locked it."""

    name: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Amendment:
    """What was written after the record was signed: kind addendum|correction|disputed, about one section.

    `whose`: who says so, caseworker|child|guardian|carer|other; `said_by` names them and `said_on` tells when they said
    it, where that isn't the author. `edition` is the number of the edition in which it first stands; `law` the rule
    that it is noted by, worded as on the day.
    """

    number: int
    kind: Term
    section: Term
    text: str
    whose: Term
    author: str
    title: str
    at: datetime
    edition: int
    said_by: str = ""
    said_on: date | None = None
    law: str = ""


@dataclass(frozen=True, slots=True)
class MadeOf:
    """The full edition that a masked one was made of: its number, when it was drawn up, and a code of its words.

    The code is keyed: who has the installation's keys can tell whether it is that edition's, and nobody can use it to
    try out what may have stood where something is masked, as a plain checksum would let them.
    """

    edition: int
    at: datetime
    code: str = ""


@dataclass(frozen=True, slots=True)
class MaskLine:
    """Something that a masked edition leaves out, as its list at the end says: number is that of its marks.

    `where` = the heading it stands under, `what` it is, `ground` in words and `law`, who decided and when, and at how
    many `places` it stood.
    """

    number: int
    where: str
    what: str
    ground: str
    law: str
    decided_by: str
    title: str
    at: datetime
    places: int = 1


@dataclass(frozen=True, slots=True)
class Version:
    """The version of something the record was made with, e.g. Version("Flaggregler", "0.1.0")."""

    what: str
    version: str
