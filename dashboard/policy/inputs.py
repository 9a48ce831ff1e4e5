"""What is typed into the forms of the page Policy."""

from dataclasses import dataclass, replace

import streamlit as st

from core.moderation.policies import Action, TextRule
from core.moderation.reasons import Reason
from core.moderation.text_rules import TextRuleKind, text_rule_id


@dataclass(frozen=True, slots=True)
class RuleInputs:
    """The keys of the fields of a new text rule."""

    kind: str
    text: str
    action: str
    reason: str
    description: str

    @classmethod
    def named(cls, name: str) -> "RuleInputs":
        """Those of one form."""
        return cls(*(f"rule_{field}_{name}" for field in cls.__slots__))

    def rule(self) -> TextRule:
        """What was typed. Raises InvalidPolicy."""
        kind = TextRuleKind(st.session_state[self.kind])
        text = str(st.session_state[self.text]).strip()
        return TextRule(
            text_rule_id(kind, text),
            kind,
            text,
            Action(st.session_state[self.action]),
            str(st.session_state[self.reason]),
            str(st.session_state[self.description]).strip(),
        )


@dataclass(frozen=True, slots=True)
class ReasonInputs:
    """The keys of the fields of a clause in one language."""

    code: str
    title: str
    text: str

    @classmethod
    def named(cls, name: str) -> "ReasonInputs":
        """Those of one form."""
        return cls(*(f"reason_{field}_{name}" for field in cls.__slots__))

    def reason(self, before: Reason, language: str) -> Reason:
        """The clause with what was typed, in the words that hold if `language` is empty."""
        title, text = (
            str(st.session_state.get(key) or "").strip() for key in (self.title, self.text)
        )
        if language:
            return before.translated(language, title, text)
        code = before.code or str(st.session_state.get(self.code) or "").strip()
        return replace(before, code=code, title=title, text=text)
