"""An unusable model folder is refused with its name before anything is scored."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from core.errors import ConfigError, ModelNotUsable
from core.inference.base import ErrorKind
from core.inference.local.backend import LocalBackend
from core.inference.local.folder_model import FolderModel
from core.inference.manifest import (
    INT8_FILE,
    MANIFEST_FILE,
    SHIPPED_MODEL,
    TOKENIZER_FILE,
    read_manifest,
)

RUNTIMES = ("openvino", "onnx")
WEIGHTS = read_manifest(SHIPPED_MODEL).weights_file


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The files of the shipped model that an int8 runtime opens."""
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (INT8_FILE, WEIGHTS, TOKENIZER_FILE, MANIFEST_FILE):
        shutil.copyfile(SHIPPED_MODEL / name, folder / name)
    return folder


def backend_of(folder: Path, runtime: str = "onnx", precision: str = "int8") -> LocalBackend:
    return LocalBackend(FolderModel(folder, runtime, precision))


def change_manifest(folder: Path, **values: object) -> None:
    content = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    (folder / MANIFEST_FILE).write_text(json.dumps({**content, **values}), encoding="utf-8")


def replace_network(folder: Path, content: bytes) -> None:
    """Replaces the network and its hash in the manifest."""
    (folder / INT8_FILE).write_bytes(content)
    files = dict(read_manifest(folder).files)
    change_manifest(folder, files={**files, INT8_FILE: hashlib.sha256(content).hexdigest()})


@pytest.mark.parametrize("name", [INT8_FILE, WEIGHTS, TOKENIZER_FILE])
def test_a_changed_file_is_named_and_refused(copy: Path, name: str) -> None:
    with (copy / name).open("ab") as file:
        file.write(b"x")
    backend = backend_of(copy)
    with pytest.raises(ModelNotUsable, match=f"{name} differs from its manifest") as caught:
        backend.load()
    assert caught.value.kind == ErrorKind.MODEL
    assert name in (backend.health() or "")


def test_a_missing_file_is_named_and_refused(copy: Path) -> None:
    (copy / INT8_FILE).unlink()
    with pytest.raises(ModelNotUsable, match=f"{INT8_FILE} is missing"):
        backend_of(copy).load()


def test_a_changed_file_that_is_not_opened_is_no_hindrance(copy: Path) -> None:
    change_manifest(copy, files={**read_manifest(copy).files, "other.bin": "0" * 64})
    backend_of(copy).load()


def test_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match=MANIFEST_FILE):
        _ = backend_of(tmp_path).info


def test_a_precision_whose_file_is_not_there_is_refused(copy: Path) -> None:
    files = read_manifest(copy).files
    kept = (INT8_FILE, WEIGHTS, TOKENIZER_FILE)
    change_manifest(copy, files={name: files[name] for name in kept})
    with pytest.raises(ModelNotUsable, match=r"has no model\.onnx, which openvino needs for bf16"):
        backend_of(copy, "openvino", "bf16").load()


def test_a_precision_the_runtime_has_not_is_refused(copy: Path) -> None:
    with pytest.raises(ConfigError, match="`onnx` supports the precision int8 or fp32"):
        backend_of(copy, "onnx", "bf16").load()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("schema", 99, "schema is 99"),
        ("labels", ["kindness"], "kindness"),
        ("text_form", "other", "text form 'other'"),
        ("files", None, "manifest of schema"),
    ],
)
def test_a_manifest_that_cannot_be_followed_is_refused(
    copy: Path, field: str, value: object, words: str
) -> None:
    change_manifest(copy, **{field: value})
    with pytest.raises(ModelNotUsable, match=words):
        read_manifest(copy)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_file_that_is_no_network_is_refused(copy: Path, runtime: str) -> None:
    replace_network(copy, b"no network")
    with pytest.raises(ModelNotUsable, match="can't open"):
        backend_of(copy, runtime).load()


@pytest.mark.slow
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_file_with_other_labels_than_its_manifest_is_refused(copy: Path, runtime: str) -> None:
    labels = list(read_manifest(copy).labels)
    change_manifest(copy, labels=labels[:-1])
    assert "labels" in (backend_of(copy, runtime).health() or "")


def test_a_tokenizer_that_is_none_is_refused(copy: Path) -> None:
    (copy / TOKENIZER_FILE).write_text("{}")
    digest = hashlib.sha256(b"{}").hexdigest()
    change_manifest(copy, files={**read_manifest(copy).files, TOKENIZER_FILE: digest})
    with pytest.raises(ModelNotUsable, match="tokenizer"):
        backend_of(copy).load()
