"""The text before an edit, with its decision: the reason why a person has to review the edit."""

from datetime import datetime

import streamlit as st

from core.moderation.edits import EarlierText
from core.moderation.policies import Policy
from dashboard.covered import covered_text
from dashboard.wording import decision_line, no_longer_shown

SHOWN_CHARS = 2_000


def earlier_text(settled: EarlierText, policy: Policy, now: datetime, *, is_covered: bool) -> None:
    """The decision first, then the earlier text. `policy` gives the title of a removal's reason."""
    decision = settled.chain[-1]
    reasons = {reason.code: reason.title for reason in policy.reasons}
    st.caption("Before the edit")
    lines = [decision_line(decision, now)]
    if decision.reason_code is not None:
        lines.append(f"Reason: {reasons.get(decision.reason_code, decision.reason_code)}")
    if decision.note:
        lines.append(f"Note to the author: {decision.note}")
    st.text(covered_text("\n".join(lines), is_wanted=is_covered))
    earlier = settled.revision.text[:SHOWN_CHARS] or no_longer_shown()
    st.text(covered_text(earlier, is_wanted=is_covered))
