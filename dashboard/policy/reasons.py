"""The clauses of the site's rules: their words and translations, tried as authors read them."""

import streamlit as st

from core.moderation.policies import Policy
from core.moderation.policy_drafts import PolicyDraft
from core.moderation.reasons import MOST_CODE_CHARS, MOST_TITLE_CHARS, MOST_WORDS_CHARS, Reason
from core.texts.rules import rule_words
from core.texts.texts import LANGUAGES, texts_in
from dashboard.author_rule import show_rule
from dashboard.policy.inputs import ReasonInputs
from dashboard.policy.place import PolicyPlace
from dashboard.staff_texts import say

NEW, AS_IT_HOLDS = "", ""
"""The choices of a clause that is not there yet, and of the words that hold."""
EMPTY = Reason(NEW, "", "")


def reasons_editor(
    place: PolicyPlace,
    in_force: Policy,
    draft: PolicyDraft | None,
    *,
    site_language: str,
    can_edit: bool,
) -> tuple[Reason, ...]:
    """The clauses of the draft or else of the policy in force, with what was changed since. Returns
    them. `site_language` is that in which the site writes."""
    policy = draft.policy if draft else in_force
    drawn_for = f"{draft.id}_{draft.version}" if draft else f"new_{in_force.version}"
    reasons = place.reasons_for(drawn_for, policy.reasons) if can_edit else policy.reasons
    with st.expander(say("policy.reasons.title"), key=f"reasons_{drawn_for}"):
        titles = {reason.code: reason.title for reason in reasons}
        codes = [*titles, *([NEW] if can_edit else [])]
        code = st.selectbox(
            say("policy.reasons.rule"),
            codes,
            key=f"reason_{drawn_for}",
            format_func=lambda code: titles[code] if code in titles else say("policy.reasons.new"),
        )
        language = st.selectbox(
            say("policy.reasons.words"),
            [AS_IT_HOLDS, *LANGUAGES],
            key=f"reason_language_{drawn_for}",
            format_func=_language_name,
        )
        chosen = next((reason for reason in reasons if reason.code == code), EMPTY)
        if can_edit:
            chosen = _fields(place, policy, reasons, (drawn_for, chosen, language))
        if chosen.title:
            _preview(chosen, language or site_language)
    return reasons


def _language_name(code: str) -> str:
    return texts_in(code).say("language.name") if code else say("policy.reasons.as_it_holds")


def _fields(
    place: PolicyPlace,
    policy: Policy,
    reasons: tuple[Reason, ...],
    drawn: tuple[str, Reason, str],
) -> Reason:
    """The clause as it is typed, for the preview, and the buttons to keep it or take it away."""
    drawn_for, chosen, language = drawn
    keys = ReasonInputs.named(f"{drawn_for}_{chosen.code}_{language}_{place.worded}")
    if chosen == EMPTY:
        st.text_input(say("policy.reasons.code"), key=keys.code, max_chars=MOST_CODE_CHARS)
    said = chosen.translation(language) if language else chosen
    st.text_input(
        say("policy.reasons.title_field"),
        said.title if said else "",
        key=keys.title,
        max_chars=MOST_TITLE_CHARS,
    )
    st.text_area(
        say("policy.reasons.text_field"),
        said.text if said else "",
        key=keys.text,
        max_chars=MOST_WORDS_CHARS,
        help=say("policy.reasons.about_text"),
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("policy.reasons.keep"),
            key=f"word_{drawn_for}",
            on_click=place.word_reason,
            args=(drawn_for, reasons, chosen, language, keys),
        )
        is_used = chosen.code in policy.reason_codes_in_use()
        if chosen != EMPTY:
            st.button(
                say("policy.reasons.take"),
                key=f"take_reason_{drawn_for}",
                disabled=is_used,
                help=say("policy.reasons.in_use") if is_used else None,
                on_click=place.drop_reason,
                args=(drawn_for, reasons, chosen.code),
            )
    return keys.reason(chosen, language)


def _preview(reason: Reason, language: str) -> None:
    texts = texts_in(language)
    st.caption(say("policy.reasons.preview", language=texts.say("language.name")))
    with st.container(border=True):
        show_rule(texts.say("rule.removed"), rule_words(reason, texts))
