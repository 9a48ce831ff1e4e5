"""The contract of local backends, for each runtime."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.inference.base import Activation, Backend
from core.inference.local.choice import SHIPPED, LocalChoice, choose_local
from core.inference.manifest import INT8_FILE
from core.moderation.scores import Label

pytest.importorskip("torch", reason="the tiny models are made with torch, in the extra [test]")
pytest.importorskip("transformers", reason="the tiny models need transformers, in [test]")
pytest.importorskip("onnx", reason="the tiny models are exported with onnx, in [test]")

from tests.contract.local_models import (  # needs what is looked for above
    LABELS,
    MAX_TOKENS,
    make_dynamic_folder,
    make_hub_folder,
    make_own_folder,
)
from tests.integer_arithmetic import MOST, largest_weight

pytestmark = pytest.mark.slow

EXACT = ("openvino fp32", "onnx fp32", "torch fp32", "transformers fp32")
ROUNDED = ("openvino bf16", "torch bf16", "openvino int8", "onnx int8")
ELSEWHERE = "hub"
TEXTS = ["you idiot", "hello there friend", "a nice day", "kill you stupid idiot", "", "hello"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    place = tmp_path_factory.mktemp("models")
    names = ["toxic", "obscene", "threat", "insult", "identity_hate"]
    return {
        "own": make_own_folder(place / "own"),
        ELSEWHERE: make_hub_folder(place / "hub", names, "multi_label_classification"),
    }


@pytest.fixture(scope="module", params=[*EXACT, *ROUNDED, ELSEWHERE, SHIPPED])
def backend(request: pytest.FixtureRequest, folders: dict[str, Path]) -> Iterator[Backend]:
    made = choose_local(_choice(request.param, folders))
    made.load()
    yield made
    made.close()


def _choice(way: str, folders: dict[str, Path]) -> LocalChoice:
    if way == SHIPPED:
        return LocalChoice()
    if way == ELSEWHERE:
        return LocalChoice(backend="transformers", model=str(folders[ELSEWHERE]))
    name, precision = way.split()
    return LocalChoice(backend=name, precision=precision, model=str(folders["own"]))


def scores(backend: Backend, text: str) -> dict[Label, float]:
    return dict(backend.score([text]).results[0].scores)


def test_info_is_known_before_load(folders: dict[str, Path], backend: Backend) -> None:
    for way in (*EXACT, *ROUNDED):
        info = choose_local(_choice(way, folders)).info
        assert (info.name, info.precision) == tuple(way.split())
        assert (info.labels, info.activation) == (LABELS, Activation.SIGMOID)
        assert (info.model_version, info.location) == ("tiny-1", "in_process")
        assert info.max_tokens == MAX_TOKENS
    assert backend.info == backend.info


def test_results_keep_order_and_number(backend: Backend) -> None:
    texts = [TEXTS[n % 4] + " a" * (n % 7) for n in range(50)]
    results = backend.score(texts).results
    assert len(results) == 50
    for n in (0, 1, 2, 30, 49):
        alone = scores(backend, texts[n])
        assert dict(results[n].scores) == pytest.approx(alone, abs=0.02)
    one, other = dict(results[0].scores), dict(results[1].scores)
    assert one != pytest.approx(other, abs=0.02), "the texts are told apart"


def test_no_texts_give_no_results(backend: Backend) -> None:
    assert backend.score([]).results == ()


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\ud800", "\x00", "\U0001f921" * 50, "&" * 100, "日本語のコメント"]
)
def test_any_string_is_scored(backend: Backend, text: str) -> None:
    result = backend.score([text]).results[0]
    assert result.error is None
    assert set(result.scores) == set(backend.info.labels)
    assert all(0.0 <= score <= 1.0 for score in result.scores.values())


def test_what_is_not_read_is_told_and_the_cost_is_bounded(backend: Backend) -> None:
    batch = backend.score(["hello", "a " * 150_000])
    assert [result.unread_chars > 0 for result in batch.results] == [False, True]
    info, tokens = backend.info, batch.call.tokens or 0
    assert tokens <= 3 + info.max_windows * info.max_tokens


def test_a_text_that_just_fits_is_read_at_once(backend: Backend) -> None:
    words = "hello " * (backend.info.max_tokens - 2)
    fits, longer = (backend.score([text]).results[0] for text in (words, words + "hello"))
    assert not fits.passages
    assert longer.passages
    assert (fits.unread_chars, longer.unread_chars) == (0, 0)


def test_a_text_of_several_windows_has_the_highest_score_of_each_label(backend: Backend) -> None:
    text = "hello there friend a nice day " * 60 + "kill you stupid idiot"
    (whole,) = backend.score([text]).results
    for label, passage in whole.passages.items():
        # The tiny vocabulary and these texts are the same in every form of the text.
        alone = scores(backend, text[passage.start : passage.end])
        assert alone[label] == pytest.approx(whole.scores[label], abs=0.02)
    assert set(whole.passages) == set(whole.scores)


def test_the_call_tells_its_phases(backend: Backend) -> None:
    call = backend.score(["you", "a day"]).call
    assert call.tokens == 3 + 4
    assert call.tokenize_ms is not None
    assert call.compute_ms is not None
    assert call.total_ms == pytest.approx(call.tokenize_ms + call.compute_ms)


def test_threads_may_share_it(backend: Backend) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: scores(backend, text), ["you idiot"] * 12))
    for one in found:
        assert one == pytest.approx(found[0], abs=1e-6)


def test_it_opens_again_after_close(folders: dict[str, Path], backend: Backend) -> None:
    assert backend.health() is None
    before = scores(backend, "you idiot")
    backend.close()
    assert scores(backend, "you idiot") == pytest.approx(before, abs=1e-6)


@pytest.mark.parametrize("way", EXACT)
def test_every_exact_way_gives_the_same_scores(folders: dict[str, Path], way: str) -> None:
    reference = choose_local(_choice("torch fp32", folders)).score(TEXTS).results
    found = choose_local(_choice(way, folders)).score(TEXTS).results
    for one, other in zip(reference, found, strict=True):
        assert dict(other.scores) == pytest.approx(dict(one.scores), abs=2e-4)


@pytest.mark.rounding
def test_the_tiny_models_weights_have_seven_bits(folders: dict[str, Path]) -> None:
    """Or its scores would depend on the processor: see `integer_arithmetic`."""
    assert largest_weight(folders["own"] / INT8_FILE) == MOST


@pytest.mark.rounding
@pytest.mark.parametrize("way", ROUNDED)
def test_rounded_ways_stay_near(folders: dict[str, Path], way: str) -> None:
    reference = choose_local(_choice("torch fp32", folders)).score(TEXTS).results
    found = choose_local(_choice(way, folders)).score(TEXTS).results
    for one, other in zip(reference, found, strict=True):
        assert dict(other.scores) == pytest.approx(dict(one.scores), abs=0.1)


@pytest.mark.rounding
@pytest.mark.parametrize("name", ["onnx", "openvino"])
def test_a_score_does_not_depend_on_its_batch(
    folders: dict[str, Path], tmp_path: Path, name: str
) -> None:
    folder = make_dynamic_folder(tmp_path / "moving", folders["own"])
    backend = choose_local(LocalChoice(backend=name, model=str(folder)))
    for text, result in zip(TEXTS, backend.score(TEXTS).results, strict=True):
        assert dict(result.scores) == pytest.approx(scores(backend, text), abs=1e-6)
