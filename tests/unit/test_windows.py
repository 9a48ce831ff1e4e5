"""Windows over a long text: they cover it, overlap, and never cost more than the rule allows."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.inference.remote.passages import cut_passages, window_bytes
from core.inference.windows import TokenWindow, cut_windows, window_rule

SIZES = st.integers(8, 300)
LENGTHS = st.integers(0, 3_000)


@pytest.mark.slow
@given(LENGTHS, SIZES, st.data())
def test_every_token_is_in_a_window_and_neighbours_overlap(
    length: int, size: int, data: st.DataObject
) -> None:
    starts = data.draw(st.lists(st.booleans(), min_size=length, max_size=length))
    rule = window_rule(size, length)
    windows = cut_windows(length, rule, starts)
    assert len(windows) <= rule.most
    assert (windows[0].start, windows[-1].stop) == (0, length)
    assert all(window.stop - window.start <= size for window in windows)
    for before, after in pairwise(windows):
        assert before.start < after.start
        assert before.stop - after.start >= rule.overlap


def test_a_text_that_fits_is_one_window() -> None:
    assert cut_windows(254, window_rule(254, 254)) == [TokenWindow(0, 254)]
    assert len(cut_windows(255, window_rule(254, 255))) == 2
    assert cut_windows(0, window_rule(254, 254)) == [TokenWindow(0, 0)]


def test_windows_begin_and_end_between_words() -> None:
    starts = [at % 3 == 0 for at in range(200)]
    windows = cut_windows(200, window_rule(32, 200), starts)
    cuts = [each.start for each in windows] + [each.stop for each in windows[:-1]]
    assert all(cut % 3 == 0 for cut in cuts)


@given(st.integers(1, 100_000), SIZES, st.integers(1, 50_000))
def test_the_number_of_windows_never_exceeds_the_limit(length: int, size: int, read: int) -> None:
    rule = window_rule(size, read)
    windows = cut_windows(length, rule)
    assert len(windows) <= rule.most
    assert windows[-1].stop >= min(length, read), "the limit is enough for what is to be read"


TEXTS = st.text(alphabet="ab é日\U0001f600\n", max_size=2_000)


@given(TEXTS, st.integers(64, 400), st.integers(1, 3_000))
def test_passages_cover_what_is_read_and_fit_a_request(text: str, size: int, read: int) -> None:
    passages = cut_passages(text, size, read)
    assert (passages[0].start, passages[-1].end) == (0, min(len(text), read))
    assert all(len(text[each.start : each.end].encode()) <= size for each in passages)
    for before, after in pairwise(passages):
        assert before.start < after.start <= before.end


def test_the_smaller_of_two_limits_counts_and_no_limit_is_none() -> None:
    assert window_bytes(0, None) is None
    assert window_bytes(0, 20_480) == 20_480
    assert window_bytes(512, 20_480) == 1_536
    assert window_bytes(512, 1_000) == 1_000
