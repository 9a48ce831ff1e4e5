"""Checks of a server's first scores: do its numbers mean what the settings declare?

`core.inference.remote.probe_order` checks whose they are.
"""

import math
from collections.abc import Sequence

from core.errors import ModelNotUsable
from core.inference.base import Activation
from core.inference.remote.wire_format import HARMLESS, Row, WireFormat

THREAT = "I will kill you, you fucking idiot."
_TRAIN = "The train leaves at nine from the second platform."
_INSULT = "Nobody here likes you, stupid moron, so shut up and leave."
HARMLESS_PROBES = (HARMLESS, _TRAIN)
# The texts differ, so only a server that misreads its model scores them all alike. Two score high,
# so a scale other than 0 to 1 shows.
PROBES = (_TRAIN, THREAT, _INSULT, HARMLESS)
PROBES_AGAIN = (_INSULT, HARMLESS, THREAT, _TRAIN)
"""The same texts in another order. By whether its text is harmless in the one and in the other, no
place is like another; and neither all texts nor the first two or three are sorted by score or by
length in both. So answers in any order but that of the texts show, also if only neighbours change.
"""
# Far above a server's rounding, but so small that independent scores don't meet it by chance.
_SUM_TOLERANCE = 1e-3
_FEWEST_LABELS = 3
# The sigmoid of 0 and of 1: what scores become when they are taken for logits. Real logits of
# harmless texts are mostly below 0, so their sigmoid is below 0.5.
_TWICE_LOW, _TWICE_HIGH = 0.5, 0.7311
# Far below a server's rounding, far above the numerical noise of a network with constant output.
_SAME = 1e-6


def check_probes(name: str, wire: WireFormat, rows: Sequence[Row]) -> None:
    """Raises ModelNotUsable when the probes' scores show a fault: a softmax although a sigmoid was
    declared, logits or percentages instead of scores, scores instead of logits, or the same answer
    to every text."""
    values = [value for row in rows for value in row.values()]
    if any(not 0.0 <= value <= 1.0 for value in values):
        raise ModelNotUsable(f"{name} {_outside(wire, values)}")
    if _spread(rows) < _SAME:
        raise ModelNotUsable(
            f"{name} gives the same scores to {len(rows)} texts that have nothing in common, so it "
            "does not score them. Check which model it serves, and its number of classes"
        )
    if wire.activation is not Activation.SIGMOID or not rows:
        return
    if wire.gives_logits and min(values) >= _TWICE_LOW:
        which = "from 0 to 1" if max(values) <= _TWICE_HIGH else "of 0 and more"
        raise ModelNotUsable(
            f"{name} should give logits, but gives harmless texts only numbers {which}, "
            f"so they are not logits: one more sigmoid would make each of them 0.5 "
            f"or more. {_no_logits(wire)}"
        )
    sums = [math.fsum(row.values()) for row in rows]
    has_enough = all(len(row) >= _FEWEST_LABELS for row in rows)
    if has_enough and all(abs(total - 1.0) < _SUM_TOLERANCE for total in sums):
        raise ModelNotUsable(
            f"{name} gives scores that add up to 1 for every text, as a softmax does, but sigmoid "
            "is declared: when several labels are high, none would look high. Make the "
            'server apply a sigmoid, or declare `activation = "softmax"`'
        )


def _outside(wire: WireFormat, values: Sequence[float]) -> str:
    if any(map(math.isnan, values)):
        return "gives NaN for ordinary texts: its model is broken"
    if min(values) >= 0.0:
        return (
            f"gives numbers outside 0..1, up to {max(values):g} and none below 0: "
            "logits or another scale, such as 0..100, not probabilities; make it give 0..1"
        )
    keys = [key for key in ("logits", "raw_scores") if key in wire.options]
    or_set = f", or set `{keys[0]} = true`" if keys and not wire.gives_logits else ""
    return (
        f"gives numbers outside 0..1, so logits, not scores; make it apply its activation{or_set}"
    )


def _no_logits(wire: WireFormat) -> str:
    given = [key for key in ("raw_scores", "logits") if wire.config.options.get(key)]
    if given:
        return f"Take `{given[0]}` out of its settings"
    # This kind requests logits by default, and the server ignores it.
    return (
        "This server ignores the request for logits: use a version that gives them, or declare "
        '`activation = "softmax"` or `"none"`, whichever it applies by itself'
    )


def _spread(rows: Sequence[Row]) -> float:
    """The largest difference between any label's scores."""
    first, *others = rows
    return max(
        (abs(row.get(label, 0.0) - first[label]) for row in others for label in first), default=1.0
    )
