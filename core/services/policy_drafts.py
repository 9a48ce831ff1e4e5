"""The next policy: drafted and proposed by one person, published by another one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.errors import Conflict, NotFound
from core.identifiers import new_id
from core.moderation.audit import AuditEvent, AuditKind
from core.moderation.permissions import Actor, Permission, check_can
from core.moderation.policies import Policy, TextRule
from core.moderation.policy_bands import LabelBands, with_bands
from core.moderation.policy_drafts import (
    DraftState,
    PolicyDraft,
    Tried,
    check_base,
    check_can_discard,
    check_can_publish,
    check_changes_something,
    check_note,
    check_own,
    check_seen,
    check_tried,
)
from core.moderation.policy_json import policy_digest
from core.moderation.reasons import Reason, check_lengths
from core.moderation.scores import Label
from core.services.context import Context
from core.services.people import is_alone_here
from core.store.base import Reader, Writer


def draft_policy(
    context: Context,
    actor: Actor,
    bands: Mapping[Label, LabelBands],
    *,
    text_rules: Sequence[TextRule] | None = None,
    reasons: Sequence[Reason] | None = None,
    base_version: int,
    seen_version: int | None = None,
    note: str = "",
) -> PolicyDraft:
    """Begin a draft with these bands, text rules and reasons, or change one's own, which then is to
    be proposed again. Without `text_rules` or `reasons` they are those in force.
    `base_version` is the policy in force that the actor saw; `seen_version` that of their open
    draft, None if they have none. Labels that are not named stay as they are in force.

    Raises PermissionDenied, Conflict, RuleBroken or InvalidPolicy.
    """
    check_can(actor, Permission.DRAFT_POLICY)
    trimmed = check_note(note)
    with context.store.write() as tx:
        in_force, own, now = tx.policy_in_force(), own_draft(tx, actor), context.clock.now()
        check_base(base_version, in_force)
        policy = with_bands(in_force, bands, version=in_force.version + 1, created_at=now)
        if text_rules is not None:
            policy = replace(policy, text_rules=tuple(text_rules))
        if reasons is not None:
            check_lengths(in_force.reasons, reasons)
            policy = replace(policy, reasons=tuple(reasons))
        draft = PolicyDraft(
            id=own.id if own else new_id(),
            author=actor.id,
            base_version=in_force.version,
            policy=policy,
            note=trimmed,
            state=DraftState.DRAFTED,
            created_at=own.created_at if own else now,
            updated_at=now,
            version=own.version + 1 if own else 1,
        )
        audit = _event(context, actor, AuditKind.POLICY_DRAFTED, draft)
        if own is None:
            if seen_version is not None:
                raise Conflict("This draft was published or discarded meanwhile.")
            tx.add_policy_draft(draft, audit)
        else:
            _check_seen_own(own, seen_version)
            tx.change_policy_draft(draft, audit)
        return draft


def propose_policy(
    context: Context, actor: Actor, draft_id: str, seen_version: int, note: str
) -> PolicyDraft:
    """Ask another person to publish one's own draft; `note` says why. Raises PermissionDenied,
    Conflict, RuleBroken or NotFound."""
    check_can(actor, Permission.DRAFT_POLICY)
    trimmed = check_note(note, is_needed=True)
    with context.store.write() as tx:
        draft, in_force = _draft(tx, draft_id), tx.policy_in_force()
        check_own(draft, actor)
        check_seen(draft, seen_version)
        check_base(draft.base_version, in_force)
        check_changes_something(draft.policy, in_force)
        proposed = _changed(context, draft, state=DraftState.PROPOSED, note=trimmed)
        tx.change_policy_draft(
            proposed, _event(context, actor, AuditKind.POLICY_PROPOSED, proposed)
        )
        return proposed


def publish_policy(
    context: Context,
    actor: Actor,
    draft_id: str,
    seen_version: int,
    *,
    tried: Tried | None = None,
    untried_reason: str = "",
) -> Policy:
    """Bring another person's proposal into force, as it was when the actor saw it and how it did on
    the past; also one's own, if the site allows that and nobody else here may publish. If it could
    not be `tried`, the reason is stored instead. Raises PermissionDenied, Conflict, RuleBroken or
    NotFound."""
    check_can(actor, Permission.PUBLISH_POLICY)
    with context.store.write() as tx:
        draft, in_force = _draft(tx, draft_id), tx.policy_in_force()
        check_seen(draft, seen_version)
        alone = may_publish_alone(context, tx, actor)
        check_can_publish(draft, actor, in_force, may_alone=alone)
        now = context.clock.now()
        reason = check_tried(draft, in_force, tried, untried_reason, now)
        policy = replace(draft.policy, version=in_force.version + 1, created_at=now)
        published = replace(
            _changed(context, draft, state=DraftState.PUBLISHED),
            ended_by=actor.id,
            published_version=policy.version,
        )
        audit = context.audit(
            AuditKind.POLICY_PUBLISHED,
            actor,
            str(policy.version),
            draft=draft.id,
            author=draft.author,
            digest=policy_digest(policy),
            **({"alone": "yes"} if draft.author == actor.id else {}),
            **_trial_facts(tried, reason),
        )
        tx.publish_policy_draft(published, policy, audit)
        return policy


def may_publish_alone(context: Context, reader: Reader, actor: Actor) -> bool:
    """Whether the actor may publish what they wrote themselves."""
    return context.publishes_alone and is_alone_here(
        context, reader, actor, Permission.PUBLISH_POLICY
    )


def discard_policy_draft(
    context: Context, actor: Actor, draft_id: str, seen_version: int
) -> PolicyDraft:
    """End one's own draft, or another person's proposal, without publishing it. Raises
    PermissionDenied, Conflict or NotFound."""
    check_can(actor, Permission.PUBLISH_POLICY)
    with context.store.write() as tx:
        draft = _draft(tx, draft_id)
        check_seen(draft, seen_version)
        check_can_discard(draft, actor)
        ended = replace(_changed(context, draft, state=DraftState.DISCARDED), ended_by=actor.id)
        tx.change_policy_draft(ended, _event(context, actor, AuditKind.POLICY_DISCARDED, ended))
        return ended


def roll_back_policy(context: Context, actor: Actor, version: int, note: str) -> PolicyDraft:
    """Propose that what an earlier version says comes into force again, as a new version; another
    person has to publish it. Raises PermissionDenied, Conflict, RuleBroken or NotFound."""
    check_can(actor, Permission.DRAFT_POLICY)
    trimmed = check_note(note, is_needed=True)
    with context.store.write() as tx:
        earlier, in_force, now = tx.policy(version), tx.policy_in_force(), context.clock.now()
        if earlier is None:
            raise NotFound(f"There is no version {version} of the policy.")
        check_changes_something(earlier, in_force)
        if own_draft(tx, actor) is not None:
            raise Conflict("You have an open draft. Discard it first.")
        draft = PolicyDraft(
            id=new_id(),
            author=actor.id,
            base_version=in_force.version,
            policy=replace(earlier, version=in_force.version + 1, created_at=now),
            note=trimmed,
            state=DraftState.PROPOSED,
            created_at=now,
            updated_at=now,
            rolls_back_to=version,
        )
        tx.add_policy_draft(draft, _event(context, actor, AuditKind.POLICY_PROPOSED, draft))
        return draft


def own_draft(reader: Reader, actor: Actor) -> PolicyDraft | None:
    """The actor's open draft; a person has at most one."""
    return next((one for one in reader.open_policy_drafts() if one.author == actor.id), None)


def _trial_facts(tried: Tried | None, untried_reason: str) -> Mapping[str, str]:
    if tried is None:
        return {"not_tried_because": untried_reason}
    return {
        "tried_texts": str(tried.texts),
        "tried_flips": str(tried.flips),
        "tried_at": tried.read_at.isoformat(),
    }


def _check_seen_own(own: PolicyDraft, seen_version: int | None) -> None:
    if seen_version is None:
        raise Conflict("You have an open draft already. Look at it first.")
    check_seen(own, seen_version)


def _draft(tx: Writer, draft_id: str) -> PolicyDraft:
    draft = tx.policy_draft(draft_id)
    if draft is None:
        raise NotFound("There is no such draft.")
    return draft


def _changed(
    context: Context, draft: PolicyDraft, *, state: DraftState, note: str | None = None
) -> PolicyDraft:
    return replace(
        draft,
        state=state,
        note=draft.note if note is None else note,
        updated_at=context.clock.now(),
        version=draft.version + 1,
    )


def _event(context: Context, actor: Actor, kind: AuditKind, draft: PolicyDraft) -> AuditEvent:
    rolled = {} if draft.rolls_back_to is None else {"rolls_back_to": str(draft.rolls_back_to)}
    return context.audit(
        kind,
        actor,
        draft.id,
        author=draft.author,
        base=str(draft.base_version),
        digest=policy_digest(draft.policy),
        **rolled,
    )
