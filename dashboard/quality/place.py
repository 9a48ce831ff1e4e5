"""What one person did last on the page Quality."""

from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.disagreements import drop_golden, make_golden, settle
from dashboard.problems import told
from dashboard.staff_texts import say


@dataclass(slots=True)
class QualityPlace:
    """The state of one session on this page: what the last press did, or why it did nothing."""

    done: str = ""
    refusal: str = ""

    def press_settle(self, services: Services, actor: Actor, look_id: str, action: Action) -> None:
        """One read of the form, then one write."""
        reason = st.session_state.get(f"reason_{look_id}") if action is Action.REMOVE else None
        try:
            made = settle(
                services.context,
                actor,
                look_id,
                action,
                reason,
                because=str(st.session_state.get(f"because_{look_id}") or ""),
                note=str(st.session_state.get(f"author_{look_id}") or ""),
            )
        except ConsoleError as error:
            self.done, self.refusal = "", told(error)
        else:
            self.done = say("quality.settle.done_anew" if made else "quality.settle.done_alike")
            self.refusal = ""

    def press_golden(self, services: Services, actor: Actor, look_id: str, *, keep: bool) -> None:
        """Make or drop a golden item."""
        try:
            (make_golden if keep else drop_golden)(services.context, actor, look_id)
        except ConsoleError as error:
            self.done, self.refusal = "", told(error)
        else:
            self.done = say("quality.golden.made" if keep else "quality.golden.dropped")
            self.refusal = ""
