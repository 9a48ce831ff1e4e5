"""Trains the teachers on all sets at once, and stores their logits for every row of a run.

Imports torch; import it only to train.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import InvalidInput
from core.inference.local.torch_network import device_name
from core.inference.manifest import TOKENIZER_FILE, WEIGHTS_FILE
from core.moderation.scores import Label
from core.training.data.batches import encode, load_tokenizer
from core.training.data.catalogue import CATALOGUE, DataSet, DataSetUse
from core.training.data.datasets import (
    MODEL_LABELS,
    Example,
    read_set,
    sets_for,
    sha256_of,
    verify_files,
)
from core.training.data.learnt_rows import RowKind, learnt_rows
from core.training.data.own_examples import own_examples
from core.training.data.split import split_examples
from core.training.data.teacher_scores import TEACHERS, write_logits
from core.training.evaluation.measures import roc_auc
from core.training.evaluation.scoring import ScoredRows, targets_of
from core.training.fitting.checkpoints import Checkpoints
from core.training.fitting.logits import network_logits
from core.training.fitting.loop import duration, epoch_seconds, fit, where
from core.training.fitting.network import Classifier, build_classifier
from core.training.fitting.recipe import recipe_of
from core.training.fitting.rows import FitRows
from core.training.settings import TrainSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

Progress = Callable[[str], None]
_SECOND = TrainSettings(
    epochs=3, seed=1, learning_rate=3e-5, head_speed=5.0, max_tokens=192, teacher_share=0.0
)
TEACHER_SETTINGS: Mapping[str, TrainSettings] = {
    "a": replace(_SECOND, seed=2, set_biases=True),
    "b": _SECOND,
}
"""The first has a bias for each set and label."""
_SCORING_EPOCHS = 1 / 3
"""To score all rows takes as long: a pass forward, and none back."""


@dataclass(frozen=True, slots=True)
class TeacherReport:
    """`roc_auc` is that of toxicity on the validation side, by set, of the mean of both scores."""

    learnt: int
    scored: int
    roc_auc: Mapping[str, float]
    sha256: str

    @property
    def summary(self) -> str:
        """A few lines for the terminal."""
        found = "\n".join(f"  {name}: ROC AUC {auc:.4f}" for name, auc in self.roc_auc.items())
        return (
            f"The teachers learnt {self.learnt:,} rows and scored {self.scored:,}; toxicity on the "
            f"validation side:\n{found}\nsha256 of their file: {self.sha256}"
        )


def train_teachers(
    data_dir: Path,
    base_model: Path,
    out: Path,
    *,
    settings: Mapping[str, TrainSettings] = TEACHER_SETTINGS,
    progress: Progress = print,
    catalogue: Sequence[DataSet] = CATALOGUE,
) -> TeacherReport:
    """Trains on the labels of the training side alone, and writes the logits of all its rows to
    `out`. Called again after it was cut, it goes on from its last epoch.

    `base_model` is a folder with an encoder of any size and its tokenizer, as a hub stores them.
    Raises DataFileMismatch or InvalidInput before any work is done.
    """
    used = sets_for(DataSetUse.TRAIN, catalogue)
    verify_files(data_dir, used)
    for name in (WEIGHTS_FILE, TOKENIZER_FILE):
        if not (base_model / name).is_file():
            raise InvalidInput(f"{base_model} is no model folder: it has no {name}")
    if out.is_dir() or not out.parent.is_dir():
        raise InvalidInput(f"{out} can't be written: no file in a folder that is there")
    read = [row for each in used for row in read_set(data_dir, each, catalogue)] + own_examples()
    split = split_examples(read)
    rows = learnt_rows(split.train)
    lesson = [row.example for row in rows if row.kind is not RowKind.UNLABELLED]
    progress(f"two teachers learn {len(lesson):,} rows and score {len(rows):,}")
    school = _School(base_model, out, lesson, [row.example for row in rows], split.val, progress)
    school.tell_duration(settings)
    found = {name: school.teach(name, each) for name, each in settings.items()}
    write_logits(out, rows, [found[name].of_rows for name in TEACHERS])
    for name in settings:
        school.checkpoint(name).unlink()
    return TeacherReport(
        learnt=len(lesson),
        scored=len(rows),
        roc_auc=_aucs(split.val, [each.of_held_out for each in found.values()]),
        sha256=sha256_of(out),
    )


@dataclass(frozen=True, slots=True)
class _Logits:
    """(rows, labels)"""

    of_rows: "NDArray[np.float64]"
    of_held_out: "NDArray[np.float64]"


@dataclass(frozen=True, slots=True)
class _School:
    base: Path
    out: Path
    lesson: Sequence[Example]
    rows: Sequence[Example]
    held_out: Sequence[Example]
    progress: Progress

    def checkpoint(self, name: str) -> Path:
        return self.out.with_name(f"{self.out.name}.{name}.checkpoint")

    def tell_duration(self, settings: Mapping[str, TrainSettings]) -> None:
        """Before the first step: a processor may take days."""
        device, first = device_name(), next(iter(settings.values()))
        network, rows = self._prepared(first)
        seconds = epoch_seconds(network.to(device), rows, first, device)
        epochs = sum(each.epochs + _SCORING_EPOCHS for each in settings.values())
        self.progress(f"about {duration(seconds * epochs)} for both on {where(device)}")

    def teach(self, name: str, settings: TrainSettings) -> _Logits:
        network, rows = self._prepared(settings)
        device = device_name()
        recipe = recipe_of(network, rows, settings, device)
        self.progress(f"teacher {name}")
        fit(
            network,
            rows,
            settings,
            device=device,
            checkpoints=Checkpoints(self.checkpoint(name), recipe),
            progress=self.progress,
        )
        network.to(device)
        of_rows, of_held_out = (
            network_logits(network, self._ids(each, settings), threads=1)
            for each in (self.rows, self.held_out)
        )
        return _Logits(of_rows, of_held_out)

    def _prepared(self, settings: TrainSettings) -> tuple[Classifier, FitRows]:
        rows = FitRows(self.lesson, self._ids(self.lesson, settings))
        network = build_classifier(
            self.base,
            MODEL_LABELS,
            seed=settings.seed,
            pooling=settings.pooling,
            sets=rows.set_count if settings.set_biases else 0,
        )
        return network, rows

    def _ids(self, rows: Sequence[Example], settings: TrainSettings) -> list[list[int]]:
        tokenizer = load_tokenizer(self.base / TOKENIZER_FILE, settings.max_tokens)
        return encode(tokenizer, [row.text for row in rows])


def _aucs(held_out: Sequence[Example], logits: Sequence["NDArray[np.float64]"]) -> dict[str, float]:
    """Of the sets that have both classes."""
    scores = np.mean([1 / (1 + np.exp(-each)) for each in logits], axis=0)
    scored = ScoredRows(tuple(held_out), targets_of(held_out), scores)
    found = {}
    for name in sorted({row.source for row in held_out}):
        targets, known = scored.of(name).known(Label.TOXICITY)
        if 0 < targets.sum() < len(targets):
            found[name] = roc_auc(targets, known)
    return found
