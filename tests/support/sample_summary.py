"""A believable summary of an ordinary visit to an invented child, for tests and for looking at the document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from followup.domain.record_words import term
from followup.domain.summary import (
    Agreement,
    Child,
    Conversation,
    Explanation,
    FlagLine,
    Heading,
    NextVisit,
    Note,
    Placement,
    PlacementCheck,
    PrivateTalk,
    Quote,
    ReadBack,
    Signature,
    Term,
    Version,
    Visit,
    VisitSummary,
)
from tests.support.sample_forms import EARLIER, TODAY, carer_form, child_form


def _conversations() -> tuple[Conversation, ...]:
    talked = term("prompt_outcome", "talked")
    return (
        Conversation(
            "Jag får ha kontakt med min familj på det sätt som jag vill.",
            talked,
            ("1 av 5 i dag, 2 förra gången", "Lågt svar tre besök i rad"),
            "Hur är det när du träffar eller pratar med din familj?",
            "Vi ses bara på det där stället med soffan. Jag vill sova över hos Vide, en riktig helg. Vi skulle baka.",
            "Maja frågar om en helg i månaden hos Vide. Alva får svar senast 4 december.",
            child_asked=True,
        ),
        Conversation(
            "Jag sover bra.",
            talked,
            ("2 av 5 i dag, 4 förra gången (2 steg lägre)",),
            "Hur brukar kvällarna och nätterna vara?",
            "Jag vaknar och så kan jag inte somna om. Jag tänker på om mamma är ensam.",
            "Alva får väcka Karin. Maja berättar på tisdag hur mamma har det.",
        ),
        Conversation(
            "Det finns en vuxen som jag kan berätta viktiga saker för.",
            talked,
            ("2 av 5 i dag, 3 förra gången",),
            "Vem skulle du vilja berätta för om det hände något viktigt?",
            "Fröken Kerstin var den. Men hon har slutat.",
            "Karin tänker med skolan på vem det kan vara nu.",
        ),
        Conversation(
            "De vuxna lyssnar på vad jag tycker.",
            term("prompt_outcome", "declined"),
            ("Vill inte svara i dag, 4 förra gången",),
            "Berätta om något som du har velat vara med och bestämma.",
        ),
    )


def _notes() -> tuple[Note, ...]:
    def note(area: str, kind: str, text: str, source: str = "", restricted: str = "") -> Note:
        return Note(term("area", area), term("note_kind", kind), text, source, restricted)

    return (
        note(
            "health", "observation", "Alva är pigg och rör sig obehindrat. Hon gäspar ofta och säger att hon är trött."
        ),
        note("health", "statement", "Tandläkarbesök i oktober, inga hål.", "Karin Ängsull"),
        note("development", "observation", "Alva läser högt ur sin bok utan att staka sig."),
        note(
            "social_behaviour",
            "statement",
            "Leker med två klasskamrater efter skolan flera dagar i veckan.",
            "Karin Ängsull",
        ),
        note(
            "schooling",
            "statement",
            "Når målen i alla ämnen. Extra hjälp i matematik sedan september.",
            "mentor Elin Tuvmark",
        ),
        note("parents_siblings", "statement", "Träffar mamma varannan lördag i umgängeslokalen.", "Karin Ängsull"),
        note("parents_siblings", "assessment", "Umgänget med Vide behöver utökas och få en mer vardaglig form."),
        note("others_close", "statement", "Mormor ringer på söndagar.", "Alva"),
        note(
            "carer",
            "observation",
            "Karin och Alva skojar med varandra vid fikat. Alva söker upp Karin när hon undrar något.",
        ),
        note("carer", "statement", "Nätterna är tunga; de önskar råd om sömn.", "Karin Ängsull"),
        note(
            "guardian",
            "statement",
            "Mamma är nöjd med vården och vill att Alva sover över oftare hos Vide.",
            "mamma, telefon 20 november",
            "uppgift om mammas hälsa",
        ),
    )


def _flags() -> tuple[FlagLine, ...]:
    talk, follow_up, escalate = (
        Term("talk", "Prata vidare"),
        Term("follow_up", "Följ upp"),
        Term("escalate", "Lyft till gruppledaren"),
    )
    noted = term("flag_status", "acknowledged")
    return (
        FlagLine(
            "Kontakt med familjen",
            escalate,
            term("flag_status", "open"),
            ("Lågt svar tre besök i rad",),
            "Lyft till Birgitta Åkerbär",
        ),
        FlagLine(
            "Sömn",
            follow_up,
            noted,
            ("2 av 5, 2 steg lägre",),
            "Plan med Karin, ringer 1 december",
            "Maja Lövsprång",
            TODAY,
        ),
        FlagLine(
            "En vuxen att berätta för",
            talk,
            term("flag_status", "closed"),
            ("2 av 5",),
            "Samtal i dag",
            "Maja Lövsprång",
            TODAY,
        ),
        FlagLine(
            "Skuld", talk, noted, ("Går inte att bedöma",), "Tas upp igen vid nästa besök", "Maja Lövsprång", TODAY
        ),
    )


def _agreements() -> tuple[Agreement, ...]:
    promise, action, going = term("agreement", "promise"), term("agreement", "action"), term("agreement_state", "open")
    return (
        Agreement(
            promise, "Fråga om en helg i månaden hos Vide, och ge Alva svar", "Maja Lövsprång", going, date(2026, 12, 4)
        ),
        Agreement(
            action, "Alva får väcka Karin på natten när tankarna kommer", "Alva och Karin", going, when="från i dag"
        ),
        Agreement(promise, "Ringa Alva och berätta hur mamma har det", "Maja Lövsprång", going, date(2026, 12, 1)),
    )


def _earlier_promises() -> tuple[Agreement, ...]:
    promise = term("agreement", "promise")
    return (
        Agreement(promise, "Extra hjälp i matte", "Maja Lövsprång", term("agreement_state", "done"), date(2026, 9, 15)),
        Agreement(
            promise,
            "Besked om helger hos Vide",
            "Maja Lövsprång",
            term("agreement_state", "not_done"),
            date(2026, 10, 1),
            outcome="Beslutet drog ut på tiden",
            child_told_on=TODAY,
        ),
    )


def sample_summary() -> VisitSummary:
    """The signed summary of a visit to Alva Granbarr, ten years old, with fourteen answers and four conversations."""
    return VisitSummary(
        Heading("Blåbärsby kommun", "Socialförvaltningen, barn och familj", "SN 2026-0417", "Omfattas av sekretess"),
        Child("Alva Granbarr", 10),
        Placement(
            term("home_kind", "foster"),
            Term("sol", "SoL"),
            "Maja Lövsprång",
            "Karin och Per Ängsull",
            "Lingonmo",
            date(2024, 10, 14),
        ),
        Visit(
            TODAY,
            term("visit_kind", "planned"),
            datetime(2026, 11, 24, 13, 0, tzinfo=UTC),
            datetime(2026, 11, 24, 13, 50, tzinfo=UTC),
            "hemma hos Karin och Per Ängsull i Lingonmo",
            ("Alva", "Karin Ängsull de sista tio minuterna"),
            "Behövdes inte",
            home_seen=True,
            room_seen=True,
            previous=EARLIER[-1],
        ),
        PrivateTalk(term("private_talk", "yes"), 40),
        datetime(2026, 11, 24, 14, 4, tzinfo=UTC),
        most_important=(
            "Alva vill träffa sin bror Vide oftare och sova över hos honom.",
            "Alva sover sämre än i augusti. Hon tänker på om mamma är ensam.",
            "Alva vet delvis varför hon bor i familjehem. Det går inte att bedöma om hon tar på sig skulden.",
            "Beskedet om helger hos Vide som lovades till oktober blev inte av.",
        ),
        child_voice=(
            Quote(
                "Att Sixten fick valpar! Och jag fick döpa en, hon heter Kanel.",
                "Det bästa som har hänt sedan vi sågs sist",
            ),
            Quote(
                "Jag vill att ni kommer på en tisdag nästa gång, för då har jag inte ridning.",
                "Annat att berätta eller fråga om",
            ),
            Quote("Säg till mamma att jag kan baka kladdkaka själv nu.", "Att ta upp med någon annan: mamma"),
        ),
        forms=(child_form(), carer_form()),
        placement_check=PlacementCheck(
            Term("partly", "Vet delvis"),
            Term("unclear", "Går inte att bedöma"),
            child_words="Mamma var sjuk och orkade inte. Men jag bråkade också rätt mycket. Fast Karin säger att alla "
            "barn bråkar.",
            told_today="Det är de vuxnas ansvar att barn har det bra. Det är aldrig ett barns fel att det behöver "
            "bo i familjehem.",
            retold="Det var de vuxna som inte klarade det. Och man får bråka ibland.",
            explanation=Explanation(
                "Mamma blev så trött och ledsen att hon inte orkade ta hand om mig och Vide, och pappa drack "
                "för mycket. Då bestämde socialtjänsten att jag skulle bo hos Karin och Per. Alla barn bråkar ibland, "
                "och det var inte därför. Mamma får hjälp av en doktor nu.",
                4,
                "mamma, Karin och Per",
                changed_today=True,
            ),
            next_step="Maja läser förklaringen med Alva igen vid nästa besök.",
        ),
        conversations=_conversations(),
        strengths=(
            "De vuxna här är snälla mot mig: Alltid",
            "Jag känner mig trygg här hemma: Alltid, högre än i augusti",
        ),
        notes=_notes(),
        assessment="Alva har det tryggt i familjehemmet och får det hon behöver i vardagen. Längtan efter Vide och "
        "oron för mamma tar mycket kraft, och märks på sömnen.",
        flags=_flags(),
        agreements=_agreements(),
        earlier_promises=_earlier_promises(),
        read_back=ReadBack(
            term("read_back", "changed"), "Skriv att Sixten var med. Och att jag faktiskt är bra på matte nu."
        ),
        next_visit=NextVisit(
            date(2027, 2, 23), datetime(2027, 2, 23, 14, 0, tzinfo=UTC), "Alva vill att det blir en tisdag."
        ),
        signature=Signature("Maja Lövsprång", "socialsekreterare", datetime(2026, 11, 24, 14, 4, tzinfo=UTC)),
        versions=(
            Version("Formulär barn-8-12", "0.1.0"),
            Version("familjehem-vuxen", "0.1.0"),
            Version("Flaggregler", "0.1.0"),
            Version("Placeringskoll", "0.1.0"),
        ),
    )


def empty_summary() -> VisitSummary:
    """As little as a visit can be."""
    full = sample_summary()
    return VisitSummary(
        full.heading,
        Child("Alva Granbarr"),
        Placement(term("home_kind", "kinship"), Term("lvu_2", "LVU 2 §"), "Maja Lövsprång"),
        replace(full.visit, starts=None, ends=None, place=None, present=(), interpreter="", previous=None),
        PrivateTalk(term("private_talk", "no"), reason="Alva sov"),
        full.drawn_up_at,
    )
