"""Scores of a larger network, the teacher, for comments of the training side.

A shipped file for each task holds the scores by a digest of the text, never the text. They replace
or soften the labels that people gave, and fill in labels that nobody gave.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from core.errors import InvalidInput
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.distillation_tasks import (
    DISTILLATION_TASKS,
    DistillationTask,
    has_any_label,
    rows_of,
)
from core.training.data.own_examples import HARD_SOURCE
from core.training.data.split import Split

_PLACES = 1000
UNKNOWN: tuple[float | None, ...] = (None,) * len(MODEL_LABELS)


@dataclass(frozen=True, slots=True)
class TeacherScores:
    """For each text, by its digest, a score in 0..1 for each label of the task. `about` names the
    teacher: `base_model`, `base_sha256`, and its ROC AUC of toxicity on held-out rows."""

    task: DistillationTask
    about: Mapping[str, str]
    by_text: Mapping[int, tuple[float, ...]]

    def of(self, text: str) -> tuple[float, ...] | None:
        """None for a text that the teacher did not score."""
        return self.by_text.get(_digest(text))

    def write(self, path: Path) -> None:
        """Scores rounded to three decimals; the same scores give the same bytes."""
        keys = sorted(self.by_text)
        rounded = [[round(score * _PLACES) for score in self.by_text[key]] for key in keys]
        about = np.frombuffer(json.dumps(dict(self.about)).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            np.savez(
                file,
                about=about,
                keys=np.array(keys, dtype=np.uint64),
                scores=np.array(rounded, dtype=np.uint16).reshape(-1, len(self.task.labels)),
            )


def gather_scores(
    task: DistillationTask,
    texts: Sequence[str],
    scores: Sequence[Sequence[float]],
    about: Mapping[str, str],
) -> TeacherScores:
    """`scores` are (texts, labels of the task)."""
    by_text = {_digest(text): tuple(row) for text, row in zip(texts, scores, strict=True)}
    return TeacherScores(task, about, by_text)


def scores_sha256(task: DistillationTask) -> str:
    """sha256 of the shipped file, for the model card."""
    return hashlib.sha256(_shipped(task).read_bytes()).hexdigest()


def _shipped(task: DistillationTask) -> Path:
    return Path(str(files("core.training.data").joinpath(f"teacher_{task.learnt}.npz")))


def read_scores(task: DistillationTask, path: Path | None = None) -> TeacherScores:
    """Reads that file, by default the shipped one."""
    with np.load(path or _shipped(task)) as arrays:
        scores = (arrays["scores"] / _PLACES).tolist()
        keys = arrays["keys"].tolist()
        about = json.loads(arrays["about"].tobytes())
    return TeacherScores(task, about, dict(zip(keys, map(tuple, scores), strict=True)))


def read_all_scores() -> tuple[TeacherScores, ...]:
    """The shipped scores of every task, in the order of DISTILLATION_TASKS."""
    return tuple(map(read_scores, DISTILLATION_TASKS))


def check_scores(scores: TeacherScores, split: Split) -> None:
    """Raises InvalidInput if a comment of the task's sets has no score or a held-out comment has
    one: then the scores belong to other files or another split."""
    sets = scores.task.sets
    lacks = _count(split.train, sets, lambda row: scores.of(row.text) is None)
    known = _count((*split.val, *split.test), sets, lambda row: scores.of(row.text) is not None)
    if lacks or known:
        raise InvalidInput(
            f"the teacher's scores of {sets[0]} lack {lacks:,} comments of the training side and "
            f"know {known:,} held-out ones: run `modconsole train-teacher` on these files first"
        )


def _count(rows: Sequence[Example], sets: Sequence[str], found: Callable[[Example], bool]) -> int:
    return sum(found(row) for row in rows if row.source in sets)


def labelled(examples: Sequence[Example]) -> list[Example]:
    """Training rows of the first phase: those that people labelled."""
    return [row for row in examples if row.source != HARD_SOURCE and has_any_label(row)]


def with_teacher_scores(examples: Sequence[Example], scores: TeacherScores) -> list[Example]:
    """Training rows of the refining phase, with the teacher's scores as targets. The project's own
    short examples among them keep their labels, so that plain words are not forgotten."""
    rows = [_with_teacher_scores(row, scores) for row in rows_of(scores.task, examples)]
    return [row for row in rows if has_any_label(row)]


def unlabelled(examples: Sequence[Example], sets: Sequence[str]) -> list[Example]:
    """The rows of these sets without targets: the network is held to its own earlier scores."""
    return [replace(row, targets=UNKNOWN) for row in examples if row.source in sets]


def _with_teacher_scores(example: Example, scores: TeacherScores) -> Example:
    scored = scores.of(example.text)
    if scored is None or not scores.task.replaces_labels_of(example):
        return example
    task = scores.task
    # A clean comment counts as clean for every label; the first phase learnt that already.
    targets = list(UNKNOWN if example.source == task.learnt else example.targets)
    for label, score in zip(task.labels, scored, strict=True):
        targets[MODEL_LABELS.index(label)] = score
    weight = example.weight if has_any_label(example) else 1.0
    return replace(example, targets=tuple(targets), weight=weight)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
