"""How well the shipped model ranks the validation side, all sets together:
`python -m tests.benchmarks.pooled_labels DATA`.

Once with the labels of people alone, as the card has it, and once with every target, the scores of
Detoxify and the project's own examples among them: the trial that the aims of version 6 were taken
from does not say which rows it pooled.
"""

import sys
from pathlib import Path

from core.inference.manifest import SHIPPED_MODEL, read_manifest
from core.training.data.catalogue import CATALOGUE, DataSetUse
from core.training.data.datasets import MODEL_LABELS, read_set, sets_for
from core.training.data.own_examples import own_examples
from core.training.data.split import split_examples
from core.training.data.traffic import HACKER_NEWS
from core.training.evaluation.evaluate import by_people
from core.training.evaluation.measures import roc_auc
from core.training.evaluation.readable_texts import ReadableTexts
from core.training.evaluation.scoring import ExportedNetwork, ScoredRows
from tests.benchmarks.measured import print_table


def main(data: Path) -> None:
    sets = sets_for(DataSetUse.TRAIN, CATALOGUE)
    rows = [row for each in sets for row in read_set(data, each, CATALOGUE)] + own_examples()
    side = split_examples(rows).val
    manifest = read_manifest(SHIPPED_MODEL)
    network = ExportedNetwork(SHIPPED_MODEL, manifest, "openvino", manifest.precision)
    scored = network.score(side, ReadableTexts(data, (*CATALOGUE, HACKER_NEWS)).of(side))
    print_table(
        {
            "benchmark": "pooled labels",
            "command": "python -m tests.benchmarks.pooled_labels DATA",
            "model_version": manifest.version,
            "rows": [
                *ranked("labels of people", by_people(scored)),
                *ranked("every target", scored),
            ],
        }
    )


def ranked(pool: str, scored: ScoredRows) -> list[dict[str, object]]:
    """A line for each label."""
    found: list[dict[str, object]] = []
    for label in MODEL_LABELS:
        targets, scores = scored.known(label)
        auc = round(roc_auc(targets, scores), 4)
        figures = {"comments": len(targets), "positives": int(targets.sum()), "roc_auc": auc}
        found.append({"pool": pool, "label": str(label), **figures})
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
