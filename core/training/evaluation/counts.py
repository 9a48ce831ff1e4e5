"""Row counts of every named set for the card: by split, and the known labels."""

from collections.abc import Callable, Mapping, Sequence

from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.data.own_examples import HARD_SOURCE, OWN_SOURCE, own_file_sha256
from core.training.data.split import Split
from core.training.evaluation.report import SetCounts
from core.training.evaluation.scoring import ScoredRows

_OWN_WHY = {
    OWN_SOURCE: "plain identity sentences, technical words, profanity that is no abuse, plain "
    "disagreement; disguised insults and threats",
    HARD_SOURCE: "threats, ill wishes and contempt without swearing, and harmless sentences like "
    "them; learnt from their labels alone",
}
OWN_SETS = tuple(
    DataSet(
        name=source,
        sha256=own_file_sha256(source),
        licence="CC0 1.0",
        origin=f"written for this project: core/training/data/{source}.json",
        use=DataSetUse.TRAIN,
        why=why,
    )
    for source, why in _OWN_WHY.items()
)


def count_sets(
    catalogue: Sequence[DataSet], split: Split, others: Mapping[str, ScoredRows]
) -> tuple[SetCounts, ...]:
    """Every set of the catalogue and the project's own; sets left out have zero rows."""
    return tuple(_count(each, split, others) for each in [*catalogue, *OWN_SETS])


def _count(data_set: DataSet, split: Split, others: Mapping[str, ScoredRows]) -> SetCounts:
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
