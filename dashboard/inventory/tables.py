"""The tables of the page as frames, which are also what is downloaded. Pure."""

import pandas as pd

from core.inventory.model_facts import CardDataSet, ModelFacts, ModelMetric
from core.inventory.packages import Package
from core.inventory.tried_models import TriedModel
from core.services.inventory import Inventory
from core.servinglog.estimates.levers import RuntimeMeasure

SHOWN_SETS = {
    "jigsaw_wiki": "Wikipedia talk",
    "cad_reddit": "Reddit",
    "davidson_tweets": "tweets",
    "wiki_context_gn": "Wikipedia at its real rate",
}
TOXICITY = "toxicity"
MEGABYTE = 1e6
NOT_MEASURED = "not measured here"


def package_frame(packages: tuple[Package, ...]) -> pd.DataFrame:
    """One row a package, those that the console needs first."""
    rows = sorted(packages, key=lambda one: (not one.is_needed, one.name))
    return pd.DataFrame(
        [
            {
                "package": one.name,
                "version": one.version,
                "licence": one.licence or None,
                "needed": "yes" if one.is_needed else "no",
                "what it is": one.summary,
                "needs": ", ".join(one.requires) or None,
            }
            for one in rows
        ],
        columns=["package", "version", "licence", "needed", "what it is", "needs"],
    )


def model_frame(found: Inventory) -> pd.DataFrame:
    """The model in force in each precision, then the networks tried before it."""
    rows = [] if found.model is None else _own_rows(found.model, found)
    rows += [_tried_row(one) for one in found.tried]
    columns = [
        *("model", "verdict", *SHOWN_SETS.values(), "size, MB", "p95, ms", "speed", "why", "what"),
        "measured on",
    ]
    return pd.DataFrame(rows, columns=columns)


def data_frame(data: tuple[CardDataSet, ...]) -> pd.DataFrame:
    """One row a data set."""
    return pd.DataFrame(
        [
            {
                "data set": one.name,
                "use": one.use,
                "licence": one.licence,
                "rows": one.rows or None,
                "rows that taught": one.trained or None,
                "what for": one.why,
                "from": one.origin,
                "sha256": one.sha256,
            }
            for one in data
        ],
        columns=[
            *("data set", "use", "licence", "rows", "rows that taught", "what for", "from"),
            "sha256",
        ],
    )


def auc_words(value: float, low: float | None = None, high: float | None = None) -> str:
    """`0.969 [0.959, 0.978]`; without brackets where no interval is known."""
    return f"{value:.3f}" if low is None or high is None else f"{value:.3f} [{low:.3f}, {high:.3f}]"


def _own_rows(model: ModelFacts, found: Inventory) -> list[dict[str, object]]:
    speeds = tuple(found.speeds)
    metrics: dict[str, object] = {
        title: None if (one := model.metric(name, TOXICITY)) is None else _auc_of(one)
        for name, title in SHOWN_SETS.items()
    }
    first: dict[str, object] = {
        "model": model.manifest.version,
        "what": "the model in force",
        **metrics,
        "size, MB": sum(model.sizes.values()) / MEGABYTE or None,
        "p95, ms": found.p95_ms,
        "speed": _speed_words(speeds, model.manifest.precision),
        "verdict": "in force",
        "measured on": "test side",
    }
    return [first, *(_variant_row(model, at, speeds) for at in range(len(model.variants)))]


def _variant_row(
    model: ModelFacts, at: int, speeds: tuple[RuntimeMeasure, ...]
) -> dict[str, object]:
    one = model.variants[at]
    size = None if one.size_bytes is None else one.size_bytes / MEGABYTE
    lost = "" if one.auc_lost is None else f", {one.auc_lost:+.4f} ROC AUC lost"
    return {
        "model": f"{model.manifest.version}, {one.name}",
        "what": "against fp32",
        "measured on": f"{one.rows:,} held-out comments",
        "size, MB": size,
        "speed": _speed_words(speeds, one.name),
        "verdict": "shipped" if one.name == model.manifest.precision else "can be chosen",
        "why": f"{one.flips:,} decisions flip, scores differ by {one.largest:.3f} at most{lost}",
    }


def _tried_row(one: TriedModel) -> dict[str, object]:
    figures = {
        title: auc_words(*one.roc_auc[name]) if name in one.roc_auc else None
        for name, title in SHOWN_SETS.items()
    }
    said: dict[str, object] = {
        "model": one.name,
        "what": one.what,
        "verdict": one.verdict,
        "why": one.why,
    }
    return said | figures | {"measured on": f"{one.side} side, decision {one.decision}"}


def _auc_of(one: ModelMetric) -> str:
    return auc_words(one.value, one.low, one.high)


def _speed_words(speeds: tuple[RuntimeMeasure, ...], precision: str) -> str:
    found = [one for one in speeds if one.precision == precision]
    if not found:
        return NOT_MEASURED
    best = max(found, key=lambda one: one.speed)
    return f"{best.speed:.1f} times fp32 ({best.backend})"
