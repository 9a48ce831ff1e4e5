"""What a training run leaves for people: every number of the model card, ready for JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from core.training.measures import LabelMetrics
from core.training.settings import TrainSettings
from core.training.thresholds import BandReport

REPORT_FILE = "report.json"


@dataclass(frozen=True, slots=True)
class SetCounts:
    """Rows of one set: `known` and `positives` a label, on all sides together."""

    name: str
    use: str
    licence: str
    origin: str
    sha256: str
    why: str
    rows: int
    train: int
    val: int
    test: int
    known: Mapping[str, int]
    positives: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Parity:
    """int8 against fp32 over `rows` comments; `flips` of all (row, label) cells at each edge."""

    rows: int
    largest: float
    p99: float
    mean: float
    flips_hold: int
    flips_remove: int
    auc_lost: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Probe:
    """A sentence the model never saw, and what it makes of it."""

    text: str
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class IdentityRate:
    """Share of the non-toxic template sentences with this term that would be held."""

    term: str
    rows: int
    held: float


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """One run. Times in seconds, sizes in bytes, `files` maps a name to its sha256."""

    model_version: str
    settings: TrainSettings
    base_sha256: str
    sets: tuple[SetCounts, ...]
    train_rows: int
    train_seconds: float
    tokens_per_row: float
    metrics: tuple[LabelMetrics, ...]
    bands: tuple[BandReport, ...]
    low_rate_rows: int
    low_rate_held: float
    low_rate_removed: float
    low_rate_recall: float | None
    parity: Parity
    probes: tuple[Probe, ...]
    identity: tuple[IdentityRate, ...]
    versions: Mapping[str, str]
    sizes: Mapping[str, int]

    def write(self, folder: Path) -> None:
        """As JSON, for comparison of runs."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / REPORT_FILE).write_text(text + "\n", encoding="utf-8")

    @property
    def summary(self) -> str:
        """A few lines for the terminal."""
        lines = [f"{self.model_version}: {self.train_rows:,} rows in {self.train_seconds:,.0f} s"]
        for m in self.metrics:
            if m.roc_auc is not None:
                lines.append(f"  {m.data_set} {m.label}: ROC AUC {m.roc_auc:.4f} of {m.rows:,}")
        for band in self.bands:
            lines.append(
                f"  {band.label}: hold from {band.hold:.2f}, remove from {band.remove:.2f}"
            )
        lines.append(f"  clean low-rate comments held: {self.low_rate_held:.2%}")
        lines.append(f"  int8 differs from fp32 by at most {self.parity.largest:.3f}")
        return "\n".join(lines)
