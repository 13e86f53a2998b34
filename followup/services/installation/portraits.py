"""The caseworker's own picture, for the letter to a child. It is drawn anew: no place or camera goes along with it."""

from __future__ import annotations

import io
import threading
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select, update

from followup.domain.errors import InvalidInput, Problem, translatable
from followup.store.tables import User
from followup.store.unit_of_work import UnitOfWork

Image.MAX_IMAGE_PIXELS = None  # what is too large is refused below, by its size and before a point of it is read
FORMATS: Final = ("JPEG", "PNG")
MOST_OCTETS: Final = 3 * 1024 * 1024
_MOST_PIXELS: Final = 40_000_000  # as many as a good telephone takes; more is a bomb, not a face
_FEWEST_PIXELS: Final = 100  # a side
_SIDE: Final = 600
_QUALITY: Final = 85
_ONE_AT_A_TIME: Final = threading.Lock()  # eight large ones at once would fill the memory


def portrait(uow: UnitOfWork) -> bytes | None:
    """Return the actor's picture as JPEG, or None."""
    return uow.first(select(User.picture).where(User.id == uow.actor.id))


def keep_portrait(uow: UnitOfWork, drawn: bytes) -> None:
    """Keep a picture that was drawn anew as the actor's."""
    _keep(uow, drawn)


def remove_portrait(uow: UnitOfWork) -> None:
    """Take the actor's picture away."""
    _keep(uow, None)


def drawn_anew(sent: bytes) -> bytes:
    """Return a JPEG or PNG as a square JPEG without anything but the picture itself. Raises InvalidInput."""
    if not sent:
        raise _refused(translatable("Välj en bild först."), "missing")
    if len(sent) > MOST_OCTETS:
        raise _refused(translatable("Bilden är större än 3 MB. Välj en mindre."), "too_large")
    try:
        with Image.open(io.BytesIO(sent), formats=FORMATS) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise _refused(translatable("Bilden har för många bildpunkter. Välj en mindre."), "too_many_pixels")
            if min(image.size) < _FEWEST_PIXELS:
                raise _refused(translatable("Bilden är för liten för att synas i ett brev."), "too_small")
            with _ONE_AT_A_TIME:
                image.draft("RGB", (_SIDE * 2, _SIDE * 2))
                image.thumbnail((_SIDE * 4, _SIDE * 4))  # first of all: each copy of so many points takes 160 MB
                return _jpeg(image)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        message = translatable("Det går inte att läsa bilden. Välj en hel bild i formatet JPEG eller PNG.")
        raise _refused(message, "unreadable") from error


def _jpeg(image: Image.Image) -> bytes:
    upright = ImageOps.exif_transpose(image)
    flat = Image.new("RGB", upright.size, "white")
    with_alpha = upright.convert("RGBA")
    flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    face = ImageOps.fit(flat, (_SIDE, _SIDE), centering=(0.5, 0.35))  # a face is above the middle
    out = io.BytesIO()
    face.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def _keep(uow: UnitOfWork, picture: bytes | None) -> None:
    uow.execute(update(User).where(User.id == uow.actor.id).values(picture=picture))
    uow.note("change_picture")


def _refused(message: str, code: str) -> InvalidInput:
    return InvalidInput([Problem("picture", message, code)])
