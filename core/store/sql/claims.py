"""Claims in SQL, and the state of a case that a decision on it has to check."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, select, update

from core.moderation.claims import Claim
from core.moderation.policies import Policy
from core.store.sql import rows
from core.store.sql.policies import read_policy
from core.store.sql.policy_tables import policies
from core.store.sql.prepared import Prepared, prepared_insert
from core.store.sql.tables import cases, claims, revisions
from core.store.views import CaseWork

_NEWEST = select(func.max(policies.alias().c.version)).scalar_subquery()
_POLICY = (policies.c.version, policies.c.body, policies.c.created_at)
_WORK = Prepared(
    select(revisions.c.is_latest, revisions.c.withdrawn_at, revisions.c.id.label("revision_id"))
    .add_columns(*(column for column in cases.c if column is not cases.c.revision_id))
    .add_columns(claims.c.actor, claims.c.claimed_at, claims.c.expires_at)
    .add_columns(*(column.label(f"policy_{column.name}") for column in _POLICY))
    .select_from(revisions)
    .outerjoin(cases, cases.c.revision_id == revisions.c.id)
    .outerjoin(claims, claims.c.revision_id == revisions.c.id)
    .outerjoin(policies, policies.c.version == _NEWEST)
    .where(revisions.c.id == bindparam("revision"))
)
_RENEW = Prepared(
    update(claims)
    .where(claims.c.revision_id == bindparam("revision"))
    .values(actor=bindparam("who"), claimed_at=bindparam("since"), expires_at=bindparam("until"))
)
_INSERT = prepared_insert(claims)
_DROP = Prepared(delete(claims).where(claims.c.revision_id == bindparam("revision")))


class SqlClaimReads:
    """The part of `core.store.base.Reader` about claims."""

    _connection: Connection

    def claims(self, revision_ids: Collection[str]) -> Mapping[str, Claim]:
        if not revision_ids:
            return {}
        query = select(claims).where(claims.c.revision_id.in_(revision_ids))
        found = self._connection.execute(query).mappings()
        return {row["revision_id"]: rows.claim_from_row(row) for row in found}

    def case_work(self, revision_id: str) -> CaseWork | None:
        row = _WORK.run(self._connection, {"revision": revision_id}).mappings().first()
        if row is None:
            return None
        return CaseWork(
            is_latest=bool(row["is_latest"]),
            is_withdrawn=row["withdrawn_at"] is not None,
            case=rows.case_from_row(row) if row["id"] is not None else None,
            claim=rows.claim_from_row(row) if row["expires_at"] is not None else None,
            policy=_policy_of(row) if row["policy_version"] is not None else None,
        )


def _policy_of(row: RowMapping) -> Policy:
    return read_policy(row["policy_body"], row["policy_version"], row["policy_created_at"])


class SqlClaimWrites(SqlClaimReads):
    """The part of `core.store.base.Writer` about claims."""

    def put_claim(self, claim: Claim) -> None:
        row = rows.claim_to_row(claim)
        values = {
            "revision": claim.revision_id,
            "who": row["actor"],
            "since": row["claimed_at"],
            "until": row["expires_at"],
        }
        if _RENEW.run(self._connection, values).rowcount == 0:
            _INSERT.run(self._connection, row)

    def drop_claim(self, revision_id: str) -> None:
        _DROP.run(self._connection, {"revision": revision_id})
