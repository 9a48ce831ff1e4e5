"""The report of tuning the model for a site: every number of its card, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.inference.manifest import Band
from core.training.evaluation.intervals import Share
from core.training.site.comparison import LabelDifference, SiteVerdict

SITE_REPORT_FILE = "site_report.json"
_PLACES = 6


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows of the file. `known` and `positives` are by label, over all rows that were used."""

    used: int
    without_label: int
    other_language: int
    train: int
    calibrate: int
    test: int
    known: Mapping[str, int]
    positives: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Held:
    """Test rows that the hold edges of a model reach, with and without abuse."""

    abusive: Share
    clean: Share


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Cases of the project's functional suite that each model passes."""

    cases: int
    base: int
    site: int


@dataclass(frozen=True, slots=True)
class SiteReport:
    """One run. `not_tuned` is the reason why the network stayed as it is, empty if it was tuned;
    `shipped_edges` the reason why all edges of the shipped model stayed, empty if some were chosen.
    `temperatures` has the labels whose temperature was fitted."""

    name: str
    base_version: str
    file: str
    sha256: str
    unread: tuple[str, ...]
    counts: RowCounts
    seed: int
    epochs: int
    not_tuned: str
    temperatures: Mapping[str, float]
    bands: Mapping[str, Band]
    shown_edges: tuple[str, ...]
    shipped_edges: str
    comparisons: tuple[LabelDifference, ...]
    held_by_base: Held
    held_by_site: Held
    suite: SuiteResult
    int8_largest_difference: float
    verdict: SiteVerdict

    def write(self, folder: Path) -> None:
        """As JSON, numbers to six places: the same run gives the same bytes."""
        text = json.dumps(rounded(asdict(self)), indent=1, ensure_ascii=False)
        (folder / SITE_REPORT_FILE).write_text(text + "\n", encoding="utf-8")

    @property
    def about(self) -> dict[str, Any]:
        """What the manifest repeats."""
        return {
            "rows_sha256": self.sha256,
            "rows": self.counts.used,
            "is_tuned": not self.not_tuned,
            "seed": self.seed,
            "temperatures": dict(self.temperatures),
            "verdict": str(self.verdict),
        }

    @property
    def verdict_line(self) -> str:
        """The verdict, and the figures that it rests on."""
        what = f"{self.name} is {self.verdict} than {self.base_version}"
        together = self.comparisons[0]
        figures = [
            f"{measure} {pair.base:.4f} -> {pair.site:.4f}, difference {pair.difference:+.4f} "
            f"[{pair.interval[0]:+.4f}, {pair.interval[1]:+.4f}]"
            for measure, pair in (("ROC AUC", together.roc_auc), ("log loss", together.log_loss))
            if pair is not None
        ]
        lost = [each.label for each in self.comparisons[1:] if each.ranks_worse]
        if lost:
            figures.append(f"{', '.join(lost)} ranked worse")
        return f"{what}: {'; '.join(figures) or 'the test rows are too few to compare them'}"


def rounded(value: object) -> object:
    """Numbers to six places, at any depth."""
    if isinstance(value, float):
        return round(value, _PLACES)
    if isinstance(value, Mapping):
        return {str(key): rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value
