"""Makes further calls when the two score tables alone don't show why they differ."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.inference.base import Backend
from core.moderation.scores import Label
from core.parity.causes import FAR, FEWEST_FAR, Cause, Evidence
from core.parity.diagnosis import diagnose
from core.parity.tables import ScoreTable, score_table

ALONE_TEXTS = 32
CUT_TEXTS = 12
CUT_WORDS = (16, 19, 23, 28, 33, 40, 48, 57, 69, 83, 99, 119, 143, 171, 206, 247, 296, 355, 426)
"""Possible length limits of a server, in words: about 20 to 512 tokens, each a fifth more than the
one before."""
_NEARBY = (0.83, 0.88, 0.94, 1.06, 1.12, 1.18)
_VAGUE = frozenset({Cause.NO_ANSWER, Cause.REVISION, Cause.OTHER_MODEL})


def gather_evidence(
    texts: Sequence[str],
    reference: tuple[Backend, ScoreTable],
    other: tuple[Backend, ScoreTable],
    say: Callable[[str], None],
) -> Evidence:
    """Empty if the tables agree or explain the difference. `say` is called with a line before each
    step.

    Sends some texts to the other backend one at a time, and truncated long texts to the reference.
    """
    backend, theirs = other
    mine = reference[1]
    first = diagnose(mine, theirs, Evidence())
    evidence = Evidence()
    if first.cause in _VAGUE:
        say(f"{theirs.backend}, one comment a call")
        evidence = Evidence(alone=_scored_alone(texts, backend, mine, theirs))
    far = int((_largest_gaps(mine, theirs) > FAR).sum())
    if far >= FEWEST_FAR and first.cause in _VAGUE | {Cause.SAME}:
        say(f"{mine.backend}, long comments cut short")
        evidence = replace(evidence, cut=_scored_truncated(texts, *reference, theirs))
    return evidence


def _largest_gaps(mine: ScoreTable, theirs: ScoreTable) -> NDArray[np.float64]:
    """The largest difference in each row; 0 if nothing can be compared."""
    shared: list[Label] = [label for label in mine.labels if label in theirs.labels]
    if not shared:
        return np.zeros(len(mine.errors))
    gaps = np.nan_to_num(np.abs(mine.columns(shared) - theirs.columns(shared)))
    apart: NDArray[np.float64] = gaps.max(axis=1)
    return apart


def _scored_alone(
    texts: Sequence[str], backend: Backend, mine: ScoreTable, theirs: ScoreTable
) -> ScoreTable:
    """The scores of the rows furthest apart, with one text in each call; NaN in other rows."""
    rows = np.argsort(-_largest_gaps(mine, theirs), kind="stable")[:ALONE_TEXTS]
    asked = score_table(backend, [texts[row] for row in rows], rows_a_call=1)
    return _placed(asked, rows, np.full_like(theirs.scores, np.nan))


def _scored_truncated(
    texts: Sequence[str], backend: Backend, mine: ScoreTable, theirs: ScoreTable
) -> dict[int, ScoreTable]:
    """For each length limit, the reference's scores as if it read only so many words. Shorter texts
    keep their scores; of the longer ones only some are scored, truncated, and the others are NaN.

    Stops at a limit under which many whole texts already differ: truncation can't explain those.
    """
    apart = _largest_gaps(mine, theirs)
    words = [text.split() for text in texts]
    lengths = np.array([len(each) for each in words])
    furthest = [row for row in np.argsort(-apart, kind="stable") if apart[row] > FAR][:CUT_TEXTS]

    def ask(most: int) -> ScoreTable | None:
        whole = lengths <= most
        rows = [row for row in furthest if not whole[row]]
        if len(rows) < FEWEST_FAR or (whole & (apart > FAR)).sum() > len(rows) / 2:
            return None
        asked = score_table(backend, [" ".join(words[row][:most]) for row in rows])
        return _placed(asked, np.array(rows), np.where(whole[:, None], mine.scores, np.nan))

    found: dict[int, ScoreTable] = {}
    for most in CUT_WORDS:
        table = ask(most)
        if table is None:
            break
        found[most] = table
    if found:
        usual = _usual_limit(found, theirs, furthest)
        for most in {round(usual * nearby) for nearby in _NEARBY}.difference(found):
            table = ask(most)
            if table is not None:
                found[most] = table
    return found


def _usual_limit(found: dict[int, ScoreTable], theirs: ScoreTable, rows: list[np.int_]) -> float:
    """The limit at which most of the rows are nearest to the other backend's scores."""
    shared = [label for label in theirs.labels if label in next(iter(found.values())).labels]
    given = theirs.columns(shared)[rows]
    gaps = [np.abs(table.columns(shared)[rows] - given).mean(axis=1) for table in found.values()]
    nearest = np.nan_to_num(np.array(gaps), nan=np.inf).argmin(axis=0)
    return float(np.median(np.array(list(found))[nearest]))


def _placed(asked: ScoreTable, rows: NDArray[np.int_], scores: NDArray[np.float64]) -> ScoreTable:
    """A copy of `scores` with the table's rows put in their places."""
    spread = scores.copy()
    spread[rows] = asked.scores
    errors: list[str | None] = [None] * len(scores)
    for row, error in zip(rows, asked.errors, strict=True):
        errors[int(row)] = error
    return replace(asked, scores=spread, errors=tuple(errors))
