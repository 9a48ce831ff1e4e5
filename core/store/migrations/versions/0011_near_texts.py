"""Signatures of the texts of cases, and indexes for replies and for the comments of an author.

The texts of known cases are read once, 200,000 in about a minute.
"""

import sqlalchemy as sa
from alembic import op

from core.moderation.alike import signature_of

revision = "0011"
down_revision = "0010"

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHUNK_ROWS = 1_000
NUMBER_CASES = """
    INSERT INTO near_texts (revision_id, size)
    SELECT revision_id, 0 FROM cases ORDER BY opened_at, id"""
NEXT_TEXTS = """
    SELECT t.number, r.id, r.body FROM near_texts t JOIN revisions r ON r.id = t.revision_id
    WHERE t.number > :number ORDER BY t.number LIMIT :rows"""
SET_SIZE = "UPDATE near_texts SET size = :size WHERE number = :number"
SET_KEY = "UPDATE cases SET text_key = :text_key WHERE revision_id = :revision"
ADD_BAND = "INSERT INTO near_bands (band, number) VALUES (:band, :number)"


def upgrade() -> None:
    op.create_table(
        "near_texts",
        sa.Column("number", WIDE, autoincrement=True, nullable=False),
        sa.Column("revision_id", sa.Text(), nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("revision_id"),
    )
    op.create_table(
        "near_bands",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.ForeignKeyConstraint(["number"], ["near_texts.number"]),
        sa.PrimaryKeyConstraint("band", "number"),
        sqlite_with_rowid=False,
    )
    op.add_column("cases", sa.Column("text_key", sa.BigInteger(), nullable=True))
    op.create_index("ix_cases_text", "cases", ["text_key", "status", "opened_at"])
    op.drop_index("ix_comments_author", "comments")
    by_author = ["source", "author", "created_at", "id"]
    op.create_index("ix_comments_author", "comments", by_author)
    op.drop_index("ix_comments_parent", "comments")
    op.create_index("ix_comments_parent", "comments", ["source", "parent_source_id", "created_at"])
    if not op.get_context().as_sql:  # Alembic's offline mode has no rows to read
        _sign_known(op.get_bind())


def _sign_known(connection: sa.Connection) -> None:
    connection.execute(sa.text(NUMBER_CASES))
    last = {"number": 0, "rows": CHUNK_ROWS}
    while texts := connection.execute(sa.text(NEXT_TEXTS), last).all():
        keys, sizes, bands = [], [], []
        for number, revision_id, body in texts:
            signature = signature_of(body)
            keys.append({"text_key": signature.text_key, "revision": revision_id})
            sizes.append({"size": signature.size, "number": number})
            bands += [{"band": band, "number": number} for band in set(signature.bands)]
        connection.execute(sa.text(SET_KEY), keys)
        connection.execute(sa.text(SET_SIZE), sizes)
        if bands:
            connection.execute(sa.text(ADD_BAND), bands)
        last["number"] = texts[-1].number
