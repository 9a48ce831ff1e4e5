"""Tiny models built by the tests: in the format of the shipped model and in Hugging Face's."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from core.inference.base import Activation
from core.inference.manifest import (
    CONFIG_FILE,
    GRAPH_FILE,
    INT8_FILE,
    MANIFEST_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    Band,
    Manifest,
)
from core.inference.text.form import TEXT_FORM
from core.moderation.scores import Label

WORDS = ("you", "idiot", "hello", "there", "friend", "kill", "nice", "day", "stupid", "a")
LABELS = (Label.TOXICITY, Label.OBSCENE, Label.THREAT, Label.INSULT, Label.IDENTITY_ATTACK)
MAX_TOKENS = 32


def make_hub_folder(
    folder: Path,
    names: Sequence[str],
    problem_type: str | None,
    **config: Any,
) -> Path:
    """A classifier with fixed random weights, saved in Hugging Face's format."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    made = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(WORDS) + 4,
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=MAX_TOKENS,
            initializer_range=0.3,  # texts differ, and a rounding is not blown up on its way
            id2label=dict(enumerate(names)),
            label2id={name: index for index, name in enumerate(names)},
            problem_type=problem_type,
            pad_token_id=0,
            **config,
        )
    )
    made.eval().save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=_tokenizer(),
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=MAX_TOKENS,
    )
    tokenizer.save_pretrained(folder)
    return folder


def make_own_folder(folder: Path) -> Path:
    """The same classifier in the shipped model's format: manifest, fp32 graph, int8 graph."""
    make_hub_folder(folder, list(LABELS), "multi_label_classification")
    network = BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager")
    _export(network.eval(), folder / GRAPH_FILE)
    _quantise(folder / GRAPH_FILE, folder / INT8_FILE)
    write_manifest(folder)
    return folder


def make_dynamic_folder(folder: Path, own: Path) -> Path:
    """A copy of `own` with dynamic quantisation, as in this project's first model: a score depends
    on the other texts in its batch."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    shutil.copytree(own, folder)
    quantize_dynamic(
        folder / GRAPH_FILE, folder / INT8_FILE, weight_type=QuantType.QInt8, reduce_range=True
    )
    write_manifest(folder)
    return folder


def write_manifest(folder: Path) -> None:
    """Writes a manifest with the hashes of the files in the folder."""
    names = (CONFIG_FILE, GRAPH_FILE, INT8_FILE, TOKENIZER_FILE, WEIGHTS_FILE)
    manifest = Manifest(
        name="tiny",
        version="tiny-1",
        files={
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in names
            if (folder / name).exists()
        },
        labels=LABELS,
        not_assessed=(Label.SEVERE_TOXICITY,),
        activation=Activation.SIGMOID,
        max_tokens=MAX_TOKENS,
        pad_id=0,
        text_form=TEXT_FORM,
        precision="int8",
        thresholds=dict.fromkeys(LABELS, Band(0.5, 0.9)),
        about={},
    )
    (folder / MANIFEST_FILE).write_text(manifest.as_json(), encoding="utf-8")


def change_manifest(folder: Path, **values: object) -> None:
    """Changes some keys of the manifest."""
    content = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    (folder / MANIFEST_FILE).write_text(json.dumps({**content, **values}), encoding="utf-8")


def _tokenizer() -> Tokenizer:
    special = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}
    vocabulary = {**special, **{word: index for index, word in enumerate(WORDS, start=4)}}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def _export(network: Any, path: Path) -> None:
    import warnings

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).logits

    ids = torch.tensor([[2, 4, 5, 3], [2, 3, 0, 0]])
    axes = {0: "rows", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracing exporter is old, and says so
        torch.onnx.export(
            Logits(),
            (ids, (ids > 0).long()),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "logits": {0: "rows"}},
            opset_version=17,
            dynamo=False,
        )


def _quantise(source: Path, target: Path) -> None:
    """Ranges fixed beforehand (QDQ), as the shipped file has them.

    Its weights have 7 bits, or it would score differently on processors without VNNI: see
    `integer_arithmetic`.
    """
    import logging

    from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

    class Rows(CalibrationDataReader):
        def __init__(self) -> None:
            generator = torch.Generator().manual_seed(7)
            ids = torch.randint(4, 14, (16, 1, 12), generator=generator).numpy()
            self.rows = iter([{"input_ids": row, "attention_mask": row * 0 + 1} for row in ids])

        def get_next(self) -> Any:
            return next(self.rows, None)

    # It warns through the root logger, whose level belongs to all tests.
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        quantize_static(
            str(source),
            str(target),
            Rows(),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            reduce_range=True,
            op_types_to_quantize=["MatMul"],
        )
    finally:
        root.setLevel(level)
