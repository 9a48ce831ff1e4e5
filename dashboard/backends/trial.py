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
from dashboard.staff_texts import decimal, say
from dashboard.wording import LABELS

TEXT_KEY, NAMES_KEY = "trial_text", "trial_names"
TEXT_HEIGHT = 68
MOST_OTHERS = 24


def trial_panel(
    page: BackendsPageState, services: Services, actor: Actor, catalogue: Catalogue
) -> None:
    """A text box, the choice of backends, and their answers below."""
    if not can(actor, Permission.COMPARE_BACKENDS):
        st.markdown(f"**{say('backends.trial.title')}**")
        st.caption(may_not_ask(actor))
        return
    refusal = carry_out_trial(page, services, actor)
    names = [one.name for one in catalogue.candidates if one.problem is None]
    with st.form("trial"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{say('backends.trial.title')}**", width="content")
            st.space("stretch")
            st.form_submit_button(
                say("backends.trial.go"),
                key="trial_go",
                icon=":material/play_arrow:",
                on_click=_submit,
                args=(page, names),
            )
        st.text_area(
            say("backends.trial.comment"),
            key=TEXT_KEY,
            height=TEXT_HEIGHT,
            label_visibility="collapsed",
        )
        st.pills(
            say("backends.trial.backends"),
            names,
            selection_mode="multi",
            default=[name for name in (catalogue.in_force, catalogue.fallback) if name in names],
            key=NAMES_KEY,
            label_visibility="collapsed",
        )
        st.caption(say("backends.trial.about"))
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
    _outcomes(found)
    errors = error_lines(found.tried)
    if errors:
        st.text("\n".join(errors))
    scores = _score_frame(found)
    if scores.empty:
        return
    text = st.column_config.TextColumn
    data_table(
        scores,
        {
            say("backends.trial.label"): text(width=130),
            say("backends.trial.hold"): text(width=60, alignment="right"),
            say("backends.trial.remove"): text(width=74, alignment="right"),
        },
        key="trial_scores",
        alt=say("backends.trial.scores"),
        most_rows=len(scores),
    )
    policy = say("backends.trial.policy", version=str(found.policy.version))
    st.caption(f"{policy} {agreement_line(found.tried)}")


def _outcomes(found: SideBySide) -> None:
    backend, would_be, took, model = (
        say(f"backends.trial.{name}") for name in ("backend", "would_be", "took", "model")
    )
    no_scores = say("backends.trial.no_scores")
    outcomes = pd.DataFrame(
        {
            backend: [one.answer.backend for one in found.tried],
            would_be: [verdict_line(one) for one in found.tried],
            took: [duration(one.answer.total_ms) for one in found.tried],
            model: [one.answer.model_version or no_scores for one in found.tried],
        }
    )
    text = st.column_config.TextColumn
    data_table(
        outcomes,
        {
            backend: text(width=110),
            would_be: text(width=240),
            took: text(width=64, alignment="right"),
            model: text(width=260),
        },
        key="trial_outcomes",
        alt=say("backends.trial.outcomes"),
        most_rows=len(outcomes),
    )


def _score_frame(found: SideBySide) -> pd.DataFrame:
    answered = [one for one in found.tried if one.answer.error is None]
    labels = [label for label in Label if any(label in one.answer.scores for one in answered)]
    others = _others(answered)
    lows = [found.policy.thresholds(label) for label in labels]
    blank = [""] * len(others)
    columns: dict[str, list[str]] = {
        say("backends.trial.label"): [*(LABELS[label] for label in labels), *others],
        say("backends.trial.hold"): [*(_low(one.get(Action.HOLD)) for one in lows), *blank],
        say("backends.trial.remove"): [*(_low(one.get(Action.REMOVE)) for one in lows), *blank],
    }
    for one in answered:
        scores, more = one.answer.scores, one.answer.other_scores
        columns[one.answer.backend] = [
            *(score_cell(scores.get(label), label, found.policy) for label in labels),
            *(decimal(more[name], 2) if name in more else "" for name in others),
        ]
    return pd.DataFrame(columns)


def _others(answered: Sequence[TrialResult]) -> list[str]:
    """Labels that the console does not know: no rule uses them, but they are shown."""
    found = dict.fromkeys(name for one in answered for name in one.answer.other_scores)
    return list(found)[:MOST_OTHERS]


def _low(score: float | None) -> str:
    return NONE if score is None else decimal(score, 2)
