"""The second half of a run: trained weights to a measured, documented model folder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from core.inference.manifest import CARD_FILE, MODEL_FILE, TOKENIZER_FILE, Band
from core.moderation.scores import Label
from core.training.catalogue import DataSet, Use
from core.training.counts import count_sets
from core.training.datasets import MODEL_LABELS, read_set, sets_for, sha256_of
from core.training.evaluate import compare, identity_rates, measure_sets, probe
from core.training.measures import recall_at
from core.training.model_card import model_card
from core.training.probes import ABUSIVE, BENIGN
from core.training.report import TrainingReport
from core.training.scoring import ExportedNetwork, Scored
from core.training.settings import MODEL_VERSION, TrainSettings
from core.training.shipping import write_manifest
from core.training.split import Split
from core.training.thresholds import choose_band, first_half, report_band, share_over_any

LOW_RATE_SET = "wiki_context_gn"
IDENTITY_SET = "identity_templates_dev"
EXACT_FILE = "model.fp32.onnx"
_PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "tokenizers", "numpy", "duckdb")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Trained weights in `out_dir / weights`, and what they were trained with."""

    data_dir: Path
    out_dir: Path
    base: Path
    weights: Path
    split: Split
    settings: TrainSettings
    catalogue: Sequence[DataSet]
    train_seconds: float
    tokens_per_row: float


@dataclass(frozen=True, slots=True)
class _Evidence:
    """int8 scores of everything that is measured; the sides of `low_rate` never mix."""

    val: Scored
    test: Scored
    others: Mapping[str, Scored]
    chosen_on: Scored
    reported_on: Scored


def finish(fitted: Fitted, progress: Callable[[str], None]) -> TrainingReport:
    """Exports, quantises, measures, and writes model, tokenizer, card, manifest and report."""
    progress("exporting and quantising")
    exact, small = _export(fitted)
    progress("scoring the held-out rows")
    evidence = _gather(fitted, small)
    bands = {label: choose_band(label, evidence.chosen_on, evidence.val) for label in MODEL_LABELS}
    progress("comparing int8 with fp32")
    report = _report(fitted, evidence, bands, exact, small)
    out = fitted.out_dir
    (out / CARD_FILE).write_text(model_card(report), encoding="utf-8")
    write_manifest(out, report, bands)
    report.write(out)
    return report


def _export(fitted: Fitted) -> tuple[ExportedNetwork, ExportedNetwork]:
    import torch

    from core.training.export import copy_tokenizer, export_onnx, quantise
    from core.training.network import build_classifier

    out, settings = fitted.out_dir, fitted.settings
    network = build_classifier(fitted.base, MODEL_LABELS, seed=settings.seed)
    network.load_state_dict(torch.load(fitted.weights, weights_only=True)["model"])
    export_onnx(network, out / EXACT_FILE)
    quantise(out / EXACT_FILE, out / MODEL_FILE)
    copy_tokenizer(fitted.base, out / TOKENIZER_FILE)
    exact, small = (
        ExportedNetwork(
            out / name,
            out / TOKENIZER_FILE,
            max_tokens=settings.score_tokens,
            threads=settings.threads,
        )
        for name in (EXACT_FILE, MODEL_FILE)
    )
    return exact, small


def _gather(fitted: Fitted, small: ExportedNetwork) -> _Evidence:
    others = {
        each.name: small.score(read_set(fitted.data_dir, each, fitted.catalogue))
        for each in sets_for(Use.EVALUATE, fitted.catalogue)
    }
    low_rate = others[LOW_RATE_SET]
    half = first_half(low_rate)
    return _Evidence(
        val=small.score(fitted.split.val),
        test=small.score(fitted.split.test),
        others=others,
        chosen_on=low_rate.where(half),
        reported_on=low_rate.where(~half),
    )


def _report(
    fitted: Fitted,
    evidence: _Evidence,
    bands: Mapping[Label, Band],
    exact: ExportedNetwork,
    small: ExportedNetwork,
) -> TrainingReport:
    held_out = [*fitted.split.val, *fitted.split.test]
    holds = {label: band.hold for label, band in bands.items()}
    removes = {label: band.remove for label, band in bands.items()}
    toxic, toxicity = evidence.reported_on.known(Label.TOXICITY)
    clean = evidence.reported_on.where(~toxic)
    metrics = measure_sets(evidence.test)
    for scored in evidence.others.values():
        metrics += measure_sets(scored)
    identity = evidence.others.get(IDENTITY_SET)
    sizes = {n: (fitted.out_dir / n).stat().st_size for n in (MODEL_FILE, TOKENIZER_FILE)}
    return TrainingReport(
        model_version=MODEL_VERSION,
        settings=fitted.settings,
        base_sha256=_base_digest(fitted.base),
        sets=count_sets(fitted.catalogue, fitted.split, evidence.others),
        train_rows=len(fitted.split.train),
        train_seconds=fitted.train_seconds,
        tokens_per_row=fitted.tokens_per_row,
        metrics=tuple(metrics),
        bands=tuple(
            report_band(label, bands[label], evidence.reported_on, evidence.test)
            for label in MODEL_LABELS
        ),
        low_rate_rows=len(evidence.reported_on.examples),
        low_rate_held=share_over_any(clean, holds),
        low_rate_removed=share_over_any(clean, removes),
        low_rate_recall=recall_at(toxic, toxicity, holds[Label.TOXICITY]),
        parity=compare(exact, small, held_out, bands),
        probes=probe(small, [*BENIGN, *ABUSIVE]),
        identity=identity_rates(identity, holds[Label.TOXICITY]) if identity else (),
        versions={name: version(name) for name in _PACKAGES},
        sizes=sizes,
    )


def _base_digest(base: Path) -> str:
    """sha256 of the base weights; empty when the folder keeps them under another name."""
    weights = base / "model.safetensors"
    return sha256_of(weights) if weights.is_file() else ""
