"""The card with the rules about words, links and patterns: what the draft has, and one more."""

import pandas as pd
import streamlit as st

from core.moderation.policies import Action, Policy, TextRule
from core.moderation.policy_drafts import PolicyDraft
from core.moderation.text_rules import MOST_DESCRIPTION_CHARS, MOST_RULE_CHARS, TextRuleKind
from dashboard.data_table import data_table
from dashboard.policy.inputs import RuleInputs
from dashboard.policy.place import PolicyPlace
from dashboard.policy.wording import ACTIONS, KIND_HELP, NO_TEXT_RULES, rule_name, rule_rows

MOST_ROWS = 6
RULE_ACTIONS = (Action.HOLD, Action.ESCALATE, Action.REMOVE)


def text_rules_editor(
    place: PolicyPlace, in_force: Policy, draft: PolicyDraft | None, *, can_edit: bool
) -> tuple[TextRule, ...]:
    """The rules of the draft or else of the policy in force, with what was added and taken away
    since. Returns them."""
    begin = (draft.policy if draft else in_force).text_rules
    drawn_for = f"{draft.id}_{draft.version}" if draft else f"new_{in_force.version}"
    rules = place.rules_for(drawn_for, begin) if can_edit else begin
    st.markdown("**Words, links and patterns**")
    if rules:
        data_table(
            pd.DataFrame(rule_rows(rules)),
            {
                "text": st.column_config.TextColumn(width=130),
                "kind": st.column_config.TextColumn(width=60),
                "action": st.column_config.TextColumn(width=60),
                "reason": st.column_config.TextColumn(width=80),
                "what it is about": st.column_config.TextColumn(width="medium"),
            },
            key=f"text_rules_{drawn_for}",
            alt="The rules about words, links and patterns",
            most_rows=MOST_ROWS,
        )
    else:
        st.caption(NO_TEXT_RULES)
    if can_edit:
        _add(place, in_force, rules, drawn_for)
        if rules:
            _take_away(place, rules, drawn_for)
    return rules


def _add(place: PolicyPlace, in_force: Policy, rules: tuple[TextRule, ...], drawn_for: str) -> None:
    # Once a rule was added, the fields are new ones and empty.
    keys = RuleInputs.named(f"{drawn_for}_{place.added}")
    with st.expander("Add a rule", key=f"add_rule_{drawn_for}"):
        kinds = list(TextRuleKind)
        kind = st.selectbox("It looks for a", kinds, key=keys.kind, format_func=str)
        st.caption(KIND_HELP[kind])
        st.text_input("What it looks for", key=keys.text, max_chars=MOST_RULE_CHARS)
        st.selectbox(
            "What is done", list(RULE_ACTIONS), key=keys.action, format_func=ACTIONS.__getitem__
        )
        titles = {reason.code: reason.title for reason in in_force.reasons}
        st.selectbox(
            "For the reason", list(titles), key=keys.reason, format_func=titles.__getitem__
        )
        st.text_input(
            "What it is about (authors read this)",
            key=keys.description,
            max_chars=MOST_DESCRIPTION_CHARS,
        )
        st.button(
            "Add it and try it on the past",
            key=f"add_{drawn_for}_{place.added}",
            on_click=place.add_rule,
            args=(drawn_for, rules, keys),
        )


def _take_away(place: PolicyPlace, rules: tuple[TextRule, ...], drawn_for: str) -> None:
    with st.expander("Take a rule away", key=f"drop_rule_{drawn_for}"):
        names = {rule.id: rule_name(rule) for rule in rules}
        key = f"dropped_{drawn_for}_{len(rules)}"
        st.selectbox("Which", list(names), key=key, format_func=names.__getitem__)
        st.button(
            "Take it away",
            key=f"drop_{drawn_for}",
            on_click=place.drop_rule,
            args=(drawn_for, rules, key),
        )
