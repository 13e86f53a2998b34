"""Every document of the demonstration before veraPDF: too many for each change (a minute or two), so asked for by name.

`./dev test` judges those of one child.
"""

from __future__ import annotations

from pathlib import Path

from tests.support.demo_documents import demonstration, printed
from tests.support.verapdf import VeraPdf


def test_every_document_of_the_demonstration_keeps_both_standards(tmp_path: Path) -> None:
    broken, count, octets = [], 0, 0
    with demonstration(tmp_path) as store, VeraPdf() as judge:
        for kind, data in printed(store):
            count, octets = count + 1, octets + len(data)
            if any(found := judge.broken(data).values()):
                broken.append((kind, count, found))
    print(f"\n{count} documents, {octets // max(count, 1) // 1000} kB each; {len(broken)} break a standard")
    assert count > 40
    assert broken == []
