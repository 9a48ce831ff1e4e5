"""Explanations of scores: which words moved a score, and without which words it would pass."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.errors import BackendError, InvalidInput, NotFound, RuleBroken
from core.identifiers import normalise_reference
from core.inference.base import Location
from core.inference.batching.batch_queue import most_tokens
from core.inference.explanation.explainer import (
    MOST_PARTS,
    NOTHING,
    Explanation,
    Scores,
    explain,
    most_variants,
)
from core.inference.explanation.passages import highest, locate, outside
from core.inference.explanation.words import Word, split_words
from core.inference.scorer import Scorer
from core.moderation.blind import is_hidden
from core.moderation.cleaning import check_text, clean_text
from core.moderation.decisions import Decision, judge
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import SEVERITY, Action, Policy
from core.moderation.scores import Label
from core.services.context import Context
from core.servinglog.record import Mode
from core.store.base import Reader

MOST_WORDS = 1_000
"""The most words that are explained if the backend has no limit on tokens."""
REMOTE_PARTS = 24
"""The most parts of a text with a remote backend, where each variant is one text sent to a service,
possibly for money."""
MOST_REMOTE_TEXTS = most_variants(REMOTE_PARTS) + 3
"""The most texts that one explanation sends to a remote backend: its variants, the comment and, of
a long comment, the explained passage and the rest."""


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation of `text` for `labels`, by the model that runs now.

    `action` is the policy's action for the present scores. `thresholds` has for each label the
    lower end of the band that its score is in or, if that band approves, the lowest score that is
    not approved. `decision` is the automated decision that is explained; None for a text without
    one.

    Of a text that was read in several windows, `passage` is the one that gave the first label its
    score, and the explanation is of that passage; its remedy is one for the whole text. `scores`
    are those of the whole text.
    """

    text: str
    labels: tuple[Label, ...]
    explanation: Explanation
    action: Action
    thresholds: Mapping[Label, float]
    model_version: str
    decision: Decision | None
    scores: Scores
    passage: Word | None = None

    @property
    def drift(self) -> float:
        """The largest absolute difference between a score now and at the time of the decision."""
        decided = self.decision.scores if self.decision else {}
        return max(
            (abs(decided[label] - self.scores[label]) for label in decided if label in self.scores),
            default=0.0,
        )


def explain_text(
    context: Context, scorer: Scorer, text: str, label: Label | None = None
) -> Explained:
    """Explain an original text (not cleaned yet) under the policy in force. Raises InvalidInput for
    a text that could not be stored or a label the model does not score, BackendError if no backend
    answers."""
    text = clean_text(text)
    check_text(text)
    with context.store.read() as reader:
        policy = _policy(reader, None)
    return _explained(scorer, text, policy, None, label)


def explain_revision(
    context: Context, actor: Actor, scorer: Scorer, revision_id: str, label: Label | None = None
) -> Explained:
    """Explain a stored revision, for the labels that its last automated decision acted on and under
    that decision's policy version.

    Raises NotFound, PermissionDenied, RuleBroken for a blind case that is not decided yet, and the
    errors of `explain_text`.
    """
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        revision = reader.revision(revision_id)
        case, chain = reader.case_of(revision_id), reader.decision_chain(revision_id)
        if is_hidden(case, chain, actor, context.clock.now()):
            raise RuleBroken("This case is decided without scores, so there are no words to show.")
        decision = next((past for past in reversed(chain) if past.is_automated), None)
        policy = _policy(reader, decision)
    if revision is None or revision.is_withdrawn:
        raise NotFound("There is no such comment, or it was withdrawn.")
    return _explained(scorer, revision.text, policy, decision, label)


def find_comment(context: Context, source: str, name: str) -> str:
    """The id of a revision: `name` is an author's reference, or the id of a comment at `source`,
    whose latest revision is taken. Raises NotFound."""
    with context.store.read() as reader:
        reference = normalise_reference(name)
        revision = reader.revision_by_reference(reference) if reference else None
        if revision is None and (comment := reader.comment_by_source(source, name)):
            revision = reader.latest_revision(comment.id)
    if revision is None:
        raise NotFound(f"There is no comment {name!r} of {source!r}, and no such reference.")
    return revision.id


def _policy(reader: Reader, decision: Decision | None) -> Policy:
    decided = reader.policy(decision.policy_version) if decision else None
    return decided or reader.policy_in_force()


def _explained(
    scorer: Scorer, text: str, policy: Policy, decision: Decision | None, label: Label | None
) -> Explained:
    info = scorer.backend.info
    if not scorer.assesses(text):
        raise InvalidInput(f"{info.model_version} does not assess the language of this comment")
    # Scored alone: in some runtimes a score changes slightly with the other texts of its batch.
    (result,) = scorer.score_here([text], Mode.EXPLAIN)
    if result.error is not None:
        raise BackendError(f"the comment could not be scored: {result.error}")
    scores, verdict = result.scores, judge(result.scores, policy)
    if verdict.action is Action.APPROVE and not scorer.assesses_whole(text):
        raise InvalidInput(
            f"{info.model_version} does not assess the language of a part of this comment"
        )
    if label is not None and label not in scores:
        raise InvalidInput(f"{info.model_version} does not score {label}")
    acted = [rule.label for rule in policy.score_rules(decision.rule_ids)] if decision else []
    labels = _labels(scores, [label] if label else acted or [rule.label for rule in verdict.rules])
    action = judge({label: scores[label]}, policy).action if label else verdict.action
    asked = {label} if label else set(scores)

    passage = result.passages.get(labels[0])
    read = _of_passage(scorer, text, locate(text, passage)) if passage else _Read(text, 0, scores)

    def passes(changed: Scores) -> bool:
        whole = highest(changed, read.rest)
        then = judge({each: whole[each] for each in asked}, policy).action
        return action is Action.APPROVE or SEVERITY[then] < SEVERITY[action]

    explanation = explain(
        lambda texts: scorer.score_here(texts, Mode.EXPLAIN),
        read.text,
        read.scores,
        labels=labels,
        max_words=most_tokens(info) or MOST_WORDS,
        passes=passes,
        most_parts=REMOTE_PARTS if info.location is Location.REMOTE else MOST_PARTS,
    )
    return Explained(
        text=text,
        labels=labels,
        explanation=_of_whole(explanation, read, text, result.unread_chars),
        action=action,
        thresholds={each: _threshold(policy, each, scores[each]) for each in labels},
        model_version=result.model_version or info.model_version,
        decision=decision,
        scores=scores,
        passage=Word(read.start, read.start + len(read.text)) if passage else None,
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """The text that is explained, where it begins in the comment, and its scores; `rest` are those
    of the comment without it."""

    text: str
    start: int
    scores: Scores
    rest: Scores = field(default_factory=dict)


def _of_passage(scorer: Scorer, text: str, passage: Word) -> _Read:
    part, rest = text[passage.start : passage.end], outside(text, passage)
    # Each alone, as above.
    (own,) = scorer.score_here([part], Mode.EXPLAIN)
    (others,) = scorer.score_here([rest or NOTHING], Mode.EXPLAIN)
    for result in (own, others):
        if result.error is not None:
            raise BackendError(f"a part of the comment could not be scored: {result.error}")
    return _Read(part, passage.start, own.scores, others.scores)


def _of_whole(found: Explanation, read: _Read, text: str, unread_chars: int) -> Explanation:
    """The explanation of a part, with places in the whole text and scores of the whole text without
    the remedy."""
    remedy = found.remedy
    unread = len(split_words(text[len(text) - unread_chars :])) if unread_chars else found.unread
    return replace(
        found,
        remedy=remedy and replace(remedy, scores=highest(remedy.scores, read.rest)),
        unread=unread,
    ).shifted(read.start)


def _labels(scores: Scores, wanted: Sequence[Label]) -> tuple[Label, ...]:
    """The wanted labels that have a score; if there are none, toxicity or else any one label."""
    found = tuple(dict.fromkeys(label for label in wanted if label in scores))
    return found or tuple(sorted(scores, key=lambda label: label is not Label.TOXICITY))[:1]


def _threshold(policy: Policy, label: Label, score: float) -> float:
    """The lower end of the score's band or, if that band approves, the lowest score that is not
    approved."""
    rule = next(
        (rule for rule in policy.rules if rule.label is label and rule.matches(score)), None
    )
    if rule is not None and rule.action is not Action.APPROVE:
        return rule.low
    above = [
        low for action, low in policy.thresholds(label).items() if action is not Action.APPROVE
    ]
    return min(above, default=1.0)
