"""A network in an ONNX file, run by onnxruntime, its errors translated."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BackendError, MissingExtra, ModelNotUsable
from core.inference.base import Activation
from core.inference.padding import padded

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
    """Token ids in, activated scores out. Safe to call from several threads."""

    def __init__(self, path: Path) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingExtra(
                "the shipped model needs onnxruntime: pip install onnxruntime"
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

    def logits(self, ids: Sequence[Sequence[int]], pad_id: int) -> "NDArray[np.float32]":
        """Network output (rows, labels). Raises BackendError, without the text."""
        tokens, mask = padded(ids, pad_id)
        feed = {"input_ids": tokens, "attention_mask": mask}
        try:
            found: NDArray[np.float32] = self._session.run(["logits"], feed)[0]
        except _runtime_errors() as error:
            raise BackendError(f"onnxruntime failed on a batch: {type(error).__name__}") from error
        return found


def activate(logits: "NDArray[np.float32]", activation: Activation) -> "NDArray[np.float32]":
    """Scores (rows, labels); overflow-free for any logit."""
    import numpy as np

    if activation is Activation.NONE:
        return logits
    if activation is Activation.SOFTMAX:
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return shares
    scores: NDArray[np.float32] = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return scores


def _runtime_errors() -> tuple[type[Exception], ...]:
    """What onnxruntime raises; its classes share no base of their own."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = tuple(getattr(state, name) for name in _ERROR_NAMES if hasattr(state, name))
    return (*own, RuntimeError, ValueError)
