"""From a server's rows to results under the console's labels, and what can't be meant so."""

import math
from collections.abc import Sequence

from core.errors import ModelNotUsable
from core.inference.base import Activation, TextResult
from core.inference.remote.shapes import bad_shape
from core.inference.remote.wire import Row, Wire

# Far above the rounding of a server, far below what independent scores come to by chance.
_SUM_TOLERANCE = 1e-3
_FEWEST_LABELS = 3
# What a sigmoid makes of numbers from 0 to 1.
_TWICE_LOW, _TWICE_HIGH = 0.5, 0.7311


def activated(wire: Wire, row: Row) -> Row:
    """Scores of a row of logits; other rows as they are."""
    if not wire.gives_logits or wire.activation is Activation.NONE:
        return row
    if wire.activation is Activation.SIGMOID:
        return {name: _sigmoid(value) for name, value in row.items()}
    top = max(row.values())
    powers = {name: math.exp(value - top) for name, value in row.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


def result_of(wire: Wire, row: Row, model_version: str) -> TextResult:
    """The highest score among a label's own names; what has no label is kept beside them.

    A label that is declared and missing is refused: without its score nothing would be held.
    """
    scores = {}
    for label, names in wire.labels.items():
        missing = [name for name in names if name not in row]
        if missing:
            raise bad_shape(f"gave no score for its label {missing[0]!r}")
        # NaN must not hide behind a number: max() drops it or not, depending on the order.
        found = [row[name] for name in names]
        scores[label] = math.nan if any(map(math.isnan, found)) else max(found)
    mapped = {name for names in wire.labels.values() for name in names}
    others = {name: score for name, score in row.items() if name not in mapped}
    return TextResult(scores=scores, model_version=model_version, other_scores=others)


def check_probes(name: str, wire: Wire, rows: Sequence[Row]) -> None:
    """Raises ModelNotUsable when the scores of harmless texts show a trap: a softmax where a
    sigmoid was declared, logits where scores were, or scores where logits were."""
    values = [value for row in rows for value in row.values()]
    if any(not 0.0 <= value <= 1.0 for value in values if not math.isnan(value)):
        raise ModelNotUsable(
            f"{name} gives numbers outside 0..1, so logits and not scores; "
            "have it apply its activation, or say `logits = true` where the kind has that"
        )
    if wire.activation is not Activation.SIGMOID or not rows:
        return
    if wire.gives_logits and all(_TWICE_LOW <= value <= _TWICE_HIGH for value in values):
        raise ModelNotUsable(
            f"{name} was to give logits, and gives harmless texts numbers from 0 to 1 only, so "
            "scores: a sigmoid on top would make every one of them 0.5 or more. Take `raw_scores` "
            "or `logits` out of its settings"
        )
    sums = [math.fsum(row.values()) for row in rows]
    has_enough = all(len(row) >= _FEWEST_LABELS for row in rows)
    if has_enough and all(abs(total - 1.0) < _SUM_TOLERANCE for total in sums):
        raise ModelNotUsable(
            f"{name} gives scores that add up to 1 for every text, as a softmax does, and sigmoid "
            "is declared: of several labels that are all high, none would look high. Have the "
            'server apply a sigmoid, or declare `activation = "softmax"`'
        )


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)
