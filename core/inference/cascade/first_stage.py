"""The first stage of a cascade: a network small enough to read every comment. Numpy alone.

A vector for each word (its own row, one for how it begins and one for how it ends), a layer over
it and its two neighbours, the largest and the mean of each feature over the text, and from those a
score for each label.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelNotUsable
from core.inference.cascade.word_hashes import READ_CHARS, HashedWords, hash_words
from core.inference.text.form import READ_FORMS, TEXT_FORM, readings
from core.moderation.scores import Label

CHUNK_TEXTS = 16
"""Texts run together; more would not fit the processor's cache."""
_RAW_CHARS = 16_384
_ABOUT = "about"


@dataclass(frozen=True, slots=True)
class FirstStageWeights:
    """`words` and `parts` (rows, D) are int8, times their scale; `near` (3 D, F), `near_bias`
    (F), `out` (2 F, labels), `out_bias` (labels) are floats. Rows of a table are a power of two.
    """

    words: NDArray[np.int8]
    word_scale: float
    parts: NDArray[np.int8]
    part_scale: float
    near: NDArray[np.float32]
    near_bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]


class FirstStage:
    """Safe to call from several threads: it has no mutable state."""

    def __init__(
        self, weights: FirstStageWeights, labels: Sequence[Label], *, version: str, full_model: str
    ) -> None:
        self.version = version
        self.labels = tuple(labels)
        self.full_model = full_model
        self._weights = weights
        self._word_bits = len(weights.words).bit_length() - 1
        self._part_bits = len(weights.parts).bit_length() - 1

    def reads_whole(self, text: str) -> bool:
        """Whether scores of the text rest on all of it."""
        # Words in an address are parted, so that it has twice its length at most. Only other
        # characters may become still longer, as names of emoji.
        if 2 * len(text) <= READ_CHARS and text.isascii():
            return True
        return len(text) <= _RAW_CHARS and all(len(way) <= READ_CHARS for way in readings(text))

    def predict(self, texts: Sequence[str]) -> list[Mapping[Label, float]]:
        """Scores in input order."""
        return [dict(zip(self.labels, row, strict=True)) for row in self.scores(texts).tolist()]

    def scores(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, labels), each in 0..1: the highest of a text's readings."""
        found = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        for start in range(0, len(texts), CHUNK_TEXTS):
            forms = [readings(text[:_RAW_CHARS]) for text in texts[start : start + CHUNK_TEXTS]]
            flat = [form for each in forms for form in each]
            hashed = hash_words(flat, word_bits=self._word_bits, part_bits=self._part_bits)
            first = np.cumsum([0, *(len(each) for each in forms[:-1])])
            scores = np.maximum.reduceat(self._run(hashed), first, axis=0)
            found[start : start + len(forms)] = scores
        return found

    def _run(self, hashed: HashedWords) -> NDArray[np.float32]:
        weights = self._weights
        vectors = self._vectors(hashed)
        words, width = vectors.shape
        texts = np.arange(len(hashed.words_at))
        # A row of zeros before, between and after the texts: no word sees another text's.
        gaps = hashed.words_at + texts
        is_word = np.ones(words + len(texts) + 1, dtype=bool)
        is_word[gaps] = is_word[-1] = False
        spaced = np.zeros((len(is_word), width), dtype=np.float32)
        spaced[is_word] = vectors
        features = weights.near_bias + spaced[1:-1] @ weights.near[width : 2 * width]
        features += spaced[:-2] @ weights.near[:width]
        features += spaced[2:] @ weights.near[2 * width :]
        np.maximum(features, 0.0, out=features)
        features[gaps[1:] - 1] = 0.0
        largest = np.maximum.reduceat(features, gaps, axis=0)
        counts = np.diff(hashed.words_at, append=words).astype(np.float32)
        mean = np.add.reduceat(features, gaps, axis=0) / counts[:, None]
        logits = np.concatenate([largest, mean], axis=1) @ weights.out + weights.out_bias
        scores: NDArray[np.float32] = 0.5 * (1.0 + np.tanh(0.5 * logits))
        return scores

    def _vectors(self, hashed: HashedWords) -> NDArray[np.float32]:
        weights = self._weights
        own = weights.words[hashed.words].astype(np.float32) * np.float32(weights.word_scale)
        parts = weights.parts[hashed.heads].astype(np.int16) + weights.parts[hashed.tails]
        vectors: NDArray[np.float32] = own + parts * np.float32(weights.part_scale)
        return vectors


def write_first_stage(
    path: Path, weights: FirstStageWeights, labels: Sequence[Label], *, full_model: str
) -> None:
    """`full_model` is the version of the model whose scores it predicts. The same content gives the
    same bytes."""
    about = {"labels": list(labels), "full_model": full_model, "text_form": TEXT_FORM}
    arrays = {
        "words": weights.words,
        "word_scale": np.float32(weights.word_scale),
        "parts": weights.parts,
        "part_scale": np.float32(weights.part_scale),
        **{
            name: getattr(weights, name).astype(np.float16)
            for name in ("near", "near_bias", "out", "out_bias")
        },
        _ABOUT: np.frombuffer(json.dumps(about).encode(), dtype=np.uint8),
    }
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def read_first_stage(path: Path) -> FirstStage:
    """Its version contains a digest of the file. Raises ModelNotUsable."""
    try:
        content = path.read_bytes()
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            about = json.loads(arrays[_ABOUT].tobytes())
            weights = FirstStageWeights(
                words=arrays["words"],
                word_scale=float(arrays["word_scale"]),
                parts=arrays["parts"],
                part_scale=float(arrays["part_scale"]),
                near=arrays["near"].astype(np.float32),
                near_bias=arrays["near_bias"].astype(np.float32),
                out=arrays["out"].astype(np.float32),
                out_bias=arrays["out_bias"].astype(np.float32),
            )
        labels = tuple(map(Label, about["labels"]))
        full_model, text_form = str(about["full_model"]), str(about["text_form"])
    except OSError as error:
        raise ModelNotUsable(f"there is no readable first stage at {path}") from error
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelNotUsable(f"{path} is not a first stage: {type(error).__name__}") from error
    if text_form not in READ_FORMS:
        raise ModelNotUsable(f"{path.name} reads text form {text_form!r}, not {TEXT_FORM!r}")
    digest = hashlib.sha256(content).hexdigest()[:8]
    return FirstStage(
        weights, labels, version=f"{full_model}-first-{digest}", full_model=full_model
    )
