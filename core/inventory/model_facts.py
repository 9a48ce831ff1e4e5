"""What is known of a model from the files of its folder: the manifest, and the report of its
training."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelNotUsable
from core.inference.manifest import Manifest, read_manifest

REPORT_FILE = "report.json"
TRAINED_ON = "train"


@dataclass(frozen=True, slots=True)
class CardDataSet:
    """One set of comments behind the model. `trained` rows taught it, of `rows`; one of use
    `measured` taught nothing. `why` says what it is for, or why it was left out."""

    name: str
    use: str
    licence: str
    origin: str
    sha256: str | None
    why: str
    rows: int | None
    trained: int | None


@dataclass(frozen=True, slots=True)
class ModelMetric:
    """The ROC AUC of one label on the held-out side of one set, with its interval of 95 %."""

    data_set: str
    label: str
    rows: int
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ModelVariant:
    """A precision of the model against its fp32 reference on `rows` held-out comments: the largest
    difference of a score, how many flips there are at the hold thresholds, and the ROC AUC of
    toxicity that was lost. `size_bytes` is its file's; None if it has none of its own."""

    name: str
    rows: int
    largest: float
    flips: int
    auc_lost: float | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model folder. Without a report its data, metrics and variants are empty."""

    manifest: Manifest
    sizes: Mapping[str, int]
    data: tuple[CardDataSet, ...] = ()
    metrics: tuple[ModelMetric, ...] = ()
    variants: tuple[ModelVariant, ...] = ()
    recipe: tuple[str, ...] = ()

    def metric(self, data_set: str, label: str) -> ModelMetric | None:
        """None if it was not measured."""
        found = (one for one in self.metrics if (one.data_set, one.label) == (data_set, label))
        return next(found, None)


def read_model_facts(folder: Path) -> ModelFacts:
    """Reads the two files and the sizes of the others, no weights. Raises ModelNotUsable if the
    folder has no manifest, or a report that can't be read."""
    manifest = read_manifest(folder)
    sizes = {name: _size(folder / name) for name in manifest.files}
    known = {name: size for name, size in sizes.items() if size is not None}
    path = folder / REPORT_FILE
    if not path.exists():
        return ModelFacts(manifest, known)
    try:
        report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return ModelFacts(
            manifest,
            known,
            tuple(map(_data_set, report.get("sets", ()))),
            tuple(_metrics(report.get("metrics", ()))),
            tuple(_variant(name, one, known) for name, one in report.get("parity", {}).items()),
            tuple(report.get("recipe", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelNotUsable(f"{path} can't be read: {error!r}") from None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _data_set(found: Mapping[str, Any]) -> CardDataSet:
    return CardDataSet(
        name=found["name"],
        use=found["use"],
        licence=found["licence"],
        origin=found["origin"],
        sha256=found.get("sha256"),
        why=found["why"],
        rows=found.get("rows"),
        trained=found.get("train"),
    )


def _metrics(found: Sequence[Mapping[str, Any]]) -> list[ModelMetric]:
    return [
        ModelMetric(
            one["data_set"],
            one["label"],
            one["rows"],
            one["roc_auc"],
            *(one["roc_auc_interval"] or (None, None)),
        )
        for one in found
        if one["roc_auc"] is not None
    ]


def _variant(name: str, found: Mapping[str, Any], sizes: Mapping[str, int]) -> ModelVariant:
    return ModelVariant(
        name=name,
        rows=found["rows"],
        largest=found["largest"],
        flips=found["flips_hold"],
        auc_lost=found.get("auc_lost", {}).get("toxicity"),
        size_bytes=sizes.get(f"model.{name}.onnx"),
    )
