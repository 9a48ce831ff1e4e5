"""The head inside a written model folder: temperatures are folded in place, all else stays."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.inference.manifest import CONFIG_FILE, WEIGHTS_FILE
from core.training.settings import Pooling


def layer_count(folder: Path) -> int:
    """Layers of the standard network, the added one included."""
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    return int(config["num_hidden_layers"])


def pooling_of(folder: Path) -> Pooling:
    """What the head reads. `export.standard` adds a last layer with queries of zero for the mean;
    no layer that was trained has such."""
    content = (folder / WEIGHTS_FILE).read_bytes()
    last = f"bert.encoder.layer.{layer_count(folder) - 1}.attention.self.query.weight"
    begin, end = _place(content, last)
    return Pooling.FIRST if any(content[begin:end]) else Pooling.MEAN


def fold_into_folder(folder: Path, temperatures: Sequence[float]) -> None:
    """Divides the head's rows by the temperatures, one an output. Both graphs point into this file,
    so they change with it."""
    path = folder / WEIGHTS_FILE
    content = bytearray(path.read_bytes())
    at = "classifier"
    if pooling_of(folder) is Pooling.MEAN:
        # There the head is the first values of the added layer.
        at = f"bert.encoder.layer.{layer_count(folder) - 1}.attention.self.value"
    scale = np.array(temperatures, dtype=np.float64)
    for name in (f"{at}.weight", f"{at}.bias"):
        begin, end = _place(content, name)
        rows = np.frombuffer(content[begin:end], dtype="<f2").reshape(_shape(content, name)).copy()
        head = rows[: len(scale)].astype(np.float64)
        rows[: len(scale)] = head / (scale[:, None] if head.ndim > 1 else scale)
        content[begin:end] = rows.tobytes()
    path.write_bytes(content)


def _place(content: bytes | bytearray, name: str) -> tuple[int, int]:
    start = 8 + struct.unpack("<Q", content[:8])[0]
    begin, end = _entry(content, name)["data_offsets"]
    return start + begin, start + end


def _shape(content: bytes | bytearray, name: str) -> tuple[int, ...]:
    return tuple(_entry(content, name)["shape"])


def _entry(content: bytes | bytearray, name: str) -> Mapping[str, Any]:
    length = struct.unpack("<Q", content[:8])[0]
    entry: Mapping[str, Any] = json.loads(content[8 : 8 + length])[name]
    return entry
