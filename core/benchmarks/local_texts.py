"""The comments that `modconsole bench local` scores, and their token counts."""

from collections.abc import Sequence
from pathlib import Path

from core.batch.chunks import open_table
from core.bootstrap.state import has_state, open_store
from core.config import Settings
from core.errors import InvalidInput
from core.inference.local.tokenizing import CommentTokenizer
from core.inference.manifest import TOKENIZER_FILE, read_manifest
from core.inference.windows import READ_CHARS
from core.moderation.cleaning import clean_text
from core.moderation.comments import IncomingComment
from core.sources.base import CommentSource
from core.sources.bundled import sample_source

ENOUGH = 200
MOST = 20_000
TEXT_COLUMN = "text"
_CHUNK_ROWS = 1024


def bench_texts(settings: Settings, file: Path | None) -> tuple[str, list[str]]:
    """A description of the texts' origin, and the texts: the column TEXT_COLUMN of `file`, else the
    stored comments if there are ENOUGH, else the bundled sample. Raises InvalidInput if the file
    has none, or UnreadableFile."""
    if file is not None:
        texts = _of_table(file)
        if not texts:
            raise InvalidInput(f"{file.name} has nothing in its column `{TEXT_COLUMN}`")
        return f"comments of {file.name}", texts
    if has_state(settings):
        store = open_store(settings)
        try:
            with store.read() as reader:
                stored = [clean_text(each.text) for each in reader.scored_texts(MOST)]
        finally:
            store.close()
        if len(stored) >= ENOUGH:
            return "comments stored in the console", stored
    return "the bundled Hacker News sample", _of_source(sample_source())


def open_tokenizer(folder: Path) -> CommentTokenizer:
    """The tokenizer of the model in that folder, as a backend opens it."""
    return CommentTokenizer(
        folder / TOKENIZER_FILE,
        max_tokens=read_manifest(folder).tokens_at_once,
        read_chars=READ_CHARS,
    )


def token_counts(folder: Path, texts: Sequence[str]) -> list[list[int]]:
    """The tokens of each window of each text."""
    tokenized = open_tokenizer(folder).encode(texts)
    rows = tokenized.rows(len(texts))
    return [[len(tokenized.ids[row]) for row in each] for each in rows]


def part(lengths: Sequence[int], count: int) -> list[int]:
    """Indexes of `count` texts spread evenly over the lengths, in input order."""
    order = sorted(range(len(lengths)), key=lambda index: lengths[index])
    count = max(1, min(count, len(order)))
    return sorted(order[int((place + 0.5) * len(order) / count)] for place in range(count))


def _of_table(file: Path) -> list[str]:
    chunks = open_table(file, TEXT_COLUMN, _CHUNK_ROWS).chunks
    values = (value for chunk in chunks for value in chunk.texts if isinstance(value, str))
    return [text for text in map(clean_text, values) if text]


def _of_source(source: CommentSource) -> list[str]:
    items = (item for item in source.read() if isinstance(item, IncomingComment))
    return [text for text in (clean_text(item.text) for item in items) if text]
