"""A model folder of this project: manifest, tokenizer and weights, opened with one runtime."""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from core.errors import ConfigError, ModelNotUsable
from core.inference.base import BackendInfo, Location
from core.inference.local.network import Network
from core.inference.local.running_model import OpenedModel
from core.inference.local.tokenizing import CommentTokenizer
from core.inference.manifest import (
    CONFIG_FILE,
    GRAPH_FILE,
    INT8_FILE,
    PACKED_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Manifest,
    read_manifest,
    verify_model_files,
)
from core.inference.windows import READ_CHARS, most_windows
from core.moderation.scores import Label

FILES: dict[str, dict[str, tuple[str, ...]]] = {
    "openvino": {
        "int8": (INT8_FILE, PACKED_FILE),
        "bf16": (GRAPH_FILE, PACKED_FILE),
        "fp32": (GRAPH_FILE, PACKED_FILE),
    },
    "onnx": {"int8": (INT8_FILE, PACKED_FILE), "fp32": (GRAPH_FILE, PACKED_FILE)},
    "torch": {"fp32": (PACKED_FILE, CONFIG_FILE), "bf16": (PACKED_FILE, CONFIG_FILE)},
    "transformers": {"fp32": (PACKED_FILE, CONFIG_FILE), "bf16": (PACKED_FILE, CONFIG_FILE)},
}
"""Backend, precision, and the files it opens; the first file is the network. `files_of` says them
for one model."""
_RUNTIMES = {"openvino": "openvino", "onnx": "onnxruntime"}
_DYNAMIC_QUANTISATION = b"DynamicQuantizeLinear"


def files_of(manifest: Manifest, backend: str, precision: str) -> tuple[str, ...]:
    """What FILES has, with the file of weights that this model has: an earlier one has another."""
    names = FILES[backend][precision]
    return tuple(manifest.weights_file if name == PACKED_FILE else name for name in names)


@dataclass(frozen=True)
class FolderModel:
    """`backend` is a key of FILES and `precision` one of its precisions. About `read_chars`
    characters of a text are read."""

    folder: Path
    backend: str
    precision: str
    is_compiled: bool = False
    read_chars: int = READ_CHARS

    @cached_property
    def manifest(self) -> Manifest:
        """Read once. Raises ModelNotUsable."""
        return read_manifest(self.folder)

    @property
    def info(self) -> BackendInfo:
        """From the manifest alone."""
        return BackendInfo(
            name=self.backend,
            model_version=self.manifest.version,
            labels=self.manifest.labels,
            activation=self.manifest.activation,
            runtime=_RUNTIMES.get(self.backend) or _torch_runtime(),
            precision=self.precision,
            location=Location.IN_PROCESS,
            max_tokens=self.manifest.tokens_at_once,
            languages=self.manifest.languages,
            max_windows=most_windows(self.manifest.tokens_at_once, self.read_chars),
        )

    @property
    def outputs(self) -> Sequence[Label]:
        return self.manifest.labels

    def open(self) -> OpenedModel:
        """Checks the hash of each file it opens."""
        files = self._files()
        named = (*files, TOKENIZER_FILE)
        digests = {name: self.manifest.files[name] for name in named}
        verify_model_files(self.folder, replace(self.manifest, files=digests))
        return OpenedModel(
            tokenizer=CommentTokenizer(
                self.folder / TOKENIZER_FILE,
                max_tokens=self.manifest.tokens_at_once,
                read_chars=self.read_chars,
            ),
            network=self._network(self.folder / files[0]),
            pad_id=self.manifest.pad_id,
            is_batchable=files[0] != INT8_FILE
            or not _is_quantised_dynamically(self.folder / INT8_FILE),
        )

    def _files(self) -> tuple[str, ...]:
        if self.precision not in FILES[self.backend]:
            there = " or ".join(FILES[self.backend])
            raise ConfigError(f"the backend `{self.backend}` supports the precision {there}")
        files = files_of(self.manifest, self.backend, self.precision)
        for name in files:
            if name not in self.manifest.files:
                raise ModelNotUsable(
                    f"{self.manifest.version} has no {name}, which {self.backend} needs for "
                    f"{self.precision}"
                )
        return files

    def _network(self, path: Path) -> Network:
        if self.backend == "openvino":
            from core.inference.local.openvino_network import OpenVinoNetwork

            return OpenVinoNetwork(path, self.precision)
        if self.backend == "onnx":
            from core.inference.local.onnx_network import OnnxNetwork

            return OnnxNetwork(path)
        from core.inference.local.torch_network import TorchNetwork

        # The file of an earlier version is one that transformers opens itself, by its folder.
        model = self.folder if path.name == WEIGHTS_FILE else path
        return TorchNetwork(str(model), self.precision, compiled=self.is_compiled)


def _torch_runtime() -> str:
    from core.inference.local.torch_network import device_name

    return f"torch {device_name()}"


def _is_quantised_dynamically(path: Path) -> bool:
    """Whether activations are quantised by the range of the whole batch. Then a score depends on
    the other texts in the batch (by up to 0.25 in the first model this project shipped)."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(_DYNAMIC_QUANTISATION) >= 0
