"""A network in an ONNX file, run by onnxruntime, with its errors translated."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BackendError, MissingExtra, ModelNotUsable
from core.inference.local.processors import processor_count
from core.inference.local.schedule import BATCH_TOKENS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ERROR_NAMES = (
    "EPFail",
    "EngineError",
    "Fail",
    "InvalidArgument",
    "InvalidGraph",
    "InvalidProtobuf",
    "NoModel",
    "NoSuchFile",
    "NotImplemented",
    "RuntimeException",
)


class OnnxNetwork:
    """One thread for each batch and one batch for each processor: this scores more texts a second
    than many threads for one batch."""

    batch_tokens = BATCH_TOKENS
    width_step = 1
    part_texts = None

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtra(
                "the backend `onnx` needs onnxruntime: pip install onnxruntime"
            ) from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), sess_options=options, providers=["CPUExecutionProvider"]
            )
        except _runtime_errors() as error:
            raise ModelNotUsable(f"onnxruntime can't open {path.name}: {error}") from error

    @property
    def lanes(self) -> int:
        return processor_count()

    def logits(
        self, tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        feed = {"input_ids": tokens, "attention_mask": mask}
        try:
            found: NDArray[np.float32] = self._session.run(["logits"], feed)[0]
        except _runtime_errors() as error:
            raise BackendError(f"onnxruntime failed on a batch: {type(error).__name__}") from error
        return found


def _runtime_errors() -> tuple[type[Exception], ...]:
    """The errors onnxruntime raises; its classes have no common base class."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = tuple(getattr(state, name) for name in _ERROR_NAMES if hasattr(state, name))
    return (*own, RuntimeError, ValueError)
