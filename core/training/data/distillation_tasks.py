"""The distillation tasks: the set each teacher is trained on, and the comments it scores."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.moderation.scores import Label
from core.training.data.catalogue import MACHINE_SETS
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.own_examples import OWN_SOURCES


@dataclass(frozen=True, slots=True)
class DistillationTask:
    """A teacher is trained for `epochs` on the training side of the set `learnt`. It then scores
    the training sides of `learnt` and of `scored`, whose comments no person labelled.

    `labels` are those it scores, toxicity first. `kinds` is a query for further expert labels of
    each text, the model's labels first: predicting the kinds as well improves each of them.
    `teacher_weight` (0..1) is the weight of the teacher's logit in the student's target; the rest
    is the weight of the student's own logit. `beside` names sets that are added unchanged.
    """

    learnt: str
    scored: str
    labels: tuple[Label, ...]
    epochs: int
    teacher_weight: float
    kinds: str = ""
    beside: tuple[str, ...] = ()

    @property
    def sets(self) -> tuple[str, str]:
        """The sets whose comments the teacher scores."""
        return self.learnt, self.scored

    def replaces_labels_of(self, row: Example) -> bool:
        """Whether the teacher's scores are the targets of this row."""
        if row.source == self.scored:
            return row.source in MACHINE_SETS or not has_any_label(row)
        return row.source == self.learnt

    def weights_for(self, row: Example) -> tuple[float, ...]:
        """The weight of each target, in the order of MODEL_LABELS: 1 for labels the teacher does
        not score. It depends on the set alone, so it is the same before and after the row has the
        teacher's scores."""
        scored = self.labels if row.source in self.sets else ()
        return tuple(self.teacher_weight if label in scored else 1.0 for label in MODEL_LABELS)


REDDIT = DistillationTask(
    learnt="cad_reddit",
    scored="edos_sexism",
    labels=(Label.TOXICITY, Label.IDENTITY_ATTACK),
    epochs=3,
    teacher_weight=1.0,
    kinds="""SELECT replace(text, '[linebreak]', ' '), identity_abuse, affiliation_abuse,
 person_abuse, counter_speech FROM '{path}'""",
    beside=OWN_SOURCES,
)
WIKIPEDIA = DistillationTask(
    learnt="jigsaw_wiki",
    scored="jigsaw_detoxify_scored",
    labels=(Label.TOXICITY,),
    epochs=2,
    teacher_weight=0.5,
)
DISTILLATION_TASKS: tuple[DistillationTask, ...] = (REDDIT, WIKIPEDIA)


def task_of(learnt: str) -> DistillationTask:
    """Raises StopIteration for a set that no teacher learns."""
    return next(each for each in DISTILLATION_TASKS if each.learnt == learnt)


def has_any_label(row: Example) -> bool:
    """Whether any label is known."""
    return any(target is not None for target in row.targets)


def rows_of(task: DistillationTask, examples: Sequence[Example]) -> list[Example]:
    """The rows that the network is refined with for the task, with the labels people gave."""
    return [row for row in examples if row.source in (*task.sets, *task.beside)]
