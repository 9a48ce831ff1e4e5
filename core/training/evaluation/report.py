"""The report of a training run: every number of the model card, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelNotUsable
from core.training.evaluation.bias import BiasReport
from core.training.evaluation.calibration import TemperatureFit
from core.training.evaluation.functional import FunctionResult
from core.training.evaluation.intervals import Share
from core.training.evaluation.measures import LabelMetrics
from core.training.evaluation.paired_suites import PairedReport
from core.training.evaluation.thresholds import BandChoice, ThresholdRule
from core.training.settings import BASE_MODEL, TrainSettings

REPORT_FILE = "report.json"
_PLACES = 6


@dataclass(frozen=True, slots=True)
class SetCounts:
    """Row counts of one set: `known` and `positives` are per label, over all splits."""

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
class Effect:
    """The effect of all bands together on a set they were not chosen on. Unless the set is
    `labelled`, every row counts as clean: the shares are then upper bounds of the false positives.
    `low_rate`: traffic as it arrived, not collected for its abuse."""

    data_set: str
    low_rate: bool
    labelled: bool
    clean_held: Share
    clean_removed: Share
    toxic_held: Share
    toxic_among_held: Share


@dataclass(frozen=True, slots=True)
class Parity:
    """The model in a lower precision compared with the reference over `rows` comments; `flips`
    counts (row, label) cells that cross an edge."""

    rows: int
    largest: float
    p99: float
    mean: float
    flips_hold: int
    flips_remove: int
    auc_lost: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Probe:
    """A sentence the model was not trained on, and its scores."""

    text: str
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """One run. Times in seconds, sizes in bytes; `metrics` from the test side and from whole sets
    that are only measured on, `validation` from the validation side. `recipe` says how it was
    trained, a sentence a line. `bias` is None without the template set; `parity` is by precision,
    bf16 only where the processor has it, and `transformers` for the folder as transformers reads
    it."""

    model_version: str
    settings: TrainSettings
    base_sha256: str
    sets: tuple[SetCounts, ...]
    recipe: tuple[str, ...]
    train_rows: int
    train_seconds: float
    tokens_per_row: float
    validation: tuple[LabelMetrics, ...]
    metrics: tuple[LabelMetrics, ...]
    calibrations: tuple[TemperatureFit, ...]
    rule: ThresholdRule
    bands: tuple[BandChoice, ...]
    effects: tuple[Effect, ...]
    functions: tuple[FunctionResult, ...]
    bias: BiasReport | None
    parity: Mapping[str, Parity]
    probes: tuple[Probe, ...]
    versions: Mapping[str, str]
    sizes: Mapping[str, int]
    evasions: PairedReport
    long_texts: PairedReport

    def write(self, folder: Path) -> None:
        """As JSON, numbers to six places."""
        text = json.dumps(_rounded(asdict(self)), indent=1, ensure_ascii=False)
        (folder / REPORT_FILE).write_text(text + "\n", encoding="utf-8")

    @property
    def about(self) -> dict[str, Any]:
        """What the manifest repeats: origin, the rule of the thresholds, the main results."""
        return {
            "base_model": BASE_MODEL,
            "base_sha256": self.base_sha256,
            "seed": self.settings.seed,
            "epochs": self.settings.epochs,
            "train_rows": self.train_rows,
            "thresholds_rule": _rounded(asdict(self.rule), 4),
            "low_rate_held": round(self.low_rate_held, 4),
            "int8_largest_difference": round(self.parity["int8"].largest, 4),
            "roc_auc": {
                f"{m.data_set}/{m.label}": round(m.roc_auc, 4)
                for m in self.metrics
                if m.roc_auc is not None
            },
        }

    @property
    def low_rate(self) -> tuple[Effect, ...]:
        """The effects on traffic at its real rate of abuse."""
        return tuple(each for each in self.effects if each.low_rate)

    @property
    def low_rate_held(self) -> float:
        """Share of clean comments held in the low-rate set that has labels."""
        return next(e.clean_held.value for e in self.low_rate if e.labelled)

    @property
    def summary(self) -> str:
        """A few lines for the terminal."""
        lines = [f"{self.model_version}: {self.train_rows:,} rows in {self.train_seconds:,.0f} s"]
        for m in self.metrics:
            if m.roc_auc is not None:
                lines.append(f"  {m.data_set} {m.label}: ROC AUC {m.roc_auc:.4f} of {m.rows:,}")
        for choice in self.bands:
            sure = choice.remove
            remove = f"remove from {sure.at:.2f}" if sure else "only a person removes"
            lines.append(f"  {choice.label}: hold from {choice.hold.at:.2f}, {remove}")
        for effect in self.low_rate:
            lines.append(f"  {effect.data_set}: {effect.clean_held.value:.2%} of the clean held")
        passed = sum(each.passed.count for each in self.functions)
        lines.append(
            f"  functional suite: {passed} of {sum(f.passed.rows for f in self.functions)}"
        )
        for name, suite in (("evasion", self.evasions), ("long-text", self.long_texts)):
            acted, held = suite.acted_on, suite.twins_held
            lines.append(
                f"  {name} suite: {acted.count} of {acted.rows} acted on, "
                f"{held.count} of {held.rows} harmless twins held"
            )
        for precision, parity in self.parity.items():
            lines.append(
                f"  {precision} differs from the reference by at most {parity.largest:.3f}"
            )
        return "\n".join(lines)


def read_report(folder: Path) -> TrainingReport:
    """The report of an earlier run. Raises ModelNotUsable if there is none from this release."""
    from pydantic import TypeAdapter, ValidationError

    path = folder / REPORT_FILE
    try:
        return TypeAdapter(TrainingReport).validate_json(path.read_bytes())
    except OSError as error:
        raise ModelNotUsable(f"no readable {REPORT_FILE} in {folder}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ModelNotUsable(
            f"{path} is no report of this release: {where}: {first['msg']}"
        ) from error


def _rounded(value: Any, places: int = _PLACES) -> Any:
    if isinstance(value, float):
        return round(value, places)
    if isinstance(value, Mapping):
        return {key: _rounded(each, places) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each, places) for each in value]
    return value
