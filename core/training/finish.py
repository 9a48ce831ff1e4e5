"""The second half of a training run: calibrates, exports, measures and documents trained weights.

Imports torch and onnx; import it only to train.
"""

from collections.abc import Callable

import torch

from core.inference.local.tokenizing import CommentTokenizer
from core.inference.manifest import TOKENIZER_FILE
from core.inference.pooling import Pooling
from core.inference.windows import READ_CHARS
from core.moderation.scores import Label
from core.training.card.files import write_card
from core.training.data.datasets import MODEL_LABELS
from core.training.data.split import take_rows
from core.training.evaluation.calibration import (
    fit_temperature,
    fold_temperature,
    highest_logits,
)
from core.training.evaluation.evaluate import by_people
from core.training.evaluation.findings import (
    Fitted,
    Networks,
    choose_thresholds,
    gather_findings,
    report_findings,
)
from core.training.evaluation.readable_texts import ReadableTexts
from core.training.evaluation.report import TrainingReport
from core.training.evaluation.scoring import ExportedNetwork, ScoredRows, has_bf16, targets_of
from core.training.export.files import export_model
from core.training.export.shipping import describe, write_manifest
from core.training.fitting.logits import network_logits
from core.training.fitting.network import Classifier, build_classifier

_RANGE_ROWS = 300
"""Training rows that show the quantiser the usual range of values."""


def finish(fitted: Fitted, progress: Callable[[str], None]) -> TrainingReport:
    """Fits temperatures, exports, measures the int8 model as served, chooses thresholds, and writes
    model, report, card and manifest."""
    out = fitted.out_dir
    progress("fitting temperatures on the validation side")
    network = _load(fitted)
    readable = ReadableTexts(fitted.data_dir, (*fitted.catalogue, *fitted.traffic))
    temperatures = _temperatures(network, fitted, readable)
    fold_temperature(network, [temperatures[label] for label in MODEL_LABELS])
    progress("exporting and quantising")
    export_model(network, fitted.base, out, calibration=_range_ids(fitted, readable))
    served = _exported(fitted, "int8")
    progress("scoring what is measured")
    findings = gather_findings(fitted, served, readable)
    rule, choices = choose_thresholds(fitted, findings)
    progress("comparing int8 and bf16 with the reference")
    report = report_findings(
        fitted,
        findings,
        temperatures=temperatures,
        rule=rule,
        choices=choices,
        networks=Networks(
            reference=_exported(fitted, "fp32"),
            bf16=_exported(fitted, "bf16") if has_bf16() else None,
            served=served,
            standard=_standard(fitted),
        ),
        readable=readable,
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


def _temperatures(
    network: Classifier, fitted: Fitted, readable: ReadableTexts
) -> dict[Label, float]:
    """Temperatures from the validation rows labelled by people, read as in serving.

    The score of a text is that of its highest window, and no temperature changes which one that is:
    so its logit is what is fitted. The other windows are left out, because what people said of a
    text is not true of each part of it.
    """
    rows = fitted.split.val
    tokenized = _tokenizer(fitted).encode(readable.of(rows))
    logits = network_logits(network, tokenized.ids, threads=fitted.settings.threads)
    highest = highest_logits(logits, tokenized.rows(len(rows)))
    people = by_people(ScoredRows(rows, targets_of(rows), highest))
    return {label: fit_temperature(*people.known(label)) for label in MODEL_LABELS}


def _range_ids(fitted: Fitted, readable: ReadableTexts) -> list[list[int]]:
    rows = take_rows(fitted.split.train, _RANGE_ROWS)
    return _tokenizer(fitted).encode(readable.of(rows)).ids


def _tokenizer(fitted: Fitted) -> CommentTokenizer:
    return CommentTokenizer(
        fitted.base / TOKENIZER_FILE,
        max_tokens=fitted.settings.window_tokens,
        read_chars=READ_CHARS,
    )


def _standard(fitted: Fitted) -> ExportedNetwork | None:
    if fitted.settings.pooling is Pooling.FIRST:
        return None  # the reference is this same network, layer by layer
    return _exported(fitted, "fp32", backend="transformers")


def _exported(fitted: Fitted, precision: str, backend: str = "openvino") -> ExportedNetwork:
    manifest = describe(fitted.out_dir, fitted.settings)
    return ExportedNetwork(fitted.out_dir, manifest, backend, precision)
