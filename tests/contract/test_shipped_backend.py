"""The shipped model by the runtime that a fresh installation takes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from core.benchmarks.local_texts import open_tokenizer
from core.inference.base import Backend
from core.inference.local.choice import LocalChoice, choose_local
from core.inference.manifest import MANIFEST_FILE, SHIPPED_MODEL, read_manifest
from core.inference.text.form import readings
from core.inference.windows import READ_CHARS
from core.moderation.cleaning import HIDDEN_HEADING, clean_text
from core.moderation.comments import IncomingComment
from core.moderation.scores import Label
from core.sources.bundled import sample_source
from core.training.evaluation.probes import ABUSIVE, BENIGN
from tests.policies import SURE

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def backend(cpu_info: Path) -> Iterator[Backend]:
    shipped = choose_local(LocalChoice(), cpu_info=cpu_info)
    shipped.load()
    yield shipped
    shipped.close()


def sample_texts() -> list[str]:
    sample = [item for item in sample_source().read() if isinstance(item, IncomingComment)]
    return [clean_text(item.text) for item in sample]


def toxicity(backend: Backend, text: str) -> float:
    return backend.score([text]).results[0].scores[Label.TOXICITY]


def test_the_manifest_says_what_it_scores_and_what_not(backend: Backend) -> None:
    manifest = read_manifest(SHIPPED_MODEL)
    assert backend.info.model_version == manifest.version
    assert set(Label) - set(backend.info.labels) == set(manifest.not_assessed)


def test_the_manifest_reads_back_as_written() -> None:
    text = (SHIPPED_MODEL / MANIFEST_FILE).read_text(encoding="utf-8")
    assert read_manifest(SHIPPED_MODEL).as_json() == text


@pytest.mark.parametrize("text", BENIGN)
def test_plain_sentences_are_not_removed(backend: Backend, text: str) -> None:
    bands = read_manifest(SHIPPED_MODEL).thresholds
    scores = backend.score([text]).results[0].scores
    assert all(score < (bands[label].remove or SURE) for label, score in scores.items())


def test_abuse_ranks_above_plain_sentences(backend: Backend) -> None:
    benign = sorted(toxicity(backend, text) for text in BENIGN)
    abusive = sorted(toxicity(backend, text) for text in ABUSIVE)
    assert abusive[len(abusive) // 2] > benign[-2]


def test_a_megabyte_is_read_up_to_the_limit() -> None:
    tokenized = open_tokenizer(SHIPPED_MODEL).encode(["short", "word " * 210_000, "<b>" * 350_000])
    words, tags = tokenized.split_texts[1], tokenized.split_texts[2]
    assert 0 not in tokenized.split_texts
    assert words.unread_chars == pytest.approx(5 * 210_000 - READ_CHARS, abs=5)
    assert tags.unread_chars > 0
    for split in (words, tags):
        assert max(passage.end for passage in split.passages) <= READ_CHARS


def test_many_readings_of_a_long_text_cost_no_more_than_two(backend: Backend) -> None:
    piece = "<b \u0456\u3164c> w\u0456th\u3164 "
    text = piece * (READ_CHARS // len(piece))
    hostile = f"{text}\n\n{HIDDEN_HEADING}\n{text}"
    assert len(readings(hostile)) > 4
    tokenized = open_tokenizer(SHIPPED_MODEL).encode(["short", hostile])
    split = tokenized.split_texts[1]
    assert split.unread_chars > 0
    longest = {each.reading: each.end for each in split.passages}
    assert sum(longest.values()) <= 2 * READ_CHARS


def test_both_light_runtimes_say_about_the_same(cpu_info: Path) -> None:
    texts = [*BENIGN, *ABUSIVE]
    one, other = (
        choose_local(LocalChoice(backend=name), cpu_info=cpu_info).score(texts).results
        for name in ("openvino", "onnx")
    )
    apart = [
        abs(score - second.scores[label])
        for first, second in zip(one, other, strict=True)
        for label, score in first.scores.items()
    ]
    # Where `auto` takes int8, both round to 8 bits, each in its own order of steps.
    assert max(apart) < 0.25
    assert sum(apart) / len(apart) < 0.02


@pytest.fixture(scope="module")
def read_by_torch() -> list[tuple[str, Mapping[Label, float]]]:
    """What torch says of texts of many kinds, the longest ones among them; it takes seconds."""
    pytest.importorskip("torch", reason="the reference needs torch and transformers")
    texts = [
        *sample_texts()[::4],
        "the " * 250,
        "You idiot. " * 100,
        "\U0001f921" * 200,
        "?! ." * 80,
    ]
    said = choose_local(LocalChoice(backend="torch", precision="fp32")).score(texts).results
    return [(text, result.scores) for text, result in zip(texts, said, strict=True)]


@pytest.mark.parametrize("runtime", ["openvino", "onnx"])
def test_the_graph_in_fp32_says_what_torch_says(
    runtime: str, read_by_torch: list[tuple[str, Mapping[Label, float]]]
) -> None:
    texts = [text for text, _ in read_by_torch]
    found = choose_local(LocalChoice(backend=runtime, precision="fp32")).score(texts).results
    for (text, expected), result in zip(read_by_torch, found, strict=True):
        # The folder that torch reads puts the mean of the tokens where its class expects the first
        # token: the two differ in the fourth digit.
        assert result.scores == pytest.approx(expected, abs=1e-3), text
