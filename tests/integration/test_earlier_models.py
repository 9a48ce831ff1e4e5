"""Model folders whose weights are a `model.safetensors` in fp16 still score, and can be tuned."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from core.errors import ModelNotUsable
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import PACKED_FILE, WEIGHTS_FILE, read_manifest
from core.inference.pooling import Pooling
from core.training.data.datasets import MODEL_LABELS
from core.training.standard_folder import write_standard_folder
from tests.integration import site_runs
from tests.integration.site_runs import run
from tests.integration.tiny_site_model import write_rows

pytest.importorskip("torch", reason="training needs the [train] extra")
pytest.importorskip("transformers", reason="training needs the [train] extra")
pytest.importorskip("onnx", reason="training needs the [train] extra")

pytestmark = pytest.mark.training

MADE = Path(__file__).parents[1] / "models"
WAYS = {
    "openvino fp32": 1e-4,
    "onnx fp32": 1e-4,
    "torch fp32": 2e-3,
    "transformers fp32": 2e-3,
    "torch bf16": 0.02,
    "openvino int8": 0.1,
    "onnx int8": 0.1,
}

# pytest finds a fixture by its name in this module.
few = site_runs.few


@pytest.fixture(scope="module", params=list(Pooling))
def earlier(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("earlier")
    with zipfile.ZipFile(MADE / f"fp16-{request.param}.zip") as file:
        file.extractall(place)
    return place / "model"


def scores(folder: Path, way: str, texts: list[str]) -> np.ndarray:
    backend, precision = way.split()
    made = choose_local(LocalChoice(backend=backend, precision=precision, model=str(folder)))
    results = made.score(texts).results
    made.close()
    return np.array([[result.scores[label] for label in MODEL_LABELS] for result in results])


@pytest.mark.parametrize("way", WAYS)
def test_it_scores_as_it_did(earlier: Path, way: str) -> None:
    expected = json.loads((earlier.parent / "scores.json").read_text())
    found = scores(earlier, way, list(expected))
    assert found == pytest.approx(np.array(list(expected.values())), abs=WAYS[way])


def test_temperatures_are_folded_into_its_own_file(
    earlier: Path, few: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    report = run(few, out, earlier)
    assert report.not_tuned
    assert read_manifest(out).weights_file == WEIGHTS_FILE
    column, texts = MODEL_LABELS.index("insult"), ["you are bad", "i will kill the process"]
    before, after = (scores(each, "onnx fp32", texts) for each in (earlier, out))
    logits = np.log(before / (1 - before))
    logits[:, column] /= report.temperatures["insult"]
    assert after == pytest.approx(1 / (1 + np.exp(-logits)), abs=2e-3)


def test_a_network_tuned_from_it_has_todays_form(earlier: Path, tmp_path: Path) -> None:
    rows, out = write_rows(tmp_path / "rows.parquet", 280), tmp_path / "out"
    assert not run(rows, out, earlier).not_tuned
    files = read_manifest(out).files
    assert PACKED_FILE in files
    assert WEIGHTS_FILE not in files


def test_as_a_standard_folder_it_is_what_it_was(earlier: Path, tmp_path: Path) -> None:
    write_standard_folder(earlier, tmp_path / "out")
    before, after = (load_file(each / WEIGHTS_FILE) for each in (earlier, tmp_path / "out"))
    assert before.keys() == after.keys()
    assert all(np.array_equal(value, after[name]) for name, value in before.items())


def test_a_file_that_its_manifest_does_not_name_is_not_opened(
    earlier: Path, tmp_path: Path
) -> None:
    for path in earlier.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / PACKED_FILE).write_bytes(b"from elsewhere")
    texts = ["you are bad"]
    for way in ("torch fp32", "onnx fp32"):
        assert scores(tmp_path, way, texts) == pytest.approx(scores(earlier, way, texts), abs=1e-6)


def test_without_its_weights_it_is_refused(earlier: Path, tmp_path: Path) -> None:
    for path in earlier.iterdir():
        if path.name != WEIGHTS_FILE:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    choice = LocalChoice(backend="torch", precision="fp32", model=str(tmp_path))
    with pytest.raises(ModelNotUsable, match=f"{WEIGHTS_FILE} is missing"):
        choose_local(choice).load()
