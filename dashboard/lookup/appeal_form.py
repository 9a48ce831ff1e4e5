"""The author's form to appeal a removal."""

from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import AppealRefused, ConsoleError, InvalidAppeal
from core.moderation.appeals import MAX_APPEAL_CHARS
from core.services.appeal import file_appeal
from core.services.lookup import LookupAnswer
from core.texts.texts import Texts
from dashboard.wording import on_primary


@dataclass(slots=True)
class AppealDraft:
    """The last attempt that failed: its words and which sentence says why. A plain object, so that
    a callback can write to it without `st.*` calls, which can interrupt it."""

    words: str = ""
    problem: str = ""


def appeal_form(services: Services, answer: LookupAnswer, texts: Texts) -> None:
    """A text field and one button. The text stays in the field if it could not be sent."""
    # The key contains the time of the decision: a new decision gets a new form.
    drawn_for = (
        f"{answer.reference}_{answer.statement.decided_at or answer.posted_at:%Y%m%d%H%M%S%f}"
    )
    draft: AppealDraft = st.session_state.setdefault(f"draft_{answer.reference}", AppealDraft())
    words_key = f"appeal_words_{drawn_for}"
    with st.form(f"appeal_{drawn_for}", border=False, enter_to_submit=False):
        st.text_area(
            texts.say("appeal.field"),
            draft.words,
            key=words_key,
            max_chars=MAX_APPEAL_CHARS,
            height=140,
        )
        st.form_submit_button(
            on_primary(texts.say("appeal.send")),
            key=f"send_{drawn_for}",
            type="primary",
            on_click=_send,
            args=(services, draft, answer, words_key),
        )
        if draft.problem:
            most = texts.number(MAX_APPEAL_CHARS)
            st.error(texts.say(draft.problem, most=most), icon=":material/info:")


def _send(services: Services, draft: AppealDraft, answer: LookupAnswer, words_key: str) -> None:
    """Callback: one read of the form, then one write. A second press finds the appeal filed."""
    words, seen = str(st.session_state[words_key]), answer.statement.decided_at
    try:
        file_appeal(services.context, answer.reference, words, seen=seen)
    except (AppealRefused, InvalidAppeal) as error:
        draft.words, draft.problem = words, f"appeal_problem.{error.problem}"
    except ConsoleError:
        draft.words, draft.problem = words, "page.not_now"
    else:
        draft.words, draft.problem = "", ""
