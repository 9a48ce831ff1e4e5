"""A clause of the site's rules as its author reads it: on the look-up, and tried on the page
Policy."""

from collections.abc import Iterable

import streamlit as st

from core.texts.rules import RuleWords
from dashboard.wording import plain


def show_rule(head: str, rule: RuleWords, remarks: Iterable[str] = ()) -> None:
    """`remarks` are lines in small letters before the rule's own. What the site wrote goes through
    `st.text`, which never renders markup."""
    st.markdown(f"**{head}**")
    st.text(f"{rule.title}\n{rule.text}")
    for line in (*remarks, rule.remark):
        if line:
            st.caption(plain(line))
