"""Scores every evaluation set with the exported model and builds the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from core.inference.manifest import GRAPH_FILE, MODEL_FILE, PACKED_FILE, TOKENIZER_FILE, Band
from core.moderation.scores import Label
from core.training.data.catalogue import DataSet, DataSetUse
from core.training.data.datasets import MODEL_LABELS, Example, read_set, sets_for, sha256_of
from core.training.data.split import Split
from core.training.data.teacher_scores import JoinCounts
from core.training.data.traffic import UnlabelledTraffic
from core.training.evaluation.bias import measure_bias
from core.training.evaluation.counts import count_sets
from core.training.evaluation.evaluate import (
    IDENTITY_SET,
    by_people,
    calibrate_labels,
    compare,
    effect_on,
    effects_on_sets,
    measure_sets,
    probe,
)
from core.training.evaluation.evasions import read_evasions
from core.training.evaluation.functional import (
    Function,
    function_results,
    read_suite,
    suite_examples,
    suite_texts,
)
from core.training.evaluation.long_suite import read_long_texts
from core.training.evaluation.paired_suites import measure_suite
from core.training.evaluation.probes import ABUSIVE, BENIGN
from core.training.evaluation.readable_texts import ReadableTexts
from core.training.evaluation.recipe import recipe_lines
from core.training.evaluation.report import Effect, Parity, TrainingReport
from core.training.evaluation.scoring import ExportedNetwork, ScoredRows
from core.training.evaluation.thresholds import (
    BandChoice,
    ThresholdRule,
    choose_bands,
    first_half,
    gather_evidence,
)
from core.training.settings import MODEL_VERSION, TrainSettings

LOW_RATE_SET = "wiki_context_gn"
WIKIPEDIA_SET = "jigsaw_wiki"
_SIZED = (MODEL_FILE, GRAPH_FILE, PACKED_FILE, TOKENIZER_FILE)
_PACKAGES = ("torch", "transformers", "onnx", "onnxruntime", "tokenizers", "numpy", "duckdb")


@dataclass(frozen=True, slots=True)
class Fitted:
    """Trained weights in `out_dir / weights`, and what they were trained with. `where` names the
    processor that did it."""

    data_dir: Path
    out_dir: Path
    base: Path
    weights: Path
    split: Split
    settings: TrainSettings
    catalogue: Sequence[DataSet]
    traffic: Sequence[UnlabelledTraffic]
    counts: JoinCounts
    train_rows: int
    train_seconds: float
    where: str
    tokens_per_row: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Scores of the model as it is served. Thresholds are chosen on `val`; figures
    are reported on `test` and on the sets of `others`. A low-rate set is halved for both."""

    val: ScoredRows
    test: ScoredRows
    others: Mapping[str, ScoredRows]
    suite: tuple[Function, ...]
    cases: ScoredRows


@dataclass(frozen=True, slots=True)
class Networks:
    """One model in fp32, in bf16 where the processor has it, and in int8 as it is served;
    `standard` is the folder as transformers reads it, where its network is another one."""

    reference: ExportedNetwork
    standard: ExportedNetwork | None
    bf16: ExportedNetwork | None
    served: ExportedNetwork


def gather_findings(fitted: Fitted, network: ExportedNetwork, readable: ReadableTexts) -> Findings:
    """Scores held-out rows, the sets that are only measured on, traffic, and the suite. Rows
    whose text is also in the training side are left out."""
    catalogue = (*fitted.catalogue, *fitted.traffic)
    suite = read_suite()
    learnt = {row.text.casefold() for row in fitted.split.train}

    def scored(rows: Sequence[Example]) -> ScoredRows:
        return network.score(rows, readable.of(rows))

    return Findings(
        val=scored(fitted.split.val),
        test=scored(fitted.split.test),
        others={
            each.name: scored(
                [
                    row
                    for row in read_set(fitted.data_dir, each, catalogue)
                    if row.text.casefold() not in learnt
                ]
            )
            for each in sets_for(DataSetUse.EVALUATE, catalogue)
        },
        suite=suite,
        cases=network.score(suite_examples(suite), suite_texts(suite)),
    )


def choose_thresholds(
    fitted: Fitted, findings: Findings
) -> tuple[ThresholdRule, dict[Label, BandChoice]]:
    """From one half of each low-rate set, and recall from the validation side."""
    low_rate = findings.others[LOW_RATE_SET]
    chosen_on = low_rate.where(first_half(low_rate))
    toxic, _ = low_rate.known(Label.TOXICITY)
    evidence = gather_evidence(
        chosen_on,
        findings.val.of(WIKIPEDIA_SET),
        by_people(findings.val),
        rate=float(toxic.mean()),
    )
    clean = {LOW_RATE_SET: chosen_on.where(chosen_on.targets[:, 0] < 0.5).scores}
    for each in fitted.traffic:
        scored = findings.others[each.name]
        clean[each.name] = scored.where(first_half(scored)).scores
    return choose_bands(evidence, clean)


def report_findings(
    fitted: Fitted,
    findings: Findings,
    *,
    temperatures: Mapping[Label, float],
    rule: ThresholdRule,
    choices: Mapping[Label, BandChoice],
    networks: Networks,
    readable: ReadableTexts,
) -> TrainingReport:
    """Every number of the card."""
    bands = {label: choice.band for label, choice in choices.items()}
    holds = {label: band.hold for label, band in bands.items()}
    metrics = measure_sets(findings.test)
    for scored in findings.others.values():
        metrics += measure_sets(scored)
    identity = findings.others.get(IDENTITY_SET)
    catalogue = (*fitted.catalogue, *fitted.traffic)
    return TrainingReport(
        model_version=MODEL_VERSION,
        settings=fitted.settings,
        base_sha256=_base_digest(fitted.base),
        sets=count_sets(catalogue, fitted.split, findings.others),
        recipe=recipe_lines(
            fitted.settings,
            fitted.counts,
            train_rows=fitted.train_rows,
            seconds=fitted.train_seconds,
            where=fitted.where,
        ),
        train_rows=fitted.train_rows,
        train_seconds=fitted.train_seconds,
        tokens_per_row=fitted.tokens_per_row,
        validation=tuple(measure_sets(findings.val)),
        metrics=tuple(metrics),
        calibrations=tuple(calibrate_labels(findings.test, temperatures)),
        rule=rule,
        bands=tuple(choices[label] for label in MODEL_LABELS),
        effects=tuple(_effects(fitted, findings, bands)),
        functions=function_results(findings.suite, findings.cases, holds),
        bias=measure_bias(identity, holds[Label.TOXICITY]) if identity else None,
        parity=_parity(fitted, findings, networks, bands, readable),
        probes=probe(networks.served, [*BENIGN, *ABUSIVE]),
        versions={name: version(name) for name in _PACKAGES},
        sizes={name: (fitted.out_dir / name).stat().st_size for name in _SIZED},
        evasions=measure_suite(read_evasions(), networks.served.score_texts, holds),
        long_texts=measure_suite(read_long_texts(), networks.served.score_texts, holds),
    )


def _parity(
    fitted: Fitted,
    findings: Findings,
    networks: Networks,
    bands: Mapping[Label, Band],
    readable: ReadableTexts,
) -> dict[str, Parity]:
    rows = fitted.split.test
    texts = readable.of(rows)
    wide = networks.reference.score(rows, texts)
    narrow = {"int8": findings.test}
    if networks.bf16 is not None:
        narrow["bf16"] = networks.bf16.score(rows, texts)
    if networks.standard is not None:
        narrow["transformers"] = networks.standard.score(rows, texts)
    return {precision: compare(wide, scored, bands) for precision, scored in narrow.items()}


def _effects(fitted: Fitted, findings: Findings, bands: Mapping[Label, Band]) -> list[Effect]:
    low_rate = [LOW_RATE_SET, *(each.name for each in fitted.traffic)]
    found = []
    for name in low_rate:
        scored = findings.others[name]
        other_half = scored.where(~first_half(scored))
        found.append(effect_on(name, other_half, bands, low_rate=True))
    return found + effects_on_sets(findings.test, bands)


def _base_digest(base: Path) -> str:
    """sha256 of the base weights; empty when the folder keeps them under another name."""
    weights = base / "model.safetensors"
    return sha256_of(weights) if weights.is_file() else ""
