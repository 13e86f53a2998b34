"""What WeasyPrint's tags leave out of the HTML: the language of each passage, and what a screen reader reads aloud.

WeasyPrint (70) tells the language of the document alone. Here each tag gets the `lang` of its element, text that runs
from right to left gets its letters in the order in which they are read (on the page they stand in the order of the
eye, and joiners are lost), a list of facts gets its names as labels, and pictures get their place in the page's own
measure. Call `attend` once, before the first document.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, Final

from followup.pdf.glyphs import direction

PIXEL: Final = 0.75  # points


def attend(tags: Any, boxes: Any) -> None:
    """Have WeasyPrint's module `weasyprint.pdf.tags` tell the rest. boxes: its `formatting_structure.boxes`.

    There is no other way in: its `finisher` comes when nobody knows any longer which tag was made of which element.
    """
    build = tags._build_box_tree  # noqa: SLF001 - see above; the version is locked, and test_standards tells if it changes

    @functools.wraps(build)
    def told(box: Any, parent: Any, pdf: Any, page: int, *rest: Any) -> Iterator[Any]:
        for element in build(box, parent, pdf, page, *rest):
            made_of = getattr(box, "_box", box)  # what is placed absolutely comes wrapped
            if made_of.element is not None and made_of.element_tag not in {"html", "body"}:  # those only pass on
                _language(made_of, element, parent)
                _read_aloud(made_of, element, pdf, boxes)
                _place(element, pdf, page)
                _label(made_of, element, parent, pdf)
            yield element

    tags._build_box_tree = told  # noqa: SLF001 - see above


def _language(box: Any, element: Any, parent: Any) -> None:
    tongue = box.element.get("lang")
    if tongue and parent.get("Lang") != tongue:
        element["Lang"] = _string(tongue)


def _read_aloud(box: Any, element: Any, pdf: Any, boxes: Any) -> None:
    children = getattr(box, "children", ())
    parts = [part for child in children for part in (child.children if isinstance(child, boxes.LineBox) else [child])]
    texts = [part.text for part in parts if isinstance(part, boxes.TextBox)]
    if not any(direction(text) == "rtl" for text in texts):
        return
    spans = [kid for kid in _kids(element, pdf) if kid["K"] and isinstance(kid["K"][0], int)]
    for text, span in zip(texts, spans, strict=False):  # a link has its text without spans
        if direction(text) == "rtl":
            span["ActualText"] = _string(text.replace("\u200b", ""))  # see glyphs.breakable


def _place(element: Any, pdf: Any, page: int) -> None:
    """WeasyPrint gives pixels from the top; the format wants points from the bottom (ISO 32000-1, 14.8.5.4.3)."""
    if element["S"] != "/Figure":
        return
    height = _object(pdf, pdf.page_references[page])["MediaBox"][3]
    left, top, right, bottom = element["A"]["BBox"]
    place = (left * PIXEL, height - bottom * PIXEL, right * PIXEL, height - top * PIXEL)
    element["A"]["BBox"] = type(element["A"]["BBox"])(round(edge, 2) for edge in place)


def _label(box: Any, element: Any, parent: Any, pdf: Any) -> None:
    """<div><dt><dd></div> of a list is one item with its label, not two items."""
    if box.element_tag != "div" or parent["S"] != "/L" or element["S"] != "/Div":
        return
    parts = [part for item in _kids(element, pdf) for part in _kids(item, pdf)]
    for part, kind in zip(parts, ("/Lbl", "/LBody"), strict=False):
        part["S"], part["P"] = kind, element.reference
    element["S"] = "/LI"
    element["K"] = type(element["K"])(part.reference for part in parts)


def _kids(element: Any, pdf: Any) -> list[Any]:
    return [_object(pdf, kid) for kid in element["K"] if not isinstance(kid, int)]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _string(text: str) -> Any:
    import pydyf  # noqa: PLC0415 - comes with WeasyPrint, which may be missing

    return pydyf.String(text)
