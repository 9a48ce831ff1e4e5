"""Which of a site's rows are used, for what, and whether they are enough to tune the network."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InvalidInput
from core.inference.language.detector import LanguageDetector
from core.training.data.datasets import MODEL_LABELS
from core.training.site.report import RowCounts
from core.training.site.rows import SiteRow
from core.training.site.settings import FEWEST, TUNED_FROM
from core.training.site.sides import FITTED_SHARES, TUNED_SHARES, SideRow, Sides, divide

FEWEST_ROWS = 2 * FEWEST


@dataclass(frozen=True, slots=True)
class Plan:
    """`not_tuned` is the reason why the network stays as it is; empty if it is tuned."""

    sides: Sides
    counts: RowCounts
    not_tuned: str


def plan_of(rows: Sequence[SiteRow], languages: Sequence[str]) -> Plan:
    """`languages` are those that the model assesses; the console never gives it another one. Raises
    InvalidInput if too little is left."""
    labelled = [row for row in rows if row.has_label]
    detect = LanguageDetector().detect
    used = [row for row in labelled if detect(row.text) in (None, *languages)]
    if len(used) < FEWEST_ROWS:
        raise InvalidInput(
            f"{len(used)} of {len(rows):,} rows have a label and are in a language that the model "
            f"assesses ({', '.join(languages)}); at least {FEWEST_ROWS} are needed"
        )
    sides, not_tuned = _sides(used)
    if not (sides.calibrate and sides.test):
        raise InvalidInput(
            "the rows are of too few groups to be divided into rows to fit and rows to test on"
        )
    counts = RowCounts(
        used=len(used),
        without_label=len(rows) - len(labelled),
        other_language=len(labelled) - len(used),
        train=len(sides.train),
        calibrate=len(sides.calibrate),
        test=len(sides.test),
        known=_by_label(used, 0.0),
        positives=_by_label(used, 0.5),
    )
    return Plan(sides, counts, not_tuned)


def _sides(used: Sequence[SiteRow]) -> tuple[Sides, str]:
    if len(used) < TUNED_FROM:
        reason = f"that takes {TUNED_FROM} labelled rows, and there are {len(used)}"
        return divide(used, FITTED_SHARES), reason
    sides = divide(used, TUNED_SHARES)
    if any(_is_enough(sides.train, column) for column in range(len(MODEL_LABELS))):
        return sides, ""
    reason = f"that takes {FEWEST} rows to learn with one of the labels and {FEWEST} without it"
    return divide(used, FITTED_SHARES), reason


def _is_enough(rows: Sequence[SideRow], column: int) -> bool:
    targets = [each.row.targets[column] for each in rows]
    known = [target for target in targets if target is not None]
    positive = sum(target >= 0.5 for target in known)
    return min(positive, len(known) - positive) >= FEWEST


def _by_label(rows: Sequence[SiteRow], least: float) -> dict[str, int]:
    """How many rows have at least this share of each label."""
    return {
        str(label): sum(
            row.targets[column] is not None and (row.targets[column] or 0.0) >= least
            for row in rows
        )
        for column, label in enumerate(MODEL_LABELS)
    }
