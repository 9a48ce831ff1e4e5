"""The first stage: hashing and scores compared with slow reference implementations."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelNotUsable
from core.inference.cascade.first_stage import (
    CHUNK_TEXTS,
    FirstStage,
    FirstStageWeights,
    read_first_stage,
    write_first_stage,
)
from core.inference.cascade.word_hashes import READ_CHARS, HashedWords, hash_words
from core.inference.text.form import model_text, readings
from core.moderation.scores import Label

LABELS = (Label.TOXICITY, Label.THREAT)
GOLDEN = (22766, 22618, 26326)
TEXT = st.text(st.characters(codec=None), max_size=60)


def hashed(*texts: str) -> HashedWords:
    return hash_words([model_text(text) for text in texts], word_bits=40, part_bits=40)


def row(table: HashedWords, number: int) -> tuple[int, int, int]:
    return tuple(int(each[number]) for each in (table.words, table.heads, table.tails))  # type: ignore[return-value]


def slow_words(text: str) -> list[str]:
    """A slow reference: the words as the module's docstring defines them."""
    form = model_text(text)[:READ_CHARS].lower().encode("utf-8", "replace") or b"."
    words: list[bytes] = []
    inside = False
    for byte in form:
        char = bytes([byte])
        letter = byte >= 128 or chr(byte).isalnum() or char in b"'*@$"
        if char == b" ":
            inside = False
            continue
        if inside and letter:
            words[-1] += char
        else:
            words.append(char)
        inside = letter
    return [word.decode("latin-1") for word in words]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("You IDIOT!", ["you", "idiot", "!"]),
        ("don't f*ck @you", ["don't", "f*ck", "@you"]),
        ("a...b", ["a", ".", ".", ".", "b"]),
        ("", ["."]),
        ("  \n\t ", ["."]),
        ("I <3 it", ["i", "<", "3", "it"]),
        ("l33t sp34k", ["l33t", "sp34k"]),
    ],
)
def test_words_are_what_they_look_like(text: str, words: list[str]) -> None:
    assert slow_words(text) == words
    found, alone = hashed(text), [hashed(word) for word in words]
    assert [row(found, n) for n in range(len(words))] == [row(each, 0) for each in alone]


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_each_text_has_the_words_a_slow_reading_finds(texts: list[str]) -> None:
    found = hashed(*texts)
    counts = np.diff(found.words_at, append=len(found.words))
    assert list(counts) == [len(slow_words(text)) for text in texts]


@given(st.lists(TEXT, min_size=1, max_size=5))
def test_other_texts_in_a_batch_change_nothing(texts: list[str]) -> None:
    together = hashed(*texts)
    ends = [*together.words_at[1:], len(together.words)]
    for text, start, end in zip(texts, together.words_at, ends, strict=True):
        alone = hashed(text)
        assert list(together.words[start:end]) == list(alone.words)
        assert list(together.heads[start:end]) == list(alone.heads)
        assert list(together.tails[start:end]) == list(alone.tails)


def test_heads_and_tails_are_of_four_bytes() -> None:
    one, other = hashed("wonderful"), hashed("wondrously")
    assert one.heads[0] == other.heads[0]
    assert one.tails[0] != other.tails[0]
    assert hashed("careful").tails[0] == hashed("spiteful").tails[0]
    assert hashed("abcd").tails[0] != hashed("dcba").tails[0]


def test_words_of_the_same_letters_differ_by_their_order() -> None:
    assert len({int(hashed(word).words[0]) for word in ("stop", "tops", "pots", "post")}) == 4


def test_hashes_are_the_same_on_every_machine() -> None:
    assert row(hash_words(["idiot"], word_bits=15, part_bits=15), 0) == GOLDEN


def test_only_the_start_of_a_long_text_is_read() -> None:
    found = hashed("word " * 10_000)
    assert len(found.words) == READ_CHARS // 5 + 1


def tiny(seed: int = 1) -> FirstStageWeights:
    chance = np.random.default_rng(seed)
    return FirstStageWeights(
        words=chance.integers(-127, 128, (64, 4), dtype=np.int8),
        word_scale=0.02,
        parts=chance.integers(-127, 128, (32, 4), dtype=np.int8),
        part_scale=0.01,
        near=chance.normal(size=(12, 3)).astype(np.float16).astype(np.float32),
        near_bias=chance.normal(size=3).astype(np.float16).astype(np.float32),
        out=chance.normal(size=(6, 2)).astype(np.float16).astype(np.float32),
        out_bias=chance.normal(size=2).astype(np.float16).astype(np.float32),
    )


def first_stage(weights: FirstStageWeights) -> FirstStage:
    return FirstStage(weights, LABELS, version="v", full_model="t")


def slow_scores(weights: FirstStageWeights, text: str) -> list[float]:
    """A slow reference: the scores, computed word by word; `text` in the form that is read."""
    table = hash_words([text], word_bits=6, part_bits=5)
    vectors = [
        weights.words[w] * weights.word_scale
        + (weights.parts[h].astype(float) + weights.parts[t]) * weights.part_scale
        for w, h, t in zip(table.words, table.heads, table.tails, strict=True)
    ]
    zero = np.zeros(4)
    padded = [zero, *vectors, zero]
    features = [
        np.maximum(np.concatenate(padded[n : n + 3]) @ weights.near + weights.near_bias, 0)
        for n in range(len(vectors))
    ]
    seen = np.concatenate([np.max(features, axis=0), np.mean(features, axis=0)])
    logits = seen @ weights.out + weights.out_bias
    return [float(1 / (1 + np.exp(-logit))) for logit in logits]


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_scores_are_those_of_the_slow_arithmetic(texts: list[str]) -> None:
    found = first_stage(tiny()).scores(texts)
    assert found.shape == (len(texts), 2)
    for text, scores in zip(texts, found, strict=True):
        ways = [slow_scores(tiny(), form) for form in readings(text)]
        assert scores == pytest.approx(np.max(ways, axis=0), abs=1e-5)


def test_disguised_text_has_the_score_of_what_it_looks_like_at_least() -> None:
    stage = first_stage(tiny())
    plain, looking, before = stage.scores(["kill", "kіll", "x"])
    assert (looking >= plain).all()
    assert before == pytest.approx(stage.scores(["x"])[0], abs=1e-6)


def test_more_texts_than_a_chunk_keep_their_order() -> None:
    texts = [f"text number {number}" for number in range(3 * CHUNK_TEXTS + 1)]
    stage = first_stage(tiny())
    assert stage.predict(texts) == [
        pytest.approx(stage.predict([text])[0], abs=1e-6) for text in texts
    ]
    assert list(stage.predict(["x"])[0]) == list(LABELS)


def test_file_is_read_back_unchanged_and_its_version_identifies_its_content(tmp_path: Path) -> None:
    one, again, other = (tmp_path / name for name in ("a.npz", "b.npz", "c.npz"))
    write_first_stage(one, tiny(), LABELS, full_model="big-1")
    write_first_stage(again, tiny(), LABELS, full_model="big-1")
    write_first_stage(other, tiny(2), LABELS, full_model="big-1")
    stage = read_first_stage(one)
    assert one.read_bytes() == again.read_bytes()
    assert stage.version == read_first_stage(again).version != read_first_stage(other).version
    assert stage.version.startswith("big-1-first-")
    assert (stage.labels, stage.full_model) == (LABELS, "big-1")
    assert stage.predict(["you idiot"]) == first_stage(tiny()).predict(["you idiot"])


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match=r"no readable first stage at .*none\.npz"):
        read_first_stage(tmp_path / "none.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(ModelNotUsable, match=r"bad\.npz is not a first stage"):
        read_first_stage(path)


def rewritten(path: Path, **changes: object) -> None:
    with np.load(path) as stored:
        arrays = dict(stored)
    about = json.loads(arrays["about"].tobytes()) | changes
    arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text_form": "old"}, "reads text form 'old'"),
        ({"labels": ["rude"]}, "not a first stage"),
        ({"labels": None}, "not a first stage"),
    ],
)
def test_file_that_can_not_be_followed_is_refused(
    tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    path = tmp_path / "odd.npz"
    write_first_stage(path, tiny(), LABELS, full_model="big-1")
    rewritten(path, **changes)
    with pytest.raises(ModelNotUsable, match=said):
        read_first_stage(path)


@given(st.text(alphabet="a <b>&;é\u0456\U0001f921", max_size=READ_CHARS + 50))
def test_what_counts_as_read_whole_is_not_cut(text: str) -> None:
    whole = all(len(way) <= READ_CHARS for way in readings(text))
    assert first_stage(tiny()).reads_whole(text) == whole


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("a" * READ_CHARS, True),
        ("a" * (READ_CHARS + 1), False),
        ("<b>" * (READ_CHARS // 3), True),
        ("\u2605" * (READ_CHARS // 6), False),  # its name is longer than six characters
        (f"{'a ' * 700}https://x.org/{'IAmAI' * 20}", False),
        (" " * 100_000, False),
    ],
)
def test_megabytes_are_not_read_whole(text: str, whole: bool) -> None:
    assert first_stage(tiny()).reads_whole(text) is whole
