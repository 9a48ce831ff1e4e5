"""The setups that `modconsole bench local` compares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.benchmarks.local_texts import open_tokenizer
from core.bootstrap.backends import make_backend
from core.config import Settings
from core.errors import ModelNotUsable
from core.inference.base import TextResult
from core.inference.local.tokenizing import CommentTokenizer
from core.inference.local.torch_network import classifier_in, open_classifier
from core.inference.manifest import model_folder, read_manifest
from core.inference.text.form import readings
from core.moderation.scores import Label

Scores = Mapping[Label, float]
Score = Callable[[Sequence[str]], list[Scores]]
"""Returns the scores of texts, in order."""


@dataclass(frozen=True, slots=True)
class LocalSetup:
    """`open` loads the model and returns a scoring function; it raises MissingExtra or
    ModelNotUsable.

    Each call gets `calls_of` texts; 0 means all in one call.
    """

    name: str
    open: Callable[[Settings], Score]
    calls_of: int = 0


def _backend(backend: str, precision: str) -> Callable[[Settings], Score]:
    def open_backend(settings: Settings) -> Score:
        found = make_backend(replace(settings, backend=backend, precision=precision))
        found.load()

        def score(texts: Sequence[str]) -> list[Scores]:
            return [_scores(result) for result in found.score(texts).results]

        return score

    return open_backend


def _scores(result: TextResult) -> Scores:
    if result.error is not None:
        raise ModelNotUsable(f"a comment could not be scored: {result.error}")
    return result.scores


def _pipeline(batch_size: int) -> Callable[[Settings], Score]:
    def open_pipeline(settings: Settings) -> Score:
        folder = model_folder(settings.model)
        manifest = read_manifest(folder)
        if "config.json" not in manifest.files:
            raise ModelNotUsable(f"{manifest.version} is not in the form transformers reads")
        network = open_classifier(classifier_in(folder))
        import transformers

        pipe = transformers.pipeline(
            "text-classification",
            model=network,
            tokenizer=transformers.AutoTokenizer.from_pretrained(str(folder)),
            top_k=None,
            function_to_apply=str(manifest.activation),
            truncation=True,
            max_length=manifest.tokens_at_once,
            batch_size=batch_size,
        )

        tokenizer = open_tokenizer(folder)

        def score(texts: Sequence[str]) -> list[Scores]:
            # The pipeline would cut long texts; it gets the windows that the backends read.
            windows = [_windows(tokenizer, text) for text in texts]
            found = iter(pipe([window for each in windows for window in each]))
            return [_highest([_by_label(next(found)) for _ in each]) for each in windows]

        return score

    return open_pipeline


def _windows(tokenizer: CommentTokenizer, text: str) -> list[str]:
    """The windows of all readings of the text."""
    forms = readings(text)
    split = tokenizer.encode([text]).split_texts.get(0)
    if split is None:
        return [forms[0]]
    return [forms[each.reading or 0][each.start : each.end] for each in split.passages]


def _highest(windows: Sequence[Scores]) -> Scores:
    return {label: max(each[label] for each in windows) for label in windows[0]}


def _by_label(answer: Sequence[Mapping[str, Any]]) -> Scores:
    return {Label(each["label"]): float(each["score"]) for each in answer}


ONE_BY_ONE = "transformers pipeline, one by one"
REFERENCE = "torch fp32"
SETUPS = {
    setup.name: setup
    for setup in (
        LocalSetup(ONE_BY_ONE, _pipeline(1), calls_of=1),
        LocalSetup("transformers pipeline, batches of 32", _pipeline(32)),
        LocalSetup(REFERENCE, _backend("torch", "fp32")),
        LocalSetup("torch bf16", _backend("torch", "bf16")),
        LocalSetup("onnxruntime fp32", _backend("onnx", "fp32")),
        LocalSetup("onnxruntime int8", _backend("onnx", "int8")),
        LocalSetup("OpenVINO fp32", _backend("openvino", "fp32")),
        LocalSetup("OpenVINO bf16", _backend("openvino", "bf16")),
        LocalSetup("OpenVINO int8", _backend("openvino", "int8")),
    )
}
