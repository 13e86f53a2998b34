"""Pictures of the demonstration's staff, for the letters to the children: drawn here, so that they are nobody's."""

from __future__ import annotations

import io
from random import Random
from typing import Final

from PIL import Image, ImageDraw

from followup.services.installation.portraits import drawn_anew

_SIDE: Final = 600
_FINER: Final = 2  # drawn larger and made smaller, so that round lines are smooth
_GROUNDS: Final = ("#dfe7d3", "#fdeecb", "#e4e6f7", "#f6dfd6", "#d9ecea")
_HEADS: Final = (
    ("#f3cfae", "#6b4226"),
    ("#e3ab7d", "#2c2320"),
    ("#b97a4c", "#2c2320"),
    ("#8a5734", "#1f1a19"),
    ("#f7dcc4", "#d9b25f"),
    ("#f3cfae", "#b5672a"),
    ("#f0c9a4", "#8d8d91"),
)
"""Skin and hair."""
_SHIRTS: Final = ("#35398a", "#0f6a57", "#a3153b", "#5d3b00", "#41507a")
_INK: Final = "#1c1e3c"

_Box = tuple[float, float, float, float]


def portrait(name: str) -> bytes:
    """Draw a friendly figure as JPEG, always the same for a name; as `installation.portraits` keeps pictures."""
    luck = Random(name)  # noqa: S311 - a drawing, no secret
    image = Image.new("RGB", (_SIDE * _FINER, _SIDE * _FINER), luck.choice(_GROUNDS))
    draw = ImageDraw.Draw(image)
    (skin, hair), long = luck.choice(_HEADS), luck.random() < 0.5  # noqa: PLR2004 - heads or tails
    draw.ellipse(_box(300, 690, 235, 240), fill=luck.choice(_SHIRTS))
    if long:
        draw.rounded_rectangle(_box(300, 330, 158, 205), radius=300, fill=hair)
    draw.rounded_rectangle(_box(300, 455, 52, 85), radius=90, fill=skin)
    for ear in (170, 430):
        draw.ellipse(_box(ear, 305, 24, 36), fill=skin)
    draw.ellipse(_box(300, 290, 132, 162), fill=skin)
    fringe = luck.choice((-14, 0, 14))  # to one side, straight, or to the other
    draw.chord(_box(300, 288, 142, 172), 198 + fringe, 342 + fringe, fill=hair)
    _face(draw, glasses=luck.random() < 0.4)  # noqa: PLR2004 - two in five
    out = io.BytesIO()
    image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).save(out, "PNG")
    return drawn_anew(out.getvalue())


def _face(draw: ImageDraw.ImageDraw, *, glasses: bool) -> None:
    for eye in (248, 352):
        draw.ellipse(_box(eye, 322, 11, 13), fill=_INK)
        if glasses:
            draw.ellipse(_box(eye, 322, 38, 36), outline=_INK, width=6 * _FINER)
    if glasses:
        draw.line([286 * _FINER, 318 * _FINER, 314 * _FINER, 318 * _FINER], fill=_INK, width=6 * _FINER)
    draw.arc(_box(300, 352, 18, 14), 20, 160, fill=_INK, width=5 * _FINER)
    draw.arc(_box(300, 372, 58, 44), 25, 155, fill=_INK, width=8 * _FINER)


def _box(x: float, y: float, half_width: float, half_height: float) -> _Box:
    left, top, right, bottom = x - half_width, y - half_height, x + half_width, y + half_height
    return left * _FINER, top * _FINER, right * _FINER, bottom * _FINER
