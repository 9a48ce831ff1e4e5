"""How people's decisions on earlier texts of a comment bind an edit of it: an edit must not undo
them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.cases import TextGone
from core.moderation.comments import Revision
from core.moderation.decisions import Decision, DecisionSource, Verdict, judge, judge_read
from core.moderation.policies import Action, Policy
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class EarlierText:
    """An earlier text of a comment. `chain` are the decisions on it, oldest first; `appeal` is the
    latest appeal."""

    revision: Revision
    chain: Sequence[Decision]
    appeal: Appeal | None

    @property
    def is_settled(self) -> bool:
        """Whether its outcome binds later texts: a person decided on it or upheld its removal, or
        it is escalated. A text on hold, also after an undo, does not bind."""
        if not self.chain:
            return False
        current = self.chain[-1]
        was_upheld = self.appeal is not None and self.appeal.status is AppealStatus.UPHELD
        by_person = not current.is_automated and current.action is not Action.HOLD
        return by_person or was_upheld or current.action is Action.ESCALATE


def settled_text(earlier: Iterable[EarlierText]) -> EarlierText | None:
    """The newest earlier text that binds the edit; `earlier` is newest first. Texts that no person
    decided on are skipped, so that a second edit can't avoid the review of the first."""
    return next((text for text in earlier if text.is_settled), None)


def needed_action(settled: EarlierText | None) -> Action | None:
    """The action the edit needs: `hold` if the earlier text is removed, `escalate` if it is
    escalated or was until its removal, None if the model may decide on the edit."""
    if settled is None:
        return None
    actions = [decision.action for decision in settled.chain[-2:]]
    if actions[-1] is Action.ESCALATE:
        return Action.ESCALATE
    if actions[-1] is Action.REMOVE:
        return Action.ESCALATE if Action.ESCALATE in actions else Action.HOLD
    return None


def verdict_on_edit(verdict: Verdict, needed: Action | None) -> Verdict:
    """The verdict with its action replaced by `needed`, so that a person decides whatever the
    scores are. An escalation is not lowered to `hold`. The matched rules are kept: the reviewer and
    the author are shown them."""
    if needed is None or verdict.action is needed:
        return verdict
    if needed is Action.HOLD and verdict.action is Action.ESCALATE:
        return verdict
    return replace(verdict, action=needed)


def automated_verdict(
    scores: Mapping[Label, float] | None,
    policy: Policy,
    earlier: Iterable[EarlierText],
    *,
    failure_action: Action,
    unread_chars: int = 0,
) -> tuple[Verdict, DecisionSource]:
    """What is decided without a person, and by what. `scores` are None if there are none; then
    `failure_action` decides. `earlier` are the comment's earlier texts, newest first; no model read
    the last `unread_chars` characters of the text."""
    first = Verdict(failure_action, rules=()) if scores is None else judge(scores, policy)
    verdict = verdict_on_edit(first, needed_action(settled_text(earlier)))
    if scores is None:
        return verdict, DecisionSource.FAILURE_POLICY
    if verdict != first:
        return verdict, DecisionSource.AFTER_EDIT
    read = judge_read(scores, policy, unread_chars=unread_chars)
    return read, DecisionSource.RULE if read == first else DecisionSource.NOT_READ_WHOLE


def why_gone(revision: Revision, latest: Revision | None) -> TextGone | None:
    """Why `revision` can no longer be decided on, None if it can be. `latest` is the latest
    revision of its comment."""
    newest = latest or revision
    if newest.id != revision.id:
        return TextGone.EDITED
    return TextGone.WITHDRAWN if newest.is_withdrawn else None
