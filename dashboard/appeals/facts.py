"""The scores and the decisions behind an appeal."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.moderation.decisions import Decision
from core.moderation.notices import milder_facts, score_facts
from core.moderation.policies import Policy
from core.services.hearing import ShownDecision
from dashboard.appeals.wording import HIDDEN
from dashboard.wording import decision_lines, score_rows


def hidden_panel() -> None:
    """What stands here while the decision is hidden."""
    with st.container(border=True):
        st.markdown("**Hidden until you have answered**")
        st.text(HIDDEN)


def facts_panel(shown: ShownDecision, now: datetime) -> None:
    """The scores, the decisions so far, and the reference."""
    scores_panel(shown.automated, shown.scores_policy)
    history_panel(shown.chain, shown.item.reference, now)


def scores_panel(automated: Decision, policy: Policy) -> None:
    """The scores that led to the automated decision, with the thresholds in force then."""
    facts = score_facts(automated, policy)
    with st.container(border=True):
        st.markdown("**Scores**")
        milder = milder_facts(automated, policy)
        if milder:
            st.text("Scores reached a threshold for less than the text rule asked for.")
        if facts or milder:
            st.table(score_rows(facts or milder), border="horizontal", hide_index=True)
        else:
            st.text(_without(automated))
        for rule in policy.text_rules_of(automated.rule_ids):
            st.text(f"A {rule.kind} rule ({rule.action}) matched it: {rule.description}")
        model = (automated.model_version if automated.scores else None) or "no model"
        st.caption(f"{model} · policy v{policy.version}, in force then")


def _without(automated: Decision) -> str:
    return "No score reached a threshold." if automated.scores else "It was not scored."


def history_panel(chain: Sequence[Decision], reference: str, now: datetime) -> None:
    """Every decision on the comment, newest first, and its reference."""
    with st.container(border=True):
        st.markdown("**Decisions so far**")
        st.text("\n".join(decision_lines(chain, now)))
    with st.container(border=True):
        st.markdown("**Reference**")
        st.code(reference, language=None, wrap_lines=True)
