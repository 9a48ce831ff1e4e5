"""The second half of a training run: calibrates, exports, measures and documents trained weights.

Imports torch and onnx; import it only to train.
"""

from collections.abc import Callable

import torch

from core.inference.manifest import GRAPH_FILE, MODEL_FILE, TOKENIZER_FILE, WEIGHTS_FILE
from core.moderation.scores import Label
from core.training.card.files import write_card
from core.training.data.batches import encode, load_tokenizer
from core.training.data.datasets import MODEL_LABELS
from core.training.data.split import take_rows
from core.training.evaluation.calibration import fit_temperature, fold_temperature
from core.training.evaluation.evaluate import by_people
from core.training.evaluation.findings import (
    Fitted,
    Networks,
    choose_thresholds,
    gather_findings,
    report_findings,
)
from core.training.evaluation.report import TrainingReport
from core.training.evaluation.scoring import ExportedNetwork, ScoredRows, has_bf16, targets_of
from core.training.export.files import export_model
from core.training.export.shipping import write_manifest
from core.training.fitting.logits import network_logits
from core.training.fitting.network import Classifier, build_classifier
from core.training.settings import Pooling

_RANGE_ROWS = 300
"""Training rows that show the quantiser the usual range of values."""


def finish(fitted: Fitted, progress: Callable[[str], None]) -> TrainingReport:
    """Fits temperatures, exports, measures the int8 model as served, chooses thresholds, and writes
    model, report, card and manifest."""
    out = fitted.out_dir
    progress("fitting temperatures on the validation side")
    network = _load(fitted)
    temperatures = _temperatures(network, fitted)
    fold_temperature(network, [temperatures[label] for label in MODEL_LABELS])
    progress("exporting and quantising")
    export_model(network, fitted.base, out, calibration=_range_ids(fitted))
    served = _exported(fitted, MODEL_FILE, bf16=True)
    progress("scoring what is measured")
    findings = gather_findings(fitted, served)
    rule, choices = choose_thresholds(fitted, findings)
    progress("comparing int8 and bf16 with the reference")
    report = report_findings(
        fitted,
        findings,
        temperatures=temperatures,
        rule=rule,
        choices=choices,
        networks=Networks(
            reference=_exported(fitted, GRAPH_FILE, bf16=False),
            bf16=_exported(fitted, GRAPH_FILE, bf16=True) if has_bf16() else None,
            served=served,
            standard=_standard(fitted),
        ),
    )
    report.write(out)
    write_card(out)
    write_manifest(out, report, {label: choice.band for label, choice in choices.items()})
    return report


def _load(fitted: Fitted) -> Classifier:
    settings = fitted.settings
    network = build_classifier(
        fitted.base, MODEL_LABELS, seed=settings.seed, pooling=settings.pooling
    )
    network.load_state_dict(torch.load(fitted.weights, weights_only=True)["model"])
    return network


def _temperatures(network: Classifier, fitted: Fitted) -> dict[Label, float]:
    """Temperatures from the validation rows labelled by people, at the length used in serving."""
    rows, settings = fitted.split.val, fitted.settings
    tokenizer = load_tokenizer(fitted.base / TOKENIZER_FILE, settings.score_tokens)
    ids = encode(tokenizer, [example.text for example in rows])
    logits = network_logits(network, ids, threads=settings.threads)
    people = by_people(ScoredRows(rows, targets_of(rows), logits))
    return {label: fit_temperature(*people.known(label)) for label in MODEL_LABELS}


def _range_ids(fitted: Fitted) -> list[list[int]]:
    tokenizer = load_tokenizer(fitted.base / TOKENIZER_FILE, fitted.settings.score_tokens)
    rows = take_rows(fitted.split.train, _RANGE_ROWS)
    return encode(tokenizer, [example.text for example in rows])


def _standard(fitted: Fitted) -> ExportedNetwork | None:
    if fitted.settings.pooling is Pooling.FIRST:
        return None  # the reference is this same network, layer by layer
    return _exported(fitted, WEIGHTS_FILE, bf16=False, runtime="transformers")


def _exported(
    fitted: Fitted, name: str, *, bf16: bool, runtime: str = "openvino"
) -> ExportedNetwork:
    return ExportedNetwork(
        fitted.out_dir / name,
        fitted.out_dir / TOKENIZER_FILE,
        max_tokens=fitted.settings.score_tokens,
        threads=fitted.settings.threads,
        bf16=bf16,
        runtime=runtime,
    )
