"""Turns a server's rows of scores into results under the console's labels."""

import math

from core.inference.base import Activation, TextResult, count_problem
from core.inference.remote.shapes import bad_shape
from core.inference.remote.transport import HttpResponse
from core.inference.remote.wire_format import Row, WireFormat


def read_rows(wire: WireFormat, response: HttpResponse, count: int) -> list[Row]:
    """One row of scores for each text, with every declared label. Raises AttemptFailed.

    A missing declared label is an error: without its score, no comment would ever be held for it.
    """
    rows = wire.rows(response, count)
    if problem := count_problem(len(rows), count):
        raise bad_shape(problem)
    for row in rows:
        for names in wire.labels.values():
            missing = [name for name in names if name not in row]
            if missing:
                raise bad_shape(f"gave no score for its label {missing[0]!r}")
    return [_activated(wire, row) for row in rows]


def _activated(wire: WireFormat, row: Row) -> Row:
    """Applies the activation to a row of logits; other rows stay unchanged."""
    if not wire.gives_logits or wire.activation is Activation.NONE:
        return row
    if wire.activation is Activation.SIGMOID:
        return {name: _sigmoid(value) for name, value in row.items()}
    top = max(row.values())
    powers = {name: math.exp(value - top) for name, value in row.items()}
    return {name: power / sum(powers.values()) for name, power in powers.items()}


def result_of(wire: WireFormat, row: Row, model_version: str) -> TextResult:
    """Each label gets the highest score among its server labels; unmapped scores are kept in
    `other_scores`."""
    scores = {}
    for label, names in wire.labels.items():
        # max() keeps or drops NaN depending on the order, so NaN is checked first.
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
