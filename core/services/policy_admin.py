"""Store policy versions."""

from core.moderation.audit import AuditKind
from core.moderation.default_policy import default_policy
from core.moderation.permissions import SYSTEM
from core.services.context import Context


def ensure_policy(context: Context) -> None:
    """Version 1, unless a policy is there already."""
    with context.store.read() as reader:
        if reader.current_policy() is not None:
            return
    policy = default_policy(context.clock.now())
    with context.store.write() as tx:
        tx.add_policy(policy, context.audit(AuditKind.POLICY_STORED, SYSTEM, str(policy.version)))
