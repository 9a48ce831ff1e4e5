"""The manifest of a freshly trained model."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from core.inference.base import Activation
from core.inference.manifest import (
    CARD_FILE,
    CONFIG_FILE,
    FIRST_STAGE_FILE,
    GRAPH_FILE,
    INT8_FILE,
    MANIFEST_FILE,
    PACKED_FILE,
    PLOT_FILE,
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    Band,
    Manifest,
    read_manifest,
)
from core.inference.text.form import TEXT_FORM
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, NOT_ASSESSED, sha256_of
from core.training.evaluation.report import TrainingReport
from core.training.settings import MODEL_NAME, MODEL_VERSION, TrainSettings

_FILES = (
    INT8_FILE,
    GRAPH_FILE,
    PACKED_FILE,
    CONFIG_FILE,
    TOKENIZER_FILE,
    TOKENIZER_CONFIG_FILE,
    FIRST_STAGE_FILE,
    CARD_FILE,
    PLOT_FILE,
)


def describe(folder: Path, settings: TrainSettings) -> Manifest:
    """The manifest of the existing files, without what only a report knows."""
    return Manifest(
        name=MODEL_NAME,
        version=MODEL_VERSION,
        files={name: sha256_of(folder / name) for name in _FILES if (folder / name).is_file()},
        labels=MODEL_LABELS,
        not_assessed=NOT_ASSESSED,
        activation=Activation.SIGMOID,
        max_tokens=settings.score_tokens,
        window_tokens=settings.window_tokens,
        pad_id=0,
        text_form=TEXT_FORM,
        precision="int8",
        thresholds={},
        about={},
    )


def write_manifest(folder: Path, report: TrainingReport, bands: Mapping[Label, Band]) -> None:
    """Hashes the existing model files, including the card, so it must be called last."""
    made = describe(folder, report.settings)
    manifest = replace(made, thresholds=bands, about=report.about)
    (folder / MANIFEST_FILE).write_text(manifest.as_json(), encoding="utf-8")


def record_files(folder: Path, names: Iterable[str]) -> None:
    """Updates the digests of these files in the existing manifest.

    Raises ModelNotUsable if there is no manifest.
    """
    manifest = read_manifest(folder)
    digests = {name: sha256_of(folder / name) for name in names}
    changed = replace(manifest, files={**manifest.files, **digests})
    (folder / MANIFEST_FILE).write_text(changed.as_json(), encoding="utf-8")
