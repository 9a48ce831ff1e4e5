"""Export: whole texts are scored in order, by their windows and all of their readings."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import BackendError
from core.inference.base import BatchResult, CallMetadata, ErrorKind, TextResult
from core.inference.local.backend import LocalBackend
from core.inference.text.form import readings
from core.inference.windows import READ_CHARS, cut_windows, token_rule
from core.training.evaluation.scoring import ExportedNetwork
from tests.unit import small_export
from tests.unit.small_export import RUNTIMES, WORDS, random_ids, text_of

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")

from core.training.export.shipping import describe
from core.training.settings import TrainSettings

pytestmark = pytest.mark.training

# pytest finds a fixture by its name in this module.
base = small_export.base
pooling = small_export.pooling
folder = small_export.folder

WINDOWED = TrainSettings(max_tokens=40)


def exported(folder: Path, backend: str, precision: str) -> ExportedNetwork:
    return ExportedNetwork(folder, describe(folder, WINDOWED), backend, precision)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_scores_come_in_input_order(folder: Path, runtime: str) -> None:
    texts = [text_of(each) for each in random_ids(40, seed=6)]
    network = exported(folder, runtime, "fp32")
    forth, back = network.score_texts(texts), network.score_texts(texts[::-1])
    assert np.abs(forth - back[::-1]).max() < 1e-5
    assert np.abs(forth - back).max() > 0.1


def test_a_long_text_has_the_highest_score_of_its_windows(folder: Path) -> None:
    """As in serving: nothing is cut away, and harmless parts do not dilute the others."""
    network = exported(folder, "openvino", "fp32")
    words = [WORDS[each] for each in np.random.default_rng(3).integers(0, len(WORDS), size=100)]
    (whole,) = network.score_texts([" ".join(words)])
    windows = cut_windows(len(words), token_rule(WINDOWED.window_tokens - 2, READ_CHARS))
    every = network.score_texts([" ".join(words[each.start : each.stop]) for each in windows])
    assert len(windows) > 2
    assert whole == pytest.approx(every.max(axis=0), abs=1e-5)
    assert (whole > every[0] + 1e-3).any()


def test_the_highest_score_of_all_readings_counts(folder: Path) -> None:
    network = exported(folder, "openvino", "fp32")
    text = "w1 <b w2 w3> w4"
    ways = readings(text)
    assert len(ways) == 2
    (found,) = network.score_texts([text])
    assert found == pytest.approx(network.score_texts(ways).max(axis=0), abs=1e-5)


def test_a_text_that_can_not_be_scored_stops_the_measuring(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = TextResult(error="not a score", error_kind=ErrorKind.BAD_SCORE)
    answer = BatchResult((failed,), CallMetadata(0.0))
    monkeypatch.setattr(LocalBackend, "score", lambda *_: answer)
    with pytest.raises(BackendError, match="not a score"):
        exported(folder, "openvino", "fp32").score_texts(["w1"])
