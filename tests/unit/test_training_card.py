"""The model card depends only on its report."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from core.inference.pooling import Pooling
from core.training.card.model_card import model_card
from core.training.card.reliability_plot import reliability_plot
from core.training.card.results import (
    aims_table,
    identity_section,
    thresholds_section,
    validation_table,
)
from core.training.card.suites import functions_section, paired_section
from core.training.data.teacher_scores import TEACHER_SET
from core.training.evaluation.measures import measure
from core.training.evaluation.recipe import recipe_lines
from core.training.settings import TrainSettings
from tests.unit.training_reports import (
    COUNTS,
    SCORES,
    TARGETS,
    paired_report,
    some_report,
    with_remove_edges,
)


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
