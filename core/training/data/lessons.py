"""The lessons: what each teacher learns, and of which comments it then says how they score."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.moderation.scores import Label
from core.training.data.catalogue import MACHINE_SETS
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.own_examples import OWN_SOURCES


@dataclass(frozen=True, slots=True)
class Lesson:
    """One teacher learns the training side of the set `learnt` in so many `epochs`, and scores that
    side of it and of `scored`, whose comments no person labelled.

    `labels` are those it scores, toxicity first; `kinds`, a query, gives for each text what else
    experts said of it, the other labels first: a network that has to tell kinds apart learns more
    of each. `trust` is the teacher's part in what the network then learns; the rest is what the
    network says itself (the mean of both logits). `beside` are sets refined with as they are.
    """

    learnt: str
    scored: str
    labels: tuple[Label, ...]
    epochs: int
    trust: float
    kinds: str = ""
    beside: tuple[str, ...] = ()

    @property
    def sets(self) -> tuple[str, str]:
        """Whose comments the teacher scores."""
        return self.learnt, self.scored

    def speaks_for(self, row: Example) -> bool:
        """Whether the teacher says what is learnt of the row."""
        if row.source == self.scored:
            return row.source in MACHINE_SETS or not says_anything(row)
        return row.source == self.learnt

    def trust_in(self, row: Example) -> tuple[float, ...]:
        """In the order of MODEL_LABELS; what the teacher does not score stands as it is. By the set
        alone, so that it is the same before the row has the teacher's scores and after."""
        scored = self.labels if row.source in self.sets else ()
        return tuple(self.trust if label in scored else 1.0 for label in MODEL_LABELS)


REDDIT = Lesson(
    learnt="cad_reddit",
    scored="edos_sexism",
    labels=(Label.TOXICITY, Label.IDENTITY_ATTACK),
    epochs=3,
    trust=1.0,
    kinds="""SELECT replace(text, '[linebreak]', ' '), identity_abuse, affiliation_abuse,
 person_abuse, counter_speech FROM '{path}'""",
    beside=OWN_SOURCES,
)
WIKIPEDIA = Lesson(
    learnt="jigsaw_wiki",
    scored="jigsaw_detoxify_scored",
    labels=(Label.TOXICITY,),
    epochs=2,
    trust=0.5,
)
LESSONS: tuple[Lesson, ...] = (REDDIT, WIKIPEDIA)


def lesson_of(learnt: str) -> Lesson:
    """Raises StopIteration for a set that no teacher learns."""
    return next(each for each in LESSONS if each.learnt == learnt)


def says_anything(row: Example) -> bool:
    """Whether any label is known."""
    return any(target is not None for target in row.targets)


def rows_of(lesson: Lesson, examples: Sequence[Example]) -> list[Example]:
    """Those that the network is refined with for the lesson, as people labelled them."""
    return [row for row in examples if row.source in (*lesson.sets, *lesson.beside)]
