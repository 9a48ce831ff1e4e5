"""What the review queue is filtered and ordered by, on each case; and the index of the search.

The index is SQLite's alone. Triggers keep it in the transaction of each change; new texts enter it
at the end of theirs (core/store/sql/sqlite/search_index.py). A row of
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

# The words of decisions are those of people: nobody looks for what the model says of every text. A
# text with less than two decisions has none by a person, which spares new ones three look-ups.
BY_PEOPLE = """CASE WHEN r.version < 2 THEN '' ELSE coalesce((
        SELECT group_concat(word, ' ; ') FROM (SELECT {} AS word FROM decisions
        WHERE revision_id = r.id AND source = 'reviewer' ORDER BY position)), '') END"""
SOURCE = f"""
    CREATE VIEW search_source AS SELECT s.id, r.body, c.author,
    {BY_PEOPLE.format("note || ' ' || internal_note")} AS notes,
    {BY_PEOPLE.format("actor")} AS deciders,
    {BY_PEOPLE.format("action || ' ' || coalesce(reason_code, '')")} AS reasons
    FROM search_documents s JOIN revisions r ON r.id = s.revision_id
    JOIN comments c ON c.id = r.comment_id"""
INDEX = """
    CREATE VIRTUAL TABLE search_index USING fts5(body, author, notes, deciders, reasons,
    content='search_source', content_rowid='id', prefix='3',
    tokenize="unicode61 remove_diacritics 2")"""
COLUMNS = "body, author, notes, deciders, reasons"
# The index can forget a document only by the very words it was given, so `leave` comes before a
# change and `enter` after it. A document that is not in the index yet enters at the end of its
# transaction: for FTS5 each statement with a trigger is a savepoint, at which it writes a segment.
LEAVE = f"""INSERT INTO search_index(search_index, rowid, {COLUMNS})
    SELECT 'delete', id, {COLUMNS} FROM search_source
    WHERE id IN (SELECT id FROM search_index_docsize) AND id IN ("""
ENTER = f"""INSERT INTO search_index(rowid, {COLUMNS}) SELECT id, {COLUMNS} FROM search_source
    WHERE id < (SELECT max(id) FROM search_index_docsize) AND id IN ("""
BY_REVISION = "SELECT id FROM search_documents WHERE revision_id = NEW.{});"
BY_COMMENT = """SELECT s.id FROM search_documents s JOIN revisions r ON r.id = s.revision_id
    WHERE r.comment_id = NEW.id);"""
TRIGGERS = (
    """CREATE TRIGGER search_text_stored AFTER INSERT ON revisions WHEN NEW.withdrawn_at IS NULL
    BEGIN
    INSERT INTO search_documents(revision_id, received_at) VALUES (NEW.id, NEW.received_at);
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
