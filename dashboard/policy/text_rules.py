"""The card with the rules about words, links and patterns: what the draft has, and one more."""

import pandas as pd
import streamlit as st

from core.moderation.policies import Action, Policy, TextRule
from core.moderation.policy_drafts import PolicyDraft
from core.moderation.text_rules import MOST_DESCRIPTION_CHARS, MOST_RULE_CHARS, TextRuleKind
from dashboard.data_table import data_table
from dashboard.policy.inputs import RuleInputs
from dashboard.policy.place import PolicyPlace
from dashboard.policy.wording import ACTIONS, KINDS, about_kind, rule_name, rule_rows
from dashboard.staff_texts import say

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
    st.markdown(f"**{say('policy.rules.title')}**")
    if rules:
        data_table(
            pd.DataFrame(rule_rows(rules)),
            {
                say("policy.rules.text"): st.column_config.TextColumn(width=130),
                say("policy.rules.kind"): st.column_config.TextColumn(width=60),
                say("policy.rules.action"): st.column_config.TextColumn(width=80),
                say("policy.rules.reason"): st.column_config.TextColumn(width=80),
                say("policy.rules.about"): st.column_config.TextColumn(width="medium"),
            },
            key=f"text_rules_{drawn_for}",
            alt=say("policy.rules.alt"),
            most_rows=MOST_ROWS,
        )
    else:
        st.caption(say("policy.rules.none"))
    if can_edit:
        _add(place, in_force, rules, drawn_for)
        if rules:
            _take_away(place, rules, drawn_for)
    return rules


def _add(place: PolicyPlace, in_force: Policy, rules: tuple[TextRule, ...], drawn_for: str) -> None:
    # Once a rule was added, the fields are new ones and empty.
    keys = RuleInputs.named(f"{drawn_for}_{place.added}")
    with st.expander(say("policy.rules.add"), key=f"add_rule_{drawn_for}"):
        kinds = list(TextRuleKind)
        kind = st.selectbox(
            say("policy.rules.looks_for_a"),
            kinds,
            key=keys.kind,
            format_func=KINDS.__getitem__,
        )
        st.caption(about_kind(kind))
        st.text_input(say("policy.rules.looks_for"), key=keys.text, max_chars=MOST_RULE_CHARS)
        st.selectbox(
            say("policy.rules.what_is_done"),
            list(RULE_ACTIONS),
            key=keys.action,
            format_func=ACTIONS.__getitem__,
        )
        titles = {reason.code: reason.title for reason in in_force.reasons}
        st.selectbox(
            say("policy.rules.for_reason"),
            list(titles),
            key=keys.reason,
            format_func=titles.__getitem__,
        )
        st.text_input(
            say("policy.rules.about_field"),
            key=keys.description,
            max_chars=MOST_DESCRIPTION_CHARS,
        )
        st.button(
            say("policy.rules.add_it"),
            key=f"add_{drawn_for}_{place.added}",
            on_click=place.add_rule,
            args=(drawn_for, rules, keys),
        )


def _take_away(place: PolicyPlace, rules: tuple[TextRule, ...], drawn_for: str) -> None:
    with st.expander(say("policy.rules.take"), key=f"drop_rule_{drawn_for}"):
        names = {rule.id: rule_name(rule) for rule in rules}
        key = f"dropped_{drawn_for}_{len(rules)}"
        st.selectbox(say("policy.rules.which"), list(names), key=key, format_func=names.__getitem__)
        st.button(
            say("policy.rules.take_it"),
            key=f"drop_{drawn_for}",
            on_click=place.drop_rule,
            args=(drawn_for, rules, key),
        )
