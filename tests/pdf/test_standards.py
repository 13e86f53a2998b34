"""Every document is PDF/A-3a and PDF/UA-1 in one: judged by veraPDF, and by qpdf."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from tests.support.demo_documents import demonstration, printed
from tests.support.documents import DOCUMENTS
from tests.support.verapdf import JavaMissing, VeraPdf


@pytest.fixture(scope="module")
def verapdf() -> Iterator[VeraPdf]:
    try:
        judge = VeraPdf()
    except JavaMissing as error:
        pytest.fail(str(error))
    with judge:
        yield judge


def test_the_judge_finds_fault_with_what_has_faults(verapdf: VeraPdf) -> None:
    with pikepdf.new() as pdf, io.BytesIO() as out:
        pdf.add_blank_page()
        pdf.save(out)
        found = verapdf.broken(out.getvalue())
    assert any("MarkInfo" in rule for rule in found["PDF/A-3a"])
    assert any("StructTreeRoot" in rule for rule in found["PDF/UA-1"])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_standards_are_kept(name: str, verapdf: VeraPdf) -> None:
    data = DOCUMENTS[name]()
    assert verapdf.broken(data) == {"PDF/A-3a": [], "PDF/UA-1": []}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []


def test_the_demonstrations_documents_of_one_child_keep_both_standards(verapdf: VeraPdf, tmp_path: Path) -> None:
    """./dev bench judges those of all children."""
    with demonstration(tmp_path, "Milo Tallkotte") as store:
        documents = list(printed(store))
    assert documents
    for _kind, data in documents:
        assert verapdf.broken(data) == {"PDF/A-3a": [], "PDF/UA-1": []}
        assert len(data) <= 150_000
