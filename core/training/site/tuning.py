"""Trains the shipped network on a site's rows. Imports torch; import it only to train."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import AutoModel

from core.inference.local.torch_network import classifier_in, device_name, open_classifier
from core.inference.manifest import TOKENIZER_FILE
from core.inference.pooling import Pooling
from core.training.data.batches import encode, load_tokenizer
from core.training.data.datasets import Example
from core.training.export.files import export_model
from core.training.fitting.checkpoints import Checkpoints
from core.training.fitting.loop import fit
from core.training.fitting.network import Classifier, MeanClassifier
from core.training.fitting.recipe import recipe_of
from core.training.fitting.rows import FitRows
from core.training.settings import TrainSettings
from core.training.site.folder import CHECKPOINT_FILE

_RANGE_ROWS = 300
"""Rows that show the quantiser the usual range of values."""


def read_network(folder: Path, pooling: Pooling) -> Classifier:
    """The network of a written model folder, as its fp32 graph computes it."""
    model = open_classifier(classifier_in(folder))
    if pooling is Pooling.FIRST:
        return Classifier(model)
    return Classifier(_without_added_layer(model))


def tune(
    rows: Sequence[Example],
    base: Path,
    out: Path,
    settings: TrainSettings,
    *,
    learnt_share: float,
    progress: Callable[[str], None],
) -> None:
    """Fits the network in `base` to the rows and exports the mean of the weights before and after
    into `out`. Cut and called again, it goes on from its last epoch."""
    network = read_network(base, settings.pooling)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    ids = encode(
        load_tokenizer(base / TOKENIZER_FILE, settings.max_tokens), [row.text for row in rows]
    )
    fit_rows, device = FitRows(rows, ids), device_name()
    recipe = recipe_of(network, fit_rows, settings, device)
    checkpoint = out / CHECKPOINT_FILE
    fit(
        network,
        fit_rows,
        settings,
        device=device,
        checkpoints=Checkpoints(checkpoint, recipe),
        progress=progress,
    )
    network.load_state_dict(_mean(before, network.state_dict(), learnt_share))
    progress("exporting and quantising")
    export_model(network, base, out, calibration=ids[:_RANGE_ROWS])
    checkpoint.unlink()


def _mean(before: dict[str, Tensor], after: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    return {
        name: torch.lerp(before[name], value, share) if value.is_floating_point() else value
        for name, value in after.items()
    }


def _without_added_layer(model: Any) -> MeanClassifier:
    """Undoes `standard_classifier`: the head is the first values of the layer it added."""
    config = model.config
    added = model.bert.encoder.layer[-1].attention.self.value
    config.num_hidden_layers -= 1
    encoder = AutoModel.from_config(config, add_pooling_layer=False)
    kept = encoder.state_dict().keys()
    encoder.load_state_dict(
        {name: value for name, value in model.bert.state_dict().items() if name in kept}
    )
    network = MeanClassifier(encoder)
    with torch.no_grad():
        network.classifier.weight.copy_(added.weight[: config.num_labels])
        network.classifier.bias.copy_(added.bias[: config.num_labels])
    return network
