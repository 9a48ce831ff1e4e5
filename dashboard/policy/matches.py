"""What each text rule of a draft matches in the past: figures, warnings and texts."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from core.bootstrap.services import Services
from core.moderation.permissions import Actor
from core.services.policy_simulation import PolicyTrial, list_matches
from dashboard.covered import wants_cover
from dashboard.data_table import data_table
from dashboard.policy.texts import LISTED, texts_table
from dashboard.policy.trial_words import broad_words, match_rows
from dashboard.policy.wording import rule_name
from dashboard.staff_texts import say

MOST_ROWS = 8
MOST_WARNINGS = 5


def matches_card(services: Services, actor: Actor, trial: PolicyTrial) -> None:
    """A row for each rule, a warning for each that matches very many, and the texts of one."""
    if not trial.matches:
        return
    with st.container(border=True):
        st.markdown(f"**{say('policy.matches.title')}**")
        for one in [each for each in trial.matches if each.is_broad][:MOST_WARNINGS]:
            st.warning(broad_words(one), icon=":material/warning:")
        data_table(
            pd.DataFrame(match_rows(trial.matches)),
            {
                say("policy.matches.rule"): st.column_config.TextColumn(width="medium"),
                say("policy.matches.comments"): _number_column(100),
                say("policy.matches.share"): st.column_config.TextColumn(width=70),
                say("policy.matches.authors"): _number_column(80),
                say("policy.matches.flips"): _number_column(140),
            },
            key="rule_matches",
            alt=say("policy.matches.alt"),
            most_rows=MOST_ROWS,
        )
        found = {one.rule.id: one for one in trial.matches if len(one.rows)}
        if not found:
            return
        chosen = st.selectbox(
            say("policy.matches.texts_of"),
            list(found),
            format_func=lambda name: rule_name(found[name].rule),
            key=f"matches_of_{'_'.join(found)[:200]}",
        )
        limit = int(st.session_state.get(f"matches_{chosen}_limit", LISTED))
        texts_table(
            list_matches(services.context, actor, trial, found[chosen], limit),
            len(found[chosen].rows),
            limit,
            key=f"matches_{chosen}",
            alt=say("policy.trial.texts_alt", what=rule_name(found[chosen].rule)),
            is_covered=wants_cover(services, actor),
        )


def _number_column(width: int) -> ColumnConfig:
    return st.column_config.NumberColumn(width=width, format="localized")
