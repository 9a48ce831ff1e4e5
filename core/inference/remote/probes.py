"""Checks on the first scores of a server: do its numbers mean what the settings declare?"""

import math
from collections.abc import Sequence

from core.errors import ModelNotUsable
from core.inference.base import Activation
from core.inference.remote.wire_format import HARMLESS, Row, WireFormat

# Unlike each other: only a server that misreads its model scores them all alike. The last one has a
# high score, so that a scale other than 0 to 1 shows.
PROBES = (
    HARMLESS,
    "The train leaves at nine from the second platform.",
    "I will kill you, you fucking idiot.",
)
# Far above the rounding of a server, far below what independent scores come to by chance.
_SUM_TOLERANCE = 1e-3
_FEWEST_LABELS = 3
# What a sigmoid makes of 0 and 1: no model's logits of harmless texts are all above that.
_TWICE_LOW, _TWICE_HIGH = 0.5, 0.7311
# Far below what a server rounds to, far above the noise of a network that gives a constant.
_SAME = 1e-6
# Other texts in a request change padding and rounding; a text taken for another is further off.
_ALONE_TOLERANCE = 0.1


def check_probes(name: str, wire: WireFormat, rows: Sequence[Row]) -> None:
    """Raises ModelNotUsable when the scores of the probes show a trap: a softmax where a sigmoid
    was declared, logits or a percentage where scores were, scores where logits were, or the same
    answer to everything. The last probe is a threat, the others are harmless."""
    values = [value for row in rows for value in row.values()]
    if any(not 0.0 <= value <= 1.0 for value in values):
        raise ModelNotUsable(f"{name} {_outside(wire, values)}")
    if _spread(rows) < _SAME:
        raise ModelNotUsable(
            f"{name} gives the same scores to {len(rows)} texts that have nothing in common, so it "
            "does not score them. Look at what it serves, and at its number of classes"
        )
    if wire.activation is not Activation.SIGMOID or not rows:
        return
    if wire.gives_logits and min(values) >= _TWICE_LOW:
        which = "from 0 to 1 only" if max(values) <= _TWICE_HIGH else "from 0 up only"
        raise ModelNotUsable(
            f"{name} was to give logits, and gives harmless texts numbers {which}, so no "
            f"logits: a sigmoid on top would make every one of them 0.5 or more. {_no_logits(wire)}"
        )
    sums = [math.fsum(row.values()) for row in rows]
    has_enough = all(len(row) >= _FEWEST_LABELS for row in rows)
    if has_enough and all(abs(total - 1.0) < _SUM_TOLERANCE for total in sums):
        raise ModelNotUsable(
            f"{name} gives scores that add up to 1 for every text, as a softmax does, and sigmoid "
            "is declared: of several labels that are all high, none would look high. Have the "
            'server apply a sigmoid, or declare `activation = "softmax"`'
        )


def check_alone(name: str, alone: Row, among: Row) -> None:
    """Raises ModelNotUsable when a text has other scores alone than among others: then the answer
    to several is not in their order."""
    apart = max(abs(alone[label] - among.get(label, math.inf)) for label in alone)
    if apart > _ALONE_TOLERANCE:
        raise ModelNotUsable(
            f"{name} gives a text other scores alone than among others, so its answers are not in "
            "the order of the texts; have it keep the order, or set `batch_size = 1`"
        )


def _outside(wire: WireFormat, values: Sequence[float]) -> str:
    if any(map(math.isnan, values)):
        return "gives NaN for texts that anybody can score: its model is broken"
    if min(values) >= 0.0:
        return (
            f"gives numbers outside 0..1, up to {max(values):g} and none below 0, so not "
            "probabilities but logits or another scale, such as 0..100; have it give 0..1"
        )
    keys = [key for key in ("logits", "raw_scores") if key in wire.options]
    or_say = f", or say `{keys[0]} = true`" if keys and not wire.gives_logits else ""
    return (
        "gives numbers outside 0..1, so logits and not scores; have it apply its activation"
        f"{or_say}"
    )


def _no_logits(wire: WireFormat) -> str:
    given = [key for key in ("raw_scores", "logits") if wire.config.options.get(key)]
    if given:
        return f"Take `{given[0]}` out of its settings"
    # The kind asks for logits by itself, and the server takes no notice.
    return (
        "This server takes no notice of being asked for them: use a version that does, or declare "
        '`activation = "softmax"` or `"none"`, whichever it applies by itself'
    )


def _spread(rows: Sequence[Row]) -> float:
    """How far any label's scores are apart."""
    first, *others = rows
    return max(
        (abs(row.get(label, 0.0) - first[label]) for row in others for label in first), default=1.0
    )
