"""Policies and their drafts in SQL."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select, update

from core.errors import StoreError
from core.moderation.audit import AuditEvent
from core.moderation.policies import Policy
from core.moderation.policy_drafts import OPEN_STATES, DraftState, PolicyDraft
from core.moderation.policy_json import policy_digest, policy_from_json, policy_to_json
from core.store.sql import rows
from core.store.sql.policy_tables import policies, policy_drafts
from core.store.sql.prepared import Prepared

_NEWEST_POLICY = Prepared(select(policies).order_by(policies.c.version.desc()).limit(1))


class SqlPolicyReads:
    """Implements `core.store.policy_base.PolicyReader`."""

    _connection: Connection

    def policy(self, version: int) -> Policy | None:
        found = self._policies(select(policies).where(policies.c.version == version))
        return found[0] if found else None

    def newest_policy(self) -> Policy | None:
        row = _NEWEST_POLICY.run(self._connection, {}).mappings().first()
        return None if row is None else _policy_of(row)

    def policy_in_force(self) -> Policy:
        newest = self.newest_policy()
        if newest is None:
            raise StoreError("There is no policy in force.")
        return newest

    def policies(self) -> Sequence[Policy]:
        return self._policies(select(policies).order_by(policies.c.version.desc()))

    def policy_draft(self, draft_id: str) -> PolicyDraft | None:
        found = self._drafts(select(policy_drafts).where(policy_drafts.c.id == draft_id))
        return found[0] if found else None

    def open_policy_drafts(self) -> Sequence[PolicyDraft]:
        is_open = policy_drafts.c.state.in_(sorted(OPEN_STATES))
        by_age = (policy_drafts.c.created_at, policy_drafts.c.id)
        return self._drafts(select(policy_drafts).where(is_open).order_by(*by_age))

    def published_policy_drafts(self) -> Mapping[int, PolicyDraft]:
        query = select(policy_drafts).where(policy_drafts.c.published_version.is_not(None))
        return {draft.published_version or 0: draft for draft in self._drafts(query)}

    def _policies(self, query: Select[Any]) -> Sequence[Policy]:
        return [_policy_of(row) for row in self._connection.execute(query).mappings()]

    def _drafts(self, query: Select[Any]) -> Sequence[PolicyDraft]:
        return [_draft_of(row) for row in self._connection.execute(query).mappings()]


class SqlPolicyWrites(SqlPolicyReads):
    """Implements `core.store.policy_base.PolicyWriter`."""

    def add_policy(self, policy: Policy, audit: AuditEvent) -> bool:
        if self.policy(policy.version) is not None:
            return False
        self._add_policy(policy)
        self.add_audit(audit)
        return True

    def add_policy_draft(self, draft: PolicyDraft, audit: AuditEvent) -> None:
        begun = {"author": draft.author, "created_at": rows.to_micros(draft.created_at)}
        row = {"id": draft.id, **begun, **_row_of(draft)}
        self._connection.execute(insert(policy_drafts).values(row))
        self.add_audit(audit)

    def change_policy_draft(self, draft: PolicyDraft, audit: AuditEvent) -> None:
        own = policy_drafts.c.id == draft.id
        self._connection.execute(update(policy_drafts).where(own).values(_row_of(draft)))
        self.add_audit(audit)

    def publish_policy_draft(self, draft: PolicyDraft, policy: Policy, audit: AuditEvent) -> None:
        self._add_policy(policy)
        self.change_policy_draft(draft, audit)

    def _add_policy(self, policy: Policy) -> None:
        row = {
            "version": policy.version,
            "body": policy_to_json(policy),
            "digest": policy_digest(policy),
            "created_at": rows.to_micros(policy.created_at),
        }
        self._connection.execute(insert(policies).values(row))

    def add_audit(self, audit: AuditEvent) -> None:
        raise NotImplementedError


def _policy_of(row: RowMapping) -> Policy:
    return read_policy(row["body"], row["version"], row["created_at"])


@lru_cache(maxsize=32)
def read_policy(body: str, version: int, created_at: int) -> Policy:
    """The parsed policy. Cached because every stored comment needs it; a version never changes."""
    return policy_from_json(body, version=version, created_at=rows.from_micros(created_at))


def _row_of(draft: PolicyDraft) -> dict[str, Any]:
    return {
        "base_version": draft.base_version,
        "body": policy_to_json(draft.policy),
        "note": draft.note,
        "state": draft.state.value,
        "updated_at": rows.to_micros(draft.updated_at),
        "version": draft.version,
        "rolls_back_to": draft.rolls_back_to,
        "ended_by": draft.ended_by,
        "published_version": draft.published_version,
    }


def _draft_of(row: RowMapping) -> PolicyDraft:
    return PolicyDraft(
        id=row["id"],
        author=row["author"],
        base_version=row["base_version"],
        policy=read_policy(row["body"], row["base_version"] + 1, row["updated_at"]),
        note=row["note"],
        state=DraftState(row["state"]),
        created_at=rows.from_micros(row["created_at"]),
        updated_at=rows.from_micros(row["updated_at"]),
        version=row["version"],
        rolls_back_to=row["rolls_back_to"],
        ended_by=row["ended_by"],
        published_version=row["published_version"],
    )
