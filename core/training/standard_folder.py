"""Writes a model as a folder of Hugging Face's, for servers that run such ones."""

import shutil
from pathlib import Path

from core.inference.local.torch_network import open_classifier
from core.inference.manifest import (
    CONFIG_FILE,
    PACKED_FILE,
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Manifest,
    read_manifest,
    verify_model_files,
)
from core.training.site.folder import check_out, finish_draft, open_draft

_COPIED = (CONFIG_FILE, TOKENIZER_FILE, TOKENIZER_CONFIG_FILE)


def write_standard_folder(model: Path, out: Path) -> Manifest:
    """A BertForSequenceClassification with its tokenizer, weights in fp16, in the new folder `out`;
    answers with what the model is. It reads one window: long texts are cut by who asks the server.

    Raises InvalidInput, ModelNotUsable or MissingExtra before anything is written.
    """
    check_out(out)
    manifest = read_manifest(model)
    verify_model_files(model, manifest)
    is_packed = manifest.weights_file == PACKED_FILE
    network = open_classifier(str(model / PACKED_FILE if is_packed else model))
    from safetensors.torch import save_file

    draft = open_draft(out)
    for name in _COPIED:
        shutil.copyfile(model / name, draft / name)
    weights = {name: value.half().contiguous() for name, value in network.state_dict().items()}
    save_file(weights, draft / WEIGHTS_FILE, metadata={"format": "pt"})
    # safetensors creates the file readable for its owner only.
    (draft / WEIGHTS_FILE).chmod(0o644)
    finish_draft(draft, out)
    return manifest
