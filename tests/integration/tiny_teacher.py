"""Teachers' scores for tests of training: of any sets, made up from the words of a text."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, read_set, sets_for, sha256_of
from core.training.data.learnt_rows import LearntRow, learnt_rows
from core.training.data.own_examples import own_examples
from core.training.data.split import split_examples
from core.training.data.teacher_scores import TEACHER_SET, TEACHERS, write_logits


def rows_of(data_dir: Path, sets: Sequence[DataSet]) -> list[LearntRow]:
    """What `train_model` learns of these sets."""
    trained = sets_for(DataSetUse.TRAIN, sets)
    read = [row for each in trained for row in read_set(data_dir, each, sets)]
    return learnt_rows(split_examples(read + own_examples()).train)


def write_teacher(data_dir: Path, sets: Sequence[DataSet]) -> DataSet:
    """Scores for all of these rows: abuse is what says `idiot`."""
    return write_scores(data_dir, rows_of(data_dir, sets))


def write_scores(data_dir: Path, rows: Sequence[LearntRow]) -> DataSet:
    """Scores for these rows alone."""
    path = data_dir / TEACHER_SET.file
    path.parent.mkdir(exist_ok=True)
    said = np.array([2.0 if "idiot" in row.example.text else -2.0 for row in rows])
    logits = np.repeat(said[:, None], len(MODEL_LABELS), axis=1)
    write_logits(path, rows, [logits, 2 * logits][: len(TEACHERS)])
    return replace(TEACHER_SET, sha256=sha256_of(path))
