"""The head inside a written model folder: temperatures are folded in place, all else stays."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.inference.local.packed_weights import POOLING
from core.inference.manifest import CONFIG_FILE, PACKED_FILE, WEIGHTS_FILE
from core.inference.pooling import Pooling


def pooling_of(folder: Path) -> Pooling:
    """What the head reads: the file of weights says it. One of an earlier version has a last layer
    with queries of zero for the mean; no layer that was trained has such."""
    content = _weights(folder).read_bytes()
    if metadata := _header(content).get("__metadata__", {}).get(POOLING):
        return Pooling(metadata)
    begin, end = _place(content, f"{_last_layer(folder)}.query.weight")
    return Pooling.FIRST if any(content[begin:end]) else Pooling.MEAN


def fold_into_folder(folder: Path, temperatures: Sequence[float]) -> None:
    """Divides the head's rows by the temperatures, one an output. Both graphs point into this file,
    so they change with it."""
    path = _weights(folder)
    content = bytearray(path.read_bytes())
    at = "classifier"
    if path.name == WEIGHTS_FILE and pooling_of(folder) is Pooling.MEAN:
        # There the head is the first values of the added layer.
        at = f"{_last_layer(folder)}.value"
    scale = np.array(temperatures, dtype=np.float64)
    for name in (f"{at}.weight", f"{at}.bias"):
        begin, end = _place(content, name)
        shape = _header(content)[name]["shape"]
        rows = np.frombuffer(content[begin:end], dtype="<f2").reshape(shape).copy()
        head = rows[: len(scale)].astype(np.float64)
        rows[: len(scale)] = head / (scale[:, None] if head.ndim > 1 else scale)
        content[begin:end] = rows.tobytes()
    path.write_bytes(content)


def _weights(folder: Path) -> Path:
    packed = folder / PACKED_FILE
    return packed if packed.is_file() else folder / WEIGHTS_FILE


def _last_layer(folder: Path) -> str:
    """The attention of the last layer of the standard network, an added one included."""
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    return f"bert.encoder.layer.{config['num_hidden_layers'] - 1}.attention.self"


def _place(content: bytes | bytearray, name: str) -> tuple[int, int]:
    start = 8 + struct.unpack("<Q", content[:8])[0]
    begin, end = _header(content)[name]["data_offsets"]
    return start + begin, start + end


def _header(content: bytes | bytearray) -> Mapping[str, Any]:
    length = struct.unpack("<Q", content[:8])[0]
    header: Mapping[str, Any] = json.loads(content[8 : 8 + length])
    return header
