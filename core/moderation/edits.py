"""What an edit must not undo: where people had decided on an earlier text of the comment. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, Verdict
from core.moderation.policies import Action


@dataclass(frozen=True, slots=True)
class EarlierText:
    """A text that was changed since. `chain` is its decisions, oldest first; `appeal` its last."""

    revision: Revision
    chain: Sequence[Decision]
    appeal: Appeal | None

    @property
    def is_settled(self) -> bool:
        """Whether its outcome binds later texts: a person decided it, or it was handed up. A text
        on hold, undone decisions included, settles nothing."""
        if not self.chain:
            return False
        current = self.chain[-1]
        was_upheld = self.appeal is not None and self.appeal.status is AppealStatus.UPHELD
        by_person = not current.is_automated and current.action is not Action.HOLD
        return by_person or was_upheld or current.action is Action.ESCALATE


def settled_text(earlier: Iterable[EarlierText]) -> EarlierText | None:
    """The nearest earlier text, given newest first, that binds the edit. Texts that nobody decided
    are passed over: a second edit is no way around the first one's review."""
    return next((text for text in earlier if text.is_settled), None)


def needed_action(settled: EarlierText | None) -> Action | None:
    """`hold` where a person removed the earlier text, `escalate` where it was or is for those who
    may decide escalated cases; None where the model may decide on the edit."""
    if settled is None:
        return None
    actions = [decision.action for decision in settled.chain[-2:]]
    if actions[-1] is Action.ESCALATE:
        return Action.ESCALATE
    if actions[-1] is Action.REMOVE:
        return Action.ESCALATE if Action.ESCALATE in actions else Action.HOLD
    return None


def verdict_on_edit(verdict: Verdict, needed: Action | None) -> Verdict:
    """The verdict on an edit: a person gets what a person has to decide, whatever the model says of
    it. The rules it matched stay: they are what the person, and the author, see of the scores."""
    if needed is None or verdict.action is needed:
        return verdict
    if needed is Action.HOLD and verdict.action is Action.ESCALATE:
        return verdict
    return replace(verdict, action=needed)
