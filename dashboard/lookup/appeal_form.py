"""The author's form to appeal a removal."""

from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.appeals import MAX_APPEAL_CHARS
from core.services.appeal import file_appeal
from core.services.lookup import LookupAnswer


@dataclass(slots=True)
class AppealDraft:
    """The error of the last attempt. A plain object, so that a callback can write to it without
    `st.*` calls, which can interrupt it."""

    error: str = ""


def appeal_form(services: Services, answer: LookupAnswer) -> None:
    """A text field and one button. The text stays in the field if it could not be sent."""
    # The key contains the time of the decision: a new decision gets an empty form.
    drawn_for = (
        f"{answer.reference}_{answer.statement.decided_at or answer.posted_at:%Y%m%d%H%M%S%f}"
    )
    draft: AppealDraft = st.session_state.setdefault(f"draft_{drawn_for}", AppealDraft())
    words_key = f"appeal_words_{drawn_for}"
    with st.form(f"appeal_{drawn_for}", border=False, enter_to_submit=False):
        st.text_area(
            "Why is the decision wrong?",
            key=words_key,
            max_chars=MAX_APPEAL_CHARS,
            height=140,
        )
        st.form_submit_button(
            "Send the appeal",
            key=f"send_{drawn_for}",
            type="primary",
            on_click=_send,
            args=(services, draft, answer.reference, words_key),
        )
        if draft.error:
            st.error(draft.error, icon=":material/info:")


def _send(services: Services, draft: AppealDraft, reference: str, words_key: str) -> None:
    """Callback: one read of the form, then one write. A second press finds the appeal filed."""
    words = str(st.session_state[words_key])
    try:
        file_appeal(services.context, reference, words)
    except ConsoleError as error:
        draft.error = str(error)
    else:
        draft.error = ""
