"""Scores a file on its own: one row out for each row in, and nothing else is stored."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.batch.chunks import Chunk, Table, open_table
from core.batch.run_folder import RunFolder
from core.batch.scoring import EMPTY, ONLY_MARKUP, score_cells
from core.batch.sinks import check_out, open_sink
from core.errors import InvalidInput
from core.inference.base import ErrorKind, TextResult
from core.inference.language.mixed import as_a_whole
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
    folder: RunFolder | None = None,
) -> FileReport:
    """As `score_file`, for a table that is open already; `name` is its name in messages. With a
    `folder`, goes on behind the rows that stand in it, and removes it at the end."""
    labels = scorer.backend.info.labels
    _refuse_clash(name, table.schema.names, labels)
    added = [pa.field(label.value, pa.float64()) for label in labels]
    added += [
        pa.field(LANGUAGE_COLUMN, pa.string()),
        pa.field(UNREAD_COLUMN, pa.int64()),
        pa.field(ERROR_COLUMN, pa.string()),
    ]
    schema = pa.schema([*table.schema, *added], metadata=table.schema.metadata)
    counts = _Counts()
    with open_sink(out, schema, is_raw=is_raw) as sink:
        for rows, kept in folder.parts() if folder else ():
            sink.write(pa.RecordBatch.from_arrays(rows.columns, schema=schema))
            for one in kept:
                counts.add_kept(one)
        for chunk in _behind(counts.rows, table.chunks):
            results = list(map(as_a_whole, score_cells(chunk.texts, chunk.problems, scorer)))
            joined = _joined(chunk, results, labels, schema)
            sink.write(joined)
            mine = _Counts.of(results)
            if folder is not None:
                folder.add(joined, asdict(mine))
            counts.add(mine)
            if progress is not None:
                progress(counts.rows)
    if folder is not None:
        folder.remove()
    return counts.report(out)


@dataclass(slots=True)
class _Counts:
    rows: int = 0
    not_assessed: int = 0
    not_whole: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, results: Sequence[TextResult]) -> "_Counts":
        return cls(
            len(results),
            sum(result.error_kind is ErrorKind.LANGUAGE for result in results),
            sum(result.unread_chars > 0 for result in results),
            dict(Counter(result.error for result in results if result.error is not None)),
        )

    def add_kept(self, kept: Mapping[str, Any]) -> None:
        self.add(_Counts(**kept))

    def add(self, more: "_Counts") -> None:
        self.rows += more.rows
        self.not_assessed += more.not_assessed
        self.not_whole += more.not_whole
        self.reasons = dict(Counter(self.reasons) + Counter(more.reasons))

    def report(self, out: Path) -> FileReport:
        failed = sum(self.reasons.values())
        return FileReport(
            out,
            self.rows,
            self.rows - failed,
            failed,
            self.reasons,
            not_assessed=self.not_assessed,
            not_whole=self.not_whole,
        )


def _behind(count: int, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """The chunks without their first `count` rows."""
    for chunk in chunks:
        done = min(count, len(chunk.texts))
        count -= done
        if done == 0:
            yield chunk
        elif done < len(chunk.texts):
            yield Chunk(chunk.columns.slice(done), chunk.texts[done:], chunk.problems[done:])


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
