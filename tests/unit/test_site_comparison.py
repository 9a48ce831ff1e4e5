"""Two models on the same rows: differences, intervals, and the verdict that follows from them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS
from core.training.evaluation.measures import roc_auc
from core.training.site.comparison import (
    ALL_LABELS,
    ComparedRows,
    LabelDifference,
    SiteVerdict,
    compare_models,
    verdict_of,
)
from core.training.site.paired import Paired

Floats = NDArray[np.float64]
INSULT = MODEL_LABELS.index(Label.INSULT)
ROWS = 200


def insults(positives: int, rows: int = ROWS) -> Floats:
    targets = np.full((rows, len(MODEL_LABELS)), np.nan)
    targets[:, INSULT] = np.arange(rows) < positives
    return targets


def scores(targets: Floats, *, high: float, low: float) -> Floats:
    """Abuse scores `high`, the rest `low`, but for every seventh row, which is the wrong way
    round."""
    found = np.full(targets.shape, 0.1)
    abusive = targets[:, INSULT] >= 0.5
    abusive = np.where(np.arange(len(targets)) % 7 == 0, ~abusive, abusive)
    found[:, INSULT] = np.where(abusive, high, low)
    return found


def given(targets: Floats, weights: Floats | None = None, groups: list[int] | None = None):
    rows = len(targets)
    return ComparedRows(
        targets, np.ones(rows) if weights is None else weights, groups or list(range(rows))
    )


def verdict(targets: Floats, base: Floats, site: Floats) -> SiteVerdict:
    return verdict_of(compare_models(given(targets), base, site))


def test_surer_scores_are_better_and_the_other_way_round_worse() -> None:
    targets = insults(60)
    unsure, sure = scores(targets, high=0.55, low=0.45), scores(targets, high=0.8, low=0.2)
    assert verdict(targets, unsure, sure) is SiteVerdict.BETTER
    assert verdict(targets, sure, unsure) is SiteVerdict.WORSE


def test_the_same_scores_are_not_shown_to_be_better() -> None:
    targets = insults(60)
    same = scores(targets, high=0.8, low=0.2)
    all_labels = compare_models(given(targets), same, same)[0]
    assert all_labels.log_loss is not None
    assert all_labels.log_loss.interval == (0.0, 0.0)
    assert verdict(targets, same, same) is SiteVerdict.NOT_SHOWN


def test_repeated_rows_of_a_group_are_one_piece_of_evidence() -> None:
    few = insults(6, rows=20)
    base, site = scores(few, high=0.55, low=0.45), scores(few, high=0.8, low=0.2)
    many, before, after = (np.tile(each, (10, 1)) for each in (few, base, site))
    grouped, alone = (
        compare_models(given(many, groups=groups), before, after)[0].log_loss
        for groups in ([number % 20 for number in range(ROWS)], None)
    )
    assert grouped is not None
    assert alone is not None
    assert grouped.difference == alone.difference
    width = grouped.interval[1] - grouped.interval[0]
    assert width > 2 * (alone.interval[1] - alone.interval[0])


@pytest.mark.parametrize("positives", [9, ROWS - 9])
def test_too_few_rows_of_a_class_show_nothing(positives: int) -> None:
    targets = insults(positives)
    unsure, sure = scores(targets, high=0.55, low=0.45), scores(targets, high=0.9, low=0.1)
    found = compare_models(given(targets), unsure, sure)
    assert all(each.log_loss is None and each.roc_auc is None for each in found)
    assert verdict_of(found) is SiteVerdict.NOT_SHOWN


def test_measures_are_those_of_the_rows_and_of_each_label_alone() -> None:
    targets = insults(60)
    chance = np.random.default_rng(1)
    base, site = (chance.random(targets.shape) for _ in range(2))
    found = {each.label: each for each in compare_models(given(targets), base, site)}
    assert list(found) == [ALL_LABELS, *MODEL_LABELS]
    assert found["toxicity"].rows == 0
    assert found["toxicity"].moved == pytest.approx(np.abs(base - site)[:, 0].mean())
    insult, positive = found["insult"], targets[:, INSULT] == 1
    assert insult.roc_auc is not None
    assert insult.log_loss is not None
    assert insult.roc_auc.base == pytest.approx(roc_auc(positive, base[:, INSULT]))
    assert insult.roc_auc.site == pytest.approx(roc_auc(positive, site[:, INSULT]))
    right = np.where(positive, base[:, INSULT], 1 - base[:, INSULT])
    assert insult.log_loss.base == pytest.approx(-np.log(right).mean())
    low, high = insult.roc_auc.interval
    assert low < insult.roc_auc.difference < high
    # One label is known, so all labels together are that one.
    assert found[ALL_LABELS].log_loss == insult.log_loss
    assert found[ALL_LABELS].roc_auc == insult.roc_auc


def test_all_labels_rank_as_the_mean_of_those_with_enough_rows() -> None:
    targets = insults(60)
    threat, obscene = (MODEL_LABELS.index(each) for each in (Label.THREAT, Label.OBSCENE))
    targets[50:, threat] = np.arange(ROWS - 50) % 3 == 0
    targets[:, obscene] = np.arange(ROWS) < 9
    chance = np.random.default_rng(2)
    base, site = (chance.random(targets.shape) for _ in range(2))
    found = {each.label: each for each in compare_models(given(targets), base, site)}
    both = [found[label].roc_auc for label in ("insult", "threat")]
    together = found[ALL_LABELS].roc_auc
    assert found["obscene"].roc_auc is None
    assert together is not None
    for name in ("base", "site", "difference"):
        mean = sum(getattr(each, name) for each in both) / 2
        assert getattr(together, name) == pytest.approx(mean)


def test_a_row_of_weight_two_counts_as_two_rows() -> None:
    targets = insults(60)
    chance = np.random.default_rng(1)
    base, site = (chance.random(targets.shape) for _ in range(2))
    twice = np.where(np.arange(ROWS) % 3 == 0, 2.0, 1.0)
    repeated = np.repeat(np.arange(ROWS), twice.astype(int))
    weighted = compare_models(given(targets, twice), base, site)
    written = compare_models(given(targets[repeated]), base[repeated], site[repeated])
    for one, other in zip(weighted, written, strict=True):
        for name in ("log_loss", "roc_auc"):
            first, second = getattr(one, name), getattr(other, name)
            if first is not None:
                assert first.base == pytest.approx(second.base)
                assert first.difference == pytest.approx(second.difference)


def paired(interval: tuple[float, float] | None) -> Paired | None:
    return None if interval is None else Paired(0.5, 0.5, sum(interval) / 2, interval)


@pytest.mark.parametrize(
    ("loss", "ranking", "of_a_label", "expected", "why"),
    [
        ((-0.2, -0.1), (-0.1, 0.1), (-0.1, 0.1), SiteVerdict.BETTER, "the loss is lower"),
        ((-0.1, 0.1), (0.1, 0.2), (-0.1, 0.2), SiteVerdict.BETTER, "abuse ranks higher"),
        ((-0.2, 0.0), (0.0, 0.2), (0.1, 0.2), SiteVerdict.NOT_SHOWN, "no difference is possible"),
        ((-0.1, 0.1), (0.001, 0.2), (0.0, 0.2), SiteVerdict.NOT_SHOWN, "rounding is no gain"),
        ((0.1, 0.2), (0.1, 0.2), (0.1, 0.2), SiteVerdict.WORSE, "the loss is higher"),
        ((-0.2, -0.1), (-0.3, -0.1), (-0.1, 0.1), SiteVerdict.WORSE, "abuse ranks lower"),
        ((-0.2, -0.1), (0.1, 0.2), (-0.3, -0.1), SiteVerdict.WORSE, "so does it in one label"),
        ((-0.2, -0.1), (-0.003, -0.001), (0.0, 0.0), SiteVerdict.BETTER, "rounding is no fall"),
        (None, None, None, SiteVerdict.NOT_SHOWN, "too few rows"),
    ],
)
def test_the_intervals_decide(loss, ranking, of_a_label, expected, why) -> None:
    together = LabelDifference(ALL_LABELS, 100, 50, 0.1, paired(loss), paired(ranking))
    label = LabelDifference("insult", 100, 50, 0.1, None, paired(of_a_label))
    assert verdict_of([together, label]) is expected, why
