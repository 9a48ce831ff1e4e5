"""Where one person is on the appeals page, and what a press of theirs does."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.bootstrap.services import Services
from core.errors import ConsoleError
from core.moderation.appeals import Appeal
from core.moderation.permissions import Actor
from core.moderation.policies import Action
from core.services.hearing import hear_appeal, take_first_look
from dashboard.problems import told


@dataclass(slots=True)
class HearingPlace:
    """The state of one session on this page. A plain object, so that callbacks can write to it
    without `st.*` calls, which can interrupt them. `reason_code` is the reason chosen for a removal
    or, in an outcome, the other reason for which it stands; `done` is the last appeal
    as it ended."""

    appeal_id: str | None = None
    reason_code: str | None = None
    done: Appeal | None = None
    refusal: str = ""
    draws: int = 0

    def place(self, appeals: Sequence[Appeal]) -> Appeal | None:
        """The open appeal; by default the first one. None while `appeal_id` is set means that the
        appeal has left the list; another one is not opened until the user asks for it."""
        if self.appeal_id is None and appeals:
            self.appeal_id = appeals[0].id
        return next((each for each in appeals if each.id == self.appeal_id), None)

    def open(self, appeal_id: str | None) -> None:
        """Open an appeal (None: the first one) and clear what belongs to the previous one."""
        self.appeal_id, self.reason_code, self.done, self.refusal = appeal_id, None, None, ""

    def press_reason(self, code: str) -> None:
        """Choose the reason, or none if it was the chosen one."""
        self.reason_code = None if self.reason_code == code else code
        self.refusal = ""

    def press_look(self, services: Services, actor: Actor, appeal_id: str, action: Action) -> None:
        """The first answer. A removal takes the chosen reason, which stays chosen."""
        reason = self.reason_code if action is Action.REMOVE else None
        try:
            take_first_look(services.context, actor, appeal_id, action, reason)
        except ConsoleError as error:
            self.refusal = told(error)
        else:
            self.reason_code, self.refusal, self.done = reason, "", None

    def press_hear(
        self, services: Services, actor: Actor, appeal_id: str, words_key: str, *, overturn: bool
    ) -> None:
        """One read of the form, then one write. Shows a refusal if a colleague was first."""
        try:
            ended = hear_appeal(
                services.context,
                actor,
                appeal_id,
                overturn=overturn,
                reason=str(st.session_state[words_key]),
                other_reason=None if overturn else self.reason_code,
            )
        except ConsoleError as error:
            # The second call of a double click fails when the next appeal is open: ignore it.
            if self.appeal_id == appeal_id:
                self.refusal = told(error)
        else:
            self.open(None)
            self.done = ended
