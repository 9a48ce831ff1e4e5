"""The tables of the page as frames. Their columns are named as in the files that are downloaded;
their cells are in the language of the texts given, without any in the reader's."""

import re
from collections.abc import Mapping

import pandas as pd

from core.inventory.model_facts import CardDataSet, ModelFacts, ModelMetric, ModelVariant
from core.inventory.packages import Package
from core.inventory.tried_models import TriedModel
from core.services.inventory import Inventory
from core.servinglog.estimates.levers import RuntimeMeasure
from core.texts.texts import Texts
from dashboard.staff_texts import staff_texts

SHOWN_SETS = {
    "jigsaw_wiki": "Wikipedia talk",
    "cad_reddit": "Reddit",
    "davidson_tweets": "tweets",
    "wiki_context_gn": "Wikipedia at its real rate",
}
"""Data sets with the names of their columns."""
TOXICITY = "toxicity"
MEGABYTE = 1e6
_NO_WORD = re.compile(r"\W+")


def package_frame(packages: tuple[Package, ...], texts: Texts | None = None) -> pd.DataFrame:
    """One row a package, those that the console needs first."""
    texts = texts or staff_texts()
    rows = sorted(packages, key=lambda one: (not one.is_needed, one.name))
    yes, no = texts.say("inventory.packages.needed_yes"), texts.say("inventory.packages.needed_no")
    return pd.DataFrame(
        [
            {
                "package": one.name,
                "version": one.version,
                "licence": one.licence or None,
                "needed": yes if one.is_needed else no,
                "what it is": one.summary,
                "needs": ", ".join(one.requires) or None,
            }
            for one in rows
        ],
        columns=["package", "version", "licence", "needed", "what it is", "needs"],
    )


def model_frame(found: Inventory, texts: Texts) -> pd.DataFrame:
    """The model in force in each precision, then the networks tried before it."""
    rows = [] if found.model is None else _own_rows(found.model, found, texts)
    rows += [_tried_row(one, texts) for one in found.tried]
    columns = [
        *("model", "verdict", *SHOWN_SETS.values(), "size, MB", "p95, ms", "speed", "why", "what"),
        "measured on",
    ]
    return pd.DataFrame(rows, columns=columns)


def data_frame(data: tuple[CardDataSet, ...], texts: Texts | None = None) -> pd.DataFrame:
    """One row a data set, in the words of the model's folder."""
    texts = texts or staff_texts()
    return pd.DataFrame(
        [
            {
                "data set": one.name,
                "use": _use_words(one.use, texts),
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


def auc_words(
    value: float,
    low: float | None = None,
    high: float | None = None,
    texts: Texts | None = None,
) -> str:
    """`0.969 [0.959, 0.978]`; without brackets where no interval is known."""
    texts = texts or staff_texts()
    figure = texts.decimal(value, 3)
    if low is None or high is None:
        return figure
    ends = {"low": texts.decimal(low, 3), "high": texts.decimal(high, 3)}
    return texts.say("inventory.models.interval", value=figure, **ends)


def name_of(words: str) -> str:
    """The name by which a file of texts has something that the console's own data name in words:
    `version_1` of `version 1`."""
    return _NO_WORD.sub("_", words)


def _use_words(use: str, texts: Texts) -> str:
    """In the model's own word if it is none of ours."""
    key = f"inventory.data_use.{name_of(use)}"
    return texts.say(key) if texts.has(key) else use


def _own_rows(model: ModelFacts, found: Inventory, texts: Texts) -> list[dict[str, object]]:
    speeds = tuple(found.speeds)
    metrics: dict[str, object] = {
        title: None if (one := model.metric(name, TOXICITY)) is None else _auc_of(one, texts)
        for name, title in SHOWN_SETS.items()
    }
    first: dict[str, object] = {
        "model": model.manifest.version,
        "what": texts.say("inventory.models.the_one_in_force"),
        **metrics,
        "size, MB": sum(model.sizes.values()) / MEGABYTE or None,
        "p95, ms": found.p95_ms,
        "speed": _speed_words(speeds, model.manifest.precision, texts),
        "verdict": texts.say("inventory.models.in_force"),
        "measured on": texts.say("inventory.models.test_side"),
    }
    return [first, *(_variant_row(model, one, speeds, texts) for one in model.variants)]


def _variant_row(
    model: ModelFacts, one: ModelVariant, speeds: tuple[RuntimeMeasure, ...], texts: Texts
) -> dict[str, object]:
    is_shipped = one.name == model.manifest.precision
    verdict = "inventory.models.shipped" if is_shipped else "inventory.models.can_be_chosen"
    return {
        "model": f"{model.manifest.version}, {one.name}",
        "what": texts.say("inventory.models.against_fp32"),
        "measured on": texts.count("inventory.held_out", one.rows),
        "size, MB": None if one.size_bytes is None else one.size_bytes / MEGABYTE,
        "speed": _speed_words(speeds, one.name, texts),
        "verdict": texts.say(verdict),
        "why": _difference_words(one, texts),
    }


def _difference_words(one: ModelVariant, texts: Texts) -> str:
    """How a precision differs from the reference."""
    largest = texts.decimal(one.largest, 3)
    if one.auc_lost is None:
        return texts.count("inventory.flips", one.flips, largest=largest)
    lost = ("" if one.auc_lost < 0 else "+") + texts.decimal(one.auc_lost, 4)
    return texts.count("inventory.flips_and_loss", one.flips, largest=largest, lost=lost)


def _tried_row(one: TriedModel, texts: Texts) -> dict[str, object]:
    figures = {title: _tried_auc(one.roc_auc, name, texts) for name, title in SHOWN_SETS.items()}
    name = name_of(one.name)
    said: dict[str, object] = {
        "model": texts.say(f"inventory.tried_name.{name}"),
        "what": texts.say(f"inventory.tried_what.{name}"),
        "verdict": texts.say(f"inventory.tried_verdict.{one.verdict}"),
        "why": texts.say(f"inventory.tried_why.{name}"),
        "measured on": texts.say(f"inventory.tried_on.{one.side}", decision=str(one.decision)),
    }
    return said | figures


def _tried_auc(found: Mapping[str, tuple[float, ...]], name: str, texts: Texts) -> str | None:
    if name not in found:
        return None
    value, *interval = found[name]
    low, high = interval or (None, None)
    return auc_words(value, low, high, texts)


def _auc_of(one: ModelMetric, texts: Texts) -> str:
    return auc_words(one.value, one.low, one.high, texts)


def _speed_words(speeds: tuple[RuntimeMeasure, ...], precision: str, texts: Texts) -> str:
    found = [one for one in speeds if one.precision == precision]
    if not found:
        return texts.say("inventory.models.not_measured")
    best = max(found, key=lambda one: one.speed)
    factor = texts.decimal(best.speed, 1)
    return texts.say("inventory.models.times_fp32", factor=factor, backend=best.backend)
