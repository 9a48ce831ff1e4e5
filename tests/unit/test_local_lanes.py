"""The threads of a local model: one per lane that calls the network, or the caller's if there is
one lane; one more that makes tokens while a network computes that leaves processors free."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.inference.base import Activation, BackendInfo
from core.inference.fake import FakeBackend
from core.inference.local.backend import LocalBackend
from core.inference.local.running_model import OpenedModel, RunningModel
from core.inference.local.tokenizing import Tokenized
from core.moderation.scores import Label
from tests.patience import PATIENT_S


@dataclass
class Watched:
    """Records the calling threads; a batch has one text of eight tokens."""

    lanes: int
    width_step: int = 1
    batch_tokens: int = 8
    part_texts: int | None = None
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
    running = RunningModel(OpenedModel(NoTokenizer(), network, 0, is_batchable=True), max_tokens=8)
    found = running.logits([[number] * 8 for number in range(5)])
    running.close()
    assert found[:, 0].tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert (network.threads == {threading.get_ident()}) is is_here


class Numbers:
    """Texts are numbers; the token of `7` is 7. Sets `begun` when it begins with `awaited`."""

    def __init__(self, awaited: str = "") -> None:
        self.awaited, self.begun = awaited, threading.Event()
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> Tokenized:
        self.calls.append(list(texts))
        if self.awaited in texts:
            self.begun.set()
        return Tokenized([[int(text)] for text in texts])


@dataclass
class Waits(Watched):
    """Computes nothing before the tokens of the next part are being made."""

    begun: threading.Event | None = None

    def logits(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        assert self.begun is None or self.begun.wait(PATIENT_S)
        return tokens.astype(np.float32) / 100


class Model:
    """The score of a text is a hundredth of its number."""

    def __init__(self, network: Watched, tokenizer: Numbers) -> None:
        self._opened = OpenedModel(tokenizer, network, 0, is_batchable=True)
        self.info: BackendInfo = replace(FakeBackend().info, activation=Activation.NONE)
        self.outputs = (Label.TOXICITY,)

    def open(self) -> OpenedModel:
        return self._opened


def test_tokens_of_the_next_part_are_made_while_one_is_computed() -> None:
    tokenizer = Numbers(awaited="3")
    network = Waits(lanes=2, part_texts=3, begun=tokenizer.begun)
    backend = LocalBackend(Model(network, tokenizer))
    found = backend.score(["0", "1", "2", "3", "4"])
    backend.close()
    assert tokenizer.calls == [["0", "1", "2"], ["3", "4"]]
    scores = [result.scores[Label.TOXICITY] for result in found.results]
    assert scores == pytest.approx([0.0, 0.01, 0.02, 0.03, 0.04])
    assert found.call.tokens == 5


@pytest.mark.parametrize("count", [0, 1, 3, 4, 6, 7])
def test_scores_are_the_same_in_parts(count: int) -> None:
    texts = [str(number) for number in range(count)]

    def scored(part_texts: int | None) -> list[float]:
        backend = LocalBackend(Model(Waits(lanes=2, part_texts=part_texts), Numbers()))
        results = backend.score(texts).results
        backend.close()
        return [result.scores[Label.TOXICITY] for result in results]

    assert scored(3) == scored(None) == pytest.approx([number / 100 for number in range(count)])


def test_a_part_whose_tokens_fail_fails_the_call_and_the_next_call_works() -> None:
    backend = LocalBackend(Model(Waits(lanes=1, part_texts=1), Numbers()))
    with pytest.raises(ValueError, match="invalid literal"):
        backend.score(["1", "no number", "2"])
    assert len(backend.score(["1", "2"]).results) == 2
    backend.close()
