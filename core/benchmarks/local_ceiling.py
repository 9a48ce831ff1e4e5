"""How fast this machine can multiply int8 matrices, and how much of that scoring uses."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.errors import ModelNotUsable
from core.inference.local.openvino_import import import_openvino
from core.inference.manifest import CONFIG_FILE

_WIDTHS = (512, 1024, 2048)
_ROWS = 2048
_LAYERS = 4
_SPENT_S = 1.5


def int8_rate(lanes: int, now_s: Callable[[], float]) -> float:
    """Operations per second of the fastest of several chains of large int8 matrix products, in the
    same runtime with all lanes busy. A product and a sum count as two operations."""
    return max(_rate(width, lanes, now_s) for width in _WIDTHS)


def operations(folder: Path, lengths: Sequence[int]) -> int:
    """The least number of operations for texts of so many tokens, without padding and overhead.

    A layer of width h and inner width f takes 8 h² + 4 h f for each of n tokens and 4 h n² for
    attention. The last layer is read at the first token only: it takes 4 h² a token for keys and
    values, the rest once. Raises ModelNotUsable if the configuration is missing.
    """
    try:
        config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
        width, inner = config["hidden_size"], config["intermediate_size"]
        layers = config["num_hidden_layers"]
    except (OSError, ValueError, KeyError) as error:
        raise ModelNotUsable(f"no readable {CONFIG_FILE} of a BERT in {folder.name}") from error
    a_token = 8 * width * width + 4 * width * inner

    def of_text(count: int) -> int:
        full = count * a_token + 4 * width * count * count
        last = 4 * width * width * (count + 1) + 4 * width * inner + 4 * width * count
        return int((layers - 1) * full + last)

    return sum(map(of_text, lengths))


def _rate(width: int, lanes: int, now_s: Callable[[], float]) -> float:
    import numpy as np

    openvino = import_openvino()
    options = {"NUM_STREAMS": lanes, "INFERENCE_NUM_THREADS": lanes, "ENABLE_CPU_PINNING": False}
    network = openvino.Core().compile_model(_chain(width), "CPU", options)
    requests = [network.create_infer_request() for _ in range(lanes)]
    rows = np.random.default_rng(7).standard_normal((_ROWS, width), dtype=np.float32)
    for request in requests:
        request.infer({0: rows})
    rounds, begin = 0, now_s()
    while now_s() - begin < _SPENT_S:
        for request in requests:
            request.start_async({0: rows}, share_inputs=True)
        for request in requests:
            request.wait()
        rounds += 1
    spent_s = now_s() - begin
    return 2.0 * _ROWS * width * width * _LAYERS * lanes * rounds / spent_s


def _chain(width: int) -> Any:
    """Matrix products in sequence, each on the int8 output of the one before."""
    import numpy as np

    openvino = import_openvino()
    ops = openvino.opset13
    generator = np.random.default_rng(7)
    source = ops.parameter([_ROWS, width], np.float32)
    value: Any = source
    for _ in range(_LAYERS):
        edge = np.float32(4.0)
        value = ops.fake_quantize(value, -edge, edge, -edge, edge, 256)
        weights = generator.integers(-127, 128, (width, width), dtype=np.int8)
        scaled = ops.multiply(
            ops.convert(ops.constant(weights), "f32"), np.float32(1 / (70 * width**0.5))
        )
        value = ops.matmul(value, scaled, transpose_a=False, transpose_b=True)
    return openvino.Model([value], [source], "chain")
