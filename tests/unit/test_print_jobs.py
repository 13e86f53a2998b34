from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from followup.pdf.jobs import Attachment, PrintJob, from_message, to_message

ATTACHMENTS = st.builds(
    Attachment, st.text(), st.text(), st.text(), st.binary(), st.sampled_from(("Data", "Source", "Supplement"))
)
JOBS = st.builds(
    PrintJob,
    st.text(),
    st.text(),
    st.lists(ATTACHMENTS, max_size=3).map(tuple),
    st.dictionaries(st.text(), st.binary(), max_size=3),
)


@given(JOBS)
def test_a_job_arrives_as_it_was_sent(job: PrintJob) -> None:
    assert from_message(to_message(job)) == job


def test_a_message_cut_short_is_refused() -> None:
    message = to_message(PrintJob("summary", "{}", (Attachment("a.json", "application/json", "a", b"12345"),)))
    with pytest.raises(ValueError, match="cut short"):
        from_message(message[:-1])
