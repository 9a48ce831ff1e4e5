"""Files of comments in tests: written, read, and the items that came of them."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeGuard

from core.moderation.comments import IncomingComment
from core.sources.base import Rejected, SourceItem
from core.sources.files.source import FileSource

READ_AT = datetime(2026, 11, 22, 18, tzinfo=UTC)


def read(path: Path) -> list[SourceItem]:
    return list(FileSource(path, now=lambda: READ_AT).read())


def written(path: Path, content: bytes | str) -> Path:
    data = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def messages(items: list[SourceItem]) -> list[str]:
    return [item.message for item in items if isinstance(item, Rejected)]


def kept_ids(items: list[SourceItem]) -> list[str]:
    return [item.source_id for item in items if isinstance(item, IncomingComment)]


def is_comment(item: SourceItem) -> TypeGuard[IncomingComment]:
    return isinstance(item, IncomingComment)
