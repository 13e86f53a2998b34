"""What WeasyPrint leaves undone before a file may call itself both PDF/A-3a and PDF/UA-1.

The variant `pdf/a-3a` makes tags, colour profile and metadata right for PDF/A. PDF/UA-1 (ISO 14289-1) asks for its own
mark in the metadata, which PDF/A allows only with a description of the schema beside it. Screen readers also want the
scope of table headings and the index of their ids.
"""

from __future__ import annotations

from typing import Any

UA_MARK = b"""<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag>\
<rdf:li rdf:parseType="Resource"><pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:description>PDF/UA version identifier\
</pdfaProperty:description><pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li></rdf:Seq>\
</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>\
<rdf:Description rdf:about="" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" \
xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>"""


def finish(_document: Any, pdf: Any) -> None:
    """Finish a pydyf.PDF in place, as WeasyPrint's `finisher`."""
    _claim_ua(pdf)
    _leave_images_as_they_are(pdf)
    _scope_headings(pdf)
    _index_ids(pdf)


def _claim_ua(pdf: Any) -> None:
    for item in pdf.objects:
        if getattr(item, "extra", None) and item.extra.get("Type") == "/Metadata":
            item.stream = [part.replace(b"</rdf:RDF>", UA_MARK + b"</rdf:RDF>", 1) for part in item.stream]


def _leave_images_as_they_are(pdf: Any) -> None:
    """PDF/A lets no reader smooth an image as it sees fit (ISO 19005-3, 6.2.8); WeasyPrint asks for it."""
    for item in pdf.objects:
        if getattr(item, "extra", None) and item.extra.get("Interpolate") == "true":
            item.extra["Interpolate"] = "false"


def _scope_headings(pdf: Any) -> None:
    by_reference = {item.reference: item for item in pdf.objects}
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("S") == "/TH" and "A" in item:
            group = by_reference[by_reference[item["P"]]["P"]]
            item["A"]["Scope"] = "/Column" if group.get("S") == "/THead" else "/Row"


def _index_ids(pdf: Any) -> None:
    import pydyf  # noqa: PLC0415 - comes with WeasyPrint, which may be missing

    named: list[Any] = [item for item in pdf.objects if isinstance(item, dict) and "ID" in item and "S" in item]
    if not named:
        return
    named.sort(key=lambda item: item["ID"].data)
    names = pydyf.Array()
    for item in named:
        names.extend((item["ID"], item.reference))
    limits = pydyf.Array([named[0]["ID"], named[-1]["ID"]])
    leaf = pydyf.Dictionary({"Names": names, "Limits": limits})
    pdf.add_object(leaf)
    tree = pydyf.Dictionary({"Kids": pydyf.Array([leaf.reference])})
    pdf.add_object(tree)
    by_reference = {item.reference: item for item in pdf.objects}
    by_reference[pdf.catalog["StructTreeRoot"]]["IDTree"] = tree.reference
