"""Trains a teacher on one set and stores its scores of the training side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InvalidInput, MissingExtra
from core.inference.manifest import TOKENIZER_FILE, WEIGHTS_FILE
from core.training.data.catalogue import CATALOGUE, DataSet, DataSetUse
from core.training.data.datasets import (
    TRAIN_EXTRA,
    Example,
    read_set,
    select_rows,
    sets_for,
    sha256_of,
    verify_files,
)
from core.training.data.distillation_tasks import DistillationTask
from core.training.data.first_text_form import first_text_form
from core.training.data.split import split_examples
from core.training.data.teacher_scores import gather_scores
from core.training.evaluation.measures import roc_auc

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from core.training.distillation.teacher_network import Teacher

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TeacherReport:
    """`roc_auc` is of toxicity on `held_out` comments of the validation side."""

    learnt: int
    held_out: int
    roc_auc: float
    scored: int

    @property
    def summary(self) -> str:
        """Two lines for the terminal."""
        return (
            f"The teacher learnt {self.learnt:,} comments; on {self.held_out:,} held-out ones its "
            f"ROC AUC is {self.roc_auc:.4f}.\nIt scored {self.scored:,} of the training side."
        )


def train_teacher(
    task: DistillationTask,
    data_dir: Path,
    base_model: Path,
    out: Path,
    *,
    progress: Progress = print,
    catalogue: Sequence[DataSet] = CATALOGUE,
) -> TeacherReport:
    """Trains on the training side alone, scores the training sides of the task's sets, and writes
    TeacherScores to `out`.

    `base_model` is a folder with an encoder of any size and its tokenizer, as a hub stores them.
    Raises DataFileMismatch, MissingExtra or InvalidInput before any work is done.
    """
    used = sets_for(DataSetUse.TRAIN, catalogue)
    verify_files(data_dir, used)
    for name in (WEIGHTS_FILE, TOKENIZER_FILE):
        if not (base_model / name).is_file():
            raise InvalidInput(f"{base_model} is no model folder: it has no {name}")
    if out.is_dir() or not out.parent.is_dir():
        raise InvalidInput(f"{out} can't be written: no file in a folder that is there")
    split = split_examples([row for each in used for row in read_set(data_dir, each, catalogue)])
    learnt, held_out = _learnt(task, split.train), _learnt(task, split.val)
    file = next(each.file for each in used if each.name == task.learnt)
    teacher = _teach(task, learnt, data_dir / file, base_model, progress)
    to_score = list(dict.fromkeys(row.text for row in split.train if row.source in task.sets))
    progress(f"scoring {len(to_score):,} comments")
    scores = teacher.scores(to_score)[:, : len(task.labels)]
    reached = _auc(held_out, teacher.scores([row.text for row in held_out])[:, 0])
    about = {
        "base_model": base_model.name,
        "base_sha256": sha256_of(base_model / WEIGHTS_FILE),
        "held_out": str(len(held_out)),
        "roc_auc": f"{reached:.4f}",
    }
    gather_scores(task, to_score, scores.tolist(), about).write(out)
    return TeacherReport(len(learnt), len(held_out), reached, len(to_score))


def _learnt(task: DistillationTask, rows: Sequence[Example]) -> list[Example]:
    return [row for row in rows if row.source == task.learnt]


def _teach(
    task: DistillationTask,
    learnt: Sequence[Example],
    file: Path,
    base_model: Path,
    progress: Progress,
) -> "Teacher":
    try:
        from core.training.distillation.teacher_network import Teacher, TeacherSettings
    except ImportError as error:
        raise MissingExtra(f"{TRAIN_EXTRA} ({error.name} is missing)") from error
    kinds = _kinds(task, file)
    answers = [(row.targets[0] or 0.0, *(kinds[row.text] if kinds else ())) for row in learnt]
    teacher = Teacher(base_model, TeacherSettings(kinds=len(answers[0]), epochs=task.epochs))
    progress(f"teaching {len(learnt):,} comments")
    teacher.fit([row.text for row in learnt], answers, progress)
    return teacher


def _kinds(task: DistillationTask, file: Path) -> dict[str, tuple[float, ...]]:
    if not task.kinds:
        return {}
    query = task.kinds.format(path=str(file).replace("'", "''"))
    return {first_text_form(text): tuple(map(float, said)) for text, *said in select_rows(query)}


def _auc(rows: Sequence[Example], scores: "NDArray[np.float32]") -> float:
    import numpy as np

    return roc_auc(np.array([(row.targets[0] or 0.0) >= 0.5 for row in rows]), scores)
