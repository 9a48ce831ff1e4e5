"""The threads that call a local network: one per lane, or the caller's if there is one lane."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from core.inference.local.backend import OpenedModel, _Running
from core.inference.local.tokenizing import Tokenized


@dataclass
class Watched:
    """Records the calling threads; a batch has one text of eight tokens."""

    lanes: int
    width_step: int = 1
    batch_tokens: int = 8
    threads: set[int] = field(default_factory=set)

    def logits(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        self.threads.add(threading.get_ident())
        return tokens[:, :1].astype(np.float32)


class NoTokenizer:
    def encode(self, texts: Sequence[str]) -> Tokenized:
        raise AssertionError("ids are given")


@pytest.mark.parametrize(("lanes", "is_here"), [(1, True), (2, False)])
def test_one_lane_is_the_callers_own_thread(lanes: int, is_here: bool) -> None:
    network = Watched(lanes)
    running = _Running(OpenedModel(NoTokenizer(), network, 0, is_batchable=True), max_tokens=8)
    found = running.logits([[number] * 8 for number in range(5)])
    running.pool.shutdown()
    assert found[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert (network.threads == {threading.get_ident()}) is is_here
