"""Indices with which the audit log is searched by kind and by person."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_index("ix_audit_kind", "audit_events", ["kind", "seq"])
    op.create_index("ix_audit_actor", "audit_events", ["actor", "kind", "seq"])
