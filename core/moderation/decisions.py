"""Decisions, and how a policy turns scores into one. A later decision supersedes an earlier one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import RuleBroken
from core.moderation.cleaning import is_storable
from core.moderation.comments import Visibility
from core.moderation.policies import SEVERITY, Action, Policy, Rule, TextRule
from core.moderation.scores import Label

MAX_NOTE_CHARS = 2_000
NO_GRACE = timedelta(0)


class DecisionSource(StrEnum):
    """Who or what decided; the strings are stored. `rule`: bands of scores, or rules about words,
    links and patterns. `after_edit`: the text is held or escalated
    regardless of its scores, because of the decision on an earlier text of the comment.
    `language`: the text has no scores, because no backend assesses its language.
    `not_read_whole`: its scores alone would approve it, but they are only those of its
    beginning. `earlier_approval`: a person approved the same text of this comment before."""

    RULE = "rule"
    FAILURE_POLICY = "failure_policy"
    AFTER_EDIT = "after_edit"
    LANGUAGE = "language"
    NOT_READ_WHOLE = "not_read_whole"
    EARLIER_APPROVAL = "earlier_approval"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy's result for one set of scores: the most severe action, every rule that leads to it
    (the highest score first; those about the text in the policy's order), and the reason to
    give."""

    action: Action
    rules: tuple[Rule, ...]
    reason_code: str | None = None
    text_rules: tuple[TextRule, ...] = ()

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Of all rules that lead to the action."""
        return (*(rule.id for rule in self.rules), *(rule.id for rule in self.text_rules))


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a revision. Immutable: a later decision supersedes it, and the revision's
    current decision is the one that no other supersedes.

    `undoes` is the id of the decision that this one undoes; `appeal_id` the appeal that led to it.
    `note` is shown to the author, `internal_note` to the staff alone. A reviewer's decision holds
    only once its `grace` is over; until then it can be cancelled: core/moderation/effect.py.
    `scores` are the scores the decision was based on; no model read the last `unread_chars`
    characters of the text. `language` is the code of the text's language where the detector is sure
    of it.
    """

    id: str
    revision_id: str
    action: Action
    source: DecisionSource
    actor: str
    policy_version: int
    decided_at: datetime
    rule_ids: tuple[str, ...] = ()
    reason_code: str | None = None
    note: str = ""
    model_version: str | None = None
    backend: str | None = None
    scores: Mapping[Label, float] = field(default_factory=dict)
    supersedes: str | None = None
    undoes: str | None = None
    appeal_id: str | None = None
    language: str | None = None
    unread_chars: int = 0
    grace: timedelta = NO_GRACE
    internal_note: str = ""

    def __post_init__(self) -> None:
        if self.action is Action.REMOVE and not self.reason_code:
            raise RuleBroken("A removal needs a reason.")
        for name, text in (("note", self.note), ("internal note", self.internal_note)):
            if len(text) > MAX_NOTE_CHARS:
                raise RuleBroken(f"The {name} has over {MAX_NOTE_CHARS:,} characters.")
            if not is_storable(text):
                raise RuleBroken(f"The {name} holds characters that can't be stored.")

    @property
    def effective_at(self) -> datetime:
        """From when the decision holds, unless it is cancelled or superseded before."""
        return self.decided_at + self.grace

    @property
    def is_automated(self) -> bool:
        """Whether the decision was made without a person."""
        return self.source is not DecisionSource.REVIEWER

    @property
    def unassessed_language(self) -> str | None:
        """The language because of which the text has no scores, None if it was assessed or could
        not be scored for another reason."""
        needs_none = self.source in (
            DecisionSource.RULE,  # a text rule decided, whatever the language is
            DecisionSource.FAILURE_POLICY,
            DecisionSource.EARLIER_APPROVAL,
        )
        return None if self.scores or needs_none or not self.is_automated else self.language


def judge(scores: Mapping[Label, float], policy: Policy, fired: Sequence[TextRule] = ()) -> Verdict:
    """The policy's verdict: the most severe action among the rules that match a score and the text
    rules `fired`, those that the text matches.

    Labels without a score or without a rule are ignored. If no rule matches a score the comment is
    held at least, because nothing shows that it is fine.
    """
    matched = [
        rule for rule in policy.rules if rule.label in scores and rule.matches(scores[rule.label])
    ]
    actions = [rule.action for rule in matched] or [Action.HOLD]
    actions += [rule.action for rule in fired]
    action = max(actions, key=SEVERITY.__getitem__)
    if action is Action.APPROVE:
        return Verdict(action, rules=())
    rules = [rule for rule in matched if rule.action is action]
    rules.sort(key=lambda rule: -scores[rule.label])
    texts = tuple(rule for rule in fired if rule.action is action)
    # The reason is chosen by precedence, not by the highest score: between two scores near 1 the
    # difference is noise.
    acting: list[Rule | TextRule] = [*rules, *texts]
    first = min(acting, key=policy.reason_rank, default=None)
    return Verdict(action, tuple(rules), first.reason_code if first else None, texts)


def judge_read(
    scores: Mapping[Label, float],
    policy: Policy,
    *,
    unread_chars: int,
    fired: Sequence[TextRule] = (),
) -> Verdict:
    """The policy's verdict on a text whose last `unread_chars` characters no model read: what would
    be approved is held, because its unread part may be anything. Text rules read all of it."""
    verdict = judge(scores, policy, fired)
    if unread_chars and verdict.action is Action.APPROVE:
        return replace(verdict, action=Action.HOLD)
    return verdict


def judge_unscored(otherwise: Action, policy: Policy, fired: Sequence[TextRule]) -> Verdict | None:
    """The verdict of the text rules on a text without scores; None if none fired that is at least
    as severe as what is done `otherwise`."""
    action = max((rule.action for rule in fired), key=SEVERITY.__getitem__, default=Action.APPROVE)
    if action is Action.APPROVE or SEVERITY[action] < SEVERITY[otherwise]:
        return None
    texts = tuple(rule for rule in fired if rule.action is action)
    return Verdict(action, (), min(texts, key=policy.reason_rank).reason_code, texts)


def awaits_scores(chain: Sequence[Decision]) -> bool:
    """Whether scores may decide: nothing was decided yet, only the failure policy did, or the
    comment waits for a person because no backend assessed its language or read it to its end."""
    if not chain or chain[-1].source is DecisionSource.FAILURE_POLICY:
        return True
    return waits_for_its_language(chain) or waits_to_be_read(chain)


def waits_for_its_language(chain: Sequence[Decision]) -> bool:
    """Whether a comment with these decisions is held because no backend assessed its language."""
    if not chain:
        return False
    return chain[-1].source is DecisionSource.LANGUAGE and chain[-1].action is Action.HOLD


def waits_to_be_read(chain: Sequence[Decision]) -> bool:
    """Whether a comment with these decisions is held only because it was not read to its end."""
    return bool(chain) and chain[-1].source is DecisionSource.NOT_READ_WHOLE


def is_override(decision: Decision, chain: Sequence[Decision]) -> bool:
    """Whether a reviewer's decision differs from the last automated one in `chain`. There may be
    two automated ones: one by the failure policy and one by the scores that came later."""
    automated = next((past for past in reversed(chain) if past.is_automated), None)
    return (
        not decision.is_automated
        and automated is not None
        and decision.action is not automated.action
    )


def visibility(current: Decision | None) -> Visibility:
    """Whether readers see the comment, given the current decision on its latest revision."""
    return visibility_after(current.action if current else None)


def visibility_after(action: Action | None, *, is_withdrawn: bool = False) -> Visibility:
    """Whether readers see a text after that action; None: nothing was decided yet."""
    if is_withdrawn:
        return Visibility.WITHDRAWN
    if action is None:
        return Visibility.PENDING
    return {
        Action.APPROVE: Visibility.VISIBLE,
        Action.HOLD: Visibility.HELD,
        Action.ESCALATE: Visibility.HELD,
        Action.REMOVE: Visibility.REMOVED,
    }[action]


def check_can_undo(actor_id: str, current: Decision, has_appeal: bool) -> None:
    """Check that the actor made the decision, that it is not itself an undo or an appeal's
    outcome, and that the author has not appealed. Raises RuleBroken."""
    if current.is_automated or current.actor != actor_id:
        raise RuleBroken("You can undo only your own decision, and only while it stands.")
    if current.undoes is not None or current.appeal_id is not None or current.supersedes is None:
        raise RuleBroken("There is nothing to undo here.")
    if has_appeal:
        raise RuleBroken("The author has appealed; the appeal decides now.")
