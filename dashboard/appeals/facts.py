"""The scores and the decisions behind an appeal."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from core.moderation.decisions import Decision
from core.moderation.notices import milder_facts, score_facts
from core.moderation.policies import Action, Policy
from core.services.hearing import ShownDecision
from dashboard.staff_texts import said, say
from dashboard.wording import decision_lines, plain, score_lines

_ACTIONS = said("appeals.rule_action", Action)


def hidden_panel() -> None:
    """What stands here while the decision is hidden."""
    with st.container(border=True):
        st.markdown(f"**{say('appeals.hidden.title')}**")
        st.text(say("appeals.hidden.about"))


def facts_panel(shown: ShownDecision, now: datetime) -> None:
    """The scores, the decisions so far, and the reference."""
    scores_panel(shown.automated, shown.scores_policy)
    history_panel(shown.chain, shown.item.reference, now)


def scores_panel(automated: Decision, policy: Policy) -> None:
    """The scores that led to the automated decision, with the thresholds in force then."""
    facts = score_facts(automated, policy)
    with st.container(border=True):
        st.markdown(f"**{say('appeals.facts.scores')}**")
        milder = milder_facts(automated, policy)
        if milder:
            st.text(say("appeals.facts.milder"))
        if facts or milder:
            for score, thresholds in score_lines(facts or milder):
                with st.container(gap="xxsmall"):
                    st.text(score)
                    st.caption(plain(thresholds))
        else:
            st.text(_without(automated))
        for rule in policy.text_rules_of(automated.rule_ids):
            key, action = f"appeals.rule_matched.{rule.kind}", _ACTIONS[rule.action]
            st.text(say(key, action=action, about=rule.description))
        model = automated.model_version if automated.scores else None
        st.caption(
            say(
                "appeals.facts.made_with",
                model=model or say("appeals.facts.no_model"),
                version=str(policy.version),
            )
        )


def _without(automated: Decision) -> str:
    return say("appeals.facts.below" if automated.scores else "appeals.facts.not_scored")


def history_panel(chain: Sequence[Decision], reference: str, now: datetime) -> None:
    """Every decision on the comment, newest first, and its reference."""
    with st.container(border=True):
        st.markdown(f"**{say('appeals.facts.decisions')}**")
        st.text("\n".join(decision_lines(chain, now)))
    with st.container(border=True):
        st.markdown(f"**{say('appeals.facts.reference')}**")
        st.code(reference, language=None, wrap_lines=True)
