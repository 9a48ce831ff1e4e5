"""What a person sees of the policy: the one in force, every version, and the open drafts."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import NotFound
from core.moderation.permissions import Actor, Permission, can, check_can
from core.moderation.policies import Policy
from core.moderation.policy_drafts import PolicyDraft
from core.services.context import Context
from core.services.policy_drafts import may_publish_alone


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A policy that is or was in force. `before` is the version before it, `draft` what it was
    published from; both None for the first one."""

    policy: Policy
    before: Policy | None
    draft: PolicyDraft | None


@dataclass(frozen=True, slots=True)
class PolicyDesk:
    """`versions` begin with the one in force. `drafts` are the open ones that the person may see,
    oldest first. `may_publish_alone`: also what they wrote themselves."""

    versions: Sequence[PolicyVersion]
    drafts: Sequence[PolicyDraft]
    may_publish_alone: bool = False

    @property
    def in_force(self) -> Policy:
        """The newest version."""
        return self.versions[0].policy

    def version(self, number: int) -> PolicyVersion:
        """That version. Raises NotFound."""
        for each in self.versions:
            if each.policy.version == number:
                return each
        raise NotFound(f"There is no version {number} of the policy.")


def load_policy_desk(context: Context, actor: Actor) -> PolicyDesk:
    """Everything in one snapshot. Open drafts are for whoever may try a policy."""
    check_can(actor, Permission.SEE_POLICY)
    with context.store.read() as reader:
        reader.policy_in_force()
        policies, drafts = reader.policies(), reader.published_policy_drafts()
        is_shown = can(actor, Permission.SIMULATE_POLICY)
        return PolicyDesk(
            [
                PolicyVersion(policy, before, drafts.get(policy.version))
                for policy, before in zip(policies, [*policies[1:], None], strict=True)
            ],
            reader.open_policy_drafts() if is_shown else [],
            may_publish_alone(context, reader, actor),
        )
