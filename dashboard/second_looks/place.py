"""Where one person is on the page Second looks, and what a press of theirs does."""

from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.second_looks import answer_look
from dashboard.problems import told


@dataclass(slots=True)
class LookPlace:
    """The state of one session on this page. `reason_code` is the reason chosen for a removal of
    the text `look_id`; `is_saved`: the last press stored an answer."""

    look_id: str | None = None
    reason_code: str | None = None
    is_saved: bool = False
    refusal: str = ""
    draws: int = 0

    def open(self, look_id: str | None) -> None:
        """Show a text, without what was chosen for another one."""
        if look_id != self.look_id:
            self.look_id, self.reason_code = look_id, None

    def press_reason(self, code: str) -> None:
        """Choose the reason, or none if it was the chosen one."""
        self.reason_code = None if self.reason_code == code else code
        self.refusal, self.is_saved = "", False

    def press_answer(
        self, services: Services, actor: Actor, look_id: str, action: Action, note_key: str
    ) -> None:
        """One write. A removal takes the chosen reason."""
        reason = self.reason_code if action is Action.REMOVE else None
        note = str(st.session_state.get(note_key) or "")
        try:
            answer_look(services.context, actor, look_id, action, reason, note=note)
        except ConsoleError as error:
            # The second call of a double click comes when the next text is shown: ignore it.
            if self.look_id == look_id:
                self.refusal, self.is_saved = told(error), False
        else:
            self.open(None)
            self.refusal, self.is_saved = "", True
