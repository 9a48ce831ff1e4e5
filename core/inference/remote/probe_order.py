"""Checks whose a server's first scores are: of which text and of which label."""

import math
from collections.abc import Mapping, Sequence

from core.errors import ModelNotUsable
from core.inference.base import Activation
from core.inference.remote.probes import HARMLESS_PROBES, THREAT
from core.inference.remote.results import result_of
from core.inference.remote.wire_format import Row, WireFormat
from core.moderation.scores import Label

# Other texts in a request change padding, so scores differ a little; the scores of another text
# differ more.
_ALONE_TOLERANCE = 0.1
# The labels that should catch the threatening probe, which is an insult too.
_CATCHING = (Label.TOXICITY, Label.THREAT, Label.INSULT)
_LANGUAGE = "en"


def check_order(
    name: str,
    alone: Mapping[str, Row],
    among: Mapping[str, Row],
    again: Mapping[str, Row],
) -> None:
    """Raises ModelNotUsable when a text's scores alone, and among others in two orders, differ:
    then the answers to several texts are not in the order of the texts. Each maps texts to rows."""
    pairs = (alone, among), (alone, again), (among, again)
    if not all(_are_near(rows[text], others[text]) for rows, others in pairs for text in rows):
        raise ModelNotUsable(
            f"{name} gives a text different scores alone and together with others, so its answers "
            "are not in the order of the texts; make it keep the order, or set `batch_size = 1`"
        )


def check_threat(name: str, wire: WireFormat, rows: Mapping[str, Row]) -> None:
    """Raises ModelNotUsable when a threat scores no higher than harmless texts for a label that
    should catch it. Of a model for other languages this is not known."""
    languages = wire.config.languages or wire.default_languages
    if languages is not None and _LANGUAGE not in languages:
        return
    caught = [label for label in _CATCHING if label in wire.labels]
    # A softmax divides 1 among the labels, so that only the highest of them is sure to rise.
    together = wire.activation is not Activation.SIGMOID
    for labels in [caught] if together and caught else [[label] for label in caught]:
        threat, *harmless = (
            max(result_of(wire, rows[text], "").scores[label] for label in labels)
            for text in (THREAT, *HARMLESS_PROBES)
        )
        # Guard models name few categories, and give the others 0.
        is_unnamed = Label.TOXICITY not in labels and not any((threat, *harmless))
        if threat <= max(harmless) and not is_unnamed:
            raise ModelNotUsable(f"{name} {_mixed_up(wire, labels)}")


def _mixed_up(wire: WireFormat, labels: Sequence[Label]) -> str:
    names = " and ".join(
        f"{label} (its {' or '.join(map(repr, wire.labels[label]))})" for label in labels
    )
    order = " and `label_order`" if wire.config.label_order else ""
    return (
        f"gives a threat no higher score than harmless texts for {names}, so labels are mixed up, "
        f"or it does not score threats: compare `labels`{order} with its model; for a model that "
        "does not read English, set `languages`"
    )


def _are_near(row: Row, other: Row) -> bool:
    return all(abs(row[label] - other.get(label, math.inf)) <= _ALONE_TOLERANCE for label in row)
