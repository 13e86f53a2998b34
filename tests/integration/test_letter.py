"""The letter to a child before the visit, and the caseworker's picture that goes with it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from PIL import Image, ImageFile
from pypdf import PdfReader

from followup.domain.errors import InvalidInput, InvalidTransition
from followup.pdf.letter import Letter, job_of, letter_of
from followup.questionnaires.child_texts import letter_texts
from followup.questionnaires.languages import LANGUAGES, letter_languages
from followup.services.installation.portraits import drawn_anew, keep_portrait, portrait
from followup.services.visit.letter import draft_letter, write_letter
from followup.store.tables import Child, Document
from tests.support.linting_client import LintingClient
from tests.support.people import People
from tests.support.population import Kid, Person
from tests.support.queries import contents, log_lines

Browsers = Callable[[Person], LintingClient]


def picture(form: str = "JPEG", size: tuple[int, int] = (800, 1000), **more: object) -> bytes:
    """A picture with a place in it."""
    exif = Image.Exif()
    exif[0x010F] = "Kameran"
    exif[0x8825] = {1: "N", 2: (59.0, 20.0, 0.0)}
    out = io.BytesIO()
    Image.new("RGB", size, (90, 120, 160)).save(out, form, exif=exif, **more)
    return out.getvalue()


def letter(people: People, visit: UUID, lang: str = "sv", *topics: str) -> Letter:
    with people.unit(people.maja, reads=True) as uow:
        return write_letter(uow, visit, lang, topics)


def planned(people: People, kid: Kid, **more: str) -> UUID:
    (visit,) = people.plan(kid, days=7, **more)  # type: ignore[arg-type] # kind and state are words
    return visit


def all_words(written: Letter) -> str:
    return " ".join(
        [written.heading, written.hello, *written.before, written.meets, written.day, written.at, *written.after,
         written.choose, *written.topics, written.other, *written.rights, written.bye, written.sender]
    ).replace("\N{NO-BREAK SPACE}", " ")  # fmt: skip


def test_it_says_who_comes_when_and_what_one_may_choose(people: People) -> None:
    people.change(people.maja, phone="070-174 06 11")
    written = letter(people, planned(people, people.alva), "sv", "school", "home", "nonsense")
    assert (written.lang, written.size, written.day) == ("sv", "plain", "Tisdag 1 december")
    assert written.topics == ("Hur det är där jag bor", "Hur jag har det i skolan")
    assert "Hej Alva!" in all_words(written)
    assert f"Jag heter {people.maja.name} och är din socialsekreterare." in written.before
    assert "070-174 06 11" in all_words(written)
    assert written.sender == "Blåbärsby kommun, Socialförvaltningen"
    assert people.alva.name not in all_words(written)  # a first name is enough on a kitchen table


@pytest.mark.parametrize(("kid", "size", "says"), [("vide", "large", "trygg med"), ("alva", "plain", "trygg med")])
def test_plain_words_by_age(people: People, kid: str, size: str, says: str) -> None:
    visit = planned(people, getattr(people, kid))
    written = letter(people, visit)
    assert written.size == size
    assert any(says in line for line in written.rights)
    with people.unit(people.maja, reads=True) as uow:
        assert ("future" in draft_letter(uow, visit).topics) == (size == "plain")


def test_a_teenager_hears_of_the_right(people: People) -> None:
    visit = planned(people, people.elliot)
    with people.unit(people.idris, reads=True) as uow:
        written = write_letter(uow, visit, "sv", ["why"])
    assert any("Du har rätt att ha med dig en stödperson" in line for line in written.rights)


def test_nothing_tells_where_a_protected_child_lives(people: People) -> None:
    people.change(people.maja, phone="0522-69 60 00")
    visit = planned(people, people.samira)
    words = all_words(letter(people, visit))
    for secret in (
        "Blåbärsby",
        "Socialförvaltningen",
        "0522",
        people.maja.name,
        people.hemlig.name,
        people.hemlig.place,
    ):
        assert secret not in words
    people.change(people.maja, phone="070-174 06 11")
    assert "070-174 06 11" in all_words(letter(people, visit))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_is_offered_and_says_all(people: People, code: str) -> None:
    assert code in {each.code for each in letter_languages()}
    written = letter(people, planned(people, people.alva), code, "home", "why")
    assert written.lang == LANGUAGES[code].html_lang
    assert "{" not in all_words(written)
    swedish = all_words(letter(people, planned(people, people.alva), "sv", "home", "why"))
    assert code == "sv" or not set(written.topics) & set(swedish.split(" "))
    assert letter_of(job_of(written)) == written


def test_a_language_without_the_texts_gives_swedish(people: People) -> None:
    with people.as_program() as uow:
        uow.one(uow.reachable(Child).where(Child.id == people.alva.id)).language = "fi"
    visit = planned(people, people.alva)
    with people.unit(people.maja, reads=True) as uow:
        assert draft_letter(uow, visit).language == "sv"
    assert letter(people, visit, "fi").lang == "sv"


@pytest.mark.parametrize(("days", "more", "why"), [(7, {"kind": "unannounced"}, "unannounced"), (-7, {}, "over")])
def test_no_letter_for_what_nobody_is_to_know_or_is_over(
    people: People, client_for: Browsers, days: int, more: dict[str, str], why: str
) -> None:
    (visit,) = people.plan(people.alva, days=days, **more)  # type: ignore[arg-type] # the kind is a word
    with people.unit(people.maja, reads=True) as uow:
        assert draft_letter(uow, visit).why_not == why
        with pytest.raises(InvalidTransition):
            write_letter(uow, visit, "sv", [])
    page = client_for(people.maja).get(f"/visits/{visit}/letter")
    assert page.status_code == 200
    assert "Gör brevet" not in page.text
    assert client_for(people.maja).get(f"/visits/{visit}/letter.pdf", lint=False).status_code == 409


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
def test_the_pdf_is_made_and_logged_and_kept_nowhere(people: People, client_for: Browsers) -> None:
    client = client_for(people.maja)
    with people.unit(people.maja) as uow:
        keep_portrait(uow, drawn_anew(picture()))
    visit = planned(people, people.alva)
    page = client.get(f"/visits/{visit}/letter")
    assert "Hur jag har det i skolan" in page.text
    before = contents(people.store)
    answer = client.get(f"/visits/{visit}/letter.pdf?language=ar&topic=school&topic=why", lint=False)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    after = contents(people.store)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"access_log", "access_log_child", "user_session"}
    assert not people.rows(Document, Document.visit_id == visit)
    made = [line for line in log_lines(people.store, actor=people.maja.id) if line.action == "make_letter"]
    assert [set(line.children) for line in made] == [{people.alva.id}]
    read = PdfReader(io.BytesIO(answer.data))
    assert len(read.pages) == 1
    assert len(read.pages[0].images) == 1
    root: Any = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "ar"
    metadata = root["/Metadata"].get_data()
    assert b'pdfaid:part="3"' in metadata or b"pdfaid:part>3<" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_what_is_sent_is_drawn_anew_without_place_and_camera(people: People) -> None:
    for sent in (picture(), picture("PNG", (300, 200)), picture(size=(4000, 3000))):
        with people.unit(people.maja) as uow:
            keep_portrait(uow, drawn_anew(sent))
        with people.unit(people.maja, reads=True) as uow:
            kept = portrait(uow)
        assert kept
        with Image.open(io.BytesIO(kept)) as image:
            assert (image.format, image.size, dict(image.getexif())) == ("JPEG", (600, 600), {})
        assert b"Kameran" not in kept


def test_a_picture_that_lies_down_is_stood_up() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    lying = Image.new("RGB", (400, 200), "white")
    lying.paste("black", (0, 0, 200, 200))  # the left half: on top, once upright
    out = io.BytesIO()
    lying.save(out, "JPEG", exif=exif)
    with Image.open(io.BytesIO(drawn_anew(out.getvalue()))) as image:
        grey: Any = image.convert("L")
        assert grey.getpixel((300, 20)) < 60
        assert grey.getpixel((300, 590)) > 200


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "missing"),
        (b"no picture at all", "unreadable"),
        (picture()[:900], "unreadable"),
        (picture("GIF"), "unreadable"),
        (b"\xff\xd8" + b"0" * (3 * 1024 * 1024), "too_large"),
        (picture(size=(50, 50)), "too_small"),
        (picture("PNG", (9000, 9000), optimize=True), "too_many_pixels"),
    ],
    ids=["nothing", "text", "cut off", "gif", "4 MB", "tiny", "bomb"],
)
def test_what_is_no_picture_gets_a_clear_answer(sent: bytes, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # WeasyPrint, which the server leaves to the press, tells Pillow to take what is cut off; other tests here load it.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    with pytest.raises(InvalidInput) as refused:
        drawn_anew(sent)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_the_account_page_takes_shows_and_removes_the_picture(people: People, client_for: Browsers) -> None:
    client = client_for(people.maja)
    path = "/account/picture"
    assert "Du har ingen bild än" in client.get(path).text
    token = client.csrf()

    def send(content: bytes, **more: Any) -> tuple[int, str]:
        fields = {"csrf_token": token, "picture": (io.BytesIO(content), "jag.jpg")}
        answer = client.post(path, data=fields, content_type="multipart/form-data", lint=False, **more)
        return answer.status_code, answer.text

    assert send(picture())[0] == 302
    assert client.get("/account/picture.jpg", lint=False).data[:2] == b"\xff\xd8"
    status, page = send(b"x" * 40)
    assert (status, "Det går inte att läsa bilden" in page) == (422, True)
    status, page = send(b"x", environ_overrides={"CONTENT_LENGTH": str(40 * 1024 * 1024)})
    assert (status, "Bilden är för stor" in page) == (413, True)
    assert 'src="/account/picture.jpg"' in client.get(path).text  # the one before is still there
    assert client.submit(path, remove="1").status_code == 302
    assert "Du har ingen bild än" in client.get(path).text


def test_no_text_promises_secrecy_or_names_the_home() -> None:
    for key, text in letter_texts().items():
        for word in ("hemlig", "berättar inte för någon", "familjehem"):
            assert word not in text.get("sv").lower(), key
