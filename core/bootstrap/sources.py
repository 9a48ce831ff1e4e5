"""Makes the sources of comments from the settings."""

from contextlib import ExitStack
from pathlib import Path

from core.config import Settings
from core.sources.base import CommentSource
from core.sources.tables.address import database_address
from core.sources.tables.selection import check_choice, check_no_choice


def file_source(path: Path, site: str) -> CommentSource:
    """A file of comments; `site` is the source name of rows that have none."""
    from core.sources.files.source import FileSource

    return FileSource(path, site)


def named_source(
    text: str, site: str, opened: ExitStack, *, table: str | None, query: str | None
) -> CommentSource:
    """A file, or a table or query of a database, which is open until the stack is closed; `site` as
    in `file_source`."""
    address = database_address(text)
    if address is None:
        check_no_choice(text, table, query)
        return file_source(Path(text), site)
    check_choice(table, query)
    from core.sources.tables.opening import open_database
    from core.sources.tables.source import table_source

    database = open_database(address, is_written=False)
    opened.callback(database.close)
    return table_source(database, site, table=table, query=query)


def hackernews_source(settings: Settings, count: int) -> CommentSource:
    """The newest comments of Hacker News."""
    from core.sources.hackernews.firebase import HackerNewsSource

    wait_s = settings.source_timeout_s
    return HackerNewsSource(settings.hackernews_url, count=count, timeout_s=wait_s)


def search_source(settings: Settings, words: str) -> CommentSource:
    """Hacker News comments that contain these words, by Algolia's search."""
    from core.sources.hackernews.algolia import AlgoliaSource

    return AlgoliaSource(settings.algolia_url, query=words, timeout_s=settings.source_timeout_s)


def bundled_source() -> CommentSource:
    """The bundled sample: invented comments, for a console that has none yet."""
    from core.sources.bundled import sample_source

    return sample_source()
