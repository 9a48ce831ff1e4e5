"""What the review queue is filtered and ordered by, on each case; and the index of the search.

The index is SQLite's alone. Its triggers keep it in the transaction of each change. A row of
`search_documents` is a text that can be found; its number counts up in the order of receipt, and
unlike an implicit rowid survives a VACUUM.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NO_SCORE = -1.0

INDEXES = (
    ("ix_cases_opened", ("status", "opened_at")),
    ("ix_cases_decided", ("status", "decided_at")),
    ("ix_cases_score", ("status", "score", "rank")),
    ("ix_cases_label", ("status", "scored_label", "rank", "is_text_gone")),
    ("ix_cases_tenth", ("status", "tenth", "rank", "is_text_gone")),
    ("ix_cases_source", ("status", "source", "rank", "is_text_gone")),
    ("ix_cases_language", ("status", "language", "rank", "is_text_gone")),
    ("ix_cases_trigger", ("status", "opened_because", "rank", "is_text_gone")),
    ("ix_cases_reports", ("status", "report_count", "rank", "is_text_gone")),
    ("ix_cases_author", ("author", "status", "rank")),
)

FACTS = """
    UPDATE cases SET
    source = (SELECT c.source FROM revisions r JOIN comments c ON c.id = r.comment_id
              WHERE r.id = cases.revision_id),
    author = (SELECT c.author FROM revisions r JOIN comments c ON c.id = r.comment_id
              WHERE r.id = cases.revision_id),
    language = (SELECT d.language FROM decisions d WHERE d.revision_id = cases.revision_id
                AND d.source <> 'reviewer' ORDER BY d.position DESC LIMIT 1),
    decided_at = coalesce((SELECT d.decided_at FROM revisions r
                 JOIN decisions d ON d.id = r.current_decision_id
                 WHERE r.id = cases.revision_id), 0),
    is_text_gone = (SELECT CASE WHEN r.is_latest = 1 AND r.withdrawn_at IS NULL THEN 0 ELSE 1 END
                    FROM revisions r WHERE r.id = cases.revision_id)"""
SCORE = """
    UPDATE cases SET score = priority, tenth = CASE WHEN priority >= 1 THEN 9
    ELSE CAST({} AS BIGINT) END
    WHERE scored_label IS NOT NULL OR opened_because = 'not_read_whole'"""

# The words of decisions are those of people: nobody looks for what the model says of every text.
SOURCE = """
    CREATE VIEW search_source AS SELECT s.id, r.body, c.author,
    coalesce((SELECT group_concat(note || ' ' || internal_note, ' ') FROM (
        SELECT note, internal_note FROM decisions
        WHERE revision_id = s.revision_id AND source = 'reviewer' ORDER BY position)), '') AS notes,
    coalesce((SELECT group_concat(actor, ' ; ') FROM (
        SELECT actor FROM decisions
        WHERE revision_id = s.revision_id AND source = 'reviewer' ORDER BY position)), '')
        AS deciders,
    coalesce((SELECT group_concat(action || ' ' || coalesce(reason_code, ''), ' ; ') FROM (
        SELECT action, reason_code FROM decisions
        WHERE revision_id = s.revision_id AND source = 'reviewer' ORDER BY position)), '')
        AS reasons
    FROM search_documents s JOIN revisions r ON r.id = s.revision_id
    JOIN comments c ON c.id = r.comment_id"""
INDEX = """
    CREATE VIRTUAL TABLE search_index USING fts5(body, author, notes, deciders, reasons,
    content='search_source', content_rowid='id', prefix='3',
    tokenize="unicode61 remove_diacritics 2")"""
COLUMNS = "body, author, notes, deciders, reasons"
# The index can forget a document only by the very words it was given, so `leave` comes before a
# change and `enter` after it.
LEAVE = f"""INSERT INTO search_index(search_index, rowid, {COLUMNS})
    SELECT 'delete', id, {COLUMNS} FROM search_source WHERE id IN ("""
ENTER = f"""INSERT INTO search_index(rowid, {COLUMNS})
    SELECT id, {COLUMNS} FROM search_source WHERE id IN ("""
BY_REVISION = "SELECT id FROM search_documents WHERE revision_id = NEW.{});"
BY_COMMENT = """SELECT s.id FROM search_documents s JOIN revisions r ON r.id = s.revision_id
    WHERE r.comment_id = NEW.id);"""
TRIGGERS = (
    # Without the view, which looks for decisions that a new text can't have.
    """CREATE TRIGGER search_text_stored AFTER INSERT ON revisions WHEN NEW.withdrawn_at IS NULL
    BEGIN
    INSERT INTO search_documents(revision_id, received_at) VALUES (NEW.id, NEW.received_at);
    INSERT INTO search_index(rowid, body, author, notes, deciders, reasons)
    SELECT s.id, NEW.body, c.author, '', '', '' FROM search_documents s, comments c
    WHERE s.revision_id = NEW.id AND c.id = NEW.comment_id;
    END""",
    f"""CREATE TRIGGER search_text_withdrawn BEFORE UPDATE OF withdrawn_at ON revisions
    WHEN OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL BEGIN
    {LEAVE}{BY_REVISION.format("id")}
    DELETE FROM search_documents WHERE revision_id = NEW.id;
    END""",
    f"""CREATE TRIGGER search_decision_leaves BEFORE INSERT ON decisions
    WHEN NEW.source = 'reviewer' BEGIN {LEAVE}{BY_REVISION.format("revision_id")} END""",
    f"""CREATE TRIGGER search_decision_enters AFTER INSERT ON decisions
    WHEN NEW.source = 'reviewer' BEGIN {ENTER}{BY_REVISION.format("revision_id")} END""",
    f"""CREATE TRIGGER search_author_leaves BEFORE UPDATE OF author ON comments
    WHEN OLD.author <> NEW.author BEGIN {LEAVE}{BY_COMMENT} END""",
    f"""CREATE TRIGGER search_author_enters AFTER UPDATE OF author ON comments
    WHEN OLD.author <> NEW.author BEGIN {ENTER}{BY_COMMENT} END""",
)


def upgrade() -> None:
    columns = (
        ("source", sa.Text(), ""),
        ("author", sa.Text(), ""),
        ("score", sa.Float(), str(NO_SCORE)),
        ("tenth", sa.BigInteger(), "-1"),
        ("decided_at", sa.BigInteger(), "0"),
        ("is_text_gone", sa.BigInteger(), "0"),
    )
    for name, kind, default in columns:
        op.add_column("cases", sa.Column(name, kind, nullable=False, server_default=default))
    op.add_column("cases", sa.Column("language", sa.Text(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(FACTS)
    # SQLite's cast cuts off and it may lack `floor`; PostgreSQL's cast rounds.
    op.execute(SCORE.format("priority * 10" if is_sqlite else "floor(priority * 10)"))
    for name, indexed in INDEXES:
        op.create_index(name, "cases", list(indexed))
    if is_sqlite:
        _make_index()


def _make_index() -> None:
    op.create_table(
        "search_documents",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("revision_id", sa.Text(), nullable=False, unique=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
    )
    op.execute(
        "INSERT INTO search_documents (revision_id, received_at) SELECT id, received_at "
        "FROM revisions WHERE withdrawn_at IS NULL ORDER BY received_at, id"
    )
    op.execute(SOURCE)
    op.execute(INDEX)
    op.execute("INSERT INTO search_index(search_index) VALUES ('rebuild')")
    for statement in TRIGGERS:
        op.execute(statement)
