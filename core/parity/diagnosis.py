"""Finds out why two backends differ. Each hypothesis is a change to the reference's scores that
would give the other backend's."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.moderation.scores import Label
from core.parity.causes import FAR, NEAR, Cause, Evidence, Finding, Floats, far_rows, mean_gap
from core.parity.comparison import complete_rows, rank_correlation
from core.parity.reshapes import find_reshape
from core.parity.tables import ScoreTable
from core.parity.truncation import find_truncation

_FLOAT_ERROR = 1e-6
_ALIKE_RANK = 0.9


def diagnose(reference: ScoreTable, other: ScoreTable, evidence: Evidence) -> Finding:
    """The first cause that explains the difference, tried from specific to general."""
    shared = [label for label in reference.labels if label in other.labels]
    if not shared or np.isnan(other.columns(shared)).all():
        return _no_answer(other, evidence)
    mine, theirs = reference.columns(shared), other.columns(shared)
    if _is_top_one(theirs):
        return Finding(
            Cause.TOP_ONE,
            "It gives one label a comment, the highest, and nothing for the others: their "
            "thresholds are never reached. Ask it for all labels (top_k=None).",
        )
    rows = complete_rows([mine, theirs])
    if not rows.any():
        return _no_answer(other, evidence)
    mine, theirs = mine[rows], theirs[rows]
    particular = _rounding(mine, theirs) or _pairs(other, evidence, mine, rows, shared)
    if particular:
        return particular
    apart = mean_gap(mine, theirs)
    cut = find_truncation(mine, theirs, rows, evidence, shared)
    if apart <= NEAR:
        return cut or _same(mine, theirs, apart)
    return find_reshape(mine, theirs, apart) or cut or _kinship(reference, other, mine, theirs)


def _same(mine: Floats, theirs: Floats, apart: float) -> Finding:
    far = int(far_rows(mine, theirs).sum())
    if not far:
        return Finding(Cause.SAME, "The scores agree.", apart)
    return Finding(
        Cause.SAME,
        f"The scores agree on the whole; {far:,} of {len(mine):,} comments differ by "
        f"more than {FAR} in some label.",
        apart,
    )


def _no_answer(other: ScoreTable, evidence: Evidence) -> Finding:
    if evidence.alone is not None and not np.isnan(evidence.alone.scores).all():
        return _PAIRS
    reason = next((error for error in other.errors if error), "it assesses none of the same labels")
    return Finding(Cause.NO_ANSWER, f"There is nothing to compare: {reason}.")


def _is_top_one(theirs: Floats) -> bool:
    given = (~np.isnan(theirs) & (theirs != 0.0)).sum(axis=1)
    answered = given > 0
    return theirs.shape[1] > 1 and bool(answered.any()) and bool((given[answered] == 1).all())


def _rounding(mine: Floats, theirs: Floats) -> Finding | None:
    for places in (1, 2, 3):
        exact = np.abs(theirs - np.round(theirs, places)).max() < _FLOAT_ERROR
        mine_exact = np.abs(mine - np.round(mine, places)).max() < _FLOAT_ERROR
        if exact and not mine_exact and mean_gap(np.round(mine, places), theirs) <= NEAR / 2:
            return Finding(
                Cause.ROUNDING,
                f"Its scores are rounded to {places} decimal place{'s' if places > 1 else ''}: "
                "comments near a threshold may cross it. Ask for unrounded scores, or move each "
                "threshold to a rounded value.",
                mean_gap(np.round(mine, places), theirs),
            )
    return None


_PAIRS = Finding(
    Cause.PAIRS,
    "A comment is scored as expected alone, but not in a batch: the server reads two neighbours "
    "as a sentence pair. Send each text in a list of its own ([[a],[b]]).",
)


def _pairs(
    other: ScoreTable,
    evidence: Evidence,
    mine: Floats,
    rows: NDArray[np.bool_],
    shared: Sequence[Label],
) -> Finding | None:
    if evidence.alone is None:
        return None
    alone, batched = evidence.alone.columns(shared)[rows], other.columns(shared)[rows]
    known = ~np.isnan(alone).any(axis=1)
    moved = known.any() and mean_gap(alone[known], batched[known]) > NEAR
    return _PAIRS if moved and mean_gap(alone[known], mine[known]) <= NEAR else None


def _kinship(reference: ScoreTable, other: ScoreTable, mine: Floats, theirs: Floats) -> Finding:
    ranks = [rank_correlation(mine[:, n], theirs[:, n]) for n in range(mine.shape[1])]
    known = [rank for rank in ranks if rank is not None]
    if known and min(known) >= _ALIKE_RANK:
        return Finding(
            Cause.REVISION,
            "It ranks comments alike but scores them differently: another revision or precision of "
            f"the model ({reference.model_version} here, {other.model_version} there). Map the "
            "thresholds before you switch.",
            mean_gap(mine, theirs),
        )
    return Finding(
        Cause.OTHER_MODEL,
        "It ranks comments in another order: this is another model, and no threshold of one holds "
        "for the other. Read the comments that would flip before you switch.",
        mean_gap(mine, theirs),
    )
