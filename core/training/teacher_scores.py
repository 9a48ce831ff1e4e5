"""What a larger network, the teacher, made of comments of the training side.

A shipped file holds its scores by a digest of the text, never the text. They soften labels that
people gave with a whole thread before them, and stand for labels that nobody gave.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from core.errors import InvalidInput
from core.moderation.scores import Label
from core.training.datasets import MODEL_LABELS, Example
from core.training.own_examples import HARD_SOURCE, OWN_SOURCES
from core.training.split import Split

SCORES_FILE = "teacher_scores.npz"
SCORED_LABELS = (Label.TOXICITY, Label.IDENTITY_ATTACK)
SOFTENED_SET = "cad_reddit"
SCORED_SET = "edos_sexism"
TAUGHT_SETS = (SOFTENED_SET, SCORED_SET)
REFINING_SETS = (*TAUGHT_SETS, *OWN_SOURCES)
_PLACES = 1000


@dataclass(frozen=True, slots=True)
class TeacherScores:
    """A score in 0..1 for each of SCORED_LABELS by digest of the text, and where they are from."""

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
                scores=np.array(rounded, dtype=np.uint16).reshape(-1, len(SCORED_LABELS)),
            )


def gather_scores(
    texts: Sequence[str], scores: Sequence[Sequence[float]], about: Mapping[str, str]
) -> TeacherScores:
    """`scores` are (texts, SCORED_LABELS)."""
    by_text = {_digest(text): tuple(row) for text, row in zip(texts, scores, strict=True)}
    return TeacherScores(about, by_text)


def scores_sha256() -> str:
    """Of the file as shipped; the model card gives it."""
    return hashlib.sha256(_shipped().read_bytes()).hexdigest()


def _shipped() -> Path:
    return Path(str(files("core.training").joinpath(SCORES_FILE)))


def read_scores(path: Path | None = None) -> TeacherScores:
    """Of that file; without one, the shipped scores."""
    with np.load(path or _shipped()) as arrays:
        scores = (arrays["scores"] / _PLACES).tolist()
        keys = arrays["keys"].tolist()
        about = json.loads(arrays["about"].tobytes())
    return TeacherScores(about, dict(zip(keys, map(tuple, scores), strict=True)))


def check_scores(scores: TeacherScores, split: Split) -> None:
    """Raises InvalidInput where a comment of TAUGHT_SETS has no score, or a held-out one has: then
    the scores are of other files or of another split."""
    lacks = _count(split.train, lambda row: scores.of(row.text) is None)
    known = _count((*split.val, *split.test), lambda row: scores.of(row.text) is not None)
    if lacks or known:
        raise InvalidInput(
            f"the teacher's scores lack {lacks:,} comments of the training side and know {known:,} "
            "held-out ones: run `modconsole train-teacher` on these files first"
        )


def _count(rows: Sequence[Example], found: Callable[[Example], bool]) -> int:
    return sum(found(row) for row in rows if row.source in TAUGHT_SETS)


def labelled(examples: Sequence[Example]) -> list[Example]:
    """Training rows of the first phase: those that people said anything about."""
    return [row for row in examples if row.source != HARD_SOURCE and _says_anything(row)]


def taught(examples: Sequence[Example], scores: TeacherScores) -> list[Example]:
    """Training rows of the refining, as the teacher sees them; its own short examples keep what
    the network learnt of plain words."""
    chosen = [row for row in examples if row.source in REFINING_SETS]
    rows = [_taught(row, scores.of(row.text)) for row in chosen]
    return [row for row in rows if _says_anything(row)]


def _says_anything(row: Example) -> bool:
    return any(target is not None for target in row.targets)


def spoken_for(row: Example) -> bool:
    """Whether the teacher says what is learnt of the row."""
    unlabelled = row.source == SCORED_SET and not _says_anything(row)
    return unlabelled or row.source == SOFTENED_SET


def _taught(example: Example, scored: tuple[float, ...] | None) -> Example:
    if scored is None or not spoken_for(example):
        return example
    targets = list(example.targets)
    for label, score in zip(SCORED_LABELS, scored, strict=True):
        targets[MODEL_LABELS.index(label)] = score
    return replace(example, targets=tuple(targets), weight=1.0)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
