"""All that decides the weights of a run, by name: a checkpoint belongs to exactly one. Imports
torch."""

import hashlib
from dataclasses import asdict

import torch

from core.inference.text.form import TEXT_FORM
from core.training.fitting.network import Classifier
from core.training.fitting.rows import FitRows
from core.training.settings import MODEL_VERSION, TrainSettings

DIGESTS = ("data", "first_weights")
"""The entries that say nothing to a reader."""
_AFTER_FITTING = ("score_tokens", "threads")
"""Settings that only the measuring reads."""


def recipe_of(
    network: Classifier, rows: FitRows, settings: TrainSettings, device: str
) -> dict[str, str]:
    """`network` is not trained yet."""
    chosen = {
        name: str(value) for name, value in asdict(settings).items() if name not in _AFTER_FITTING
    }
    return {
        **chosen,
        "model_version": MODEL_VERSION,
        "text_form": TEXT_FORM,
        "data": rows.sha256,
        "first_weights": _digest(network),
        "device": device,
        "torch": str(torch.__version__),
    }


def _digest(network: Classifier) -> str:
    digest = hashlib.sha256()
    for name, value in network.state_dict().items():
        digest.update(name.encode())
        digest.update(value.cpu().numpy().tobytes())
    return digest.hexdigest()
