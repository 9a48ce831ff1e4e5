"""The interface of a runtime's network: padded token ids in, logits out."""

from typing import TYPE_CHECKING, Protocol

from core.inference.base import Activation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Network(Protocol):
    """A network opened by one runtime. `lanes` calls of `logits` may run at the same time. Batches
    of about `batch_tokens` tokens and widths that are multiples of `width_step` run fastest.
    `part_texts`: how many texts of a call to compute while the tokens of as many more are made;
    None if computing needs every processor."""

    @property
    def lanes(self) -> int: ...

    @property
    def batch_tokens(self) -> int: ...

    @property
    def width_step(self) -> int: ...

    @property
    def part_texts(self) -> int | None: ...

    def logits(
        self, tokens: "NDArray[np.int64]", mask: "NDArray[np.int64]"
    ) -> "NDArray[np.float32]":
        """(rows, outputs) for `tokens` and `mask`, both (rows, width). Raises BackendError; its
        message never contains a token."""
        ...


def activate(logits: "NDArray[np.float32]", activation: Activation) -> "NDArray[np.float32]":
    """Scores (rows, outputs); no logit overflows."""
    import numpy as np

    if activation is Activation.NONE:
        return logits
    if activation is Activation.SOFTMAX:
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
        return shares
    scores: NDArray[np.float32] = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return scores
