"""The manifest of a freshly trained model."""

from collections.abc import Mapping
from pathlib import Path

from core.inference.base import Activation
from core.inference.manifest import (
    CARD_FILE,
    MANIFEST_FILE,
    MODEL_FILE,
    TOKENIZER_FILE,
    Band,
    Manifest,
)
from core.inference.text_form import TEXT_FORM
from core.moderation.scores import Label
from core.training.datasets import MODEL_LABELS, NOT_ASSESSED, sha256_of
from core.training.report import TrainingReport
from core.training.settings import BASE_MODEL, MODEL_NAME


def write_manifest(folder: Path, report: TrainingReport, bands: Mapping[Label, Band]) -> None:
    """Hashes the files beside it, the card among them: write it last."""
    names = (MODEL_FILE, TOKENIZER_FILE, CARD_FILE)
    shown = [m for m in report.metrics if m.roc_auc is not None]
    manifest = Manifest(
        name=MODEL_NAME,
        version=report.model_version,
        files={name: sha256_of(folder / name) for name in names},
        labels=MODEL_LABELS,
        not_assessed=NOT_ASSESSED,
        activation=Activation.SIGMOID,
        max_tokens=report.settings.score_tokens,
        pad_id=0,
        text_form=TEXT_FORM,
        precision="int8",
        thresholds=bands,
        about={
            "base_model": BASE_MODEL,
            "base_sha256": report.base_sha256,
            "seed": report.settings.seed,
            "epochs": report.settings.epochs,
            "train_rows": report.train_rows,
            "low_rate_held": round(report.low_rate_held, 4),
            "int8_largest_difference": round(report.parity.largest, 4),
            "roc_auc": {f"{m.data_set}/{m.label}": round(m.roc_auc or 0.0, 4) for m in shown},
        },
    )
    (folder / MANIFEST_FILE).write_text(manifest.as_json(), encoding="utf-8")
