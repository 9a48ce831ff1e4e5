"""All facts about one backend, with the button that checks it."""

from datetime import datetime

import streamlit as st

from core.moderation.permissions import Actor, Permission, can
from core.services.backends import BackendStatus
from dashboard.backend_states import STATE_COLORS, reason
from dashboard.backends.view import BackendsPageState, press_check
from dashboard.backends.wording import (
    STATES,
    calls_line,
    check_line,
    labels_lines,
    languages_line,
    may_not_ask,
    process_line,
    use_word,
    where,
)
from dashboard.staff_texts import say


def backend_card(
    page: BackendsPageState, status: BackendStatus, actor: Actor, *, now: datetime, window: str
) -> None:
    """State and reason first, then the model, its labels and its calls."""
    name = status.candidate.name
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{name}**", width="content")
            st.badge(STATES[status.state], color=STATE_COLORS[status.state])
            if use_word(status.use):
                st.badge(use_word(status.use), color="blue")
            st.space("stretch")
            may_ask = can(actor, Permission.COMPARE_BACKENDS)
            st.button(
                say("backends.card.check"),
                key=f"check_{name}",
                icon=":material/stethoscope:",
                disabled=not may_ask,
                help=None if may_ask else may_not_ask(actor),
                on_click=press_check,
                args=(page, name),
            )
        first = [f"{_sentence(reason(status))}."] if reason(status) else []
        if status.check is not None:
            first.append(check_line(status.check, now))
        if first:
            st.text("\n".join(first))
        _notice(status, actor)
        st.text("\n".join(_facts(status, now, window)))
    if page.refusal:
        st.text(page.refusal)


def _facts(status: BackendStatus, now: datetime, window: str) -> list[str]:
    one = status.candidate
    # A service without a model name uses its kind as model version, so equal parts are merged.
    model = one.model_version or say("backends.card.model_unknown")
    made_of = list(dict.fromkeys([model, one.kind, where(one)]))
    if one.activation is not None:
        made_of.append(say("backends.card.activation", activation=one.activation))
    lines = [" · ".join(made_of), *labels_lines(one), languages_line(one)]
    lines.append(calls_line(status, window))
    lines += [process_line(view, now) for view in status.processes]
    return lines


def _notice(status: BackendStatus, actor: Actor) -> None:
    """The warning about the service, with a link to compare it with other backends."""
    notice = status.candidate.notice
    if notice is None:
        return
    with st.container(border=True):
        st.text(notice)
        if can(actor, Permission.COMPARE_BACKENDS):
            st.page_link(
                "parity/screen.py",
                label=say("backends.card.compare"),
                icon=":material/compare_arrows:",
            )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}"
