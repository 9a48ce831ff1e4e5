"""What larger networks, the teachers, make of each row: a file of logits, found by text digest.

Machine scores to learn from, never ground truth: no threshold and no total comes from them.
"""

import math
from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InvalidInput
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, Example, select_rows
from core.training.data.learnt_rows import LearntRow
from core.training.data.text_forms import key_of_first_form

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEACHERS = ("a", "b")
"""Two networks; the mean of their scores is better than either."""
TEACHER_SET = DataSet(
    "teacher_mpnet",
    "47dd58230ad469915463369db1e25e9f8d7bfa25d08ef4447c1787ef96fc4073",
    "CC0 1.0; base weights Apache-2.0",
    "all-mpnet-base-v2 as `modconsole train-teacher` trains it",
    DataSetUse.TRAIN,
    "scores of two larger networks for the training rows, by the digest of a text",
)
_LEAST_SHARE = 0.95
"""With fewer rows scored, the file belongs to other data sets."""

Scores = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class JoinCounts:
    """`scored` rows found their scores; `unscored` rows, by set, are in no row of the file;
    `unused` rows of the file belong to no row here; `held_out` rows of the file have a text that is
    also on the validation or test side."""

    scored: int
    unscored: dict[str, int]
    unused: int
    held_out: int

    @property
    def summary(self) -> str:
        """One line for the terminal."""
        missing = ", ".join(f"{count:,} of {name}" for name, count in self.unscored.items())
        return (
            f"teachers scored {self.scored:,} of {self.scored + sum(self.unscored.values()):,} "
            f"rows; without scores: {missing or 'none'}; {self.unused:,} of their scores belong "
            f"to no row; {self.held_out:,} of their texts are also held out"
        )


def teacher_columns() -> list[str]:
    """The names of the logits' columns, label by label."""
    return [f"{label}_logit_{teacher}" for label in MODEL_LABELS for teacher in TEACHERS]


def join_scores(
    path: Path, rows: Sequence[LearntRow], held_out: Sequence[Example]
) -> tuple[list[Scores | None], JoinCounts]:
    """For each row the mean of the teachers' scores, in 0..1 for each label, or None.

    Rows of one set with the same text take its scores in the file's order. Raises InvalidInput if
    too few rows are scored.
    """
    waiting = _read(path)
    keys = {key for _, _, key in waiting}
    found: list[Scores | None] = []
    for row in rows:
        example = row.example
        queue = waiting[str(row.kind), example.source, key_of_first_form(example.first_form)]
        found.append(queue.popleft() if queue else None)
    pairs = zip(rows, found, strict=True)
    counts = JoinCounts(
        scored=sum(scores is not None for scores in found),
        unscored=dict(Counter(row.example.source for row, scores in pairs if scores is None)),
        unused=sum(map(len, waiting.values())),
        held_out=len(keys & {key_of_first_form(each.first_form) for each in held_out}),
    )
    if counts.scored < _LEAST_SHARE * len(rows):
        raise InvalidInput(f"{path.name} is of other data sets: {counts.summary}")
    return found, counts


def _read(path: Path) -> defaultdict[tuple[str, str, str], deque[Scores]]:
    columns = ", ".join(f"{name}::DOUBLE" for name in teacher_columns())
    quoted = str(path).replace("'", "''")
    found: defaultdict[tuple[str, str, str], deque[Scores]] = defaultdict(deque)
    for kind, source, key, *logits in select_rows(
        f"SELECT kind, source, text_sha256, {columns} FROM read_parquet('{quoted}')"
    ):
        scores = [1 / (1 + math.exp(-logit)) for logit in logits]
        count = len(TEACHERS)
        means = [sum(scores[at : at + count]) / count for at in range(0, len(scores), count)]
        found[kind, source, key].append(tuple(means))
    return found


def write_logits(
    path: Path, rows: Sequence[LearntRow], logits: Sequence["NDArray[np.float64]"]
) -> None:
    """`logits` are (rows, labels), for each of TEACHERS. The file holds no text."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import parquet

    examples = [row.example for row in rows]
    columns = np.stack(logits, axis=-1).reshape(len(rows), -1).astype(np.float32).T
    table = {
        "text_sha256": [key_of_first_form(each.first_form) for each in examples],
        "source": [each.source for each in examples],
        "kind": [str(row.kind) for row in rows],
        **dict(zip(teacher_columns(), columns, strict=True)),
    }
    parquet.write_table(pa.table(table), path, compression="zstd")
