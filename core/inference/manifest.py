"""The manifest of a shipped model: its files, its labels, and the input it expects."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelNotUsable
from core.inference.base import Activation
from core.inference.text.form import READ_FORMS, TEXT_FORM
from core.moderation.languages import ENGLISH, code_problem
from core.moderation.scores import Label

SHIPPED = "shipped"
"""The value of a model setting that means the model in SHIPPED_MODEL."""
SHIPPED_MODEL = Path(__file__).parent / "models" / "minilm-toxicity"
MANIFEST_FILE = "manifest.json"
PACKED_FILE = "model.int8.safetensors"
"""All weights, the large ones in int8: the reference that every way to compute is measured against
(`core.inference.local.packed_weights`)."""
WEIGHTS_FILE = "model.safetensors"
"""In its place in folders of earlier versions: fp16 weights of a BertForSequenceClassification."""
GRAPH_FILE = "model.onnx"
"""fp32 arithmetic on the numbers of the file of weights, which it points into."""
INT8_FILE = "model.int8.onnx"
"""The large layers multiplied in int8, their ranges fixed when it was made; the rest as GRAPH_FILE
has it."""
MODEL_FILE = INT8_FILE
TOKENIZER_FILE = "tokenizer.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
CONFIG_FILE = "config.json"
FIRST_STAGE_FILE = "first_stage.npz"
CARD_FILE = "MODEL_CARD.md"
PLOT_FILE = "reliability.svg"
SCHEMA = 1


def model_folder(model: str) -> Path:
    """The folder of the model that a setting names."""
    return SHIPPED_MODEL if model == SHIPPED else Path(model)


@dataclass(frozen=True, slots=True)
class Band:
    """Recommended thresholds of one label: a score from `hold` on is held for a person, from
    `remove` on removed. Without `remove` only a person removes."""

    hold: float
    remove: float | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """`files` maps a file name to its sha256; `labels` are in output order.

    `activation` turns the network's output into scores; `max_tokens` counts special tokens, and so
    does `window_tokens`, the size of the windows in which longer texts are read (None: as
    `max_tokens`); `text_form` names the form of texts that the weights were trained on, one of
    READ_FORMS; `languages` are codes of the languages it assesses.
    """

    name: str
    version: str
    files: Mapping[str, str]
    labels: tuple[Label, ...]
    not_assessed: tuple[Label, ...]
    activation: Activation
    max_tokens: int
    pad_id: int
    text_form: str
    precision: str
    thresholds: Mapping[Label, Band]
    about: Mapping[str, Any]
    languages: tuple[str, ...] = (ENGLISH,)
    window_tokens: int | None = None

    @property
    def weights_file(self) -> str:
        """The file of weights that this model has."""
        return PACKED_FILE if PACKED_FILE in self.files else WEIGHTS_FILE

    @property
    def tokens_at_once(self) -> int:
        """The most tokens that are read at once, special ones included."""
        return min(self.max_tokens, self.window_tokens or self.max_tokens)

    def as_json(self) -> str:
        """The text of the manifest file; the same manifest gives the same bytes."""
        bands = {
            str(label): {"hold": band.hold, "remove": band.remove}
            for label, band in self.thresholds.items()
        }
        content = {
            "schema": SCHEMA,
            "name": self.name,
            "version": self.version,
            "files": dict(self.files),
            "labels": list(self.labels),
            "not_assessed": list(self.not_assessed),
            "languages": list(self.languages),
            "activation": str(self.activation),
            "max_tokens": self.max_tokens,
            "window_tokens": self.window_tokens,
            "pad_id": self.pad_id,
            "text_form": self.text_form,
            "precision": self.precision,
            "thresholds": bands,
            "about": dict(self.about),
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read_manifest(model_dir: Path) -> Manifest:
    """Reads the manifest, not the weights. Raises ModelNotUsable if it is missing or invalid."""
    path = model_dir / MANIFEST_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        manifest = _parse(content)
    except OSError as error:
        raise ModelNotUsable(f"no readable {MANIFEST_FILE} in {model_dir}") from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ModelNotUsable(f"{path} is not a manifest of schema {SCHEMA}: {error!r}") from error
    if manifest.text_form not in READ_FORMS:
        raise ModelNotUsable(
            f"{manifest.version} reads text form {manifest.text_form!r}, but this release "
            f"produces {TEXT_FORM!r}: retrain the model or install the release it came with"
        )
    return manifest


def _parse(content: Mapping[str, Any]) -> Manifest:
    if content["schema"] != SCHEMA:
        raise ValueError(f"schema is {content['schema']!r}")
    thresholds = {
        Label(label): Band(
            float(band["hold"]), None if band["remove"] is None else float(band["remove"])
        )
        for label, band in content["thresholds"].items()
    }
    return Manifest(
        name=str(content["name"]),
        version=str(content["version"]),
        files={str(name): str(digest) for name, digest in content["files"].items()},
        labels=tuple(map(Label, content["labels"])),
        not_assessed=tuple(map(Label, content["not_assessed"])),
        activation=Activation(content["activation"]),
        max_tokens=int(content["max_tokens"]),
        window_tokens=content.get("window_tokens") and int(content["window_tokens"]),
        pad_id=int(content["pad_id"]),
        text_form=str(content["text_form"]),
        precision=str(content["precision"]),
        thresholds=thresholds,
        about=dict(content["about"]),
        # Manifests without the field are of models that were trained on English alone.
        languages=tuple(map(_language, content.get("languages", [ENGLISH]))),
    )


def _language(code: str) -> str:
    if problem := code_problem(code):
        raise ValueError(problem)
    return code


def verify_model_files(model_dir: Path, manifest: Manifest) -> None:
    """Raises ModelNotUsable naming the first file that is missing or differs."""
    for name, expected in manifest.files.items():
        path = model_dir / name
        if Path(name).name != name or not path.is_file():
            raise ModelNotUsable(f"{manifest.version}: {name} is missing from {model_dir}")
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            raise ModelNotUsable(
                f"{manifest.version}: {name} differs from its manifest "
                f"(sha256 {found[:12]}…, not {expected[:12]}…)"
            )
