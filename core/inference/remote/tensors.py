"""Tensors of the open inference protocol as JSON. Shapes are checked, never guessed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from core.inference.remote.shapes import at, bad_shape, number

_FLOATS = frozenset({"FP16", "BF16", "FP32", "FP64"})
BYTES = "BYTES"
# Where servers put class names; the protocol defines no place for them.
_NAMES_AT = ("labels", "label_names", "label_order", "class_names", "classes", "id2label")


@dataclass(frozen=True, slots=True)
class Tensor:
    """One output. `values` are flat, in row-major order; `shape` is None if unknown."""

    name: str
    datatype: str
    shape: tuple[int, ...] | None
    values: tuple[Any, ...]
    labels: tuple[str, ...] | None = None

    @property
    def is_float(self) -> bool:
        """Whether it can hold scores or logits; integers would be class numbers."""
        return self.datatype in _FLOATS

    def has_shape(self, *sizes: int) -> bool:
        """Whether it has that shape, ignoring trailing dimensions of 1."""
        return _trimmed(self.shape or ()) == _trimmed(sizes) and self.shape is not None

    def numbers(self) -> list[float]:
        """Raises AttemptFailed if a value is not a number."""
        return [number(value) for value in self.values]


def read_tensor(found: Any) -> Tensor:
    """Raises AttemptFailed when name, datatype, shape and data are inconsistent."""
    name, datatype, data = at(found, "name"), at(found, "datatype"), at(found, "data")
    if not isinstance(name, str) or not isinstance(datatype, str) or not isinstance(data, list):
        raise bad_shape("sent a tensor whose name, datatype or data is of another kind")
    nested, values = _flat(data)
    shape = _shape_of(found)
    if shape is not None and prod(shape) != len(values):
        raise bad_shape(f"sent {len(values)} values for a tensor of shape {list(shape)}")
    if nested is not None and shape is not None and _trimmed(nested) != _trimmed(shape):
        raise bad_shape(f"sent rows of other lengths than the shape {list(shape)} it gives")
    return Tensor(name, datatype, shape if shape is not None else nested, values, _labels(found))


def declared_labels(found: Any) -> tuple[str, ...] | None:
    """The class names in the `parameters` of an answer or output, if any."""
    return _labels(found)


def _shape_of(found: Mapping[str, Any]) -> tuple[int, ...] | None:
    shape = found.get("shape")
    if shape is None:
        return None
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise bad_shape("sent a tensor whose shape is not a list of sizes")
    return tuple(shape)


def _flat(data: list[Any]) -> tuple[tuple[int, int] | None, tuple[Any, ...]]:
    """The shape of nested rows (None for a flat list) and the flat values. Raises AttemptFailed for
    ragged rows."""
    if not any(isinstance(row, list) for row in data):
        return None, tuple(data)
    widths = {len(row) if isinstance(row, list) else -1 for row in data}
    if len(widths) != 1 or any(isinstance(value, list) for row in data for value in row):
        raise bad_shape("sent a tensor whose rows are not of one length")
    return (len(data), widths.pop()), tuple(value for row in data for value in row)


def _labels(found: Any) -> tuple[str, ...] | None:
    parameters = found.get("parameters") if isinstance(found, Mapping) else None
    if not isinstance(parameters, Mapping):
        return None
    for place in _NAMES_AT:
        names = _names(parameters.get(place))
        if names is not None:
            return names
    return None


def _names(value: Any) -> tuple[str, ...] | None:
    """From a list, an object with numbers as keys, either of them as JSON text, or names separated
    by commas."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = [name.strip() for name in value.split(",")]
    if isinstance(value, Mapping) and all(str(key).isdecimal() for key in value):
        value = [value[key] for key in sorted(value, key=int)]
    if isinstance(value, list) and value and all(isinstance(name, str) for name in value):
        return tuple(value)
    return None


def _trimmed(shape: tuple[int, ...]) -> tuple[int, ...]:
    while len(shape) > 1 and shape[-1] == 1:
        shape = shape[:-1]
    return shape
