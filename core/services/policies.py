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
    """Version 1, unless a policy is there already."""
    with context.store.read() as reader:
        if reader.newest_policy() is not None:
            return
    policy = default_policy(context.clock.now())
    with context.store.write() as tx:
        tx.add_policy(policy, context.audit(AuditKind.POLICY_STORED, SYSTEM, str(policy.version)))


class PolicyInForce:
    """The policy in force, read from the store at most once a second: it is needed at each call.
    Threads may share it; two that find it old both read."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._seen: tuple[float, Policy] | None = None

    @property
    def kept(self) -> Policy | None:
        """What was read within the last second, without asking the store."""
        seen = self._seen
        if seen is None or self._clock.monotonic() - seen[0] >= POLICY_KEPT_S:
            return None
        return seen[1]

    def read(self) -> Policy:
        """Raises StoreError when there is none or the store can't be read."""
        kept = self.kept
        if kept is not None:
            return kept
        now_s = self._clock.monotonic()
        with self._store.read() as reader:
            policy = reader.policy_in_force()
        self._seen = (now_s, policy)
        return policy
