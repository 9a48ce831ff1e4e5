"""The part of the store's interfaces about policies and their drafts."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from core.moderation.audit import AuditEvent
from core.moderation.policies import Policy
from core.moderation.policy_drafts import PolicyDraft


class PolicyReader(Protocol):
    """The reads."""

    def policy(self, version: int) -> Policy | None: ...

    def newest_policy(self) -> Policy | None: ...

    def policy_in_force(self) -> Policy:
        """The newest version. Raises StoreError if there is none."""
        ...

    def policies(self) -> Sequence[Policy]:
        """Every version, newest first."""
        ...

    def policy_draft(self, draft_id: str) -> PolicyDraft | None: ...

    def open_policy_drafts(self) -> Sequence[PolicyDraft]:
        """Those that were neither published nor discarded, oldest first."""
        ...

    def published_policy_drafts(self) -> Mapping[int, PolicyDraft]:
        """By the version that each became. Version 1 was no draft."""
        ...


class PolicyWriter(PolicyReader, Protocol):
    """The writes."""

    def add_policy(self, policy: Policy, audit: AuditEvent) -> bool:
        """False if the version exists already."""
        ...

    def add_policy_draft(self, draft: PolicyDraft, audit: AuditEvent) -> None: ...

    def change_policy_draft(self, draft: PolicyDraft, audit: AuditEvent) -> None:
        """Set everything but the author and when it was begun, of the draft with that id."""
        ...

    def publish_policy_draft(self, draft: PolicyDraft, policy: Policy, audit: AuditEvent) -> None:
        """Store the policy, and the draft as it is after that. The version must be new."""
        ...
