"""Counts of every named set, for the card: rows, sides, and what is known of each label."""

from collections.abc import Callable, Mapping, Sequence

from core.training.catalogue import DataSet, Use
from core.training.datasets import MODEL_LABELS, Example
from core.training.own_examples import OWN_SOURCE, own_file_sha256
from core.training.report import SetCounts
from core.training.scoring import Scored
from core.training.split import Split

OWN_SET = DataSet(
    name=OWN_SOURCE,
    sha256=own_file_sha256(),
    licence="CC0 1.0",
    origin="written for this project: core/training/own_examples.json",
    use=Use.TRAIN,
    why="plain identity sentences, technical words, profanity that is no abuse, plain "
    "disagreement; disguised insults and threats",
)


def count_sets(
    catalogue: Sequence[DataSet], split: Split, others: Mapping[str, Scored]
) -> tuple[SetCounts, ...]:
    """Every set of the catalogue and the project's own, the left-out ones with zero rows."""
    return tuple(_count(each, split, others) for each in [*catalogue, OWN_SET])


def _count(data_set: DataSet, split: Split, others: Mapping[str, Scored]) -> SetCounts:
    sides = [
        [example for example in side if example.source == data_set.name]
        for side in (split.train, split.val, split.test)
    ]
    if data_set.name in others:
        rows: Sequence[Example] = others[data_set.name].examples
    else:
        rows = [example for side in sides for example in side]
    return SetCounts(
        name=data_set.name,
        use=str(data_set.use),
        licence=data_set.licence,
        origin=data_set.origin,
        sha256=data_set.sha256,
        why=data_set.why,
        rows=len(rows),
        train=len(sides[0]),
        val=len(sides[1]),
        test=len(sides[2]),
        known=_per_label(rows, lambda target: target is not None),
        positives=_per_label(rows, lambda target: target is not None and target >= 0.5),
    )


def _per_label(rows: Sequence[Example], counts: Callable[[float | None], bool]) -> dict[str, int]:
    return {
        str(label): sum(counts(row.targets[column]) for row in rows)
        for column, label in enumerate(MODEL_LABELS)
    }
