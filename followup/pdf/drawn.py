"""What the child drew, as one line on a sheet of paper: vector, black on white, told in words by its `<title>`."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from followup.domain.drawings import HEIGHT, WIDTH
from followup.domain.summary import Drawing
from followup.pdf.glyphs import printable

INK: Final = "#1c1e3c"


def drawing_svg(drawing: Drawing, width: int) -> Markup:
    """The drawing so many pixels (1/96 inch) wide."""
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {sheet_w} {sheet_h}" role="img">'
        '<title>{title}</title><path d="{path}" fill="none" stroke="{ink}" stroke-width="9" stroke-linecap="round" '
        'stroke-linejoin="round"/></svg>'
    ).format(
        w=width,
        h=width * HEIGHT // WIDTH,
        sheet_w=WIDTH,
        sheet_h=HEIGHT,
        title=printable(f"Teckning till: {drawing.about}"),
        path=drawing.path,
        ink=INK,
    )
