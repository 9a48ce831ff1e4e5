"""One text's scores, read from any of the forms that servers without a standard protocol use."""

from typing import Any

from core.inference.remote.shapes import TOP_ONE, bad_shape, by_name, labelled, number
from core.inference.remote.wire_format import Row, WireFormat


def any_row(wire: WireFormat, found: Any) -> Row:
    """Reads labels with scores (a list; an object with numbers as keys, `{"0": {"label": …,
    "score": …}}`, which MLflow turns such a list into; or `{"labels": […], "scores": […]}`, as
    zero-shot pipelines give), `{"label": score}`, or a bare list in `label_order`.

    Raises AttemptFailed for a label alone, or one score where several labels are needed: that is
    only the best label.
    """
    if isinstance(found, str) or (isinstance(found, dict) and {"label", "score"} <= found.keys()):
        if isinstance(found, dict):
            return labelled(found, wire.label_count)
        raise bad_shape(TOP_ONE)
    if isinstance(found, dict) and {"labels", "scores"} <= found.keys():
        return _paired(found["labels"], found["scores"])
    if isinstance(found, dict):
        is_numbered = found and all(isinstance(item, dict) for item in found.values())
        return labelled(list(found.values()), wire.label_count) if is_numbered else by_name(found)
    if isinstance(found, list) and found and all(isinstance(item, dict) for item in found):
        return labelled(found, wire.label_count)
    if isinstance(found, list):
        return wire.named([number(value) for value in found])
    if wire.label_count > 1:
        raise bad_shape(TOP_ONE)
    return wire.named([number(found)])


def _paired(names: Any, scores: Any) -> Row:
    if not isinstance(names, list) or not isinstance(scores, list) or len(names) != len(scores):
        raise bad_shape("sent different numbers of labels and scores")
    pairs = [{"label": name, "score": score} for name, score in zip(names, scores, strict=True)]
    return labelled(pairs, len(pairs))
