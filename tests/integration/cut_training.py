"""A training run in a process of its own, which a test kills.

It waits for a line on its standard input whenever it has said how far it is.
"""

import sys
from pathlib import Path

from core.inference.pooling import Pooling
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.fitting.checkpoints import Checkpoints
from core.training.fitting.loop import fit
from core.training.fitting.network import build_classifier
from core.training.fitting.recipe import recipe_of
from core.training.fitting.rows import FitRows
from core.training.settings import TrainSettings

SETTINGS = TrainSettings(epochs=3, batch_rows=2, learning_rate=1e-3)
ROW_COUNT = 300
"""150 steps an epoch: at the hundredth it says how far it is, amid the epoch."""


def write_weights(base: Path, out: Path) -> None:
    """Trains from the checkpoint in `out`, if there is one, and writes the weights there."""
    ids = [[1, 4 + row % 12, 4 + row % 7, 2][: 3 + row % 2] for row in range(ROW_COUNT)]
    rows = FitRows([_example(row) for row in range(ROW_COUNT)], ids)
    network = build_classifier(base, MODEL_LABELS, seed=SETTINGS.seed, pooling=Pooling.MEAN)
    recipe = recipe_of(network, rows, SETTINGS, "cpu")

    def say(line: str) -> None:
        print(line, flush=True)
        sys.stdin.readline()

    checkpoints = Checkpoints(out / "checkpoint.pt", recipe)
    fit(network, rows, SETTINGS, device="cpu", checkpoints=checkpoints, progress=say)
    with (out / "weights").open("wb") as file:
        for name, value in sorted(network.state_dict().items()):
            file.write(name.encode() + value.contiguous().numpy().tobytes())


def _example(row: int) -> Example:
    return Example(f"row {row}", (float(row % 2), None, None, None, 0.0), (str(row),), "test")


if __name__ == "__main__":
    write_weights(Path(sys.argv[1]), Path(sys.argv[2]))
