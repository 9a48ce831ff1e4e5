"""Try a comment: one text scored by several backends, side by side."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Permission, can
from core.moderation.policies import Action
from core.moderation.scores import Label
from core.services.backends import Catalogue
from core.services.trials import SideBySide, TrialResult
from dashboard.backends.view import BackendsPageState, carry_out_trial, press_try
from dashboard.backends.wording import (
    agreement_line,
    error_lines,
    may_not_ask,
    score_cell,
    verdict_line,
)
from dashboard.data_table import data_table
from dashboard.figures import NONE, duration
from dashboard.wording import LABELS

TEXT_KEY, NAMES_KEY = "trial_text", "trial_names"
TEXT_HEIGHT = 68
MOST_OTHERS = 24


def trial_panel(
    page: BackendsPageState, services: Services, actor: Actor, catalogue: Catalogue
) -> None:
    """A text box, the choice of backends, and their answers below."""
    if not can(actor, Permission.COMPARE_BACKENDS):
        st.markdown("**Try a comment**")
        st.caption(may_not_ask(actor))
        return
    refusal = carry_out_trial(page, services, actor)
    names = [one.name for one in catalogue.candidates if one.problem is None]
    with st.form("trial"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("**Try a comment**", width="content")
            st.space("stretch")
            st.form_submit_button(
                "Score it",
                key="trial_go",
                icon=":material/play_arrow:",
                on_click=_submit,
                args=(page, names),
            )
        st.text_area("Comment", key=TEXT_KEY, height=TEXT_HEIGHT, label_visibility="collapsed")
        st.pills(
            "Backends",
            names,
            selection_mode="multi",
            default=[name for name in (catalogue.in_force, catalogue.fallback) if name in names],
            key=NAMES_KEY,
            label_visibility="collapsed",
        )
        st.caption(
            "A remote service receives the text and may charge for it. The text is not stored or "
            "cached, and the call does not count as live traffic."
        )
    if refusal:
        st.error(refusal, icon=":material/error:")
    if page.found is not None:
        _answers(page.found)


def _submit(page: BackendsPageState, names: Sequence[str]) -> None:
    chosen = st.session_state[NAMES_KEY]
    in_order = [name for name in names if name in chosen]
    press_try(page, in_order, st.session_state[TEXT_KEY] or "")


def _answers(found: SideBySide) -> None:
    """First the decision that would follow from each backend's scores, then the scores."""
    outcomes = pd.DataFrame(
        {
            "backend": [one.answer.backend for one in found.tried],
            "would be": [verdict_line(one) for one in found.tried],
            "took": [duration(one.answer.total_ms) for one in found.tried],
            "model": [one.answer.model_version or "no scores" for one in found.tried],
        }
    )
    text = st.column_config.TextColumn
    data_table(
        outcomes,
        {
            "backend": text(width=110),
            "would be": text(width=240),
            "took": text(width=64, alignment="right"),
            "model": text(width=260),
        },
        key="trial_outcomes",
        alt="The decision that would follow from the scores of each backend",
        most_rows=len(outcomes),
    )
    errors = error_lines(found.tried)
    if errors:
        st.text("\n".join(errors))
    scores = _score_frame(found)
    if scores.empty:
        return
    data_table(
        scores,
        {
            "label": text(width=130),
            "hold ≥": text(width=60, alignment="right"),
            "remove ≥": text(width=74, alignment="right"),
        },
        key="trial_scores",
        alt="Scores of the comment by label and backend with the thresholds in force",
        most_rows=len(scores),
    )
    st.caption(f"Policy v{found.policy.version}. {agreement_line(found.tried)}")


def _score_frame(found: SideBySide) -> pd.DataFrame:
    answered = [one for one in found.tried if one.answer.error is None]
    labels = [label for label in Label if any(label in one.answer.scores for one in answered)]
    others = _others(answered)
    lows = [found.policy.thresholds(label) for label in labels]
    blank = [""] * len(others)
    columns: dict[str, list[str]] = {
        "label": [*(LABELS[label] for label in labels), *others],
        "hold ≥": [*(_low(one.get(Action.HOLD)) for one in lows), *blank],
        "remove ≥": [*(_low(one.get(Action.REMOVE)) for one in lows), *blank],
    }
    for one in answered:
        scores, more = one.answer.scores, one.answer.other_scores
        columns[one.answer.backend] = [
            *(score_cell(scores.get(label), label, found.policy) for label in labels),
            *(f"{more[name]:.2f}" if name in more else "" for name in others),
        ]
    return pd.DataFrame(columns)


def _others(answered: Sequence[TrialResult]) -> list[str]:
    """Labels that the console does not know: no rule uses them, but they are shown."""
    found = dict.fromkeys(name for one in answered for name in one.answer.other_scores)
    return list(found)[:MOST_OTHERS]


def _low(score: float | None) -> str:
    return NONE if score is None else f"{score:.2f}"
