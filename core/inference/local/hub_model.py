"""Any Hugging Face text classifier, by its id or from a folder, with its own tokenizer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from core.errors import BackendError, ConfigError
from core.inference.base import Activation, BackendInfo, Location, Passage
from core.inference.local.label_names import map_labels
from core.inference.local.running_model import OpenedModel
from core.inference.local.tokenizing import (
    SplitText,
    Tokenized,
    passages_of,
    special_tokens,
    valid_text,
    word_starts,
)
from core.inference.local.torch_network import (
    TorchNetwork,
    device_name,
    first_line,
    from_hub,
    import_torch,
)
from core.inference.windows import READ_CHARS, cut_windows, most_windows, token_rule
from core.moderation.scores import Label

ACTIVATIONS = {
    "single_label_classification": Activation.SOFTMAX,
    "multi_label_classification": Activation.SIGMOID,
}
_DEFAULT_TOKENS = 512
_BEYOND_ANY_NETWORK = 100_000
_RESERVED_POSITIONS = ("roberta", "camembert", "mpnet", "longformer")
"""Families whose position numbers start after the padding id, so two positions hold no token."""


@dataclass(frozen=True)
class HubModel:
    """`labels` maps the model's label names to ours where the built-in mapping doesn't.

    With `activation` None the model's `problem_type` decides.
    """

    model: str
    precision: str
    activation: Activation | None = None
    labels: Mapping[str, Label] = field(default_factory=dict)
    is_compiled: bool = False
    read_chars: int = READ_CHARS

    @cached_property
    def info(self) -> BackendInfo:
        """Reads the model's configuration, from the hub if it is not on this machine."""
        unknown = [each for each in self.outputs if each and not isinstance(each, Label)]
        return BackendInfo(
            name="transformers",
            model_version=self._version,
            labels=tuple(each for each in self.outputs if isinstance(each, Label)),
            activation=self._activation,
            runtime=f"torch {device_name()}",
            precision=self.precision,
            location=Location.IN_PROCESS,
            max_tokens=self._max_tokens,
            notice=f"labels shown, but in no rule: {', '.join(unknown)}" if unknown else None,
            max_windows=most_windows(self._max_tokens, self.read_chars),
        )

    @cached_property
    def outputs(self) -> Sequence[Label | str | None]:
        names = self._config.id2label
        return map_labels([str(names[index]) for index in sorted(names)], self.labels)

    def open(self) -> OpenedModel:
        """Loads the weights, from the hub if they are not on this machine."""
        tokenizer = self._tokenizer
        pad_id = tokenizer.pad_token_id
        return OpenedModel(
            tokenizer=_HubTokenizer(tokenizer, self._max_tokens, self.read_chars),
            network=TorchNetwork(self.model, self.precision, compiled=self.is_compiled),
            pad_id=pad_id or 0,
            # Without a padding token, texts of different length can't share a batch.
            is_batchable=pad_id is not None,
        )

    @cached_property
    def _config(self) -> Any:
        return from_hub(import_torch()[1].AutoConfig, self.model)

    @cached_property
    def _tokenizer(self) -> Any:
        return from_hub(import_torch()[1].AutoTokenizer, self.model)

    @property
    def _activation(self) -> Activation:
        if self.activation is not None:
            return self.activation
        kind = self._config.problem_type
        if kind not in ACTIVATIONS:
            raise ConfigError(
                f"{self.model} does not say how its outputs become scores (problem_type is {kind});"
                " set MODCONSOLE_ACTIVATION to softmax if its labels exclude each other, to "
                "sigmoid if several can apply, or to none if its outputs are scores already"
            )
        return ACTIVATIONS[kind]

    @cached_property
    def _max_tokens(self) -> int:
        kind, positions = self._config.model_type, _positions(self._config)
        if any(name in kind for name in _RESERVED_POSITIONS):
            positions -= 2
        stated = int(self._tokenizer.model_max_length)
        return min(positions, stated) if stated < _BEYOND_ANY_NETWORK else positions

    @cached_property
    def _version(self) -> str:
        folder = Path(self.model)
        if not folder.is_dir():
            return f"{self.model}@{(self._config._commit_hash or 'unknown')[:12]}"
        digest = hashlib.sha256()
        for path in sorted((*folder.glob("*.safetensors"), *folder.glob("*.bin"))):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return f"{folder.resolve().name}@{digest.hexdigest()[:12]}"


class _HubTokenizer:
    def __init__(self, tokenizer: Any, max_tokens: int, read_chars: int) -> None:
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._read_chars = read_chars
        self._before, self._after = special_tokens(
            tokenizer("a")["input_ids"], tokenizer("a", add_special_tokens=False)["input_ids"]
        )
        size = max_tokens - len(self._before) - len(self._after)
        self._rule = token_rule(size, read_chars)

    def encode(self, texts: Sequence[str]) -> Tokenized:
        if not texts:
            return Tokenized([])
        read = [valid_text(text[: self._read_chars]) for text in texts]
        try:
            plain = self._tokenizer(read, add_special_tokens=False, verbose=False)
        except (ValueError, TypeError, RuntimeError) as error:
            raise BackendError(f"the tokenizer failed: {first_line(error)}") from error
        ids: list[list[int]] = []
        split_texts: dict[int, SplitText] = {}
        for index, text in enumerate(texts):
            tokens: list[int] = plain["input_ids"][index]
            if len(tokens) <= self._rule.size and len(text) <= self._read_chars:
                ids.append([*self._before, *tokens, *self._after])
                continue
            rows, passages = self._windows(tokens, len(read[index]), plain, index)
            ids += rows
            split_texts[index] = SplitText(passages, len(text) - passages[-1].end)
        return Tokenized(ids, split_texts)

    def _windows(
        self, tokens: list[int], chars: int, plain: Any, index: int
    ) -> tuple[list[list[int]], list[Passage]]:
        if plain.is_fast:
            starts: list[bool] | None = word_starts(plain.word_ids(index))
            offsets = plain.encodings[index].offsets
        else:
            # Tokenizers written in Python don't say where a token is in the text: a guess.
            starts, count = None, max(1, len(tokens))
            offsets = [(at * chars // count, (at + 1) * chars // count) for at in range(count)]
        windows = cut_windows(len(tokens), self._rule, starts)
        rows = [[*self._before, *tokens[w.start : w.stop], *self._after] for w in windows]
        return rows, passages_of(windows, offsets)


def _positions(config: Any) -> int:
    """How many positions the network has; some families name the setting differently or have no
    limit."""
    return int(getattr(config, "max_position_embeddings", None) or _DEFAULT_TOKENS)
