"""Scores a file on its own: one row out for each row in, and nothing else is stored."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from core.batch.chunks import Chunk, Table, open_table
from core.batch.scoring import EMPTY, ONLY_MARKUP, score_cells
from core.batch.sinks import check_out, open_sink
from core.errors import InvalidInput
from core.inference.base import ErrorKind, TextResult
from core.inference.scorer import Scorer
from core.moderation.scores import Label

ERROR_COLUMN = "error"
LANGUAGE_COLUMN = "detected_language"
UNREAD_COLUMN = "unread_chars"
DEFAULT_CHUNK_ROWS = 1024


@dataclass(frozen=True, slots=True)
class FileReport:
    """The outcome for a file: `rows` is the sum of `scored` and `failed`. `reasons` counts the
    failed rows by the text in their `error` column; `without_text` of them hold nothing to score,
    `not_assessed` are in a language that nothing assesses. `not_whole` of the scored ones were too
    long to be read to their end.
    """

    out: Path
    rows: int
    scored: int
    failed: int
    reasons: Mapping[str, int]
    not_assessed: int = 0
    not_whole: int = 0

    @property
    def without_text(self) -> int:
        return self.reasons.get(EMPTY, 0) + self.reasons.get(ONLY_MARKUP, 0)


def score_file(
    path: Path,
    text_column: str,
    out: Path,
    scorer: Scorer,
    *,
    is_raw: bool = False,
    chunk_rows: int = DEFAULT_CHUNK_ROWS,
    progress: Callable[[int], None] | None = None,
) -> FileReport:
    """Writes the rows of `path` in order to `out`, with a column for each label and the columns
    `detected_language`, `unread_chars` (characters at the end of the text that were not read) and
    `error`.

    `out` is created or replaced only when all rows are written. `progress` is called with the
    number of rows done; `is_raw` is passed to `open_sink`. Raises InvalidInput, UnreadableFile, or
    BackendError when the backend is down.
    """
    check_out(path, out)
    table = open_table(path, text_column, chunk_rows)
    return score_rows(table, path.name, out, scorer, is_raw=is_raw, progress=progress)


def score_rows(
    table: Table,
    name: str,
    out: Path,
    scorer: Scorer,
    *,
    is_raw: bool = False,
    progress: Callable[[int], None] | None = None,
) -> FileReport:
    """As `score_file`, for a table that is open already; `name` is its name in messages."""
    labels = scorer.backend.info.labels
    _refuse_clash(name, table.schema.names, labels)
    added = [pa.field(label.value, pa.float64()) for label in labels]
    added += [
        pa.field(LANGUAGE_COLUMN, pa.string()),
        pa.field(UNREAD_COLUMN, pa.int64()),
        pa.field(ERROR_COLUMN, pa.string()),
    ]
    schema = pa.schema([*table.schema, *added], metadata=table.schema.metadata)
    rows, not_assessed, not_whole, reasons = 0, 0, 0, Counter[str]()
    with open_sink(out, schema, is_raw=is_raw) as sink:
        for chunk in table.chunks:
            results = score_cells(chunk.texts, chunk.problems, scorer)
            sink.write(_joined(chunk, results, labels, schema))
            rows += len(results)
            not_assessed += sum(result.error_kind is ErrorKind.LANGUAGE for result in results)
            not_whole += sum(result.unread_chars > 0 for result in results)
            reasons.update(result.error for result in results if result.error is not None)
            if progress is not None:
                progress(rows)
    failed = reasons.total()
    return FileReport(
        out,
        rows,
        rows - failed,
        failed,
        dict(reasons),
        not_assessed=not_assessed,
        not_whole=not_whole,
    )


def _refuse_clash(name: str, names: Sequence[str], labels: Sequence[Label]) -> None:
    added = {*(label.value for label in labels), LANGUAGE_COLUMN, UNREAD_COLUMN, ERROR_COLUMN}
    clash = [each for each in names if each.lower() in added]
    if clash:
        there = ", ".join(f"`{each}`" for each in clash)
        raise InvalidInput(
            f"{name} has already {there}; rename it: the results get a column of that name"
        )


def _joined(
    chunk: Chunk,
    results: Sequence[TextResult],
    labels: Sequence[Label],
    schema: pa.Schema,
) -> pa.RecordBatch:
    scores = [
        pa.array([result.scores.get(label) for result in results], pa.float64()) for label in labels
    ]
    languages = pa.array([result.language for result in results], pa.string())
    unread = pa.array(
        [None if result.error is not None else result.unread_chars for result in results],
        pa.int64(),
    )
    errors = pa.array([result.error for result in results], pa.string())
    columns = [*chunk.columns.columns, *scores, languages, unread, errors]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
