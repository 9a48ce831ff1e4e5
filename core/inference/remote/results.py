"""From a server's rows of scores to results under the console's labels."""

import math

from core.inference.base import Activation, TextResult
from core.inference.remote.shapes import bad_shape
from core.inference.remote.transport import HttpResponse
from core.inference.remote.wire_format import Row, WireFormat


def read_rows(wire: WireFormat, response: HttpResponse, count: int) -> list[Row]:
    """One row of scores a text, every declared label in each. Raises AttemptFailed.

    A label that is declared and missing is refused: without its score nothing would be held.
    """
    rows = wire.rows(response, count)
    if len(rows) != count:
        raise bad_shape(f"gave {len(rows)} results for {count} texts")
    for row in rows:
        for names in wire.labels.values():
            missing = [name for name in names if name not in row]
            if missing:
                raise bad_shape(f"gave no score for its label {missing[0]!r}")
    return [_activated(wire, row) for row in rows]


def _activated(wire: WireFormat, row: Row) -> Row:
    """Scores of a row of logits; other rows as they are."""
    if not wire.gives_logits or wire.activation is Activation.NONE:
        return row
    if wire.activation is Activation.SIGMOID:
        return {name: _sigmoid(value) for name, value in row.items()}
    top = max(row.values())
    powers = {name: math.exp(value - top) for name, value in row.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


def result_of(wire: WireFormat, row: Row, model_version: str) -> TextResult:
    """The highest score among a label's own names; what has no label is kept beside them."""
    scores = {}
    for label, names in wire.labels.items():
        # NaN must not hide behind a number: max() drops it or not, depending on the order.
        found = [row[name] for name in names]
        scores[label] = math.nan if any(map(math.isnan, found)) else max(found)
    mapped = {name for names in wire.labels.values() for name in names}
    others = {name: score for name, score in row.items() if name not in mapped}
    return TextResult(
        scores=scores,
        model_version=model_version,
        other_scores={name: score for name, score in others.items() if math.isfinite(score)},
    )


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)
