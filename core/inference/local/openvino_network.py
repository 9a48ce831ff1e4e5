"""A network in an ONNX file, run by OpenVINO, with its errors translated."""

from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from core.errors import BackendError, MissingExtra, ModelNotUsable
from core.inference.local.openvino_import import import_openvino
from core.inference.local.processors import processor_count
from core.inference.local.schedule import BATCH_TOKENS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FLOATS = {"fp32": "f32", "bf16": "bf16"}
"""Arithmetic for a file that is not quantised."""
_BF16_CAPABILITY = "BF16"
"""If the processor has bf16, the parts of an int8 file that are not quantised use it: up to a
quarter more comments a second."""


class OpenVinoNetwork:
    """One stream with one thread for each processor, and one inference request for each stream."""

    batch_tokens = BATCH_TOKENS
    width_step = 16
    part_texts = None
    """OpenVINO prepares itself for each new shape, which costs more than a few columns of padding:
    320 texts scored one by one had 132 shapes, and the first pass took twice as long."""

    def __init__(self, path: Path, precision: str) -> None:
        try:
            openvino = import_openvino()
        except ImportError as error:
            raise MissingExtra(
                "the backend `openvino` needs OpenVINO: pip install openvino"
            ) from error
        self._lanes = processor_count()
        core = openvino.Core()
        capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        rest = "bf16" if _BF16_CAPABILITY in capabilities else "f32"
        options = {
            "INFERENCE_PRECISION_HINT": _FLOATS.get(precision, rest),
            "PERFORMANCE_HINT": "THROUGHPUT",
            "NUM_STREAMS": self._lanes,
            "INFERENCE_NUM_THREADS": self._lanes,
            # Several processes share the machine. If each pinned its threads, all would use the
            # same core.
            "ENABLE_CPU_PINNING": False,
        }
        try:
            model = core.compile_model(path, "CPU", options)
            requests = [model.create_infer_request() for _ in range(self._lanes)]
            _run_once(requests[0])
        except RuntimeError as error:
            raise ModelNotUsable(f"OpenVINO can't open {path.name}: {error}") from error
        self._free: SimpleQueue[Any] = SimpleQueue()
        for request in requests:
            self._free.put(request)

    @property
    def lanes(self) -> int:
        return self._lanes

    def logits(
        self, tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        request = self._free.get()
        try:
            answer = request.infer({"input_ids": tokens, "attention_mask": mask}, share_inputs=True)
            found: NDArray[np.float32] = answer["logits"]
        except RuntimeError as error:
            raise BackendError(f"OpenVINO failed on a batch: {type(error).__name__}") from error
        finally:
            self._free.put(request)
        return found


def _run_once(request: Any) -> None:
    """The first call in a process must be made by one thread alone: OpenVINO's Python binding
    deadlocks if two threads make it at once (2026.4)."""
    import numpy as np

    word = np.ones((1, OpenVinoNetwork.width_step), dtype=np.int64)
    request.infer({"input_ids": word, "attention_mask": word})["logits"]
