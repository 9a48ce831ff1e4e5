"""How people's decisions on earlier texts of a comment bind an edit of it: an edit must not undo
them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from core.moderation.alike import are_alike
from core.moderation.appeals import Appeal, AppealStatus
from core.moderation.cases import Case, TextGone
from core.moderation.cleaning import is_same_text
from core.moderation.comments import Revision
from core.moderation.decisions import (
    Decision,
    DecisionSource,
    Verdict,
    judge,
    judge_read,
    judge_unscored,
)
from core.moderation.effect import approval_by_person, standing
from core.moderation.policies import Action, Policy, TextRule
from core.moderation.scores import Label


@dataclass(frozen=True, slots=True)
class EarlierText:
    """An earlier text of a comment. `chain` are the decisions on it, oldest first; `appeal` is the
    latest appeal, `case` the review work on it, if there was any."""

    revision: Revision
    chain: Sequence[Decision]
    appeal: Appeal | None
    case: Case | None = None

    @property
    def is_settled(self) -> bool:
        """Whether its outcome binds later texts: a person decided on it, reopened it or upheld its
        removal, or it is escalated. A text that only the model put on hold does not bind, also not
        after an undo that restored this hold. A decision binds from the press on, as an edit within
        its grace window would escape it otherwise."""
        if not self.chain:
            return False
        current = self.chain[-1]
        was_upheld = self.appeal is not None and self.appeal.status is AppealStatus.UPHELD
        if current.action is Action.HOLD:
            return not standing(self.chain)[-1].is_automated
        return not current.is_automated or was_upheld or current.action is Action.ESCALATE

    @property
    def has_unanswered_reports(self) -> bool:
        """Whether its case was closed with reports because the text was gone, undecided."""
        case = self.case
        return case is not None and case.closed_because is not None and case.attention.reports > 0


def unanswered_texts(earlier: Iterable[EarlierText]) -> tuple[Revision, ...]:
    """The earlier texts, newest first, whose reports nobody has answered: an edit or a withdrawal
    ended the work on them. A person's decision on a later text answers those before it."""
    found: list[Revision] = []
    for text in earlier:
        if text.has_unanswered_reports:
            found.append(text.revision)
        if any(not past.is_automated for past in text.chain):
            break
    return tuple(found)


def settled_text(edit: Revision, earlier: Iterable[EarlierText]) -> EarlierText | None:
    """The earlier text that binds the edit; `earlier` is newest first.

    It is the newest one that a person decided on; texts without such a decision are skipped, so
    that a second edit can't avoid the review of the first. If that one leaves the edit to the
    model, but the edit repeats an older text, the last decision on the repeated text counts, or on
    one that is nearly the same: text that a person removed doesn't come back unseen, also not with
    a letter more.
    """
    newest: EarlierText | None = None
    alike: EarlierText | None = None
    for text in earlier:
        if not text.is_settled:
            continue
        if newest is None and needed_action(text) is not None:
            return text
        # Compared last and only with texts that bind: it cleans both, which is slow.
        if is_same_text(text.revision.original, edit.original):
            return text
        if alike is None and are_alike(text.revision.text, edit.text):
            alike = text
        newest = newest or text
    return alike or newest


def needed_action(settled: EarlierText | None) -> Action | None:
    """The action the edit needs: `hold` if the earlier text is removed or was reopened, `escalate`
    if it is escalated or was until its removal, None if the model may decide on the edit."""
    if settled is None:
        return None
    actions = [decision.action for decision in settled.chain[-2:]]
    if actions[-1] is Action.REMOVE:
        return Action.ESCALATE if Action.ESCALATE in actions else Action.HOLD
    return None if actions[-1] is Action.APPROVE else actions[-1]


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
    revision: Revision,
    earlier: Iterable[EarlierText],
    *,
    failure_action: Action,
    unassessed_language: str | None = None,
    unread_chars: int = 0,
    fired: Sequence[TextRule] = (),
) -> tuple[Verdict, DecisionSource]:
    """What is decided without a person, and by what. `scores` are None if there are none; then the
    policy's rule for `unassessed_language` decides if there is one, else `failure_action`. No model
    read the last `unread_chars` characters of a text with scores. `fired` are the text rules that
    the text matches; without scores they decide unless what is done otherwise is more severe.
    `earlier` are the comment's earlier texts, newest first.

    A text that a person approved sticks: it is approved again whatever its scores are and whichever
    rules it matches. What binds an edit comes before a hold for the unread part, so that an
    escalation stays one.
    """
    settled = settled_text(revision, earlier)
    if settled is not None and is_approved_again(revision, settled):
        return Verdict(Action.APPROVE, rules=()), DecisionSource.EARLIER_APPROVAL
    if scores is not None:
        first, source = judge(scores, policy, fired), DecisionSource.RULE
    else:
        first, source = _unscored(policy, fired, failure_action, unassessed_language)
    needed = needed_action(settled)
    verdict = verdict_on_edit(first, needed)
    if source is DecisionSource.FAILURE_POLICY:
        return verdict, source
    # Another language must not move the edit of a removed text to the end of the queue.
    is_bound_unread = source is DecisionSource.LANGUAGE and needed is not None
    if verdict != first or is_bound_unread:
        return verdict, DecisionSource.AFTER_EDIT
    if scores is None:
        return verdict, source
    read = judge_read(scores, policy, unread_chars=unread_chars, fired=fired)
    return read, source if read == first else DecisionSource.NOT_READ_WHOLE


def _unscored(
    policy: Policy,
    fired: Sequence[TextRule],
    failure_action: Action,
    unassessed_language: str | None,
) -> tuple[Verdict, DecisionSource]:
    if unassessed_language is not None:
        source = DecisionSource.LANGUAGE
        otherwise = policy.language_action(unassessed_language)
    else:
        source, otherwise = DecisionSource.FAILURE_POLICY, failure_action
    by_text = judge_unscored(otherwise, policy, fired)
    if by_text is not None:
        return by_text, DecisionSource.RULE
    return Verdict(otherwise, rules=()), source


def is_approved_again(edit: Revision, settled: EarlierText) -> bool:
    """Whether the edit has the words of `settled`, which binds it, and a person approved them."""
    is_approved = approval_by_person(settled.chain) is not None
    return is_approved and is_same_text(settled.revision.original, edit.original)


def why_gone(*, is_latest: bool, is_withdrawn: bool) -> TextGone | None:
    """Why a text can no longer be decided on, None if it can be. `is_latest`: it is the newest of
    its comment."""
    if not is_latest:
        return TextGone.EDITED
    return TextGone.WITHDRAWN if is_withdrawn else None
