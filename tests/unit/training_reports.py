"""A report of a training run with a little of everything, made without training."""

from dataclasses import replace

import numpy as np

from core.training.data.datasets import MODEL_LABELS
from core.training.data.teacher_scores import JoinCounts
from core.training.evaluation.bias import BiasReport, TermBias
from core.training.evaluation.calibration import calibrate
from core.training.evaluation.functional import FunctionResult
from core.training.evaluation.intervals import share_of
from core.training.evaluation.measures import measure
from core.training.evaluation.paired_suites import PairedReport, PairedResult
from core.training.evaluation.recipe import recipe_lines
from core.training.evaluation.report import (
    Effect,
    Parity,
    Probe,
    SetCounts,
    TrainingReport,
)
from core.training.evaluation.thresholds import BandChoice, EdgeEvidence, choose_bands
from core.training.settings import TrainSettings

CHANCE = np.random.default_rng(8)
TARGETS = CHANCE.random(300) < 0.4
COUNTS = JoinCounts(scored=1234, unscored={"hard_examples": 5}, unused=0, held_out=1)
SCORES = np.clip(CHANCE.normal(0.3 + 0.3 * TARGETS, 0.2), 0.001, 0.999)


def some_report() -> TrainingReport:
    evidence = EdgeEvidence(SCORES[~TARGETS], (SCORES[TARGETS],), 0.006)
    rule, bands = choose_bands(dict.fromkeys(MODEL_LABELS, evidence), {})
    counts = {str(label): 5 for label in MODEL_LABELS}
    made = ("CC0 1.0", "here", "0" * 64, "why it is")
    results = [
        FunctionResult("kept", "fine", "about it", share_of(15, 16), share_of(14, 16)),
        FunctionResult("missed", "abusive", "about it", share_of(2, 16), share_of(3, 16)),
    ]
    term = TermBias("deaf", 8, 4, None, None, None, share_of(1, 4))
    return TrainingReport(
        model_version="model-9",
        settings=TrainSettings(),
        base_sha256="1" * 64,
        sets=(SetCounts("jigsaw_wiki", "train", *made, 9, 5, 2, 2, counts, counts),),
        recipe=recipe_lines(
            TrainSettings(), COUNTS, train_rows=1239, seconds=61.5, where="one CPU core"
        ),
        train_rows=5,
        train_seconds=61.5,
        tokens_per_row=12.25,
        validation=(
            replace(measure("cad_reddit", "toxicity", TARGETS, SCORES), roc_auc=0.853),
            replace(measure("all", "insult", TARGETS, SCORES), roc_auc=0.9349),
            measure("own_examples", "toxicity", TARGETS, SCORES),
        ),
        metrics=(
            measure("jigsaw_wiki", "toxicity", TARGETS, SCORES),
            measure("jigsaw_wiki", "threat", TARGETS & False, SCORES),
        ),
        calibrations=(calibrate("toxicity", TARGETS, SCORES, 1.5),),
        rule=rule,
        bands=tuple(bands.values()),
        effects=(
            Effect("site", True, False, *(share_of(n, 9) for n in (2, 0)), *[share_of(0, 0)] * 2),
        ),
        functions=tuple(results),
        bias=BiasReport(8, 2, (term,), None, None, None),
        parity={"int8": Parity(9, 0.01, 0.005, 0.001, 1, 0, {"toxicity": 0.0001, "threat": None})},
        probes=(Probe("a sentence", {str(label): 0.125 for label in MODEL_LABELS}),),
        versions={"numpy": "2"},
        sizes={"model.int8.onnx": 23_000_000},
        evasions=paired_report(),
        long_texts=replace(paired_report(), sha256="d" * 64),
    )


def with_remove_edges(report: TrainingReport) -> list[BandChoice]:
    return [replace(each, remove=each.remove or each.hold) for each in report.bands]


def paired_report() -> PairedReport:
    def result(name: str, acted_on: int, held: int) -> PairedResult:
        return PairedResult(name, "about it", share_of(acted_on, 16), share_of(held, 16))

    kinds = (result("seen", 16, 0), result("missed", 12, 1), result("half", 15, 2))
    return PairedReport("c" * 64, result("no disguise", 14, 16), kinds)
