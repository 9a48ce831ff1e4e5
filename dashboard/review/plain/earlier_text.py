"""The text before an edit, with its decision: the reason why a person has to review the edit."""

from datetime import datetime

import streamlit as st

from core.moderation.edits import EarlierText
from core.moderation.policies import Policy
from dashboard.covered import covered_text
from dashboard.review.case_wording import earlier_lines
from dashboard.staff_texts import say
from dashboard.wording import no_longer_shown

SHOWN_CHARS = 2_000


def earlier_text(settled: EarlierText, policy: Policy, now: datetime, *, is_covered: bool) -> None:
    """The decision first, then the earlier text. `policy` gives the title of a removal's reason."""
    st.caption(say("desk.card.before"))
    lines = earlier_lines(settled, policy, now)
    st.text(covered_text("\n".join(lines), is_wanted=is_covered))
    earlier = settled.revision.text[:SHOWN_CHARS] or no_longer_shown()
    st.text(covered_text(earlier, is_wanted=is_covered))
