"""Policy versions: the first one, and the one in force."""

from core.clock import Clock
from core.moderation.audit import AuditKind
from core.moderation.default_policy import default_policy
from core.moderation.permissions import SYSTEM
from core.moderation.policies import Policy
from core.services.context import Context
from core.store.base import Store

POLICY_KEPT_S = 1.0


def ensure_policy(context: Context) -> None:
    """Store policy version 1, unless the store has a policy."""
    with context.store.read() as reader:
        if reader.newest_policy() is not None:
            return
    policy = default_policy(context.clock.now())
    with context.store.write() as tx:
        tx.add_policy(policy, context.audit(AuditKind.POLICY_STORED, SYSTEM, str(policy.version)))


class PolicyInForce:
    """The policy in force, kept for one second because every call needs it. Threads may share it;
    two of them may read the store at the same time."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: tuple[float, Policy] | None = None

    @property
    def kept(self) -> Policy | None:
        """The policy if it was read within the last second, else None. Does not use the store."""
        seen = self._seen
        if seen is None or self._clock.monotonic() - seen[0] >= POLICY_KEPT_S:
            return None
        return seen[1]

    def read(self) -> Policy:
        """The policy in force, at most one second old. Raises StoreError if there is none or the
        store can't be read."""
        kept = self.kept
        if kept is not None:
            return kept
        now_s = self._clock.monotonic()
        with self._store.read() as reader:
            policy = reader.policy_in_force()
        self._seen = (now_s, policy)
        return policy
