"""The parts of `modconsole bench local` that need no runtime."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.benchmarks.local_ceiling import operations
from core.benchmarks.local_gpu import gpu_floor
from core.benchmarks.local_texts import bench_texts, part
from core.config import Settings
from core.errors import InvalidInput, ModelNotUsable


@given(
    lengths=st.lists(st.integers(1, 256), min_size=1, max_size=200),
    count=st.integers(0, 300),
)
def test_a_part_is_spread_over_the_lengths(lengths: list[int], count: int) -> None:
    chosen = part(lengths, count)
    assert chosen == sorted(set(chosen))
    assert len(chosen) == max(1, min(count, len(lengths)))
    if count >= len(lengths):
        assert chosen == list(range(len(lengths)))


def test_a_tenth_has_about_the_mean_length() -> None:
    lengths = [n * 7919 % 256 + 1 for n in range(1000)]
    chosen = part(lengths, 100)
    mean = sum(lengths[index] for index in chosen) / 100
    assert mean == pytest.approx(sum(lengths) / 1000, rel=0.02)


def test_operations_by_hand(tmp_path: Path) -> None:
    config = {"hidden_size": 2, "intermediate_size": 3, "num_hidden_layers": 2}
    (tmp_path / "config.json").write_text(json.dumps(config))
    # First layer, each of 5 tokens: 4 products by 2 x 2 and 2 by 2 x 3 are 28 products and sums,
    # 56 operations; attention is 2 products of 5 x 2 by 2 x 5, 200 operations.
    # Last layer: keys and values of 5 tokens 80; query and output 16, the inner products 24 and
    # attention 40 for the first token alone.
    assert operations(tmp_path, [5]) == 5 * 56 + 200 + 80 + 16 + 24 + 40
    assert operations(tmp_path, [5, 5]) == 2 * operations(tmp_path, [5])


def test_operations_of_an_unknown_network_are_not_guessed(tmp_path: Path) -> None:
    with pytest.raises(ModelNotUsable, match=r"config\.json"):
        operations(tmp_path, [5])


def test_texts_come_from_a_file_or_from_the_sample(tmp_path: Path) -> None:
    file = tmp_path / "some.jsonl"
    values = ["<p>comment 0", None, "<p>", "comment 1"]
    file.write_text("\n".join(json.dumps({"text": value}) for value in values))
    settings = Settings(home=tmp_path)
    expected = ("comments of some.jsonl", ["comment 0", "comment 1"])
    assert bench_texts(settings, file) == expected
    source, texts = bench_texts(settings, None)
    assert "sample" in source
    assert len(texts) > 300


def test_a_file_without_comments_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "none.jsonl"
    file.write_text('{"text": null}')
    with pytest.raises(InvalidInput, match=r"none\.jsonl has nothing in its column `text`"):
        bench_texts(Settings(home=tmp_path), file)


@pytest.mark.benchmark
def test_without_a_gpu_it_says_so(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="asks torch for a GPU; in the extra [test]")
    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    assert (
        gpu_floor(tmp_path, [5], lambda: 0.0, text_count=1) == "not run: torch sees no CUDA device"
    )
