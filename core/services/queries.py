"""Reads for the staff's pages. Every function checks the actor's permission before it reads."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from core.errors import NotFound
from core.inference.base import ErrorKind
from core.inference.text.rule_matcher import RuleMatch
from core.moderation.blind import blind_case, blind_chain, is_hidden
from core.moderation.cases import Case, CaseStatus
from core.moderation.claims import Claim
from core.moderation.comments import Comment, Revision, is_named
from core.moderation.decisions import Decision, DecisionSource
from core.moderation.edits import EarlierText, needed_action, settled_text
from core.moderation.effect import approval_by_person, standing
from core.moderation.groups import GROUP_LIMIT
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import AWAITS_PERSON, Policy
from core.moderation.reasons import Reason
from core.moderation.reopening import OWN_FOR
from core.moderation.scores import Label, not_assessed
from core.services.context import Context
from core.services.text_matches import rule_matches
from core.store.base import Reader
from core.store.views import AuthorRecord, OwnDecision, QueueCount, ThreadEntry

UNDO_LIMIT = 50 + GROUP_LIMIT
"""A group is undone by one press, so the largest one leaves room for others."""
THREAD_DEPTH = 6


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a reviewer sees of one case. `chain` is oldest first and never empty; `policy` is
    the version of the last automated decision; `failure` is why that decision had no scores;
    `ancestors` are root first; `author` is None if the author has no name; `settled` is the earlier
    text because of which a person has to decide on this one; `approval` is the decision by which a
    person approved this text before, maybe as an earlier text of the comment. `claim` may have run
    out. `matches` are the text rules behind the last automated decision. If `is_hidden`, all that
    would tell what the model found is left out: see `hidden_view`."""

    case: Case
    comment: Comment
    revision: Revision
    chain: Sequence[Decision]
    policy: Policy
    current_policy: Policy
    ancestors: Sequence[ThreadEntry]
    author: AuthorRecord | None
    failure: ErrorKind | None = None
    settled: EarlierText | None = None
    claim: Claim | None = None
    approval: Decision | None = None
    is_hidden: bool = False
    matches: Sequence[RuleMatch] = ()

    @property
    def is_blind(self) -> bool:
        """Whether the case is shown without scores until it is decided."""
        return self.case.is_blind

    @property
    def not_assessed(self) -> tuple[Label, ...]:
        """The labels without a score, which is not a score of 0; none if they are hidden."""
        return () if self.is_hidden else not_assessed(self.automated.scores)

    @property
    def automated(self) -> Decision:
        """The last automated decision, which has the scores."""
        return next(past for past in reversed(self.chain) if past.is_automated)


def list_undoable(context: Context, actor: Actor) -> Sequence[OwnDecision]:
    """The actor's decisions of the last day that they can undo one after the other, newest last."""
    check_can(actor, Permission.DECIDE)
    with context.store.read() as reader:
        return reader.own_decisions(actor.id, context.clock.now() - OWN_FOR, UNDO_LIMIT)


def count_queue(context: Context, actor: Actor) -> QueueCount:
    """The number of cases that wait for a decision, and since when."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        return reader.queue_count()


def load_case(context: Context, actor: Actor, revision_id: str) -> CaseView:
    """Everything about one case. Raises NotFound."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        return _view(reader, revision_id, actor, context.clock.now(), reader.author_record)


def load_cases(context: Context, actor: Actor, revision_ids: Sequence[str]) -> list[CaseView]:
    """As `load_case` for several cases of one moment; those that are gone are left out."""
    check_can(actor, Permission.SEE_QUEUE)
    views, now = [], context.clock.now()
    with context.store.read() as reader:
        # To count the comments of somebody who wrote ten thousand takes longer than all the rest.
        record_of = cache(reader.author_record)
        for revision_id in revision_ids:
            with suppress(NotFound):
                views.append(_view(reader, revision_id, actor, now, record_of))
    return views


def _view(
    reader: Reader,
    revision_id: str,
    actor: Actor,
    now: datetime,
    record_of: Callable[[str, str], AuthorRecord],
) -> CaseView:
    revision = reader.revision(revision_id)
    case = reader.case_of(revision_id)
    if revision is None or case is None:
        raise NotFound("There is no case for this comment.")
    comment = reader.comment(revision.comment_id)
    chain = reader.decision_chain(revision_id)
    current_policy = reader.policy_in_force()
    if comment is None:
        raise NotFound("The comment of this case is gone.")
    if revision.is_withdrawn:
        raise NotFound("This comment was withdrawn; there is nothing left to decide.")
    automated = next(past for past in reversed(chain) if past.is_automated)
    policy = reader.policy(automated.policy_version) or current_policy
    view = CaseView(
        case=case,
        comment=comment,
        revision=revision,
        chain=chain,
        policy=policy,
        current_policy=current_policy,
        ancestors=reader.ancestors(comment, THREAD_DEPTH),
        author=record_of(comment.source, comment.author) if is_named(comment.author) else None,
        failure=_failure(reader, automated),
        settled=_binding(reader, revision),
        approval=_approval(reader, revision, chain),
        claim=reader.claims([revision_id]).get(revision_id),
        matches=rule_matches(automated, policy, revision.text),
    )
    return hidden_view(view) if is_hidden(case, chain, actor, now) else view


def hidden_view(view: CaseView) -> CaseView:
    """What a person may see of a blind case before it is decided: the same for comments that the
    model held and for those that it approved. The reference is left out because the look-up by it
    shows whether readers see the comment."""
    is_open = view.case.status is not CaseStatus.CLOSED
    author = view.author
    if author is not None and is_open and view.chain[-1].action in AWAITS_PERSON:
        # The comment itself is one of those.
        author = replace(author, held=author.held - 1)
    return replace(
        view,
        case=blind_case(view.case),
        revision=replace(view.revision, reference=""),
        chain=blind_chain(view.chain),
        author=author,
        failure=None,
        settled=None,
        matches=(),
        is_hidden=True,
    )


def _binding(reader: Reader, revision: Revision) -> EarlierText | None:
    """The earlier text because of which a person has to decide on this one; its words are left out
    if they were withdrawn."""
    settled = settled_text(revision, reader.earlier_texts(revision))
    if settled is None or needed_action(settled) is None:
        return None
    if settled.revision.is_withdrawn:
        return replace(settled, revision=replace(settled.revision, original="", text=""))
    return settled


def _approval(reader: Reader, revision: Revision, chain: Sequence[Decision]) -> Decision | None:
    if standing(chain)[-1].source is DecisionSource.EARLIER_APPROVAL:
        settled = settled_text(revision, reader.earlier_texts(revision))
        return approval_by_person(settled.chain) if settled else None
    return approval_by_person(chain)


def _failure(reader: Reader, automated: Decision) -> ErrorKind | None:
    if automated.source is not DecisionSource.FAILURE_POLICY:
        return None
    for event in reader.audit_trail(automated.revision_id):
        if event.data.get("decision") == automated.id:
            return ErrorKind(event.data["error"])
    return ErrorKind.BACKEND


def list_reasons(context: Context, actor: Actor) -> Sequence[Reason]:
    """The reasons for a removal in the policy in force, in its order."""
    check_can(actor, Permission.SEE_QUEUE)
    with context.store.read() as reader:
        return reader.policy_in_force().reasons
