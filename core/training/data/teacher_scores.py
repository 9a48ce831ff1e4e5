"""What a larger network, the teacher, made of comments of the training side.

A shipped file for each lesson holds its scores by a digest of the text, never the text. They soften
labels that people gave, and stand for labels that nobody gave.
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
from core.training.data.lessons import LESSONS, Lesson, rows_of, says_anything
from core.training.data.own_examples import HARD_SOURCE
from core.training.data.split import Split

_PLACES = 1000
UNKNOWN: tuple[float | None, ...] = (None,) * len(MODEL_LABELS)


@dataclass(frozen=True, slots=True)
class TeacherScores:
    """A score in 0..1 for each label of the lesson by digest of the text, and where they are from:
    `base_model` and its `base_sha256`, ROC AUC of toxicity on so many held-out rows."""

    lesson: Lesson
    about: Mapping[str, str]
    by_text: Mapping[int, tuple[float, ...]]

    def of(self, text: str) -> tuple[float, ...] | None:
        """None for a text that the teacher was not given."""
        return self.by_text.get(_digest(text))

    def write(self, path: Path) -> None:
        """To three places; the same scores give the same bytes."""
        keys = sorted(self.by_text)
        rounded = [[round(score * _PLACES) for score in self.by_text[key]] for key in keys]
        about = np.frombuffer(json.dumps(dict(self.about)).encode(), dtype=np.uint8)
        with path.open("wb") as file:
            np.savez(
                file,
                about=about,
                keys=np.array(keys, dtype=np.uint64),
                scores=np.array(rounded, dtype=np.uint16).reshape(-1, len(self.lesson.labels)),
            )


def gather_scores(
    lesson: Lesson,
    texts: Sequence[str],
    scores: Sequence[Sequence[float]],
    about: Mapping[str, str],
) -> TeacherScores:
    """`scores` are (texts, labels of the lesson)."""
    by_text = {_digest(text): tuple(row) for text, row in zip(texts, scores, strict=True)}
    return TeacherScores(lesson, about, by_text)


def scores_sha256(lesson: Lesson) -> str:
    """Of the file as shipped; the model card gives it."""
    return hashlib.sha256(_shipped(lesson).read_bytes()).hexdigest()


def _shipped(lesson: Lesson) -> Path:
    return Path(str(files("core.training.data").joinpath(f"teacher_{lesson.learnt}.npz")))


def read_scores(lesson: Lesson, path: Path | None = None) -> TeacherScores:
    """Of that file; without one, the shipped scores."""
    with np.load(path or _shipped(lesson)) as arrays:
        scores = (arrays["scores"] / _PLACES).tolist()
        keys = arrays["keys"].tolist()
        about = json.loads(arrays["about"].tobytes())
    return TeacherScores(lesson, about, dict(zip(keys, map(tuple, scores), strict=True)))


def read_all_scores() -> tuple[TeacherScores, ...]:
    """The shipped scores of every lesson, in the order of LESSONS."""
    return tuple(map(read_scores, LESSONS))


def check_scores(scores: TeacherScores, split: Split) -> None:
    """Raises InvalidInput where a comment of the lesson's sets has no score, or a held-out one has:
    then the scores are of other files or of another split."""
    sets = scores.lesson.sets
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
    """Training rows of the first phase: those that people said anything about."""
    return [row for row in examples if row.source != HARD_SOURCE and says_anything(row)]


def taught(examples: Sequence[Example], scores: TeacherScores) -> list[Example]:
    """Training rows of the refining, as the teacher sees them; its own short examples keep what
    the network learnt of plain words."""
    rows = [_taught(row, scores) for row in rows_of(scores.lesson, examples)]
    return [row for row in rows if says_anything(row)]


def unlabelled(examples: Sequence[Example], sets: Sequence[str]) -> list[Example]:
    """The rows of these sets, to be learnt as the network scores them already."""
    return [replace(row, targets=UNKNOWN) for row in examples if row.source in sets]


def _taught(example: Example, scores: TeacherScores) -> Example:
    scored = scores.of(example.text)
    if scored is None or not scores.lesson.speaks_for(example):
        return example
    lesson = scores.lesson
    # That a clean comment is clean for every label was learnt before: it says nothing of the rest.
    targets = list(UNKNOWN if example.source == lesson.learnt else example.targets)
    for label, score in zip(lesson.labels, scored, strict=True):
        targets[MODEL_LABELS.index(label)] = score
    weight = example.weight if says_anything(example) else 1.0
    return replace(example, targets=tuple(targets), weight=weight)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
