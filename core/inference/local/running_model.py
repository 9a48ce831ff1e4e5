"""An opened model at work: texts to token ids, ids to batches, batches to the network's lanes."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from core.inference.batching.padding import padded
from core.inference.local.network import Network
from core.inference.local.schedule import one_by_one, plan_batches
from core.inference.local.tokenizing import Tokenized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Tokenizer(Protocol):
    """Turns texts into rows of token ids, none longer than what the network reads."""

    def encode(self, texts: Sequence[str]) -> Tokenized: ...


@dataclass(frozen=True, slots=True)
class OpenedModel:
    """`is_batchable` is False if a text's score would depend on the other texts in its batch."""

    tokenizer: Tokenizer
    network: Network
    pad_id: int
    is_batchable: bool


@dataclass(frozen=True, slots=True)
class TokenizedPart:
    """`text_count` texts of a call, in input order, with their tokens. `waited_s` is how long the
    caller waited for these tokens."""

    text_count: int
    tokenized: Tokenized
    waited_s: float


class RunningModel:
    """An opened model with the threads it runs on, which `close` ends. No row is longer than
    `max_tokens`."""

    def __init__(self, model: OpenedModel, max_tokens: int) -> None:
        self._model = model
        self._max_tokens = max_tokens
        self._lanes = ThreadPoolExecutor(model.network.lanes, thread_name_prefix="score")
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="tokenize")

    def close(self) -> None:
        """A call in progress ends first."""
        self._lanes.shutdown()
        self._ahead.shutdown()

    def parts(self, texts: Sequence[str]) -> Iterator[TokenizedPart]:
        """The texts with their tokens. A network that leaves processors free gets them in parts:
        while the caller computes one, the tokens of the next are made in another thread."""
        size = self._model.network.part_texts or max(1, len(texts))
        parts = [texts[at : at + size] for at in range(0, len(texts), size)] or [texts]
        encode = self._model.tokenizer.encode
        next_one: Future[Tokenized] | None = None
        for number, part in enumerate(parts):
            began = time.perf_counter()
            tokenized = encode(part) if next_one is None else next_one.result()
            waited_s = time.perf_counter() - began
            if number + 1 < len(parts):
                next_one = self._ahead.submit(encode, parts[number + 1])
            yield TokenizedPart(len(part), tokenized, waited_s)

    def logits(self, ids: Sequence[Sequence[int]]) -> "NDArray[np.float32]":
        """(rows, outputs), in the order of `ids`."""
        import numpy as np

        network, pad_id = self._model.network, self._model.pad_id
        step = network.width_step
        widths = [min(-(-len(each) // step) * step, self._max_tokens) for each in ids]
        if self._model.is_batchable:
            batches = plan_batches(widths, lanes=network.lanes, token_budget=network.batch_tokens)
        else:
            batches = one_by_one(widths)

        def run(batch: Sequence[int]) -> "NDArray[np.float32]":
            # Batches are planned longest first.
            rows, width = [ids[index] for index in batch], widths[batch[0]]
            return network.logits(*padded(rows, pad_id, width=width))

        # A single batch runs in this thread: handing it over costs more than a short text. So does
        # every batch if there is one lane: torch would start its own threads for each thread that
        # calls it.
        is_alone = len(batches) < 2 or network.lanes == 1
        found = list((map if is_alone else self._lanes.map)(run, batches))
        if not found:
            return np.empty((0, 0), dtype=np.float32)
        logits = np.empty((len(ids), found[0].shape[1]), dtype=np.float32)
        for batch, part in zip(batches, found, strict=True):
            logits[batch] = part
        return logits
