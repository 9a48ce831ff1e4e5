"""Export: the int8 file, and a copy of it with seven bits that scores alike on every processor."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.inference.manifest import INT8_FILE
from tests.unit import small_export
from tests.unit.small_export import MATRICES, RUNTIMES, random_ids, reference, scores

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
onnx = pytest.importorskip("onnx", reason="training needs the [train] extra")

from core.inference.pooling import Pooling  # noqa: E402
from tests.integer_arithmetic import (  # noqa: E402
    MOST,
    exact_scores,
    int8_matrices,
    numpy_helper,
    take_seven_bits,
)

pytestmark = pytest.mark.training

# pytest finds a fixture by its name in this module.
base = small_export.base
pooling = small_export.pooling
folder = small_export.folder


@pytest.fixture(scope="module")
def seven_bits(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with 7-bit weights, which scores the same on every processor."""
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("seven_bits") / "model")
    take_seven_bits(copy / INT8_FILE)
    return copy


def test_int8_stays_near_the_reference(folder: Path) -> None:
    ids = random_ids(100, seed=5)
    apart = np.abs(exact_scores(folder / INT8_FILE, ids) - reference(folder, ids))
    assert apart.mean() < 0.025
    assert np.quantile(apart, 0.99) < 0.12


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_int8_runs_as_its_file_says(folder: Path, seven_bits: Path, runtime: str) -> None:
    ids = random_ids(100, seed=5)
    expected = exact_scores(seven_bits / INT8_FILE, ids)
    apart = np.abs(scores(seven_bits, INT8_FILE, ids, runtime) - expected)
    # A value on the edge between two steps may fall to either side: a few scores move a little.
    assert np.median(apart) < 1e-5
    assert apart.max() < 0.05
    assert np.abs(expected - reference(folder, ids)).mean() < 0.025


def test_seven_bits_are_half_of_eight(folder: Path, seven_bits: Path, pooling: Pooling) -> None:
    whole, half = (int8_matrices(onnx.load(each / INT8_FILE)) for each in (folder, seven_bits))
    assert len(whole) == len(half) == MATRICES[pooling]
    for one, other in zip(whole, half, strict=True):
        eight, seven = (numpy_helper.to_array(each).astype(int) for each in (one, other))
        assert np.abs(eight).max() == 127
        assert np.abs(seven).max() <= MOST
        assert np.abs(eight - 2 * seven).max() <= 1


def test_the_large_layers_are_multiplied_in_int8(folder: Path, pooling: Pooling) -> None:
    model = onnx.load(folder / INT8_FILE)
    kinds = {each.data_type for each in int8_matrices(model)}
    assert kinds == {onnx.TensorProto.INT8}
    assert len(int8_matrices(model)) == MATRICES[pooling]
