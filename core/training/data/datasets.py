"""Reads the named sets as labelled rows, and checks each file's hash first."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import DataFileMismatch, MissingExtra
from core.moderation.scores import Label
from core.training.data.catalogue import CATALOGUE, DataSet, DataSetUse
from core.training.data.first_text_form import first_text_form

MODEL_LABELS: tuple[Label, ...] = (
    Label.TOXICITY,
    Label.OBSCENE,
    Label.THREAT,
    Label.INSULT,
    Label.IDENTITY_ATTACK,
)
"""What the model scores, in output order. `severe_toxicity` has no human labels to learn from."""

TRAIN_EXTRA = 'training needs more packages: pip install "moderation-console[train]"'
NOT_ASSESSED = tuple(label for label in Label if label not in MODEL_LABELS)


@dataclass(frozen=True, slots=True)
class Example:
    """One comment. `targets` follow MODEL_LABELS: a share in 0..1, None where unknown."""

    text: str
    targets: tuple[float | None, ...]
    keys: tuple[str, ...]
    source: str
    weight: float = 1.0


def sha256_of(path: Path) -> str:
    """Hex digest of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verify_files(data_dir: Path, sets: Iterable[DataSet]) -> None:
    """Raises DataFileMismatch naming every set that is missing or differs."""
    problems = [problem for s in sets if (problem := _problem(data_dir / s.file, s))]
    if problems:
        raise DataFileMismatch("; ".join(problems))


def _problem(path: Path, data_set: DataSet) -> str | None:
    if not path.is_file():
        return f"{data_set.name}: {data_set.file} is missing"
    found = sha256_of(path)
    if found != data_set.sha256:
        return f"{data_set.name}: {data_set.file} differs (sha256 {found}, not {data_set.sha256})"
    return None


def sets_for(use: DataSetUse, catalogue: Sequence[DataSet] = CATALOGUE) -> tuple[DataSet, ...]:
    """The sets of the catalogue with this use, in its order."""
    return tuple(data_set for data_set in catalogue if data_set.use is use)


def read_set(
    data_dir: Path, data_set: DataSet, catalogue: Sequence[DataSet] = CATALOGUE
) -> list[Example]:
    """Rows in file order, text in the form the model reads; empty texts are dropped."""
    paths = {each.name: str(data_dir / each.file).replace("'", "''") for each in catalogue}
    labels = ", ".join(f"{label}::DOUBLE" for label in MODEL_LABELS)
    inner = data_set.query.format(**paths)
    rows = select_rows(f"SELECT text, keys, weight::DOUBLE, {labels} FROM ({inner})")
    examples = (
        Example(first_text_form(text), tuple(targets), tuple(keys), data_set.name, weight)
        for text, keys, weight, *targets in rows
    )
    return [example for example in examples if example.text]


def select_rows(query: str) -> list[tuple[Any, ...]]:
    """The rows a query over files returns, in their order. Raises MissingExtra."""
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtra('reading the sets needs duckdb: pip install "duckdb>=1.5"') from error
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        return connection.execute(query).fetchall()
