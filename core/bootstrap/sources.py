"""Makes the sources of comments from the settings."""

from pathlib import Path

from core.config import Settings
from core.sources.base import CommentSource


def file_source(path: Path, site: str) -> CommentSource:
    """A file of comments; `site` is the source name of rows that have none."""
    from core.sources.files.source import FileSource

    return FileSource(path, site)


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
