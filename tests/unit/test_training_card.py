"""The model card depends only on its report, and the shipped card was generated."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from core.errors import ModelNotUsable
from core.inference.manifest import (
    CARD_FILE,
    MANIFEST_FILE,
    PLOT_FILE,
    SHIPPED_MODEL,
    read_manifest,
    verify_model_files,
)
from core.moderation.scores import Label
from core.training.card.model_card import model_card
from core.training.card.reliability_plot import reliability_plot
from core.training.card.results import (
    aims_table,
    identity_section,
    thresholds_section,
    validation_table,
)
from core.training.card.suites import functions_section, paired_section
from core.training.data.datasets import MODEL_LABELS, sha256_of
from core.training.data.teacher_scores import TEACHER_SET, JoinCounts
from core.training.evaluation.bias import BiasReport, TermBias
from core.training.evaluation.calibration import calibrate
from core.training.evaluation.functional import FunctionResult
from core.training.evaluation.intervals import share_of
from core.training.evaluation.measures import measure
from core.training.evaluation.paired_suites import PairedReport, PairedResult
from core.training.evaluation.recipe import recipe_lines
from core.training.evaluation.report import (
    REPORT_FILE,
    Effect,
    Parity,
    Probe,
    SetCounts,
    TrainingReport,
    read_report,
)
from core.training.evaluation.thresholds import BandChoice, EdgeEvidence, choose_bands
from core.training.export.shipping import record_files
from core.training.settings import Pooling, TrainSettings

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


def test_the_card_tells_what_was_learnt_from_whom_and_how() -> None:
    card = model_card(some_report())
    assert "- Trained on 1,239 comments, respelled copies among them, epochs: 4, seed " in card
    assert "128 tokens, bf16: 1 minutes on one CPU core.\n" in card
    assert f"sha256 `{TEACHER_SET.sha256}`), which saw the training side alone" in card
    assert "their mean score is 70% of the target where people gave a label" in card
    assert "They scored 1,234 rows; from labels alone it learnt 5 (hard_examples).\n" in card
    assert "- Learning rate: 0.0002 falling to nothing in 4 epochs.\n" in card
    assert "- The head reads the mean of all tokens.\n" in card


def test_the_card_says_that_its_figures_are_of_windows() -> None:
    card = model_card(some_report())
    assert "longer ones in overlapping windows of 128 tokens" in card
    assert "first tokens" not in card
    assert "first 256 tokens" not in card


def test_a_gpu_and_another_pooling_are_told() -> None:
    settings = TrainSettings(epochs=1, pooling=Pooling.FIRST)
    every = replace(COUNTS, unscored={})
    lines = recipe_lines(settings, every, train_rows=7, seconds=90, where="NVIDIA H100")
    assert lines[0].endswith("bf16: 2 minutes on NVIDIA H100.")
    assert lines[1].endswith("from labels alone it learnt 0.")
    assert lines[2] == "Learning rate: 0.0002 falling to nothing in 1 epoch."
    assert lines[3] == "The head reads the first token, through BERT's pooler."


def test_a_report_survives_its_file(tmp_path: Path) -> None:
    report = some_report()
    report.write(tmp_path)
    again = read_report(tmp_path)
    assert model_card(again) == model_card(report)
    again.write(tmp_path)
    assert read_report(tmp_path) == again


def test_every_number_of_the_card_follows_the_report() -> None:
    report = some_report()
    card = model_card(report)
    metric = report.metrics[0]
    assert metric.roc_auc_interval
    low, high = metric.roc_auc_interval
    assert f"{metric.roc_auc:.3f} [{low:.3f}, {high:.3f}]" in card
    changed = replace(report, metrics=(replace(metric, roc_auc=0.1234),))
    assert "| jigsaw_wiki (Wikipedia talk, sampled for abuse) | 0.97 | 0.123 [" in model_card(
        changed
    )
    assert "| no |" in model_card(changed)
    assert "threat | 300" not in card


def test_functions_come_worst_first_with_both_totals() -> None:
    section = functions_section(some_report().functions)
    assert section.index("| missed |") < section.index("| kept |")
    assert "abusive: 12.5%" in section
    assert "fine: 93.8%" in section


def test_both_paired_suites_are_in_the_card_with_the_digest_of_their_file() -> None:
    card = model_card(some_report())
    assert f"`evasion_suite.json`, sha256 `{'c' * 64}`" in card
    assert f"`long_text_suite.json`, sha256 `{'d' * 64}`" in card


def test_the_validation_side_is_compared_with_its_aims() -> None:
    rows = validation_table(some_report().validation).splitlines()[-2:]
    assert rows[0].startswith("| cad_reddit | toxicity | 0.853 | 0.853 [")
    assert rows[1].startswith("| all | insult | 0.935 | 0.935 [")
    assert [row.rsplit(" | ", 1)[1] for row in rows] == ["yes |", "no |"]


def test_the_aims_of_a_paired_suite_are_judged_without_its_plain_sentences() -> None:
    section = paired_section("About.", "file.json", paired_report())
    assert "| abusive cases acted on | at least 90% | 89.6% [" in section
    assert section.count("| yes |") == 1
    assert "| of the worst kind (missed) | at least 75% | 75% [" in section
    assert "| harmless twins held | at most 5% | 6.2% [" in section
    places = [section.index(f"| {name} |") for name in ("no disguise", "missed", "half", "seen")]
    assert places == sorted(places)
    assert "| missed | about it | 12 of 16 | 1 of 16 |" in section


def test_the_rule_says_when_traffic_made_it_stricter() -> None:
    report = some_report()
    rule = replace(report.rule, hold_precision_used=0.31, bound_by="hn_items")
    assert "It had to be 31%: at less, more of `hn_items`" in thresholds_section(rule, report.bands)
    assert "It had to be" not in thresholds_section(report.rule, report.bands)


def test_the_card_says_by_which_labels_nothing_is_removed() -> None:
    report = some_report()
    bands = with_remove_edges(report)
    threat, insult = (replace(bands[n], remove=None) for n in (2, 3))
    some = thresholds_section(report.rule, [*bands[:2], threat, insult])
    assert (
        "For `threat`, `insult` no edge shows what is asked of a removal: nothing is removed by "
        "these labels without a person, however high the score." in some
    )
    assert "| threat | remove |" not in some
    assert "nothing is removed by this label" in thresholds_section(report.rule, [threat])
    assert "without a person" not in thresholds_section(report.rule, bands)


def test_what_was_not_measured_is_not_invented() -> None:
    report = some_report()
    assert identity_section(None).startswith("Not measured")
    assert "| deaf | 8 | – | – | – | 25.0% [" in identity_section(report.bias)
    assert "| site (low rate) | 9 (no labels) | 22.22%" in model_card(report)


def test_the_plot_is_drawn_from_the_bins() -> None:
    calibrations = some_report().calibrations
    plot = reliability_plot(calibrations)
    tree = ET.fromstring(plot)
    _, _, *dots = [each for each in tree.iter() if each.tag.endswith("circle")]
    bins = [*calibrations[0].before.bins, *calibrations[0].after.bins]
    assert len(dots) == len(bins)
    heights = [-float(dot.attrib["cy"]) for dot in dots]
    assert np.corrcoef(heights, [each.share for each in bins])[0, 1] > 0.99
    places = [float(dot.attrib["cx"]) for dot in dots]
    assert np.corrcoef(places, [each.score for each in bins])[0, 1] > 0.99
    assert plot == reliability_plot(calibrations)
    assert plot != reliability_plot([replace(calibrations[0], label="threat")])


@pytest.mark.parametrize("content", ["{}", "not json", '{"model_version": 3}'])
def test_another_releases_report_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / REPORT_FILE).write_text(content)
    with pytest.raises(ModelNotUsable, match="no report of this release"):
        read_report(tmp_path)


def test_a_missing_report_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match=REPORT_FILE):
        read_report(tmp_path)


def test_the_shipped_card_is_what_the_command_renders() -> None:
    report = read_report(SHIPPED_MODEL)
    assert (SHIPPED_MODEL / CARD_FILE).read_text(encoding="utf-8") == model_card(report)
    plot = (SHIPPED_MODEL / PLOT_FILE).read_text(encoding="utf-8")
    assert plot == reliability_plot(report.calibrations)


def test_the_shipped_manifest_has_the_reports_thresholds() -> None:
    manifest = json.loads((SHIPPED_MODEL / "manifest.json").read_text())
    report = read_report(SHIPPED_MODEL)
    assert manifest["about"]["thresholds_rule"]["hold_precision"] == report.rule.hold_precision
    for choice in report.bands:
        assert manifest["thresholds"][choice.label] == {
            "hold": choice.hold.at,
            "remove": choice.remove.at if choice.remove else None,
        }
    assert {choice.label for choice in report.bands} == {str(label) for label in MODEL_LABELS}
    assert Label.SEVERE_TOXICITY not in manifest["labels"]


def test_every_shipped_file_has_its_digest_in_the_manifest() -> None:
    manifest = read_manifest(SHIPPED_MODEL)
    named = {path.name for path in SHIPPED_MODEL.iterdir()} - {MANIFEST_FILE, REPORT_FILE}
    assert set(manifest.files) == named
    verify_model_files(SHIPPED_MODEL, manifest)


def test_recording_a_file_changes_its_digest_alone(tmp_path: Path) -> None:
    shutil.copy(SHIPPED_MODEL / MANIFEST_FILE, tmp_path)
    before = read_manifest(tmp_path)
    (tmp_path / CARD_FILE).write_text("another card")
    record_files(tmp_path, (CARD_FILE,))
    after = read_manifest(tmp_path)
    assert after.files[CARD_FILE] == sha256_of(tmp_path / CARD_FILE) != before.files[CARD_FILE]
    assert replace(after, files={**after.files, CARD_FILE: before.files[CARD_FILE]}) == before


@pytest.mark.parametrize(
    ("data_set", "interval", "reached"),
    [
        ("jigsaw_wiki", (0.96, 0.98), "yes"),
        ("cad_reddit", (0.79, 0.98), "no"),
        ("cad_reddit", (0.80, 0.98), "no"),
        ("cad_reddit", (0.81, 0.98), "yes"),
        ("cad_reddit", None, "no"),
    ],
)
def test_a_gain_is_clear_with_the_whole_of_its_interval(
    data_set: str, interval: tuple[float, float] | None, reached: str
) -> None:
    metrics = replace(
        measure(data_set, "toxicity", TARGETS, SCORES, list(range(len(TARGETS)))),
        roc_auc=0.971,
        roc_auc_interval=interval,
    )
    assert aims_table([metrics]).rstrip().endswith(f"| {reached} |")
