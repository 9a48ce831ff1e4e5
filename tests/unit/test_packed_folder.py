"""A folder in which each weight is once: every backend gives the scores of its weights, and it can
be written as a standard one."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from core.cli.main import main
from core.cli.output import ExitCode
from core.errors import InvalidInput, ModelNotUsable
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import INT8_FILE, MANIFEST_FILE, PACKED_FILE
from core.inference.pooling import Pooling
from core.training.data.datasets import MODEL_LABELS
from tests.unit import small_export
from tests.unit.small_export import random_ids, reference, text_of

pytest.importorskip("torch", reason="training needs the [train] extra")
transformers = pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")

from safetensors import safe_open  # noqa: E402
from safetensors.numpy import load_file, save_file  # noqa: E402

from core.inference.local.packed_weights import read_packed  # noqa: E402
from core.training.export.shipping import describe  # noqa: E402
from core.training.settings import MODEL_VERSION, TrainSettings  # noqa: E402
from core.training.standard_folder import write_standard_folder  # noqa: E402
from tests.integer_arithmetic import take_seven_bits  # noqa: E402

pytestmark = pytest.mark.training

# pytest finds a fixture by its name in this module.
base = small_export.base
pooling = small_export.pooling
folder = small_export.folder

IDS = random_ids(40, seed=9)
TEXTS = [text_of(each) for each in IDS]
STANDARD = {Pooling.FIRST: 2e-4, Pooling.MEAN: 2e-3}
"""A layer that stands for the mean costs some thousandths."""
ROUNDED = ("openvino bf16", "torch bf16", "openvino int8", "onnx int8")
WEIGHT = "bert.encoder.layer.0.output.dense.weight"


@pytest.fixture(scope="module")
def served(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a manifest, and seven bits so that every processor scores it alike."""
    copy = shutil.copytree(folder, tmp_path_factory.mktemp("served") / "model")
    take_seven_bits(copy / INT8_FILE)
    write_manifest(copy)
    return copy


def write_manifest(folder: Path) -> None:
    made = describe(folder, TrainSettings(score_tokens=40))
    (folder / MANIFEST_FILE).write_text(made.as_json())


def scores(folder: Path, way: str) -> np.ndarray:
    backend, precision = way.split()
    made = choose_local(LocalChoice(backend=backend, precision=precision, model=str(folder)))
    results = made.score(TEXTS).results
    made.close()
    return np.array([[result.scores[label] for label in MODEL_LABELS] for result in results])


@pytest.mark.parametrize("way", ["openvino fp32", "onnx fp32"])
def test_graphs_score_as_their_weights_say(served: Path, way: str) -> None:
    assert scores(served, way) == pytest.approx(reference(served, IDS), abs=1e-4)


@pytest.mark.parametrize("way", ["torch fp32", "transformers fp32"])
def test_torch_scores_as_the_weights_say(served: Path, pooling: Pooling, way: str) -> None:
    assert scores(served, way) == pytest.approx(reference(served, IDS), abs=STANDARD[pooling])


@pytest.mark.parametrize("way", ROUNDED)
def test_rounded_ways_stay_near(served: Path, way: str) -> None:
    apart = np.abs(scores(served, way) - reference(served, IDS))
    assert apart.mean() < 0.025
    assert np.quantile(apart, 0.99) < 0.12


def test_weights_are_steps_times_size_times_factor(folder: Path) -> None:
    stored, (found, _) = load_file(folder / PACKED_FILE), read_packed(folder / PACKED_FILE)
    steps, size, factor, apart, loud = (
        stored[f"{WEIGHT}.{part}"] for part in ("steps", "size", "factor", "apart", "loud")
    )
    assert steps.dtype == np.int8
    expected = steps.astype(np.float64) * size * factor[:, None]
    assert not expected[apart].any()
    expected[apart] = loud
    assert len(apart) == 4
    assert found[WEIGHT].numpy() == pytest.approx(expected.T, rel=1e-6)


def test_the_file_says_what_the_head_reads(folder: Path, pooling: Pooling) -> None:
    with safe_open(folder / PACKED_FILE, framework="np") as file:
        assert file.metadata() == {"pooling": str(pooling)}
    assert read_packed(folder / PACKED_FILE)[1] is pooling


@pytest.mark.parametrize(
    "change", ["no pooling", "no factor", "no norm", "no such channel", "no file"]
)
def test_a_file_that_is_not_all_of_a_network_is_refused(
    folder: Path, tmp_path: Path, change: str
) -> None:
    copy = shutil.copytree(folder, tmp_path / "model")
    tensors, metadata = load_file(copy / PACKED_FILE), {"pooling": "mean"}
    if change == "no pooling":
        metadata = {}
    if change == "no factor":
        del tensors[f"{WEIGHT}.factor"]
    if change == "no norm":
        del tensors["bert.embeddings.LayerNorm.weight"]
    if change == "no such channel":
        tensors[f"{WEIGHT}.apart"] += 1000
    save_file(tensors, copy / PACKED_FILE, metadata)
    if change == "no file":
        (copy / PACKED_FILE).write_bytes(b"none")
    write_manifest(copy)
    with pytest.raises(ModelNotUsable, match="can't open"):
        scores(copy, "torch fp32")


def test_the_command_writes_a_folder_that_transformers_reads(
    served: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MODCONSOLE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MODCONSOLE_MODEL", str(served))
    out = tmp_path / "out"
    assert main(["export-model", str(out)]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith(f"Wrote {MODEL_VERSION} to {out}")
    pipeline = transformers.pipeline(
        "text-classification", str(out), top_k=None, function_to_apply="sigmoid"
    )
    found = [{each["label"]: each["score"] for each in one} for one in pipeline(TEXTS)]
    scored = np.array([[one[str(label)] for label in MODEL_LABELS] for one in found])
    # The products of steps and sizes are rounded to fp16.
    assert scored == pytest.approx(reference(served, IDS), abs=3e-3)
    assert main(["export-model", str(out)]) == ExitCode.WRONG_USE
    assert "is there already" in capsys.readouterr().err


def test_a_changed_model_is_not_written_anew(served: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(served, tmp_path / "model")
    (copy / PACKED_FILE).write_bytes((copy / PACKED_FILE).read_bytes() + b"x")
    with pytest.raises(ModelNotUsable, match="differs from its manifest"):
        write_standard_folder(copy, tmp_path / "out")
    with pytest.raises(InvalidInput, match="is there already"):
        write_standard_folder(served, copy)
    assert not list(tmp_path.glob("out*"))
