"""Calls of the services about the policy, and the roles that may make them."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

from core.bootstrap.services import Services
from core.moderation.permissions import Actor, Role
from core.moderation.policies import Policy
from core.moderation.policy_bands import LabelBands, with_bands
from core.moderation.policy_drafts import PolicyDraft
from core.moderation.scores import Label
from core.services import policy_drafts as drafts
from core.services.policy_desk import PolicyDesk, load_policy_desk
from core.services.policy_simulation import PolicyTrial, list_flips, list_matches, try_policy
from tests.factories import HELD, LEAD, OTHER_LEAD, scored
from tests.factories_text_rules import text_rule

AUDITOR = Actor("ines", Role.AUDITOR)
NOT_SCORED = Label.SEVERE_TOXICITY
"""The fake backend gives it no score, so that its bands decide nothing."""
WHY = "Too many threats were missed."
_edges = count(1)


def desk_of(services: Services, actor: Actor = AUDITOR) -> PolicyDesk:
    return load_policy_desk(services.context, actor)


def begun(
    services: Services, actor: Actor = LEAD, *, hold: float | None = None, label=NOT_SCORED
) -> PolicyDraft:
    """A draft of the actor's, or a change of their open one; without `hold` one that is new."""
    in_force = desk_of(services).in_force
    with services.context.store.read() as reader:
        own = drafts.own_draft(reader, actor)
    bands = {label: LabelBands(hold if hold is not None else next(_edges) / 10_000, None)}
    return drafts.draft_policy(
        services.context,
        actor,
        bands,
        base_version=in_force.version,
        seen_version=own.version if own else None,
    )


def proposed(
    services: Services, actor: Actor = LEAD, hold: float | None = None, note: str = WHY
) -> PolicyDraft:
    draft = begun(services, actor, hold=hold)
    return drafts.propose_policy(services.context, actor, draft.id, draft.version, note)


def published(
    services: Services, hold: float | None = None, by: Actor = OTHER_LEAD, note: str = WHY
) -> tuple[PolicyDraft, Policy]:
    draft = proposed(services, hold=hold, note=note)
    return draft, publish_untried(services, by, draft)


def publish_untried(services: Services, actor: Actor, draft: PolicyDraft) -> Policy:
    return drafts.publish_policy(
        services.context, actor, draft.id, draft.version, untried_reason="There is no past yet."
    )


def clear(services: Services) -> None:
    """Nobody has an open draft."""
    for draft in desk_of(services).drafts:
        author = Actor(draft.author, Role.LEAD)
        drafts.discard_policy_draft(services.context, author, draft.id, draft.version)


def draft(services: Services, actor: Actor) -> None:
    clear(services)
    begun(services, actor)


def propose(services: Services, actor: Actor) -> None:
    clear(services)
    own = begun(services, Actor(actor.id, Role.LEAD))
    drafts.propose_policy(services.context, actor, own.id, own.version, WHY)


def publish(services: Services, actor: Actor) -> None:
    clear(services)
    other = proposed(services)
    publish_untried(services, actor, other)


def discard(services: Services, actor: Actor) -> None:
    clear(services)
    other = proposed(services)
    drafts.discard_policy_draft(services.context, actor, other.id, other.version)


def roll_back(services: Services, actor: Actor) -> None:
    clear(services)
    _, policy = published(services)
    drafts.roll_back_policy(services.context, actor, policy.version - 1, WHY)


def tried(services: Services, actor: Actor, hold: float = 0.99) -> PolicyTrial:
    policy = desk_of(services).in_force
    bands = {label: LabelBands(hold, None) for label in (Label.INSULT, Label.TOXICITY)}
    changed = with_bands(policy, bands, version=policy.version + 1, created_at=policy.created_at)
    return try_policy(services.context, actor, services.policy_history, changed)


def flips(services: Services, actor: Actor) -> None:
    scored(services, HELD)
    trial = tried(services, AUDITOR)
    list_flips(services.context, actor, trial, trial.groups[0], 5)


def matches(services: Services, actor: Actor) -> None:
    scored(services, HELD)
    policy = replace(desk_of(services).in_force, text_rules=(text_rule("moron"),))
    trial = try_policy(services.context, AUDITOR, services.policy_history, policy)
    list_matches(services.context, actor, trial, trial.matches[0], 5)


# As ROLES in service_calls: author moderator lead ops admin auditor.
POLICY_TABLE: dict[tuple[str, str], tuple[Callable[[Services, Actor], object], str]] = {
    ("policy_desk.load_policy_desk", "load"): (
        lambda s, a: load_policy_desk(s.context, a),
        "nyynyy",
    ),
    ("policy_drafts.draft_policy", "begin"): (draft, "nnynnn"),
    ("policy_drafts.propose_policy", "propose"): (propose, "nnynnn"),
    ("policy_drafts.publish_policy", "publish"): (publish, "nnynnn"),
    ("policy_drafts.discard_policy_draft", "discard"): (discard, "nnynnn"),
    ("policy_drafts.roll_back_policy", "roll back"): (roll_back, "nnynnn"),
    ("policy_simulation.try_policy", "try"): (tried, "nnynny"),
    ("policy_simulation.list_flips", "list"): (flips, "nnynny"),
    ("policy_simulation.list_matches", "list"): (matches, "nnynny"),
}
