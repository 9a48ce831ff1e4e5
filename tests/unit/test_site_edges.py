"""Edges from a site's own rows: only where the rows show that they hold."""

import numpy as np
from numpy.typing import NDArray

from core.inference.manifest import Band
from core.moderation.scores import Label
from core.training.data.datasets import MODEL_LABELS, Example
from core.training.evaluation.scoring import ScoredRows, targets_of
from core.training.evaluation.thresholds import HELD_SHARE
from core.training.site.edges import site_edges

BASE = dict.fromkeys(MODEL_LABELS, Band(0.5, 0.97))
INSULT = MODEL_LABELS.index(Label.INSULT)


def site(clean: int, abusive: int, label: Label = Label.INSULT) -> ScoredRows:
    """Abuse scores 0.9 to 1, the rest 0 to 0.3, but for one clean row in a hundred, at 0.8."""
    column = MODEL_LABELS.index(label)
    scores = np.full((clean + abusive, len(MODEL_LABELS)), 0.05)
    scores[:clean, column] = np.linspace(0.0, 0.3, clean)
    scores[:clean:100, column] = 0.8
    scores[clean:, column] = np.linspace(0.9, 1.0, abusive)
    examples = tuple(
        Example(
            "", tuple(float(row >= clean) if at == column else None for at in range(5)), ("",), ""
        )
        for row in range(clean + abusive)
    )
    return ScoredRows(examples, targets_of(examples), scores)


def held_share(scored: ScoredRows, band: Band) -> float:
    clean: NDArray[np.bool_] = scored.targets[:, INSULT] == 0
    return float((scored.scores[clean, INSULT] >= band.hold).mean())


def test_many_rows_move_both_edges_of_the_label_they_know() -> None:
    scored = site(4000, 400)
    found = site_edges(scored, BASE)
    assert found.shown == ("insult hold", "insult remove")
    assert not found.why_not
    band = found.bands[Label.INSULT]
    assert band.hold < 0.5 < band.remove < 0.97
    assert 0.01 <= held_share(scored, band) <= HELD_SHARE
    assert {label: found.bands[label] for label in MODEL_LABELS if label != Label.INSULT} == {
        label: BASE[label] for label in MODEL_LABELS if label != Label.INSULT
    }


def test_a_precision_that_chance_could_explain_moves_no_edge() -> None:
    found = site_edges(site(200, 12), BASE)
    assert "insult remove" not in found.shown
    assert found.bands[Label.INSULT].remove == 0.97


def test_fewer_than_ten_rows_of_a_class_move_nothing() -> None:
    for clean, abusive in ((4000, 9), (9, 400)):
        found = site_edges(site(clean, abusive), BASE)
        assert found.bands == BASE
        assert found.shown == ()
        assert found.why_not == "the rows are too few to show that another edge holds"


def test_an_edge_never_passes_the_other() -> None:
    scored = site(200, 12)
    assert site_edges(scored, BASE).shown == ("insult hold",)
    low = BASE | {Label.INSULT: Band(0.02, 0.04)}
    assert site_edges(scored, low).bands == low


def test_an_edge_at_the_end_of_the_search_is_not_one_that_was_found() -> None:
    scored = site(4000, 400)
    # More clean rows than may be held score as high as abuse, so that no edge is high enough.
    scored.scores[:4000:20, INSULT] = 1.0
    late = BASE | {Label.INSULT: Band(0.5, 0.995)}
    assert "insult hold" not in site_edges(scored, late).shown
